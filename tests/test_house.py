"""Tests of the house: what every page, setting and word must keep."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from config import Settings
from hub import cityfile, errors, triggers
from hub.app import create_app
from hub.vocabulary import KIOSK_LANGUAGES
from tests import desks, visitors
from tests.conftest import test_settings
from tests.running import TREE

ROUTES = {
    "/": "the front page",
    "/favicon.ico": "the sign of the house",
    "/napiste-nam": "the form for whatever a citizen wants to say",
    "/napiste-nam/mapa": "the plain map on which a place is marked",
    "/napiste-nam/podobne": "answers similar to what is being written",
    "/kontakty": "what people need to settle, and the departments; and their search",
    "/kontakty/<slug>": "one department, its hours and officials",
    "/kontakty/portrety/<digest>": "a portrait",
    "/kontakty/zivotni-situace/<slug>": "a guide from a need to its department",
    "/odbery": "news by e-mail",
    "/odbery/nastaveni/<token>": "what an address listens to",
    "/odbery/potvrzeni/<secret>": "yes, I want them",
    "/odbery/zrusit/<token>": "no more of this, by one click",
    "/odpovedi": "published answers and their search",
    "/odpovedi/<slug>": "one of them",
    "/soukromi": "what is kept, how long and why",
    "/pristupnost": "the statement of accessibility",
    "/robots.txt": "what robots may look through",
    "/sitemap.xml": "the addresses of public pages",
    "/vzhled-<mark>.css": "the colour of the city",
    "/znak-<mark>.png": "its coat of arms",
    "/odpovedi.atom": "the newest for readers of news",
    "/odpovedi.json": "the same as JSON",
    "/hledat": "one search over everything public",
    "/pomohlo/<slug>": "whether a publication helped",
    "/pomohlo/zivotni-situace/<slug>": "whether a guide was clear",
    "/pomohlo/<slug>/slova": "what was missing in a publication",
    "/pomohlo/zivotni-situace/<slug>/slova": "what was missing in a guide",
    "/diskuse/<slug>": "what people say under a publication",
    "/diskuse/<slug>/<reference>": "one comment with its replies",
    "/diskuse/<slug>/<reference>/nahlaseni": "this comment is wrong",
    "/diskuse/<slug>/pridavam-se": "me too",
    "/muj-prispevek/<secret>": "what became of my comment",
    "/sledovani/<secret>": "the private page of one question",
    "/sledovani/<secret>/doplneni": "its citizen adds words",
    "/sledovani/<secret>/email": "and says where to write",
    "/sledovani/<secret>/kopie": "everything that is kept of it",
    "/sledovani/<secret>/stazeni": "and does not want it public any more",
    "/sledovani/<secret>/vymazani": "and has it erased",
    "/kiosk/<slug>": "the faces of a place",
    "/kiosk/<slug>/davka": "a batch of presses",
    "/kiosk/<slug>/dekujeme": "thanks, without scripts",
    "/kiosk/<slug>/dotek": "one press",
    "/kiosk/<slug>/duvod": "the reason, without scripts",
    "/kiosk/<slug>/zpravy": "what the city published last, for its idle screen",
    "/kiosk/<slug>/zmenit": "another face, without scripts",
    "/kiosk/zarizeni/": "the shell of a paired device",
    "/kiosk/zarizeni/sw.js": "the service worker that keeps it on the disk",
    "/kiosk/zarizeni/v1/parovani": "a code becomes a token",
    "/kiosk/zarizeni/v1/nastaveni": "what a device shows, signed",
    "/kiosk/zarizeni/v1/tep": "its heartbeat",
    "/kiosk/zarizeni/v1/doteky": "a batch of its presses",
    "/kiosk/zarizeni/v1/karty": "what its idle screen shows",
    "/static/<path:filename>": "our own files",
    "/static/kiosk/<path:filename>": "the kiosk's own files",
    "/uredni-deska": "what hangs on the notice board, and its search",
    "/uredni-deska/<number>": "one notice, or that it was there",
    "/urad": "the first page after signing in",
    "/urad/diskuse": "what waits for a moderator",
    "/urad/diskuse/<reference>": "one comment and its decision",
    "/urad/diskuse/<reference>/zacerneni": "words of a comment are left out",
    "/urad/diskuse/<reference>/odpoved": "the office replies",
    "/urad/diskuse/zverejneni": "how publications are discussed",
    "/urad/diskuse/zverejneni/<slug>": "one of them, opened, closed or switched off",
    "/urad/kontakty": "departments and guides, for staff",
    "/urad/kontakty/nova-situace": "a new guide",
    "/urad/kontakty/novy-urednik": "a new official",
    "/urad/kontakty/odbor/<slug>": "where a department is and when",
    "/urad/kontakty/urednik/<reference>": "the card of an official",
    "/urad/kontakty/urednik/<reference>/smazani": "no longer there",
    "/urad/kontakty/zivotni-situace/<slug>": "a guide in its languages",
    "/urad/nepritomnost": "who is away and who stands in",
    "/urad/nepritomnost/<int:number>/konec": "back earlier",
    "/urad/lhuty": "the rules of deadlines",
    "/urad/lhuty/overeni": "a rule compared with the law",
    "/urad/lhuty/prehled": "how deadlines were kept",
    "/urad/lhuty/prehled.csv": "the same as a table",
    "/urad/kalendar": "what is due when",
    "/urad/nastaveni": "what somebody of the office chooses",
    "/urad/nastaveni/souhrn": "the daily summary, or not",
    "/urad/nastaveni/kalendar": "a new secret link of the calendar",
    "/kalendar/<secret>.ics": "deadlines for a calendar program",
    "/urad/nahled": "an answer as it will look, while it is written",
    "/urad/vlozeni": "what was pasted, made clean",
    "/urad/odhlaseni": "sign-out",
    "/urad/odesilani": "how the channels are doing, and what did not surely go",
    "/urad/odesilani/<int:number>": "what became of a letter",
    "/urad/pripady": "the inbox",
    "/urad/vice-pripadu": "several cases at once",
    "/urad/pripady/pohledy": "one's own views of the inbox",
    "/urad/pripady/pohledy/<int:number>": "one of them, changed",
    "/urad/pripady/<reference>": "one case",
    "/urad/pripady/hledani": "the old address of the search by a number, which the inbox has now",
    "/urad/pripady/nova": "what came on paper, by telephone or in person",
    "/urad/pripady/nova/<token>": "its receipt, to be printed",
    "/urad/pripady/<reference>/postoupeni": "another authority answers",
    "/urad/pripady/<reference>/postoupeni/zpet": "that was a mistake",
    "/urad/pripady/<reference>/spis": "its numbers in the records",
    "/urad/pripady/<reference>/spojeni": "it is a duplicate of another one",
    "/urad/pripady/<reference>/spojeni/dalsi": "others are duplicates of it",
    "/urad/pripady/<reference>/spojeni/poslat": "an answer goes to late ones too",
    "/urad/pripady/<reference>/spojeni/zpet": "it is none after all",
    "/urad/pripady/<reference>/spojeni/seznam": "what is joined to a case",
    "/urad/pripady/<reference>/spojeni/hromadne/<int:number>": "how far joining many cases is, and undoing it",
    "/urad/spojit": "all the cases of a list joined to one",
    "/urad/pripady/<reference>/koncept": "its draft, saved as it is typed",
    "/urad/pripady/<reference>/odpoved": "its answer",
    "/urad/pripady/<reference>/oprava": "an answer is corrected",
    "/urad/pripady/<reference>/plan": "a planned answer goes now, or is taken back",
    "/urad/pripady/<reference>/podezreni": "whether it is spam",
    "/urad/pripady/<reference>/ponechani": "the answer is left as it is after all",
    "/urad/pripady/<reference>/poznamka": "an internal note",
    "/urad/pripady/<reference>/prevzeti": "it is mine",
    "/urad/pripady/<reference>/pridel": "it is a colleague's",
    "/urad/pripady/<reference>/prilohy/<int:position>": "a file that came with it",
    "/urad/pripady/<reference>/prodlouzeni": "its deadline is extended",
    "/urad/pripady/<reference>/vyzva": "its citizen is called to complete it",
    "/urad/pripady/<reference>/sablona": "a template filled in for it",
    "/urad/pripady/<reference>/schvaleni": "approved or returned",
    "/urad/pripady/<reference>/stazeni": "no longer public",
    "/urad/pripady/<reference>/tema": "what the published answer is about",
    "/urad/pripady/<reference>/uzavreni": "it needs no answer",
    "/urad/pripady/<reference>/vymazani": "its words are erased as its citizen wishes",
    "/urad/pripady/<reference>/zarazeni": "its department and legal kind",
    "/urad/prihlaseni": "sign-in",
    "/urad/sablony": "templates of answers and their search",
    "/urad/sablony/<reference>": "one of them, its form sent",
    "/urad/sablony/nova": "a new one",
    "/urad/spokojenost": "the figures",
    "/urad/spokojenost.csv": "the figures as a table",
    "/urad/kiosky": "all the devices and how they are",
    "/urad/kiosky/novy": "a new one",
    "/urad/kiosky/<ref>": "one of them, its settings sent",
    "/urad/kiosky/<ref>/kod": "a code for pairing",
    "/urad/kiosky/<ref>/nastaveni": "the form of its settings",
    "/urad/kiosky/<ref>/navod": "how to set up its computer",
    "/urad/kiosky/<ref>/odpojit": "its token ends",
    "/urad/kiosky/<ref>/ozvena-kiosk.service": "the service of its computer",
    "/urad/kiosky/<ref>/presun": "it is moved",
    "/urad/kiosky/<ref>/vyradit": "out of use for good",
    "/urad/uredni-deska": "the notices of a department",
    "/urad/uredni-deska/<reference>": "one of them, its form sent",
    "/urad/uredni-deska/<reference>/krok": "taken back, discarded, posted late, taken down early",
    "/urad/uredni-deska/<reference>/schvaleni": "approved or returned",
    "/urad/nove-oznameni": "a new notice",
    "/healthz": "that this process lives",
    "/metrics": "how much waits, for monitoring",
    "/readyz": "whether the hub is well",
    "/zdravi": "whether the hub is well",
}


def variables() -> dict[str, object]:
    return {f"HUB_{name.upper()}": field for name, field in Settings.model_fields.items()}


def test_every_setting_stands_in_the_example_with_its_default() -> None:
    example = (TREE / ".env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^#?(HUB_[A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert set(named) == set(variables())
    for name, field in Settings.model_fields.items():
        default = field.default
        words = (
            ",".join(default)
            if isinstance(default, tuple)
            else str(default).lower()
            if isinstance(default, bool)
            else str(default)
        )
        assert named[f"HUB_{name.upper()}"] == words, name


def test_the_defaults_are_those_of_production() -> None:
    assert Settings.model_fields["mode"].default == "production"
    assert Settings.model_fields["secret_key"].default == ""


def test_every_public_address_is_known(tmp_path: Path) -> None:
    app = create_app(test_settings(data_dir=tmp_path))
    served = {rule.rule for rule in app.url_map.iter_rules()}
    assert served - {rule for rule in served if rule.startswith("/urad/") and rule not in ROUTES} == set(ROUTES)
    library = {rule for rule in served if rule.startswith("/urad/") and rule not in ROUTES}
    assert library <= {"/urad/static/<path:filename>", "/urad/fs-static/<path:filename>"}, library


def test_the_hub_runs_with_no_room(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from config import Settings; from hub.app import create_app;"
        f"app = create_app(Settings(_env_file=None, mode='test', rooms=(), channels=(), data_dir=Path({str(tmp_path)!r})));"
        "others = ('kiosk', 'noticeboard', 'channels');"
        "print([m for m in sys.modules if m.split('.')[0] in others], app.test_client().get('/neni').status_code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TREE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] 404"


def test_tests_of_the_hub_know_no_room() -> None:
    knowing = [
        p.name
        for p in (TREE / "tests" / "hub").glob("*.py")
        if re.search(r"^(from|import) (kiosk|noticeboard|channels)", p.read_text(), re.M)
    ]
    assert knowing == []
    assert len(list((TREE / "tests" / "hub").glob("test_*.py"))) > 3


def test_problems_have_words_and_a_status_of_their_kind() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    for kind in kinds:
        assert kind.title
        assert kind.message.endswith(".")
        assert 400 <= kind.status < 600
        assert kind.status not in {429, 503, 507} or kind.retry_after


def test_the_default_questionnaire_speaks_every_language_of_the_kiosk() -> None:
    for question in cityfile.default_questionnaire().questions:
        for words in (question.text, *question.levels):
            assert set(words) == set(KIOSK_LANGUAGES)


def test_the_demo_city_has_eight_kiosks_and_marks_what_is_made_up() -> None:
    city = cityfile.read(TREE / "hub" / "demo" / "havirov.toml")
    assert city.is_sample
    assert len(city.touchpoints) == 8
    assert any(place.sample for place in city.touchpoints)
    assert all(account.email.endswith(".example") for account in city.accounts)


def test_only_the_database_modules_ask_which_engine_it_is() -> None:
    asking = {
        str(path.relative_to(TREE))
        for folder in ("hub", "kiosk", "noticeboard", "channels", "migrations")
        for path in (TREE / folder).rglob("*.py")
        if re.search(r"dialect\.name|dialect_name", path.read_text(encoding="utf-8"))
    }
    assert asking <= {
        "hub/batches.py",
        "hub/database.py",
        "hub/triggers.py",
        "migrations/env.py",
        "migrations/versions/0002_words_and_duty.py",
        "migrations/versions/0012_inbox.py",
    }


def test_no_two_triggers_share_a_name() -> None:
    assert len({trigger.name for trigger in triggers.known()}) == len(triggers.known())


def test_markup_is_never_declared_safe_by_hand() -> None:
    for folder in ("hub", "kiosk"):
        for path in [*(TREE / folder).rglob("*.py"), *(TREE / folder).rglob("*.html")]:
            text = path.read_text(encoding="utf-8")
            assert "Markup(" not in text or path.name == "markup.py", path
            assert not re.search(r"\|\s*safe\b", text), path
            assert "autoescape false" not in text, path


def test_pages_have_no_inline_script_or_style() -> None:
    for folder in ("hub", "kiosk"):
        for path in (TREE / folder).rglob("*.html"):
            if path.parent.name == "mail":  # no browser of ours shows it, and its style cannot be elsewhere
                continue
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"<style|\sstyle=|\son\w+=\"", text), path
            for tag in re.findall(r"<script[^>]*>", text):
                # The shell of a paired device lies on its disk for weeks: its policy names files, not a nonce.
                assert "nonce" in tag or path.name == "device.html", path
                assert "src=" in tag, path


def test_scripts_and_styles_stay_small() -> None:
    scripts = sum(path.stat().st_size for path in (TREE / "hub" / "static").rglob("*.js"))
    assert scripts <= 30_000
    shell = sum(path.stat().st_size for path in (TREE / "kiosk" / "static").iterdir())
    assert shell < 100_000


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/add-a-channel.md"])
def test_links_in_documents_lead_somewhere(document: str) -> None:
    path = TREE / document
    for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (path.parent / link).exists(), link


def test_every_make_target_named_in_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (TREE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", (TREE / document).read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= targets, document


def test_every_table_and_its_things_have_a_word_in_the_architecture() -> None:
    text = (TREE / "docs" / "architecture.md").read_text(encoding="utf-8")
    from hub.database import db

    for table in db.metadata.tables:
        assert table in text or table == "account_roles", table


def test_dependencies_in_the_lock_are_those_asked_for() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {line.split("==")[0] for line in (TREE / "requirements.lock").read_text().splitlines() if "==" in line}
    asked = {re.split(r"[\[<>=]", name)[0] for name in project["dependencies"]}
    assert asked <= locked


@pytest.mark.parametrize("email", [desks.ADMINISTRATOR, desks.PRESS, desks.HEAD, desks.A])
def test_every_entry_of_the_menu_leads_somewhere(
    founded: Callable[[str, Path], str], tmp_path: Path, email: str
) -> None:
    app = desks.opened(founded("sqlite", tmp_path), tmp_path)
    client = desks.Desk(app, email).client
    page = client.get("/urad/pripady").get_data(as_text=True)
    menu = page.partition('class="main-menu"')[2].partition("</nav>")[0]
    links = re.findall(r'href="([^"]+)"', menu)
    assert "/urad/pripady" in links
    assert {link: client.get(link, follow_redirects=True).status_code for link in links} == dict.fromkeys(links, 200)
    visitors.close_house(app)
