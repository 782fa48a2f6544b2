"""How citizens ask in tests: open the form, fill it in, send it, follow the link, find the reference on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.models import Department
from hub.work import SYSTEM, work
from tests import visitors
from tests.conftest import NOW

FORM = "/napiste-nam"
QUESTION = "Dobrý den,\nv Dlouhé ulici už týden nesvítí lampa. Kdy bude opravena?"
FOLLOW = "/sledovani/"
MAIL = {"mail_url": "smtp://127.0.0.1:1", "mail_from": "ozvena@mesto.cz"}
"""Settings under which the form offers an e-mail; nothing is sent until the worker runs."""
KEYWORDS = {"dopravy": ["silnice", "semafor", "přechod"], "socialni": ["dávky", "příspěvek na bydlení", "*"]}

WORDS = 'Moje slova, která\nse nesmějí ztratit: <ž> & "uvozovky"'
"""What a citizen wrote and must not lose."""

File = tuple[str, bytes]
"""What it is called, and its content."""

_strangers = count(1)


def stranger() -> str:
    """A network address that nobody has asked from yet, so that no limit is met."""
    n = next(_strangers)
    return f"10.{n // 65536 % 256}.{n // 256 % 256}.{n % 256}"


def open_form(client: FlaskClient, prefix: str = "") -> dict[str, str]:
    """The hidden fields of the form as it is given to a browser."""
    answer = client.get(prefix + FORM)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return visitors.hidden_fields(answer.get_data(as_text=True))


def ask(
    client: FlaskClient,
    text: str = QUESTION,
    email: str = "",
    consent: bool = False,
    files: Sequence[File] = (),
    token: str | None = None,
    *,
    prefix: str = "",
    address: str | None = None,
    headers: Mapping[str, str] | None = None,
    **fields: str,
) -> TestResponse:
    """Fill in the form and send it: a fresh one unless its token is given, from a new address unless that is given."""
    written = {"token": open_form(client, prefix)["token"] if token is None else token, "text": text, "email": email}
    body = multipart({**written, **({"consent": "1"} if consent else {}), **fields}, files)
    return client.post(
        prefix + FORM,
        data=body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers=headers,
        environ_overrides={"REMOTE_ADDR": address or stranger()},
    )


BOUNDARY = "hranice-kterou-nikdo-nenapise"


def multipart(fields: Mapping[str, str], files: Sequence[File] = ()) -> bytes:
    """A form as browsers send it: line breaks as CR LF, and names of files escaped as the HTML standard says."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode("utf-8", "surrogatepass")
        for name, value in fields.items()
    ]
    for name, content in files:
        escaped = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
        head = f'Content-Disposition: form-data; name="files"; filename="{escaped}"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(head.encode() + content)
    ends = f"--{BOUNDARY}\r\n".encode()
    return b"".join(ends + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def link_of(answer: TestResponse) -> str:
    """The private address that a recorded question leads to, without what says that it was just sent."""
    assert answer.status_code == 303, f"{answer.status_code}: {problems_of(answer.get_data(as_text=True))}"
    return str(answer.headers["Location"]).partition("?")[0]


def followed(client: FlaskClient, answer: TestResponse) -> str:
    """The private page that a recorded question leads to."""
    assert FOLLOW in link_of(answer)
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200, page.get_data(as_text=True)[:500]
    return page.get_data(as_text=True)


def reference_of(page: str) -> str:
    """The reference in the heading of a page."""
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    found = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]\b", heading)
    assert found, f"no reference in {heading!r}"
    return found[0]


def problems_of(page: str) -> list[str]:
    """What the summary on top of a form says is wrong."""
    summary = page.partition('class="error-summary"')[2].partition("</div>")[0]
    return [unescape(re.sub("<[^>]*>", "", one)) for one in re.findall("<li>(.*?)</li>", summary, re.DOTALL)]


def words_of(page: str) -> str:
    """What stands in the text field of a form."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert found, "the page has no text field"
    return unescape(found[1])


def email_of(page: str) -> str:
    """What stands in the e-mail field of a form."""
    found = re.search(r'<input[^>]*name="email"[^>]*>', page)
    assert found, "the page has no e-mail field"
    return unescape(re.findall(r'value="([^"]*)"', found[0])[0])


def give_keywords(app: Flask) -> Flask:
    """Let the departments of the tests' city be proposed by words."""
    with app.app_context(), work(SYSTEM, "test", NOW, audited=False) as w:
        for slug, keywords in KEYWORDS.items():
            w.session.execute(sa.update(Department).where(Department.slug == slug).values(keywords=keywords))
    return app


def stored_files(app: Flask) -> list[Path]:
    """Every file in the storage, whether a row names it or not."""
    folder: Path = app.config["HUB"].data_dir / "files"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


@contextmanager
def nothing_stored(app: Flask) -> Iterator[None]:
    """Whatever happens in here leaves every row of every table and every file as it was."""
    rows, files = visitors.everything(app), stored_files(app)
    yield
    assert visitors.everything(app) == rows
    assert stored_files(app) == files


def given_back(answer: TestResponse, status: int, text: str = WORDS, email: str | None = None) -> list[str]:
    """What the form says is wrong; it came back with this status, everything that was written, and a token."""
    page = answer.get_data(as_text=True)
    assert answer.status_code == status, (answer.status_code, problems_of(page))
    assert '<html lang="cs"' in page
    assert words_of(page) == text
    assert email is None or email_of(page) == email
    assert len(visitors.hidden_fields(page)["token"]) > 40
    problems = problems_of(page)
    assert problems, "it does not say what is wrong"
    assert all(len(problem) > 10 for problem in problems)
    return problems


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def counted(self) -> Counter[str]:
        """Element → how many there are, and the same for attributes by which scripts run."""
        found = Counter(tag for tag, _ in self.elements)
        found.update(f"@{name}" for _, attributes in self.elements for name in attributes if name.startswith("on"))
        return found
