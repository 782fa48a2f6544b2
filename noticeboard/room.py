"""The notice board as the house sees it."""

from __future__ import annotations

from pathlib import Path

from hub.queries.publications import PublicationKind
from hub.room import MenuItem, Room
from hub.vocabulary import MessageKind, marked
from noticeboard.demo import fill
from noticeboard.jobs import BY_THE_CLOCK
from noticeboard.views import board, desk
from noticeboard.vocabulary import NOTICES

room = Room(
    name="noticeboard",
    blueprints=(board, desk),
    jobs=(BY_THE_CLOCK,),
    publications=(PublicationKind(MessageKind.NOTICE, marked("On the notice board"), "/uredni-deska/{slug}"),),
    topics={NOTICES: marked("New notices on the notice board")},
    menu=(
        MenuItem(marked("Notice board"), "board.hanging", staff=False),
        MenuItem(marked("Notices"), "notices.listed"),
    ),
    demo=fill,
    texts=(Path(__file__).parent / "translations",),
)
