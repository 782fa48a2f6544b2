"""A test of the house: whatever the public may not see is on no public page, under no address, found by no search.

Each item that is not public has words of its own. A new public address needs its row in ROUTES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import answers, cases
from hub.actions.answers import Written
from hub.database import db
from hub.models import Message, Revision
from hub.signin import AREA
from hub.steps import words
from hub.vocabulary import ActorKind, DecisionKind
from hub.work import Actor, Work, work
from noticeboard.models import Notice
from tests import desks
from tests.desks import Towns
from tests.discussion import crowds, talks
from tests.discussion import hidden as comments
from tests.noticeboard import boards
from tests.noticeboard.hidden import NOT_HANGING, posted_notice
from tests.seals import bait, seal, text

PUBLIC = "verejna"


@dataclass(frozen=True)
class Item:
    """A question with its answer. `seal` is in all its words, `bait` too; searches are for the bait, so a seal is a leak."""

    name: str
    reference: str
    slug: str = ""

    @property
    def bait(self) -> str:
        return bait(self.name)

    @property
    def seal(self) -> str:
        return seal(self.name)


def submitted(app: Flask, name: str, public: bool = True, department: str = "dopravy", who: str = desks.A) -> str:
    reference = desks.asked(app, f"Ptám se: {text(name)}", email=f"{seal(name)}@seznam.example", department=department)
    with app.app_context():
        said = Written(0, f"Odpověď: {text(name)}", public, f"Název {text(name)}", f"Otázka {text(name)}")
        answers.submit(desks.scope(who), reference, said, datetime.now(UTC))
    return reference


def waiting(app: Flask, name: str) -> str:
    return submitted(app, name, department="kancelar", who=desks.OFFICE)


def private(app: Flask, name: str) -> str:
    return submitted(app, name, public=False)


def unanswered(app: Flask, name: str) -> str:
    reference = desks.asked(app, text(name))
    with app.app_context():
        answers.save(
            desks.scope(desks.A), reference, Written(0, text(name), True, text(name), text(name)), datetime.now(UTC)
        )
        cases.note(desks.scope(desks.A), reference, text(name), datetime.now(UTC))
    return reference


def withdrawn(app: Flask, name: str) -> str:
    reference = submitted(app, name)
    with app.app_context():
        answers.withdraw(desks.scope(desks.A), reference, datetime.now(UTC))
    return reference


def returned(app: Flask, name: str) -> str:
    reference = waiting(app, name)
    with app.app_context():
        answers.decide(desks.scope(desks.PRESS), reference, 1, False, text(name), datetime.now(UTC))
    return reference


def changed(app: Flask, reference: str, change: Callable[[Work, Message, Actor, datetime], None]) -> str:
    """Do this to the public question and the public answer of a case."""
    with app.app_context():
        now = datetime.now(UTC)
        press = Actor(ActorKind.ACCOUNT, desks.scope(desks.PRESS).account_id)
        with work(press, "change", now) as w:
            for message in public_messages(reference):
                change(w, message, press, now)
    return reference


def public_messages(reference: str) -> list[Message]:
    case = desks.case_of(db.session(), reference)
    asked = db.session.scalars(sa.select(Message).where(Message.derived_from_id == case.question_id)).one()
    replies = db.session.scalars(sa.select(Message).where(Message.replies_to_id == asked.id))
    return [asked, *replies]


def decided(kind: DecisionKind) -> Callable[[Work, Message, Actor, datetime], None]:
    def decide(w: Work, message: Message, actor: Actor, now: datetime) -> None:
        words.decide(w.session, message, 1, kind, actor, now)

    return decide


def hidden(app: Flask, name: str) -> str:
    return changed(app, submitted(app, name), decided(DecisionKind.HIDE))


def hidden_question(app: Flask, name: str) -> str:
    reference = submitted(app, name)

    def hide(w: Work, message: Message, actor: Actor, now: datetime) -> None:
        if message.kind == "question":
            words.decide(w.session, message, 1, DecisionKind.HIDE, actor, now)

    return changed(app, reference, hide)


def rejected(app: Flask, name: str) -> str:
    return changed(app, waiting(app, name), decided(DecisionKind.REJECT))


def rejected_after_all(app: Flask, name: str) -> str:
    return changed(app, submitted(app, name), decided(DecisionKind.REJECT))


def scheduled(app: Flask, name: str) -> str:
    def plan(w: Work, message: Message, _actor: Actor, now: datetime) -> None:
        message.publish_at = now + timedelta(days=1)

    return changed(app, waiting(app, name), plan)


def approved_and_scheduled(app: Flask, name: str) -> str:
    def plan(w: Work, message: Message, actor: Actor, now: datetime) -> None:
        words.decide(w.session, message, 1, DecisionKind.APPROVE, actor, now)
        message.publish_at = now + timedelta(days=1)

    return changed(app, waiting(app, name), plan)


def appearing_tomorrow(app: Flask, name: str) -> str:
    def show(w: Work, message: Message, actor: Actor, now: datetime) -> None:
        words.decide(w.session, message, 1, DecisionKind.APPROVE, actor, now)
        words.show(w.session, message, 1, now + timedelta(days=1))

    return changed(app, waiting(app, name), show)


def left_without_its_search_entry(app: Flask, name: str) -> str:
    """Its time is over; what finds it was left behind by mistake."""

    def leave(w: Work, message: Message, _actor: Actor, now: datetime) -> None:
        message.leaves_at = now

    return changed(app, submitted(app, name), leave)


def erased(app: Flask, name: str) -> str:
    def erase(w: Work, message: Message, _actor: Actor, now: datetime) -> None:
        gone = {"text": None, "title": None, "summary": None, "salt": None, "erased_at": now}
        w.session.execute(sa.update(Revision).where(Revision.message_id == message.id).values(**gone))

    return changed(app, submitted(app, name), erase)


NOT_PUBLIC: tuple[Callable[[Flask, str], str], ...] = (
    waiting, private, unanswered, withdrawn, returned, hidden, hidden_question, rejected, rejected_after_all, scheduled,
    approved_and_scheduled, appearing_tomorrow, left_without_its_search_entry, erased,
)  # fmt: skip


@dataclass
class House:
    """A town with one public item and one of each that is not."""

    app: Flask
    public: Item
    others: list[Item] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    """The public numbers of notices."""
    comments: list[str] = field(default_factory=list)
    """The public names of comments, whether anybody may read them or not."""
    own: str = ""
    """The page of the author of the public comment."""

    @property
    def slugs(self) -> list[str]:
        return [item.slug for item in [self.public, *self.others] if item.slug]


@pytest.fixture(scope="module")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    yield from desks.towns(request, tmp_path_factory.mktemp("towns"))


@pytest.fixture(scope="module")
def houses_of_items() -> dict[str, House]:
    return {}


@pytest.fixture
def full(towns: Towns, engine: str, houses_of_items: dict[str, House]) -> House:
    if engine not in houses_of_items:
        app = towns(engine)
        house = House(app, item(app, PUBLIC, submitted(app, PUBLIC)))
        for make in NOT_PUBLIC:
            name = make.__name__.replace("_", "")
            house.others.append(item(app, name, make(app, name)))
        with app.app_context():
            for make_notice in NOT_HANGING:
                name = make_notice.__name__.replace("_", "")
                house.others.append(Item(name, make_notice(name)))
            for n in range(25):
                boards.posted(boards.written(f"Výplň {n}"), datetime.now(UTC))
            posted_notice(PUBLIC)
            house.notices = [n for n in db.session.scalars(sa.select(Notice.number)) if n]
            db.session.remove()
        for make_comment in comments.NOT_READ:
            name = make_comment.__name__.replace("_", "")
            house.comments.append(make_comment(app, house.public.slug, name))
            house.others.append(Item(name, house.comments[-1]))
        crowds.fill(app, house.public.slug, 20)  # a second page of the discussion
        house.own, made = talks.published(app, house.public.slug, f"Příspěvek {text(PUBLIC)}", text(PUBLIC))
        house.comments.append(made)
        for n in range(25):  # a second page of the list
            desks.published(app, "Výplň.", f"Výplň {n}", now=datetime.now(UTC) - timedelta(days=1))
        houses_of_items[engine] = house
    return houses_of_items[engine]


def item(app: Flask, name: str, reference: str) -> Item:
    with app.app_context():
        case = desks.case_of(db.session(), reference)
        slug = db.session.scalar(sa.select(Message.slug).where(Message.derived_from_id == case.question_id))
    return Item(name, reference, slug or "")


def everything(house: House) -> list[str]:
    """The search over all kinds, for each item and for words that many have, page by page."""
    baits = [f"/hledat?q={one.bait}{kind}" for one in [house.public, *house.others] for kind in ("", "&druh=odpovedi")]
    return [
        *baits,
        *lists(house, "/hledat?q=vypln"),
        *(f"/hledat?q={w}" for w in ("odpoved", "nazev", "oznameni", "text")),
    ]


def feed(path: str) -> Callable[[House], list[str]]:
    return lambda _: [path, f"{path}?utvar=dopravy", f"{path}?utvar=kancelar"]


def kiosk(path: str) -> Callable[[House], list[str]]:
    return lambda house: [path.replace("<slug>", slug) for slug in ["ridici", *house.slugs]]


def lists(house: House, path: str = "/odpovedi") -> list[str]:
    """The list page by page, and a search for each item."""
    found, start = [], path
    while path:
        found.append(path)
        path = desks.next_page(desks.public_page(house.app, path))
    assert len(found) > 1
    if "?" in start:
        return found
    searches = [f"{start}?q={one.bait}" for one in [house.public, *house.others]]
    starts = [f"{start}?od=9999999999.000000-1", f"{start}?q=otazka&od=99999999999"]
    if start == "/odpovedi":
        starts += [f"{start}?utvar={name}" for name in ("dopravy", "kancelar")] + [
            f"{start}?rok={n}" for n in (2025, 2026)
        ]
    return [*found, *searches, *starts, *(f"{start}?q={word}" for word in ("odpoved", "nazev", "oznameni", "text"))]


def board(house: House) -> list[str]:
    return lists(house, "/uredni-deska")


def notices(house: House) -> list[str]:
    shown = [f"/uredni-deska/{number}{ending}" for number in house.notices for ending in ("", ".json")]
    return [*shown, *(f"/uredni-deska/{one}" for one in (*house.slugs, *(item.reference for item in house.others)))]


def pages(house: House) -> list[str]:
    every = [f"/odpovedi/{slug}{ending}" for slug in house.slugs for ending in ("", ".json", ".atom", ".txt")]
    return [*every, *(f"/odpovedi/{one.reference}" for one in house.others)]


def followed(house: House) -> list[str]:
    """The public item's own link; of the others what somebody could guess."""
    guessed = [guess for one in house.others for guess in (one.reference, one.slug or "x", "tajny-odkaz-" + "0" * 32)]
    return [f"/sledovani/{one}" for one in [desks.secrets[house.public.reference], *guessed]]


ROUTES: dict[str, Callable[[House], list[str]]] = {
    "/": lambda _: ["/", f"/?q={bait('hidden')}"],
    "/healthz": lambda _: ["/healthz"],
    "/metrics": lambda _: ["/metrics"],
    "/readyz": lambda _: ["/readyz"],
    "/zdravi": lambda _: ["/zdravi"],
    "/favicon.ico": lambda _: ["/favicon.ico"],
    "/static/<path:filename>": lambda _: ["/static/hub.css"],
    "/static/kiosk/<path:filename>": lambda _: ["/static/kiosk/kiosk.css"],
    "/kiosk/zarizeni/": lambda _: ["/kiosk/zarizeni/"],
    "/kiosk/zarizeni/sw.js": lambda _: ["/kiosk/zarizeni/sw.js"],
    "/kiosk/zarizeni/v1/nastaveni": lambda _: ["/kiosk/zarizeni/v1/nastaveni"],
    "/kiosk/zarizeni/v1/karty": lambda _: ["/kiosk/zarizeni/v1/karty"],
    "/kiosk/<slug>": kiosk("/kiosk/<slug>"),
    "/kiosk/<slug>/duvod": kiosk("/kiosk/<slug>/duvod"),
    "/kiosk/<slug>/zpravy": kiosk("/kiosk/<slug>/zpravy"),
    "/kiosk/<slug>/zmenit": kiosk("/kiosk/<slug>/zmenit"),
    "/kiosk/<slug>/dekujeme": kiosk("/kiosk/<slug>/dekujeme"),
    "/kalendar/<secret>.ics": lambda _: ["/kalendar/x.ics", f"/kalendar/{'x' * 43}.ics"],
    "/kontakty": lambda house: ["/kontakty", *(f"/kontakty?q={one.bait}" for one in [house.public, *house.others])],
    "/kontakty/<slug>": lambda house: [f"/kontakty/{slug}" for slug in ["dopravy", *house.slugs]],
    "/kontakty/portrety/<digest>": lambda _: [f"/kontakty/portrety/{'0' * 64}"],
    "/kontakty/zivotni-situace/<slug>": lambda house: [f"/kontakty/zivotni-situace/{slug}" for slug in house.slugs],
    "/napiste-nam": lambda _: ["/napiste-nam"],
    "/napiste-nam/mapa": lambda _: ["/napiste-nam/mapa"],
    "/odpovedi": lists,
    "/odpovedi/<slug>": pages,
    "/soukromi": lambda _: ["/soukromi"],
    "/pristupnost": lambda _: ["/pristupnost"],
    "/robots.txt": lambda _: ["/robots.txt"],
    "/sitemap.xml": lambda _: ["/sitemap.xml"],
    "/vzhled-<mark>.css": lambda _: ["/vzhled-x.css"],
    "/znak-<mark>.png": lambda _: ["/znak-x.png"],
    "/odpovedi.atom": feed("/odpovedi.atom"),
    "/odpovedi.json": feed("/odpovedi.json"),
    "/hledat": everything,
    "/diskuse/<slug>": lambda house: comments.pages(house.app, house.public.slug, house.comments, house.slugs),
    "/diskuse/<slug>/<reference>": lambda house: comments.of_each(house.public.slug, house.comments),
    "/diskuse/<slug>/<reference>/nahlaseni": lambda house: comments.of_each(
        house.public.slug, house.comments, "nahlaseni"
    ),
    "/muj-prispevek/<secret>": lambda house: [house.own, *(f"/muj-prispevek/{one}" for one in house.comments)],
    "/sledovani/<secret>": followed,
    "/sledovani/<secret>/kopie": lambda house: [f"{path}/kopie" for path in followed(house)[1:]],
    "/sledovani/<secret>/vymazani": lambda house: [f"{path}/vymazani" for path in followed(house)],
    "/odbery": lambda _: ["/odbery", "/odbery?odeslano=1"],
    "/odbery/nastaveni/<token>": lambda _: ["/odbery/nastaveni/x"],
    "/odbery/potvrzeni/<secret>": lambda _: ["/odbery/potvrzeni/x"],
    "/odbery/zrusit/<token>": lambda _: ["/odbery/zrusit/x"],
    "/uredni-deska": board,
    "/uredni-deska/<number>": notices,
}
"""Every address of GET outside the office → how to ask for it in each way that could show an item."""

