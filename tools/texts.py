"""Which texts there are, and in which languages each catalogue must be complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

TREE = Path(__file__).parent.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "marked": None, "ngettext": (1, 2)}


@dataclass(frozen=True, slots=True)
class Domain:
    """One catalogue: where its texts are collected from (nowhere: written by hand) and its languages.

    `without`: files and folders of the sources that say nothing in these languages.
    """

    folder: str
    name: str
    sources: tuple[str, ...]
    languages: tuple[str, ...]
    without: tuple[str, ...] = ()

    def path(self, language: str) -> Path:
        """The file of a language."""
        return TREE / self.folder / "translations" / language / "LC_MESSAGES" / f"{self.name}.po"


STAFF = (
    "desk.py",
    "forms.py",
    "telling.py",
    "device_api.py",
    "health.py",
    "pairing.py",
    "room.py",
    "spans.py",
    "watching.py",
    "templates/devices/",
)
"""What of the kiosk is read by administrators, who speak the languages of the city."""

DOMAINS = (
    Domain("hub", "messages", ("hub",), ("cs", "uk")),
    # What can go wrong at a touch screen, and what stands over its news, is said in the languages of touch screens.
    Domain("hub", "messages", ("hub/errors.py", "hub/queries/publications.py"), ("pl", "de", "vi")),
    Domain("hub", "flask_security", (), ("cs", "uk")),
    Domain("kiosk", "messages", ("kiosk",), ("cs", "uk")),
    Domain("kiosk", "messages", ("kiosk",), ("pl", "de", "vi"), STAFF),
    Domain("noticeboard", "messages", ("noticeboard",), ("cs", "uk")),
    Domain("noticeboard", "messages", ("noticeboard/room.py",), ("pl", "de", "vi")),
)


Text = str | tuple[str, str]
"""A text, or its form for one and for more."""


def wanted(domain: Domain) -> set[Text]:
    """The texts that stand in the code."""
    return {text for source in domain.sources for text in _texts(TREE / source, domain.without)}


def stored(domain: Domain, language: str) -> Catalog:
    """The catalogue of a language; empty when there is none yet."""
    path = domain.path(language)
    if not path.exists():
        return Catalog(locale=language, domain=domain.name, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain.name)


def stands(text: Text) -> str:
    """What a text is sorted and looked up by in a catalogue: its first form."""
    return text if isinstance(text, str) else text[0]


def _texts(source: Path, without: tuple[str, ...]) -> Iterator[Text]:
    folder = source.parent if source.is_file() else source
    for filename, _line, message, *_rest in extract_from_dir(folder, METHODS, keywords=KEYWORDS):
        if filename.startswith(without) and without:
            continue
        if source.is_dir() or filename == source.name:
            yield (message[0], message[1]) if isinstance(message, tuple) else message
