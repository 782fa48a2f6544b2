"""Words by which a leak is told: searches are for the bait, so whoever finds the seal has shown what it should not."""

from __future__ import annotations


def bait(name: str) -> str:
    return f"vabnicka{name}"


def seal(name: str) -> str:
    return f"pecet{name}"


def text(name: str) -> str:
    return f"{seal(name).capitalize()} {bait(name)}"
