"""Looks at every public page of the demo city with axe and writes what it found: `make accessibility`."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import aliased

from config import Settings
from hub.accessibility import RESULTS
from hub.actions import answers, correcting
from hub.actions.answers import Written
from hub.app import create_app
from hub.database import db
from hub.models import Account, Case, Comment, Department, Draft, Message, Role
from hub.rules.access import scope_of
from hub.rules.localtime import local
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE, CommentState
from tests.running import free_port
from tests.services.browser import find_chromium, launch

TREE = Path(__file__).parent.parent
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
WIDTHS = (320, 390, 1440)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FIRST = ("/", "/neni-tu", "/odbery/potvrzeni/neni-tu")
"""Where the looking begins; other pages are found by their links, one of each kind of address."""
MOST = 60
asked = aliased(Message)


@contextmanager
def demo() -> Iterator[tuple[str, list[str]]]:
    """A demo city of its own on a free port, and pages in it to which no link leads: see `more`."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        ours = {"HUB_MODE": "demo", "HUB_DATA_DIR": folder, "HUB_PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.serve"], cwd=TREE, env={**os.environ, **ours}, stdout=subprocess.DEVNULL
        )
        try:
            address = _up(f"http://localhost:{port}")
            yield address, more(Path(folder))
        finally:
            process.terminate()
            process.wait(30)


def _up(address: str) -> str:
    end = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310 (our own)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return address


def more(folder: Path) -> list[str]:
    """One published answer is corrected and another withdrawn, as officials do it; the addresses of both, and of a comment,
    its discussion and the form by which it is reported.
    """
    app = create_app(Settings(_env_file=None, mode="demo", data_dir=folder))  # type: ignore[call-arg]
    with app.app_context():
        admins = sa.select(Account).join(Account.roles).where(Role.name == "administrator")
        admin = db.session.scalars(admins).first()
        scope = scope_of(admin.id, None, [role.name for role in admin.roles]) if admin else None
        if scope is None:
            raise SystemExit("the demo city has no administrator")
        public = (
            sa.select(Case.reference, Message.slug, Message.department_id)
            .join(Department, Department.id == Case.department_id)
            .join(asked, asked.conversation_id == Case.conversation_id)
            .join(Message, Message.derived_from_id == asked.id)
            .where(Message.slug.is_not(None), Message.shown_n.is_not(None), Department.needs_approval.is_(False))
        )
        (first, corrected, _), (second, withdrawn, _) = db.session.execute(public.limit(2)).all()
        now = datetime.now(UTC)
        correcting.begin(scope, first, 1, now)
        draft = db.session.scalars(sa.select(Draft).join(Case).where(Case.reference == first)).one()
        longer, why = f"{draft.text} Doplněno.", "Doplněno."
        said = Written(draft.version, longer, True, draft.title, draft.public_question, corrects=1, reason=why)
        answers.submit(scope, first, said, now)
        answers.withdraw(scope, second, now)
        shown = sa.select(Comment.reference, Message.slug).join(Message, Message.id == Comment.publication_id)
        not_that = Message.slug.not_in([withdrawn]), Comment.state == CommentState.PUBLISHED
        top = Comment.message.has(Message.replies_to_id == Comment.publication_id)
        reference, slug = db.session.execute(shown.where(*not_that, top)).first() or ("", "")
        db.session.remove()
        db.engine.dispose()
    talk = f"/diskuse/{slug}"
    said_in = [talk, f"{talk}/{reference}", f"{talk}/{reference}/nahlaseni"]
    return [f"/odpovedi/{corrected}", f"/odpovedi/{withdrawn}", *said_in]


def pressed(page: Page, home: str, answer: str, report: str) -> Iterator[str]:
    """States that only a form leads to; the name of each while it is on the page."""
    page.goto(f"{home}{answer}")
    page.locator("#pomohlo button[value='1']").click()
    yield f"{answer}#pomohlo, after a no"
    page.locator("#pomohlo textarea").fill("   ")
    page.locator("#pomohlo form.missed button").click()
    yield f"{answer}#pomohlo, words refused"
    page.goto(f"{home}{report}")
    page.locator("main textarea").fill("Urazilo mě to.")
    page.locator("main form").evaluate(
        "form => { form.action = form.action.replace(/[^/]+.nahlaseni$/, 'x/nahlaseni') }"
    )
    page.locator("main form button").click()
    yield f"{report}, a report of what is gone"


def paths(browser: Browser, address: str, more: Sequence[str]) -> list[str]:
    """The public pages: each address that links lead to, of those of one form only the first."""
    page = browser.new_page()
    found, forms, waiting = list[str](), set[str](), list(FIRST)
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        form = re.sub(r"/[^/]*\d[^/]*|(?<=/odpovedi/)[^/]+|(?<=/kiosk/)[^/]+", "/…", path)
        if form in forms or path.startswith(("/urad", "/en", "/uk")):
            continue
        forms.add(form)
        answer = page.goto(address + path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found.append(path)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting += [
            link.removeprefix(address).partition("#")[0].partition("?")[0] for link in links if link.startswith(address)
        ]
    page.close()
    return list(dict.fromkeys([*found, *more]))


def _opened(page: Page, home: str, pages: Sequence[str]) -> Iterator[str]:
    for path in pages:
        page.goto(home + path)
        yield path


def main() -> None:
    """Measure and write the results."""
    with demo() as (address, hidden), launch(find_chromium()) as browser:
        pages = paths(browser, address, hidden)
        states = list[str]()
        version, violations = "", 0
        looks = list(itertools.product(CITY_LANGUAGES, WIDTHS, COLOURS))
        for language, width, colours in looks:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=colours,
                bypass_csp=True,
            )
            page = context.new_page()
            home = address + ("" if language == DEFAULT_LANGUAGE else f"/{language}")
            for path in itertools.chain(_opened(page, home, pages), pressed(page, home, hidden[0], hidden[-1])):
                page.wait_for_load_state()  # a press is over when the page begins, which then has no colours or sizes yet
                states += [] if path in pages or path in states else [path]
                found = Axe().run(page, options=RULES)
                version = found.response["testEngine"]["version"]
                for one in found.response["violations"]:
                    violations += len(one["nodes"])
                    print(f"{path} ({language}, {width} px, {colours}): {one['id']}")
            context.close()
        chromium = f"Chromium {browser.version.partition('.')[0]}"
    listed = "".join(f'  "{path}",\n' for path in sorted([*pages, *states]))
    RESULTS.write_text(
        "# Written by `make accessibility`.\n"
        f'on = "{local(datetime.now(UTC)).date()}"\naxe = "{version}"\nbrowser = "{chromium}"\n'
        f"looks = {len(looks)}\nwidths = {list(WIDTHS)}\nviolations = {violations}\npaths = [\n{listed}]\n",
        encoding="utf-8",
    )
    print(f"{len(pages) + len(states)} pages in {len(looks)} states each: {violations} violations.")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
