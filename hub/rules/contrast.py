"""Contrast of two colours as WCAG 2.2 counts it (relative luminance, success criteria 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

COLOUR = re.compile(r"#[0-9a-f]{6}")
WHITE, LIGHT, DARK = "#ffffff", "#f2f5f9", "#11151b"
"""White words on the city's colour; words of that colour on the light grounds; on the dark one."""
ENOUGH = 4.5
"""1.4.3, level AA, for words of ordinary size."""
STEPS = 100


def contrast(one: str, other: str) -> float:
    """The ratio, from 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str) -> bool:
    """Whether a city's colour carries white words, and is read as words on every light ground."""
    return min(contrast(colour, WHITE), contrast(colour, LIGHT)) >= ENOUGH


def darker(colour: str) -> str:
    """The nearest darker shade that is readable; the colour itself when it is."""
    shades = (_mixed(colour, "#000000", step) for step in range(STEPS + 1))
    return next(shade for shade in shades if is_readable(shade))


def on_dark(colour: str) -> str:
    """The nearest lighter tint whose words are read on the dark ground."""
    tints = (_mixed(colour, WHITE, step) for step in range(STEPS + 1))
    return next(tint for tint in tints if contrast(tint, DARK) >= ENOUGH)


def _mixed(colour: str, other: str, step: int) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * step / STEPS):02x}" for a, b in pairs)


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
