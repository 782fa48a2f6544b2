"""Sign-in of staff, by Flask-Security: passwords now; its hooks run under /urad only, so public pages set no cookie.

The library ends its transactions itself; its datastore here begins them as a writer, as `work` does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, get_flashed_messages, request, session
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    UserMixin,
    auth_required,
    current_user,
    hash_password,
    user_authenticated,
    verify_password,
)
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import ValidationError, generate_csrf, validate_csrf

from hub import limits
from hub.errors import FormExpired, NotAllowed
from hub.rules.access import Scope, scope_of

__all__ = [
    "RoleMixin",
    "UserMixin",
    "account",
    "csrf_token",
    "current_account",
    "hash_password",
    "init_app",
    "keeps_words",
    "on_sign_in",
    "scope",
    "scope_of_account",
    "signed_in",
    "verify_password",
]

AREA = "/urad"
PEPPER = "ozvena"
"""Not a secret: argon2 salts each hash by itself, and a changed HUB_SECRET_KEY must not void every password."""

CHEAP = {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}
"""Hashes of the mode `test`, which no city runs in: a tenth of a second for each would be a third of the suite's time."""

ADDRESSES = 10
"""From how many addresses at full speed one account may be tried."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
P = ParamSpec("P")
R = TypeVar("R")

signed_in = auth_required("session")
"""Decorator of views for signed-in accounts; others are led to the sign-in page."""


def keeps_words(view: Callable[P, R]) -> Callable[P, R]:
    """Decorator of a view that takes a form without its token when nobody is signed in, and then trusts nothing in it.

    The token went with the session, and so would the words somebody wrote for an hour. No session, no cookie to ride on: what
    comes without one is no more than what anybody may send. Of whoever is signed in the token is asked for, as everywhere.
    """
    view.keeps_words = True  # type: ignore[attr-defined]
    return view


class Datastore(SQLAlchemyUserDatastore):
    """The library's access to accounts. It is the one place besides `work` that ends a transaction."""

    def commit(self) -> None:
        """End the transaction of a sign-in page (a password hash made stronger, say)."""
        self.db.session.commit()


def init_app(
    app: Flask,
    db: SQLAlchemy,
    models: tuple[type[Any], type[Any]],
    *,
    pages: tuple[str, str],
    https: bool,
    per_minute: int,
) -> None:
    """Put the sign-in pages under /urad and keep the library's hooks there.

    `models` are those of accounts and roles; `pages` the endpoints shown after signing in and after signing out.
    """
    app.config.update(
        SESSION_COOKIE_NAME="__Host-urad" if https else "urad",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=10),
        REMEMBER_COOKIE_DURATION=timedelta(days=7),
        REMEMBER_COOKIE_SECURE=https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        SECURITY_URL_PREFIX=AREA,
        SECURITY_LOGIN_URL="/prihlaseni",
        SECURITY_LOGOUT_URL="/odhlaseni",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW=pages[0],
        SECURITY_POST_LOGOUT_VIEW=pages[1],
        SECURITY_UNAUTHORIZED_VIEW=None,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of an algorithm)
        SECURITY_PASSWORD_SALT=PEPPER,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=CHEAP if app.testing else {},
        SECURITY_FRESHNESS=timedelta(seconds=-1),  # no page to sign in anew until something asks for it
        SECURITY_CLI_USERS_NAME=None,  # accounts are made and changed by our own, audited commands
        SECURITY_CLI_ROLES_NAME=None,
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_I18N_DIRNAME=[str(Path(__file__).parent / "translations"), "builtin"],
        SECURITY_FLASH_MESSAGES=True,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.globals["get_flashed_messages"] = _flashed_messages
    before = {kind: list(getattr(app, kind).get(None, [])) for kind in _HOOKS}
    Security(app, Datastore(db, *models))
    for kind, had in before.items():
        hooks = getattr(app, kind)[None]
        hooks[:] = [hook if hook in had else _only_here(hook, kind) for hook in hooks]

    @app.before_request
    def _only_with_proof() -> None:
        """Whatever changes something under /urad is a form of ours with its token: sign-out too, and never JSON."""
        if request.method not in SAFE and request.endpoint and request.path.startswith(AREA):
            view = current_app.view_functions[request.endpoint]
            if getattr(view, "keeps_words", False) and current_account() is None:
                return
            try:
                validate_csrf(request.form.get("csrf_token"))
            except ValidationError as error:
                raise FormExpired from error

    @app.before_request
    def _before_sign_in() -> None:
        if request.endpoint == "security.login" and request.method == "POST":
            limits.spend("sign-in from", request.remote_addr or "", per_minute)
            # More for an account than for an address: else anybody could keep its owner out.
            account_name = request.form.get("email", "").strip().casefold()
            limits.spend("sign-in to", account_name, per_minute * ADDRESSES)


_HOOKS = ("before_request_funcs", "after_request_funcs", "template_context_processors")


def _only_here(hook: Callable[P, R], kind: str) -> Callable[P, R | Any]:
    """The hook, run for requests under /urad alone: elsewhere it would read the session, and pages would vary by a cookie."""

    @wraps(hook)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Any:
        if request and request.path.startswith(AREA):
            return hook(*args, **kwargs)
        return {"after_request_funcs": args[0] if args else None, "template_context_processors": {}}.get(kind)

    return guarded


def _flashed_messages(*args: Any, **kwargs: Any) -> list[Any]:
    """The library's messages, under /urad alone: asking for them reads the session, and public pages would vary by a cookie."""
    return list(get_flashed_messages(*args, **kwargs)) if request.path.startswith(AREA) else []


def csrf_token() -> str:
    """The token of staff forms (kept in the session, so for pages under /urad only)."""
    return str(generate_csrf())


def current_account() -> Any | None:
    """The signed-in account of a request under /urad, else None."""
    if not (request and request.path.startswith(AREA)) or not current_user.is_authenticated:
        return None
    return current_user._get_current_object()  # noqa: SLF001 (the documented way)


def account() -> Any:
    """Who is signed in. Raises NotAllowed."""
    found = current_account()
    if found is None:
        raise NotAllowed
    return found


def scope() -> Scope:
    """What the account of the request sees. Raises NotAllowed for one that sees nothing."""
    found = scope_of_account(account())
    if found is None:
        raise NotAllowed
    return found


def scope_of_account(of: Any) -> Scope | None:
    """What an account sees."""
    return scope_of(of.id, of.department_id, [role.name for role in of.roles])


def forget_reader() -> None:
    """Nobody is signed in for the rest of this request: the page of a failed database must not ask it who reads."""
    current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]  # noqa: SLF001


def on_sign_in(app: Flask, db: SQLAlchemy, record: Callable[[int], None]) -> None:
    """Call `record` with the account's id when somebody signs in; nobody is signed in unless it could be recorded.

    The password was checked before, slowly by design, with nothing locked.
    """

    @user_authenticated.connect_via(app, weak=False)
    def _recorded(sender: Flask, user: Any, **_more: Any) -> None:
        try:
            if db.session.dirty:  # a hash the library made stronger
                db.session.commit()
            record(user.id)
        except Exception:
            session.clear()
            raise