SHOWS = {
    "/",
    "/kiosk/<slug>",
    "/kiosk/<slug>/zpravy",
    "/odpovedi",
    "/odpovedi/<slug>",
    "/sitemap.xml",
    "/odpovedi.atom",
    "/odpovedi.json",
    "/hledat",
    "/diskuse/<slug>",
    "/diskuse/<slug>/<reference>",
    "/diskuse/<slug>/<reference>/nahlaseni",
    "/muj-prispevek/<secret>",
    "/sledovani/<secret>",
    "/sledovani/<secret>/vymazani",
    "/uredni-deska",
    "/uredni-deska/<number>",
}
"""Addresses that show the public item. (A test that looks where nothing is shown would prove nothing.)"""


def test_every_public_address_has_its_row(towns: Towns) -> None:
    rules = [rule for rule in towns("sqlite").url_map.iter_rules() if "GET" in (rule.methods or set())]
    assert {rule.rule for rule in rules if not rule.rule.startswith(AREA)} == set(ROUTES)


LANGUAGES = ("", "/en", "/uk")
"""Each of the first addresses of a kind is asked for in all of them, the many others in one in turn."""


def test_what_is_not_public_is_nowhere(full: House, subtests: pytest.Subtests) -> None:
    client = full.app.test_client()
    for rule, paths in ROUTES.items():
        shown = ""
        for n, path in enumerate(paths(full)):
            for prefix in LANGUAGES if n < len(LANGUAGES) else LANGUAGES[n % 3 : n % 3 + 1]:
                answer = client.get(prefix + path, buffered=True)
                assert answer.status_code < 500, prefix + path
                whole = f"{answer.headers}\n{answer.get_data(as_text=True)}".casefold()
                for slug in full.slugs:
                    if slug in path:  # what one asks by is said back
                        whole = whole.replace(slug, "")
                shown += whole
                with subtests.test(prefix + path):
                    assert [one.name for one in full.others if one.seal in whole] == []
                if rule in {"/odpovedi", "/uredni-deska"} and any(one.bait in path for one in full.others):
                    assert 'class="finds"' not in whole, path
        assert (full.public.seal in shown) == (rule in SHOWS), rule


def test_a_search_finds_the_public_item_alone(full: House) -> None:
    page = desks.public_page(full.app, q="otázka název")
    found = re.findall(r'href="/odpovedi/([^"?]+)"', page)
    assert found == [full.public.slug]


def test_an_address_of_what_is_not_public_is_like_one_that_never_was(full: House) -> None:
    client = full.app.test_client()
    by_slug = {one.slug: one.name for one in full.others}

    def refusal(slug: str) -> str:
        answer = client.get(f"/odpovedi/{slug}")
        # What was withdrawn says so; nothing else tells that it ever was.
        gone = {"withdrawn", "leftwithoutitssearchentry"}
        assert answer.status_code == (410 if by_slug.get(slug) in gone else 404), slug
        return re.sub(rf'{slug}|[0-9a-f]{{16}}|nonce-?[\w="-]+', "", answer.get_data(as_text=True))

    slugs = [one.slug for one in full.others if one.slug]
    assert len(slugs) >= 10
    pages = {slug: refusal(slug) for slug in slugs}
    assert {page for page in pages.values() if "stažena" not in page} == {refusal("nikdy-nebylo-abcdef")}
    assert len({page for page in pages.values() if "stažena" in page}) == 1
