"""What officials do with a case."""
