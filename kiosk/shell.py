"""The shell of the paired touch screen."""

from __future__ import annotations


def version() -> str:
    """What changes with any byte of the shell."""
    return ""
