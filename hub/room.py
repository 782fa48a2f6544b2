"""What a feature package offers to the house: one frozen Room in `<package>/room.py`. The hub runs with none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from flask import Blueprint

from hub.jobs.timetable import Job
from hub.queries.publications import PublicationKind
from hub.rules.access import Scope


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu: an English text for translation, and the endpoint it leads to.

    `may`: for which of the staff; None: for all. `is_rare`: it is opened now and then, and stands with its like under one word.
    """

    text: str
    endpoint: str
    staff: bool = True
    may: Callable[[Scope], bool] | None = None
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Everything the hub needs to know of a feature package.

    `publications` are the kinds of messages it publishes; `topics` are code → an English text, for translation, of what one can
    be told of by e-mail. `health` returns name → is it well; `erase` forgets what the room keeps of one contact; `place_url`
    gives the address where the place of that slug can be rated, and `place_notes` what must be known of places beside their
    figures, by their ids. `alerts` makes subject and lines of a letter to administrators out of pairs of an alert and whether it is
    over (see `hub.steps.staffletters`), and the path where to look; `demo` fills the demo city's part of the room. Paths in
    `texts` hold catalogues of translations.
    """

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    jobs: tuple[Job, ...] = ()
    publications: tuple[PublicationKind, ...] = ()
    topics: Mapping[str, str] | None = None
    menu: tuple[MenuItem, ...] = ()
    health: Callable[[], Mapping[str, bool]] | None = None
    erase: Callable[[int, datetime], None] | None = None
    commands: tuple[click.Command, ...] = ()
    demo: Callable[[datetime], None] | None = None
    texts: tuple[Path, ...] = ()
    languages: Mapping[str, str] | None = None
    place_url: Callable[[str], str] | None = None
    alerts: tuple[Callable[[Sequence[tuple[int, int]]], tuple[str, list[str]] | None], str] | None = None
    place_notes: Callable[[], Mapping[int, str]] | None = None
