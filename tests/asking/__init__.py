"""What a citizen asks, and follows."""
