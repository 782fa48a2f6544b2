"""What the database refuses of offices, officials and guides."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

NO_CZECH = "NOT EXISTS (SELECT 1 FROM guide_texts t WHERE t.guide_id = new.id AND t.language = 'cs')"
OVERLAP = (
    "EXISTS (SELECT 1 FROM office_hours h WHERE h.department_id = new.department_id AND h.weekday = new.weekday"
    " AND h.opens < new.closes AND new.opens < h.closes)"
)


def counted(table: str, kept: tuple[str, ...]) -> tuple[Trigger, Trigger]:
    """A row keeps these columns, and every change of it counts its version on."""
    return (
        Trigger(f"{table}_keep", table, "UPDATE", changed(*kept), f"{table}: the address of a row never changes"),
        Trigger(
            f"{table}_version",
            table,
            "UPDATE",
            "new.version <> old.version + 1",
            f"{table}: every change counts the version on",
        ),
    )


DIRECTORY = (
    *counted("offices", ("department_id",)),
    Trigger("office_hours_apart", "office_hours", "INSERT", OVERLAP, "opening hours of a day do not overlap"),
    Trigger("office_hours_keep", "office_hours", "UPDATE", "true", "opening hours are replaced, never changed"),
    *counted("officials", ("id", "reference")),
    *counted("guides", ("id", "slug")),
    Trigger("guides_born", "guides", "INSERT", "new.is_shown", "a guide begins hidden, until it has its Czech text"),
    Trigger(
        "guides_czech", "guides", "UPDATE", f"new.is_shown AND {NO_CZECH}", "a guide that is shown has a Czech text"
    ),
    Trigger("guides_stay", "guides", "DELETE", "true", "guides are hidden, never deleted"),
    Trigger(
        "guide_texts_keep",
        "guide_texts",
        "UPDATE",
        changed("guide_id", "language"),
        "a text of a guide stays in its language",
    ),
    Trigger(
        "guide_texts_stay", "guide_texts", "DELETE", "old.language = 'cs'", "the Czech text of a guide is never deleted"
    ),
)
