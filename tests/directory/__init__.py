"""Offices, officials and guides."""
