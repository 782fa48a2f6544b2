"""Somebody who works for the city and writes the directory, in tests."""

from __future__ import annotations

import io
from contextvars import Context
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests import visitors
from tests.desks import form_of

GUIDES = "/urad/kontakty/zivotni-situace"


def stranger(app: Flask, path: str) -> TestResponse:
    """What a stranger gets, in no context but its own: the test's would keep the language and the rows of the first page."""
    return Context().run(lambda: app.test_client().get(path))


class Staff:
    """A client in which an account has signed in; each request in no context but its own."""

    def __init__(self, app: Flask, email: str) -> None:
        self.client = Context().run(visitors.signed_in, app, email)

    def ask(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """What comes back; with data, a form is sent."""
        if data is None:
            return Context().run(lambda: self.client.get(path, **more))
        body: Any = data
        if any(
            isinstance(value, FileStorage) for value in data.values()
        ):  # as bytes: the client's own file would stay open
            boundary, body = encode_multipart(data)
            more["content_type"] = f"multipart/form-data; boundary={boundary}"
        return Context().run(lambda: self.client.post(path, data=body, **more))

    def page(self, path: str, status: int = 200) -> str:
        """A page."""
        answer = self.ask(path)
        assert answer.status_code == status, answer.status_code
        return answer.get_data(as_text=True)

    def form(self, path: str, action: str = "") -> dict[str, str]:
        """What a browser would send of the form of a page if nothing were touched."""
        found = form_of(self.page(path), action or path.rpartition("/")[2].partition("?")[0])
        page = self.page(path)
        unticked = [name for name in found if f'name="{name}" type="checkbox"' in page and not _is_ticked(page, name)]
        return {name: value for name, value in found.items() if name not in {*unticked, "portrait"}}

    def send(self, path: str, action: str = "", to: str = "", **changes: Any) -> TestResponse:
        """Open a form, change something, send it; None takes a field away."""
        filled: dict[str, Any] = {**self.form(path, action), **changes}
        return self.ask(to or path, {name: value for name, value in filled.items() if value is not None})


def _is_ticked(page: str, name: str) -> bool:
    return f'name="{name}" type="checkbox" value="1" checked' in page


def file(content: bytes, name: str = "foto.jpg") -> FileStorage:
    """A file of a form."""
    return FileStorage(io.BytesIO(content), name)
