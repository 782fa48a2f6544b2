"""The whole house put together: the one module that knows everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from importlib import import_module
from pathlib import Path
from secrets import token_urlsafe

from flask import Flask, Response, redirect, request, url_for
from flask_migrate import Migrate
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from config import BadSettings, Settings
from hub import cli, database, headers, language, limits, logs, models, queue, signin, storage
from hub.actions import accounts
from hub.buckets import Bucket
from hub.channel import Channel
from hub.database import db
from hub.errors import BadInput, NotFound
from hub.jobs import deliveries, gathering, sample, sample_inbox, sample_talk, sharing
from hub.language import gettext
from hub.queries import places
from hub.room import MenuItem, Room
from hub.rules.access import Scope
from hub.steps.deliveries import DELIVER, EXPAND
from hub.steps.gathering import GATHER
from hub.steps.sharing import SHARE
from hub.strict_json import StrictJSON
from hub.views import (
    answering,
    answers,
    arranging,
    asking,
    assigning,
    calendar,
    cases,
    composing,
    correcting,
    directory,
    directory_desk,
    discussion,
    entering,
    errors,
    figures,
    filing,
    following,
    forwarding,
    guide_desk,
    health,
    helped,
    inbox,
    joining,
    law,
    leaves,
    merging,
    moderating,
    moving,
    official_desk,
    outbox,
    own,
    own_comment,
    public,
    saved_views,
    searching,
    site,
    subscribing,
    template_desk,
    timeliness,
)
from hub.views import (
    gathering as gathering_pages,
)
from hub.vocabulary import ANSWERS, CITY_LANGUAGES, DEFAULT_LANGUAGE, marked

TREE = Path(__file__).parent.parent
LONGEST_BODY = 1024 * 1024
STATISTICS_READ = 3600
"""Seconds after which a connection is opened anew, and so knows how the rows are spread by now."""
PAGES = (
    figures.blueprint,
    asking.blueprint,
    following.blueprint,
    answers.blueprint,
    helped.blueprint,
    searching.blueprint,
    cases.blueprint,
    inbox.blueprint,
    assigning.blueprint,
    leaves.blueprint,
    saved_views.blueprint,
    answering.blueprint,
    moving.blueprint,
    law.blueprint,
    timeliness.blueprint,
    calendar.blueprint,
    own.blueprint,
    entering.blueprint,
    filing.blueprint,
    forwarding.blueprint,
    merging.blueprint,
    gathering_pages.blueprint,
    composing.blueprint,
    correcting.blueprint,
    template_desk.blueprint,
    outbox.blueprint,
    discussion.blueprint,
    joining.blueprint,
    own_comment.blueprint,
    moderating.blueprint,
    arranging.blueprint,
    subscribing.blueprint,
    directory.blueprint,
    directory_desk.blueprint,
    official_desk.blueprint,
    guide_desk.blueprint,
    site.blueprint,
    health.blueprint,
)
TOPICS = {ANSWERS: marked("What the city answered to everybody")}
"""What one can be told of by e-mail, beside what rooms bring."""


def _approves(scope: Scope) -> bool:
    return scope.approves


def _sees_all(scope: Scope) -> bool:
    return scope.department_id is None


SMALL_PRINT = ("site.privacy", "site.statement")
MENU = (
    MenuItem(marked("Write to us"), "asking.form", staff=False),
    MenuItem(marked("Answers"), "answers.newest", staff=False),
    MenuItem(marked("Contacts"), "directory.index", staff=False),
    MenuItem(marked("News by e-mail"), "subscribing.form", staff=False),
    MenuItem(marked("Messages"), "cases.inbox"),
    MenuItem(marked("Calendar"), "calendar.month"),
    MenuItem(marked("Deadlines"), "timeliness.month"),
    MenuItem(marked("Discussions"), "moderating.waiting", may=_approves),
    MenuItem(marked("What goes out"), "outbox.trouble", may=_sees_all, is_rare=True),
    MenuItem(marked("Templates"), "template_desk.listed"),
    MenuItem(marked("Contacts"), "directory_desk.listed", may=_approves, is_rare=True),
    MenuItem(marked("Satisfaction"), "figures.month"),
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application of these settings (of the environment when none are given). Raises BadSettings."""
    settings = settings or Settings.of_environment()
    settings.check()
    logs.configure(settings.log_level)
    app = Flask("hub", root_path=str(Path(__file__).parent))
    _configure(app, settings)
    logs.init_app(app)
    _only_ascii_queries(app)
    database.init_app(app, settings.busy_timeout)
    Migrate(app, db, directory=str(TREE / "migrations"), render_as_batch=True)
    limits.init_app(app, settings.limits_url)
    storage.init_app(
        app, Bucket(settings.files_url) if settings.files_url else storage.Folder(settings.data_dir / "files")
    )
    queue.init_app(app, settings.queue_url, settings.data_dir)
    queue.tasks(app).update({DELIVER: deliveries.deliver, EXPAND: deliveries.expand, SHARE: sharing.share})
    queue.tasks(app)[GATHER] = gathering.gather
    app.extensions["hub_channels"] = _channels(settings)
    rooms = _rooms(settings.rooms)
    _languages(app, rooms)
    signin.init_app(
        app,
        db,
        (models.Account, models.Role),
        pages=("cases.start", "public.home"),
        https=settings.https,
        per_minute=settings.sign_ins_per_minute,
    )
    signin.on_sign_in(app, db, lambda account_id: accounts.signed_in(account_id, datetime.now(UTC)))
    headers.init_app(app, https=settings.https)
    _open(app, rooms)
    errors.init_app(app)
    _frame(app, rooms)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.json_provider_class = StrictJSON  # the sign-in library derives its own provider from this class
    app.json = StrictJSON(app)
    app.config.update(
        HUB=settings,
        SECRET_KEY=settings.secret_key or _secret_of(settings.data_dir),
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.threads,
            "max_overflow": 4,
            "pool_pre_ping": bool(settings.database_url),
            "pool_recycle": STATISTICS_READ,
        },
        TRUSTED_HOSTS=list(settings.hosts),
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=100,
        TESTING=settings.mode == "test",
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = False
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _only_ascii_queries(app: Flask) -> None:
    @app.before_request
    def _refuse_bytes() -> None:
        # RFC 3986 knows no other bytes there; whoever decoded them later would fail, and that would be our fault.
        if not request.query_string.isascii():
            request.query_string = b""  # the page of the error must not try it either
            raise BadInput


def _secret_of(folder: Path) -> str:
    """A secret of this data folder's own, made once; only outside production (where `check` demands a setting)."""
    path = folder / "secret.txt"
    with path.open("a+", encoding="ascii") as file:
        flock(file, LOCK_EX)  # web and worker may start at once; the second must not read a file that is still empty
        file.seek(0)
        secret = file.read()
        if not secret:
            path.chmod(0o600)
            secret = token_urlsafe(48)
            file.write(secret)
    return secret


def _rooms(names: tuple[str, ...]) -> list[Room]:
    return [_room(name) for name in dict.fromkeys(names)]


def _room(name: str) -> Room:
    try:
        room = getattr(import_module(f"{name}.room"), "room", None) if name.isidentifier() else None
    except ModuleNotFoundError as error:
        if error.name not in {name, f"{name}.room"}:
            raise
        room = None
    if not isinstance(room, Room):
        raise BadSettings(f"HUB_ROOMS names {name!r}, but there is no such feature package.")
    return room


def _channels(settings: Settings) -> dict[str, Channel]:
    """Name → channel, of those that are named and have what they need."""
    made = {}
    for name in dict.fromkeys(settings.channels):
        try:
            module = import_module(f"channels.{name}") if name.isidentifier() else None
        except ModuleNotFoundError as error:
            if error.name != f"channels.{name}":
                raise
            module = None
        if module is None:
            raise BadSettings(f"HUB_CHANNELS names {name!r}, but there is no such channel.")
        try:
            channel: Channel | None = module.make(settings)
        except ValueError as error:
            raise BadSettings(str(error)) from error
        if channel is not None:
            made[channel.name] = channel
    return made


