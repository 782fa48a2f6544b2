"""Public forms without a cookie: a signed token (form, age) and a look at who sent the request."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from flask import Request, current_app
from itsdangerous import BadData, Signer, URLSafeTimedSerializer

from hub.errors import ForeignOrigin, FormExpired

WEEK = 7 * 24 * 3600


def token(form: str, state: object = None) -> str:
    """A token for one form, carrying `state` readable but signed."""
    return _signer(form).dumps(state)


def read_token(form: str, text: str | None, longest: int = WEEK) -> object:
    """The state of a token made for this form at most `longest` seconds ago. Raises FormExpired."""
    try:
        return _signer(form).loads(text or "", max_age=longest)
    except BadData as error:
        raise FormExpired from error


def lasting(form: str, text: str) -> str:
    """A token without an end, for links that work for years; `text` of plain letters and digits stands in it readable."""
    return _lasting_signer(str(current_app.config["SECRET_KEY"]), form).sign(text).decode()


def read_lasting(form: str, token: str) -> str:
    """The text of such a token made for this form. Raises FormExpired."""
    try:
        return _lasting_signer(str(current_app.config["SECRET_KEY"]), form).unsign(token).decode()
    except (BadData, ValueError) as error:
        raise FormExpired from error


@lru_cache(maxsize=16)
def _lasting_signer(key: str, form: str) -> Signer:
    # Kept, since each letter to many carries one. HMAC with SHA-256.
    return Signer(key, salt=f"lasting:{form}", key_derivation="hmac", digest_method=hashlib.sha256)


def secret(form: str, name: str) -> str:
    """A secret of 256 bits that belongs to this name, the same each time; nobody makes it without the hub's key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    made = hmac.digest(key, f"secret:{form}:{name}".encode(), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def check_origin(request: Request) -> None:
    """Raise ForeignOrigin when a browser says that another site's page sent this. Devices without these headers pass."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and origin.partition("://")[2] != request.host
    if foreign:
        raise ForeignOrigin


def _signer(form: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"form:{form}")
