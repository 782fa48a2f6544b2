"""A city as a TOML file: what `flask new-city` and the demo build a database from. Errors name the line's key in plain words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo, model_validator

from hub.directoryfile import FilePart, GuidePart, Name, OfficePart, OfficialPart, Slug
from hub.rules import uploads
from hub.stems import fold
from hub.text import one_line
from hub.vocabulary import KIOSK_LANGUAGES, QuestionKind, RoleName

DEFAULT_QUESTIONNAIRE = Path(__file__).parent / "demo" / "questionnaire.toml"
HELPED_QUESTIONNAIRE = Path(__file__).parent / "demo" / "helped.toml"
WEB_PLACE = "web"
"""The place of what is said on the city's own pages."""


class BadCityFile(Exception):
    """The file cannot be used; the text lists every reason, one a line."""


def _with_letters(text: str) -> str:
    if not 0 < len(fold(text)) <= 160:
        raise ValueError("has no letters, or too many")
    return text


def _known_languages(texts: dict[str, object]) -> dict[str, object]:
    unknown = sorted(set(texts) - set(KIOSK_LANGUAGES))
    if unknown or "cs" not in texts:
        raise ValueError(f"needs cs, and only {', '.join(KIOSK_LANGUAGES)} are known (here: {', '.join(texts)})")
    return texts


def _once(keys: list[str], what: str) -> None:
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{what} stands twice: {', '.join(twice)}")


EMAIL = r"^[^@\s,;\x00-\x20]+@[^@\s,;\x00-\x20]+\.[a-z]{2,}$"
Words = Annotated[dict[str, Name], AfterValidator(_known_languages)]
Degrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
LARGEST_MAP = 1024 * 1024
Part = TypeVar("Part", bound=BaseModel)


class QuestionPart(FilePart):
    """One question: its words, and those of its levels from the worst (or the options in order)."""

    code: Slug
    kind: QuestionKind
    scale: Annotated[str, Field(pattern=r"^[a-z0-9]+@[1-9][0-9]*$", max_length=32)]
    text: Words
    levels: Annotated[list[Words], Field(min_length=2, max_length=11)]


class QuestionnairePart(FilePart):
    """A questionnaire in one version."""

    code: Slug = "kiosk"
    version: Annotated[int, Field(ge=1, le=9999)] = 1
    questions: Annotated[list[QuestionPart], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _codes_differ(self) -> QuestionnairePart:
        _once([question.code for question in self.questions], "a question's code")
        return self


class DepartmentPart(FilePart):
    """A department. What citizens write is proposed to it by `keywords`; the one with `*` gets what fits nobody's."""

    slug: Slug
    name: Name
    needs_approval: bool = False
    keywords: list[Name] = []


class TouchpointPart(FilePart):
    """A place with a kiosk. `visits_a_day` is only for sample traffic."""

    slug: Slug
    name: Name
    department: Slug
    place: Annotated[str, AfterValidator(one_line), Field(max_length=160)] = ""
    visits_a_day: Annotated[int, Field(ge=0, le=2000)] = 0
    mood: Annotated[float, Field(ge=-2, le=2)] = 0.0
    sample: bool = False


class ThemePart(FilePart):
    """What public answers may be about, with its name in each language."""

    slug: Slug
    name: Words


class AccountPart(FilePart):
    """A sign-in, named by its office."""

    email: Annotated[str, Field(pattern=EMAIL, max_length=254)]
    name: Name
    role: RoleName
    department: Slug | None = None


class MapPart(FilePart):
    """A plain picture of the city to mark a point on (a file beside this one: PNG, JPEG or SVG) and the degrees of its edges."""

    picture: Annotated[str, Field(pattern=r"^[\w.-]+\.(png|jpe?g|svg)$")]
    north: Degrees
    south: Degrees
    west: Degrees
    east: Degrees
    content: bytes = b""
    media_type: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, dict) or not isinstance(value.get("picture"), str):
            return value
        path = Path((info.context or {}).get("folder", ".")) / Path(value["picture"]).name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}") from error
        kind = uploads.kind_of(content)
        media_type = kind.media_type if kind else "image/svg+xml" if b"<svg" in content[:1000] else ""
        return {**value, "content": content, "media_type": media_type}

    @model_validator(mode="after")
    def _can_be_shown(self) -> MapPart:
        if not self.media_type.startswith("image/") or len(self.content) > LARGEST_MAP:
            raise ValueError("the picture must be PNG, JPEG or SVG of at most 1 MB")
        if not (self.south < self.north and self.west < self.east):
            raise ValueError("south must be less than north, and west less than east")
        return self


class CityFile(FilePart):
    """The whole file. What is written in `unknown` is a remark for its reader: what of it is sample data;
    `look_at` are the addresses to show to whoever tries the city out. `data_box`, `filing_office` and `filing_email` are
    where formal submissions go.
    """

    name: Name
    is_sample: bool = False
    unknown: str = ""
    look_at: list[str] = []
    departments: Annotated[list[DepartmentPart], Field(min_length=1)]
    touchpoints: list[TouchpointPart] = []
    accounts: list[AccountPart] = []
    themes: list[ThemePart] = []
    offices: list[OfficePart] = []
    officials: list[OfficialPart] = []
    guides: list[GuidePart] = []
    questionnaire: QuestionnairePart | Literal["default"] = "default"
    data_box: Annotated[str, Field(pattern=r"^([a-z0-9]{7})?$")] = ""
    filing_office: Annotated[str, AfterValidator(one_line), Field(max_length=300)] = ""
    filing_email: Annotated[str, Field(pattern=rf"^$|{EMAIL}", max_length=254)] = ""
    streets: list[Annotated[Name, AfterValidator(_with_letters)]] = []
    map: MapPart | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> CityFile:
        parts = (
            (self.departments, "slug"),
            (self.touchpoints, "slug"),
            (self.accounts, "email"),
            (self.themes, "slug"),
            (self.offices, "department"),
            (self.guides, "slug"),
        )
        for things, key in parts:
            _once([getattr(thing, key).casefold() for thing in things], key)
        _once([fold(street) for street in self.streets], "a street")
        if WEB_PLACE in {place.slug for place in self.touchpoints}:
            raise ValueError(f"a place cannot be called {WEB_PLACE}: that is the city's own pages")
        known = {department.slug for department in self.departments}
        asked = {t.department for t in self.touchpoints} | {a.department for a in self.accounts if a.department}
        asked |= {one.department for part in (self.offices, self.officials, self.guides) for one in part}
        if asked - known:
            raise ValueError(f"unknown department: {', '.join(sorted(asked - known))}")
        return self


def read(path: Path) -> CityFile:
    """The city of a TOML file. Raises BadCityFile."""
    return _parse(CityFile, path)


def default_questionnaire() -> QuestionnairePart:
    """The questionnaire of the kiosk that comes with the hub: five faces and one reason."""
    return _parse(QuestionnairePart, DEFAULT_QUESTIONNAIRE)


def helped_questionnaire() -> QuestionnairePart:
    """What readers are asked under an answer: whether it helped."""
    return _parse(QuestionnairePart, HELPED_QUESTIONNAIRE)


def parse(value: object, source: str = "The answers") -> CityFile:
    """The city of a Python value. Raises BadCityFile."""
    return _validate(CityFile, value, source)


def account(value: object) -> AccountPart:
    """One account of a Python value. Raises BadCityFile."""
    return _validate(AccountPart, value, "The account")


def is_email(text: str) -> bool:
    """Whether a text can be the e-mail of an account."""
    return re.match(EMAIL, text) is not None


def _parse(kind: type[Part], path: Path) -> Part:
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadCityFile(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCityFile(f"{path} is not TOML in UTF-8: {error}") from error
    except RecursionError as error:
        raise BadCityFile(f"{path} is nested too deeply") from error
    return _validate(kind, value, str(path), path.parent)


def _validate(kind: type[Part], value: object, source: str, folder: Path | None = None) -> Part:
    try:
        return kind.model_validate(value, context={"folder": folder or Path()})
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in e['loc']) or 'the whole'}: {e['msg']}" for e in error.errors()]
        raise BadCityFile(f"{source} cannot be used:\n" + "\n".join(lines)) from error
