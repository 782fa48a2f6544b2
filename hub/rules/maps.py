"""A point on a plain map: from where somebody clicked to degrees (WGS 84), and back to where its mark is drawn.

The picture is taken to be flat, with the degrees even along both sides: over one city that is wrong by some metres.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import cos, radians

DIGITS = 5
"""Of a degree: about a metre."""

POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,8})?),(-?[0-9]{1,3}(?:\.[0-9]{1,8})?)")

Point = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The degrees of the edges of a map."""

    north: float
    south: float
    west: float
    east: float

    def height(self, width: int) -> int:
        """How high a picture of this width is, so that a metre is as long along both sides."""
        shrunk = cos(radians((self.north + self.south) / 2))
        return max(1, round(width * (self.north - self.south) / ((self.east - self.west) * shrunk)))

    def at(self, x: int, y: int, width: int) -> Point:
        """The point at so many pixels from the left and upper edge of the map shown in this width."""
        right, down = min(max(x / width, 0), 1), min(max(y / self.height(width), 0), 1)
        latitude = self.north - down * (self.north - self.south)
        return round(latitude, DIGITS), round(self.west + right * (self.east - self.west), DIGITS)

    def place(self, point: Point, width: int) -> tuple[int, int]:
        """Where a point is on the map shown in this width, in pixels."""
        right = (point[1] - self.west) / (self.east - self.west)
        down = (self.north - point[0]) / (self.north - self.south)
        return round(right * width), round(down * self.height(width))

    def holds(self, point: Point) -> bool:
        """Whether a point is on the map, its edges included."""
        return self.south <= point[0] <= self.north and self.west <= point[1] <= self.east


def read(text: str) -> Point | None:
    """The point that a form sends back, as `written` wrote it; None for what is none."""
    found = POINT.fullmatch(text)
    return (float(found[1]), float(found[2])) if found else None


def written(point: Point) -> str:
    """A point as plain text: 49.77871,18.43002."""
    return f"{point[0]:.{DIGITS}f},{point[1]:.{DIGITS}f}"
