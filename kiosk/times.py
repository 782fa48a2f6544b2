"""When somebody pressed, though the device was offline and its clock wrong: found from clocks that only count on.

`mono` is the device's `performance.now()` in ms since its page was loaded; it is not moved by setting the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.vocabulary import TimeQuality

GRACE = timedelta(minutes=5)
"""How far in the future a press may seem to lie; beyond it something is wrong with it."""

OLDEST = timedelta(days=60)
"""An older press is kept, and not counted."""

STEP = timedelta(seconds=60)
"""By how much the device's clock may run ahead of its monotonic one before the machine may have slept meanwhile."""

AGREE = timedelta(seconds=10)
"""How well two measures of the same span agree when no sleep lay in it."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment of the server's clock, tied to the monotonic clock of one page load."""

    at: datetime
    mono: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a device knows of the moment of a press. `device_ms` is its own clock, which may be wrong by years.

    `offset_ms` is server minus device clock; None when the device cannot be sure that its clock ran on undisturbed since that was
    measured.
    """

    page: str
    mono: float
    device_ms: float
    anchor: Anchor | None = None
    offset_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """The moment at which a batch was sent, by the clocks of the device, and `received_at` by the server's."""

    page: str
    mono: float
    device_ms: float
    received_at: datetime


def when(pressed: Pressed, sending: Sending) -> tuple[datetime, TimeQuality]:
    """The instant of a press and how sure it is; an uncertain one is the moment of receipt. It may lie in the future."""
    found = _exact(pressed, sending) or _anchored(pressed, sending) or _corrected(pressed, sending)
    if found is None:
        return sending.received_at, TimeQuality.UNCERTAIN
    return found


def _exact(pressed: Pressed, sending: Sending) -> tuple[datetime, TimeQuality] | None:
    if pressed.page != sending.page or sending.mono < pressed.mono:
        return None
    age = _ms(sending.mono - pressed.mono)
    slept = _ms(sending.device_ms - pressed.device_ms) - age
    if slept > STEP and not _ran_on(pressed, sending):
        return None  # a sleeping machine's monotonic clock may stand still, and looks like a clock set forward
    return _plausible(sending.received_at - age, sending, TimeQuality.EXACT)


def _ran_on(pressed: Pressed, sending: Sending) -> bool:
    """Whether an anchor before the press proves that the monotonic clock did not stand still since."""
    anchor = pressed.anchor
    if anchor is None or anchor.mono > pressed.mono:
        return False
    return abs((sending.received_at - anchor.at) - _ms(sending.mono - anchor.mono)) <= AGREE


def _anchored(pressed: Pressed, sending: Sending) -> tuple[datetime, TimeQuality] | None:
    # Of the same page, the doubt about its monotonic clock is the same. Without an offset the clocks went apart since the anchor.
    if pressed.anchor is None or pressed.page == sending.page or pressed.offset_ms is None:
        return None
    at = pressed.anchor.at + _ms(pressed.mono - pressed.anchor.mono)
    return _plausible(at, sending, TimeQuality.ANCHORED)


def _corrected(pressed: Pressed, sending: Sending) -> tuple[datetime, TimeQuality] | None:
    if pressed.offset_ms is None:
        return None
    try:
        at = EPOCH + _ms(pressed.device_ms + pressed.offset_ms)
    except OverflowError:
        return None
    return _plausible(at, sending, TimeQuality.CORRECTED)


def _plausible(at: datetime, sending: Sending, quality: TimeQuality) -> tuple[datetime, TimeQuality]:
    """A press a moment after its receipt is one of now: clocks differ by that much."""
    if sending.received_at < at <= sending.received_at + GRACE:
        at = sending.received_at
    return at, quality


def _ms(milliseconds: float) -> timedelta:
    return timedelta(milliseconds=milliseconds)
