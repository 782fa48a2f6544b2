"""The shell of the paired touch screen: one page that is the same for everybody, and the service worker that keeps it.

Once a device has loaded them it starts without a network. `version` names the bytes of all of it: a device that has other
ones takes the new in a quiet moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import language
from hub.vocabulary import DEFAULT_LANGUAGE
from kiosk.device_texts import texts

blueprint = Blueprint("kiosk_shell", __name__, template_folder="templates", url_prefix="/kiosk/zarizeni")

FOLDER = Path(__file__).parent / "static"
FILES = (
    "kiosk.css",
    "touch.js",
    "device/device.css",
    *sorted(f"device/{one.name}" for one in (FOLDER / "device").glob("*.js")),
)
"""What the page needs besides itself, in `static`."""

ALONE = ("starting", "elsewhere", "insecure", "pair", "disconnected", "erase")
"""How the keys of words begin that are needed before there is a configuration."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""As strict as that of other pages; a page that lies on a disk for weeks cannot have a nonce that is made for each request."""


@blueprint.before_request
def _one_for_all() -> BaseResponse | None:
    """The page has no language of its own: it speaks those of its configuration."""
    if language.current() == DEFAULT_LANGUAGE:
        return None
    return redirect(f"{request.environ.get('hub.root', '')}{request.path}", 308)


@blueprint.get("/")
def page() -> Response:
    """The touch screen of a paired device; of one that is not, the form that pairs it."""
    return _lasting(Response(_page(), mimetype="text/html"), version())


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker: what the shell is made of, with a digest of each part, so that it takes nothing else for it."""
    parts = {
        url_for("kiosk_shell.page"): _digest(_page().encode()),
        **{_address(name): _digest(body) for name, body in _files()},
    }
    script = render_template("kiosk/sw.js", version=version(), parts=parts, page=url_for("kiosk_shell.page"))
    return _lasting(Response(script, mimetype="text/javascript"), _digest(script.encode()))


def version() -> str:
    """16 hex digits that change with any byte of the shell."""
    return _version(url_for("kiosk_shell.page"))


def forget() -> None:
    """Look at the bytes anew: they change under a running process in tests alone."""
    _version.cache_clear()


@lru_cache(maxsize=4)
def _version(_address: str) -> str:
    return _digest(b"\n".join([_page("").encode(), *(body for _, body in _files())]))[:16]


def _page(named: str | None = None) -> str:
    """The bytes of the page; it carries the version of everything, which is made from it without one."""
    return render_template(
        "kiosk/device.html",
        version=version() if named is None else named,
        texts=json.dumps(_alone(), ensure_ascii=False, sort_keys=True),
        api=url_for("kiosk_shell.page") + "v1/",
        files={name: _address(name) for name in FILES},
    )


def _alone() -> dict[str, str]:
    return {key: text for key, text in texts([DEFAULT_LANGUAGE])[DEFAULT_LANGUAGE].items() if key.startswith(ALONE)}


def _files() -> Iterator[tuple[str, bytes]]:
    for name in FILES:
        yield name, (FOLDER / name).read_bytes()


def _address(name: str) -> str:
    return url_for("kiosk.static", filename=name)


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()


def _lasting(answer: Response, tag: str) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "no-cache"
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer
