"""The kill test: a city at work while its processes are killed at random, and what must be true afterwards.

Kiosks send batches, citizens send forms, an official answers; each repeats the very same request until it is acknowledged, as
the real ones do. Meanwhile web and work are ended without a warning and started again, and the queue's file is deleted; or
whatever else the test breaks.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from random import Random
from threading import Event, Lock, Thread
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Address, Case, Delivery, Feedback, Message, Revision
from hub.queries import recount
from tests import visitors
from tests.balancing import balanced
from tests.factories import PASSWORD
from tests.presses import press_json
from tests.running import Server, Worker
from tests.services.mail import SmtpServer

DEADLINE = 60.0
BATCH = 10
SENDER = "lhota.cz"
SETTINGS = {
    "HUB_LEASE": "2",
    "HUB_TICK": "0.5",
    "HUB_SECRET_KEY": "kills-0123456789-abcdefghijklmnopqrstuvwxyz",
    "HUB_QUESTIONS_PER_MINUTE": "1000000",
    "HUB_SIGN_INS_PER_MINUTE": "1000000",
    "HUB_MAIL_FROM": f"Lhota <ozvena@{SENDER}>",
    "HUB_LOG_LEVEL": "warning",
}
OPEN = ("queued", "claimed", "retry")


@dataclass(frozen=True)
class Plan:
    """How much happens. The same seed chooses the same moments, as far as the machine lets it."""

    taps: int
    questions: int
    kills: int
    seed: int
    workers: int = 1
    webs: int = 1


@dataclass
class Ledger:
    """What was acknowledged to those who sent it: taps by id, questions by sender, with the text of their answer."""

    taps: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One delivery of the database, and the Message-ID it must have."""

    id: int
    state: str
    letter: str
    address: str
    message_id: str


@dataclass
class Found:
    """What is there afterwards: in the database, in the mailbox of the world, on the page of what did not surely go."""

    taps: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[str]] = field(default_factory=dict)
    letters: list[Sent] = field(default_factory=list)
    mails: Counter[str] = field(default_factory=Counter)
    listed: set[int] = field(default_factory=set)
    wrong_counts: int = 0


def complaints(ledger: Ledger, found: Found) -> list[str]:
    """Everything that is not as it was promised; nothing when all is well."""
    wrong = [
        f"tap {one} was acknowledged and is there {found.taps[one]} times"
        for one in ledger.taps
        if found.taps[one] != 1
    ]
    wrong += [f"{found.wrong_counts} counts differ from their ratings"] * bool(found.wrong_counts)
    for one in ledger.questions:
        if found.questions[one] != 1:
            wrong.append(f"the question of {one} was acknowledged and is there {found.questions[one]} times")
    for one, text in ledger.answers.items():
        if found.answers.get(one) != [text]:
            wrong.append(f"the case of {one} has the answers {found.answers.get(one)}")
    per_case = Counter((letter.address, letter.letter) for letter in found.letters)
    wanted = [(one, "receipt") for one in ledger.questions] + [(one, "answer") for one in ledger.answers]
    wrong += [f"{one} has {per_case[one]} deliveries" for one in wanted if per_case[one] != 1]
    for letter in found.letters:
        wrong += _of_letter(letter, found)
    known = {letter.message_id for letter in found.letters}
    wrong += [f"{one} was sent and is no delivery" for one in found.mails if one not in known]
    return wrong


def _of_letter(letter: Sent, found: Found) -> list[str]:
    came = found.mails[letter.message_id]
    if letter.state == "sent":
        return [] if came == 1 else [f"{letter} came {came} times"]
    if letter.state != "unknown":
        return [f"{letter} is neither sent nor unknown"]
    wrong = [] if came <= 1 else [f"{letter} came {came} times"]
    return wrong if letter.id in found.listed else [*wrong, f"{letter} is not listed"]


@dataclass(frozen=True)
class Outcome:
    """What the whole run brought: an empty list of complaints is a pass. `unknown`: letters that a person must look at."""

    complaints: list[str]
    kills: int
    taps: int
    questions: int
    sent: int
    unknown: int
    seconds: float


Fault = Callable[[], None]


