"""What the hub costs, measured on the machine at hand and told as ratios: `python -m bench`."""
