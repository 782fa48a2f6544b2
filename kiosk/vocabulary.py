"""The words of the kiosk: its layouts, and what may be wrong with a device."""

from __future__ import annotations

from enum import StrEnum


class Layout(StrEnum):
    """Whose kiosk it is: of one department, or of several, of which one is chosen first."""

    ONE = "one"
    CHOOSE = "choose"


class AlertKind(StrEnum):
    """What may be wrong with a device: no word from it for hours, for a day, nobody touches it, one face again and again, presses
    it could not hand over, no more room for them, storage that the browser may empty.
    """

    LATE = "late"
    LOST = "lost"
    SILENT = "silent"
    STUCK = "stuck"
    REFUSED = "refused"
    FULL = "full"
    FLEETING = "fleeting"