def run(
    url: str, folder: Path, plan: Plan, *, settings: Mapping[str, str] | None = None, faults: Sequence[Fault] = ()
) -> Outcome:
    """Found a city in a migrated, empty database, let it work and be killed as planned, and look.

    `settings` are more of the environment; `faults`, as many as the plan has kills, happen in place of the kills.
    """
    began = time.monotonic()
    app = visitors.open_house(url, folder)
    try:
        with SmtpServer() as smtp:
            town = _Town(url, folder, plan, smtp, settings or {}, faults)
            try:
                town.live()
                _until(lambda: _open(app) == 0, "letters are still to be sent")
                found = _look(app, smtp, town.listed())
            finally:
                town.end()
    finally:
        visitors.close_house(app)
    states = Counter(letter.state for letter in found.letters)
    wrong = complaints(town.ledger, found)
    ledger = town.ledger
    for name, got, wanted in (
        ("taps", len(ledger.taps), plan.taps),
        ("questions", len(ledger.questions), plan.questions),
        ("answers", len(ledger.answers), plan.questions),
    ):
        wrong += [] if got == wanted else [f"{got} {name} were acknowledged of {wanted}"]
    return Outcome(
        wrong, town.kills, len(ledger.taps), plan.questions, states["sent"], states["unknown"], time.monotonic() - began
    )


def _open(app: Flask) -> int:
    with app.app_context():
        left = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state.in_(OPEN))
        return db.session.scalar(left) or 0


