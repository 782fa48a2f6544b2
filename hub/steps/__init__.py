"""What actions share: each step adds rows to the caller's transaction and never ends it."""