def _languages(app: Flask, rooms: list[Room]) -> None:
    known = dict(CITY_LANGUAGES)
    of_blueprint: dict[str, set[str]] = {}
    for room in rooms:
        known.update(room.languages or {})
        for blueprint in room.blueprints:
            of_blueprint[blueprint.name] = set(room.languages or CITY_LANGUAGES)
    directories = [str(Path(__file__).parent / "translations"), *(str(path) for room in rooms for path in room.texts)]
    language.init_app(app, known, directories)

    @app.before_request
    def _only_offered() -> BaseResponse | None:
        offered = of_blueprint.get(request.blueprint or "", set(CITY_LANGUAGES))
        if language.current() in offered or request.endpoint == "static":
            return None
        if request.method not in {"GET", "HEAD"}:
            raise NotFound
        return redirect(language.address(DEFAULT_LANGUAGE))  # a page of the city in a language of touch screens only


def _open(app: Flask, rooms: list[Room]) -> None:
    app.extensions["hub_rooms"] = rooms
    app.extensions["hub_topics"] = TOPICS | {code: text for room in rooms for code, text in (room.topics or {}).items()}
    app.extensions["hub_place_notes"] = [room.place_notes for room in rooms if room.place_notes]
    app.extensions["hub_alerts"] = [room.alerts for room in rooms if room.alerts]
    app.extensions["hub_publications"] = {one.kind.value: one for room in rooms for one in room.publications}
    app.jinja_env.globals["helped_form"] = helped.form_of
    app.register_blueprint(public.blueprint)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    for room in rooms:
        for blueprint in room.blueprints:
            app.register_blueprint(blueprint)
        for command in room.commands:
            app.cli.add_command(command)
    cli.init_app(
        app,
        [job for room in rooms for job in room.jobs],
        [sample.fill, sample_talk.fill, sample_inbox.fill, *(room.demo for room in rooms if room.demo)],
    )

    @app.get("/favicon.ico")
    def _favicon() -> Response:
        return app.send_static_file("favicon.svg")


def _frame(app: Flask, rooms: list[Room]) -> None:
    items = [*MENU, *(item for room in rooms for item in room.menu)]
    app.extensions["hub_menu"] = [item for item in items if not item.staff]
    app.extensions["hub_doors"] = ["public.home", *(item.endpoint for item in items if not item.staff), *SMALL_PRINT]

    @app.context_processor
    def _of_every_page() -> dict[str, object]:
        try:
            city = places.city(db.session())
        except SQLAlchemyError:  # an error page must not fail for want of the city's name
            db.session.rollback()
            city = None
        account = signin.current_account()
        return {
            "language": language.current(),
            "languages": language.choices(),
            "city": city.name if city else "Ozvěna",
            "is_demo": bool(city and city.is_sample),
            "csp_nonce": headers.nonce(),
            "menu": _menu([item for item in items if _is_for(item, account)]),
            "signed_in": _signed_in(account) if account else None,
            "home_url": url_for("public.home"),
            **site.dress(city),
            "site_search_url": None if request.path.startswith(signin.AREA) else url_for("searching.everything"),
        }


def _is_for(item: MenuItem, account: models.Account | None) -> bool:
    if account is None or not item.staff:
        return account is None and not item.staff
    scope = signin.scope_of_account(account)
    return item.may is None or (scope is not None and item.may(scope))


def _menu(items: list[MenuItem]) -> list[dict[str, object]]:
    """The entries in their order; rare ones, where there are several, together at the end under one word."""
    rare = [item for item in items if item.is_rare]
    if len(rare) < 2:
        return [_menu_entry(item) for item in items]
    under = [_menu_entry(item) for item in rare]
    here = next((entry["label"] for entry in under if entry["current"]), "")
    group = {"label": gettext("Administration"), "entries": under, "current": here}
    return [*(_menu_entry(item) for item in items if not item.is_rare), group]


def _menu_entry(item: MenuItem) -> dict[str, object]:
    return {"label": gettext(item.text), "url": url_for(item.endpoint), "current": request.endpoint == item.endpoint}


def _signed_in(account: models.Account) -> dict[str, object]:
    return {
        "name": account.name,
        "office": account.department.name if account.department else "",
        "settings_url": url_for("own.settings"),
        "sign_out_url": url_for("security.logout"),
        "csrf_token": signin.csrf_token(),
    }