def _until(met: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not met():
        if time.monotonic() > end:
            raise TimeoutError(what)
        Event().wait(0.1)


def _look(app: Flask, smtp: SmtpServer, listed: set[int]) -> Found:
    found = Found(mails=Counter(str(mail["Message-ID"]) for mail in smtp.mails), listed=listed)
    with app.app_context():
        session = db.session()
        found.taps = Counter(session.scalars(sa.select(Feedback.external_id)))
        found.wrong_counts = len(recount.differences(session))
        asker = sa.select(Address.value, Case.conversation_id).join_from(Case, Message, Message.id == Case.question_id)
        asked = session.execute(asker.join(Address, Address.contact_id == Message.author_id)).all()
        found.questions = Counter(row.value for row in asked)
        said = sa.select(Message.conversation_id, Revision.text).join(Revision, Revision.message_id == Message.id)
        for conversation, text in session.execute(said.where(Message.kind == "answer").order_by(Revision.message_id)):
            who = next(row.value for row in asked if row.conversation_id == conversation)
            found.answers.setdefault(who, []).append(text or "")
        rows = sa.select(Delivery, Address.value, Revision.digest).join(Address, Address.id == Delivery.address_id)
        mine = sa.and_(Revision.message_id == Delivery.message_id, Revision.n == Delivery.n)
        for one, value, digest in session.execute(rows.join(Revision, mine)):
            name = f"<ozvena-{one.id}-{one.copy}-{digest[:8]}@{SENDER}>"
            found.letters.append(Sent(one.id, one.state, one.letter, value, name))
    return found


class _Town:
    """The processes, and those who use them."""

    def __init__(
        self,
        url: str,
        folder: Path,
        plan: Plan,
        smtp: SmtpServer,
        settings: Mapping[str, str],
        broken: Sequence[Fault],
    ) -> None:
        self._plan, self._folder, self._broken = plan, folder, broken
        self._random = Random(plan.seed)
        self.ledger, self.kills = Ledger(), 0
        self._lock, self._over, self._progress = Lock(), Event(), 0
        self._asked: Queue[tuple[str, str]] = Queue()
        self._faults: list[BaseException] = []
        more = {**SETTINGS, "HUB_MAIL_URL": smtp.url, **settings}
        self._ending = ExitStack()
        with ExitStack() as ending:
            self._webs = [Server(url, folder, more) for _ in range(plan.webs)]
            self._works = [Worker(url, folder, more) for _ in range(plan.workers)]
            for stop in (*(web.stop for web in self._webs), *(work.stop for work in self._works)):
                ending.callback(stop)
            self._port = ending.enter_context(balanced([web.port for web in self._webs])).port
            self._ending = ending.pop_all()

    def live(self) -> None:
        """Everybody does what they came for, and the killer too."""
        half = self._plan.questions // 2
        batches = self._plan.taps // BATCH
        jobs: list[Callable[[], None]] = [
            lambda: self._kiosk("ridici", batches - batches // 2),
            lambda: self._kiosk("davky", batches // 2),
            lambda: self._citizens(range(half)),
            lambda: self._citizens(range(half, self._plan.questions)),
            self._official,
            self._killer,
        ]
        threads = [Thread(target=self._guarded, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._faults:
            raise self._faults[0]

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as fault:
            self._faults.append(fault)
            self._over.set()

    def end(self) -> None:
        self._over.set()
        self._ending.close()

    def _step(self) -> None:
        with self._lock:
            self._progress += 1

    def _kiosk(self, place: str, batches: int) -> None:
        client = _Client(self._port, self._over)
        for n in range(batches):
            presses = [press_json(1 + (n + at) % 5) for at in range(BATCH)]
            body = json.dumps({"presses": presses})
            answer = client.until_done("POST", f"/kiosk/{place}/davka", body, "application/json", (200, 201))
            receipts = {one["id"]: one["outcome"] for one in json.loads(answer.text)["receipts"]}
            good = [str(one["id"]) for one in presses if receipts[one["id"]] in {"stored", "known"}]
            with self._lock:
                self.ledger.taps += good
            self._step()

    def _citizens(self, numbers: range) -> None:
        client = _Client(self._port, self._over)
        for n in numbers:
            page = client.until_done("GET", "/napiste-nam", None, "", (200,))
            email = f"obcan{n}@mesto.example"
            form = {**visitors.hidden_fields(page.text), "text": f"Otázka číslo {n} o chodníku", "email": email}
            sent = client.form("/napiste-nam", form)
            with self._lock:
                self.ledger.questions.append(email)
            self._asked.put((email, sent.location.partition("?")[0]))
            self._step()

    def _official(self) -> None:
        client = self._signed_in()
        for n in range(self._plan.questions):
            email, link = self._next_question()
            case = re.search(r'class="period">([^<]+)<', client.until_done("GET", link, None, "", (200,)).text)
            assert case
            path = f"/urad/pripady/{case[1]}"
            page = client.until_done("GET", path, None, "", (200,)).text
            text = f"Odpověď číslo {n} na {case[1]}"
            form = {**_fields(page, f"{path}/odpoved"), "text": text, "public": "0", "step": "submit"}
            client.form(f"{path}/odpoved", form)
            with self._lock:
                self.ledger.answers[email] = text
            self._step()

    def _next_question(self) -> tuple[str, str]:
        while not self._over.is_set():
            try:
                return self._asked.get(timeout=0.1)
            except Empty:
                continue
        raise TimeoutError("the run is over")

    def _signed_in(self) -> _Client:
        client = _Client(self._port, self._over)
        page = client.until_done("GET", visitors.SIGN_IN, None, "", (200,))
        form = {**visitors.hidden_fields(page.text), "email": "spravce@mesto.example", "password": PASSWORD}
        client.form(visitors.SIGN_IN, form, (302, 303))
        return client

    def listed(self) -> set[int]:
        """The letters on the page of what did not surely go, over all its pages."""
        client, path, found = self._signed_in(), "/urad/odesilani", set[int]()
        while path:
            page = client.until_done("GET", path, None, "", (200,)).text
            found |= {int(number) for number in re.findall(r'action="/urad/odesilani/(\d+)"', page)}
            more = re.search(r'href="(/urad/odesilani\?od=\d+)"', page)
            path = more[1] if more else ""
        return found

    def _killer(self) -> None:
        total = self._plan.taps // BATCH + 2 * self._plan.questions
        moments = sorted(self._random.uniform(0.05, 0.95) for _ in range(self._plan.kills))
        for n, moment in enumerate(moments):
            while self._progress < moment * total:
                if self._over.wait(0.01):
                    return
            self._over.wait(self._random.uniform(0, 0.3))
            if self._broken:
                self._broken[n]()
            else:
                self._kill(with_queue=n == len(moments) // 2)
            self.kills += 1

    def _kill(self, *, with_queue: bool) -> None:
        if with_queue:
            (self._folder / "queue.db").unlink(missing_ok=True)
        victims = self._random.choice((["web"], ["work"], ["work"], ["web", "work"]))
        web, work = self._random.choice(self._webs), self._random.choice(self._works)
        if "web" in victims:
            web.kill()
        if "work" in victims:
            work.kill()
            work.start()
        if "web" in victims:
            web.restart()


def _fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent there."""
    form = next(part for part in page.split("<form")[1:] if f'action="{action}"' in part.partition(">")[0])
    return visitors.hidden_fields(f"<form{form}")


@dataclass(frozen=True)
class _Answer:
    status: int
    text: str
    location: str


class _Client:
    """Keeps cookies, and repeats the same request until it is answered as it should be."""

    def __init__(self, port: int, over: Event) -> None:
        self._port, self._over = port, over
        self._cookies: dict[str, str] = {}

    def form(self, path: str, fields: Mapping[str, str], wanted: tuple[int, ...] = (303,)) -> _Answer:
        """Send a form until it is taken."""
        return self.until_done("POST", path, urlencode(fields), "application/x-www-form-urlencoded", wanted)

    def until_done(self, method: str, path: str, body: str | None, kind: str, wanted: tuple[int, ...]) -> _Answer:
        """Ask until the status is one of those wanted. Raises AssertionError for a refusal, TimeoutError at the deadline."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            answer = self._ask(method, path, body, kind)
            if answer is not None and answer.status in wanted:
                return answer
            assert answer is None or answer.status >= 500 or answer.status == 429, (path, answer)
            if self._over.wait(0.03):
                break
        raise TimeoutError(path)

    def _ask(self, method: str, path: str, body: str | None, kind: str) -> _Answer | None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {"Host": "localhost", "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body.encode() if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return _Answer(answer.status, text, answer.headers.get("Location", ""))
