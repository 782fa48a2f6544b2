"""Commands of an administrator; `flask --help` lists them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from threading import Event

import click
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import create_engine

from hub import cityfile, clock, queue
from hub.actions import accounts, cities, timetable
from hub.database import NotReady, check_ready, db, hook
from hub.jobs import answers, finding, reminding, retention, safekeeping, upkeep
from hub.jobs.deliveries import sweep
from hub.jobs.timetable import Job, tick
from hub.queries import places, recount
from hub.queries import timetable as timetable_query
from hub.rules import contrast, uploads
from hub.rules.localtime import local
from hub.storage import storage
from hub.text import short_name
from hub.vocabulary import RoleName

SHORTEST_PASSWORD = 12
MOST_OF_ARMS = 1024 * 1024
"""Bytes of a coat of arms, which every page shows."""

WORKERS = 2
"""Threads of the worker: one sends, another can make deliveries of an announcement meanwhile."""

MIGRATIONS = Path(__file__).parent.parent / "migrations"
DEMO, ONCE = "demo", "once"
"""The run that fills the demo city: one cut off half-way is done again, and repeats what is there without harm."""

DEMO_CITY = Path(__file__).parent / "demo" / "havirov.toml"


def init_app(app: Flask, jobs: Sequence[Job], demos: Sequence[Callable[[datetime], None]]) -> None:
    """Add the commands; `jobs` and `demos` are what the rooms bring."""
    ours = (*retention.JOBS, *upkeep.JOBS, finding.INDEX_CASES, *reminding.JOBS, answers.BY_THE_CLOCK)
    app.extensions["hub_jobs"] = [*ours, *jobs]
    app.extensions["hub_demos"] = list(demos)
    of_data = (move_database, backup, restore, recount_command, theme, index_cases)
    for command in (
        new_city,
        load_places,
        demo,
        prepare,
        add_account,
        add_themes,
        set_password,
        work_command,
        trust_clock,
        *of_data,
    ):
        app.cli.add_command(command)


@click.command("new-city")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--password", envvar="HUB_FIRST_PASSWORD", help="Password of the accounts; made and printed when not given."
)
def new_city(file: Path | None, password: str | None) -> None:
    """Found a city in an empty database, from a TOML FILE or by answering a few questions."""
    try:
        city = cityfile.read(file) if file else _ask()
        secret = password or token_urlsafe(12)
        cities.found(city, secret, datetime.now(UTC))
    except cityfile.BadCityFile as error:
        raise click.ClickException(str(error)) from error
    except cities.AlreadyFounded as error:
        raise click.ClickException(
            "This database already belongs to a city. Set HUB_DATABASE_URL or HUB_DATA_DIR to a new one."
        ) from error
    click.echo(
        f"{city.name}: {len(city.departments)} departments, {len(city.touchpoints)} places, {len(city.accounts)} accounts."
    )
    for account in city.accounts:
        click.echo(f"  {account.email} ({account.role})")
    if city.accounts and not password:
        click.echo(f"  password of all: {secret}")


@click.command("load-places")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def load_places(file: Path) -> None:
    """Take the streets, the map, the data box and the filing office anew from a city's TOML FILE."""
    if places.city(db.session()) is None:
        raise click.ClickException("There is no city yet; found it with flask new-city.")
    try:
        city = cityfile.read(file)
    except cityfile.BadCityFile as error:
        raise click.ClickException(str(error)) from error
    cities.load_places(city, datetime.now(UTC))
    click.echo(f"{len(city.streets)} streets, {'a map' if city.map else 'no map'}.")


def _ask() -> cityfile.CityFile:
    name = click.prompt("Name of the city")
    email = click.prompt("E-mail of the administrator", value_proc=_email)
    departments: list[dict[str, str]] = []
    touchpoints: list[dict[str, str]] = []
    click.echo("Departments, one a line (for example Odbor dopravy); an empty line ends.")
    while title := click.prompt("Department", default="", show_default=False).strip():
        slug = short_name(title)
        if not slug or slug in {department["slug"] for department in departments}:
            click.echo("  This name is empty or already there; write another.")
            continue
        departments.append({"slug": slug, "name": title})
        if click.confirm(f"  Does {title} have a kiosk?", default=True):
            touchpoints.append({"slug": slug, "name": title, "department": slug})
    administrator = {"email": email, "name": "Správa aplikace", "role": RoleName.ADMINISTRATOR}
    return cityfile.parse(
        {"name": name, "departments": departments, "touchpoints": touchpoints, "accounts": [administrator]}
    )


def _email(text: str) -> str:
    if not cityfile.is_email(text.strip()):
        raise click.UsageError("this is not an e-mail address")
    return text.strip()


@click.command("add-account")
@click.argument("email")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in RoleName]))
@click.option(
    "--department", help="Name of the department as it stands in addresses; heads and officials see its figures."
)
@click.password_option(help="Asked for when not given.")
def add_account(email: str, name: str, role: str, department: str | None, password: str) -> None:
    """Make an account named by its office: flask add-account doprava@mesto.cz "Vedení dopravy" head --department dopravy."""
    _check_password(password)
    try:
        part = cityfile.account({"email": email, "name": name, "role": role, "department": department})
        accounts.add(part.email, part.name, part.role, part.department, password, datetime.now(UTC))
    except cityfile.BadCityFile as error:
        raise click.ClickException(str(error)) from error
    except accounts.NoSuchDepartment as error:
        raise click.ClickException(f"There is no department {department}.") from error
    except accounts.AccountExists as error:
        raise click.ClickException(f"{email} already has an account.") from error
    click.echo(f"{part.email} may sign in now.")


@click.command("add-themes")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def add_themes(file: Path) -> None:
    """Add the themes of public answers that a city's FILE lists; those that are there stay as they are."""
    try:
        added = cities.add_themes(cityfile.read(file).themes, datetime.now(UTC))
    except cityfile.BadCityFile as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{added} themes are new.")


@click.command("set-password")
@click.argument("email")
@click.password_option(help="Asked for when not given.")
def set_password(email: str, password: str) -> None:
    """Give an account a new password and end its sessions."""
    _check_password(password)
    try:
        accounts.set_password(email, password, datetime.now(UTC))
    except accounts.NoSuchAccount as error:
        raise click.ClickException(f"No account has the e-mail {email}.") from error
    click.echo("The password is changed, and whoever was signed in is signed out.")


def _check_password(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"A password needs at least {SHORTEST_PASSWORD} characters.")


@click.command("demo")
@click.option("--password", envvar="HUB_DEMO_PASSWORD", required=True, help="Password of the sample accounts.")
def demo(password: str) -> None:
    """Fill an empty database with the demo city; where it is already, only see that the password fits."""
    now = datetime.now(UTC)
    if places.city(db.session()) is None:
        timetable.claim(DEMO, ONCE, now)  # first: a start cut off after the city is founded must still fill it
        cities.found(cityfile.read(DEMO_CITY), password, now)
    cities.set_sample_password(password, now)
    if timetable_query.is_unfinished(db.session(), DEMO, ONCE):
        for fill in current_app.extensions["hub_demos"]:
            fill(now)
        timetable.finish(DEMO, ONCE, now)


@click.command("prepare")
@click.pass_context
def prepare(context: click.Context) -> None:
    """See that all is ready to serve; of the demo, migrate what is behind, and found and fill its city."""
    settings = current_app.config["HUB"]
    try:
        check_ready(db.engine, MIGRATIONS)
    except NotReady:
        if settings.mode != "demo":
            raise
        upgrade()
    if places.city(db.session()) is not None:
        cities.keep_up(datetime.now(UTC))
    if settings.mode == "demo":
        context.invoke(demo, password=settings.demo_password)


@click.command("work")
def work_command() -> None:
    """Run the worker: the clock and its jobs, and what the queue brings, until INT or TERM."""
    check_ready(db.engine, MIGRATIONS)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (the documented way)
    stopping = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())

    def at_tick() -> None:
        with app.app_context():
            tick(app.extensions["hub_jobs"], datetime.now(UTC))
            sweep(datetime.now(UTC))

    end = [clock.start(at_tick, app.config["HUB"].tick), queue.consume(app, WORKERS)]
    while not stopping.wait(3600):
        pass
    for stop in end:
        stop()


@click.command("move-database")
@click.argument("url")
def move_database(url: str) -> None:
    """Copy everything into another, empty database, for example postgresql://hub@db/ozvena; then set HUB_DATABASE_URL to it.

    Stop web and work before. Nothing changes here, and the copy is kept only if it holds the same.
    """
    check_ready(db.engine, MIGRATIONS)
    settings = current_app.config["HUB"].model_copy(update={"database_url": url})
    _migrate(url)
    target = create_engine(settings.sqlalchemy_url)
    hook(target)
    try:
        rows = safekeeping.move(target)
    except safekeeping.Refused as error:
        raise click.ClickException(str(error)) from error
    finally:
        target.dispose()
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables are copied, and both databases hold the same.")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup(folder: Path) -> None:
    """Write a backup of the database and the files into FOLDER, while everything runs. Keep HUB_SECRET_KEY beside it."""
    check_ready(db.engine, MIGRATIONS)
    try:
        path = safekeeping.backup(folder, _migrate, datetime.now(UTC))
    except safekeeping.Refused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{path}: {safekeeping.told(safekeeping.check(path))}")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Only look whether it is whole, and say what it is.")
def restore(file: Path, check: bool) -> None:
    """Bring a backup into this database, which must be empty and migrated. Letters that waited in it do not go by themselves."""
    try:
        if check:
            click.echo(f"{file.name} is whole: {safekeeping.told(safekeeping.check(file))}")
            return
        check_ready(db.engine, MIGRATIONS)
        about, held = safekeeping.restore(file, _migrate, datetime.now(UTC))
    except safekeeping.Refused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Restored: {safekeeping.told(about)}")
    if held:
        click.echo(
            f"{held} letters were waiting in it and may have gone since. Decide about them under /urad/odesilani."
        )


def _migrate(url: str) -> None:
    """Bring another database to the present migration, in a process of its own: this one stays at its own."""
    environment = {**os.environ, "HUB_DATABASE_URL": url}
    command = [sys.executable, "-m", "flask", "db", "upgrade"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise click.ClickException(f"The other database cannot be migrated. {(done.stderr.splitlines() or [''])[-1]}")


@click.command("trust-clock")
@click.option("--yes", is_flag=True, help="Do not ask.")
def trust_clock(yes: bool) -> None:
    """Go on posting after the clock was set back: take the time it shows now for right."""
    now = datetime.now(UTC)
    if not yes:
        click.confirm(f"It is {local(now):%-d. %-m. %Y %H:%M:%S} in Prague. Is that right?", abort=True)
    timetable.trust_clock(now)
    click.echo("The clock is trusted from now on. What is due is posted within a minute.")


@click.command("theme")
@click.option("--brand", help="The city's colour, for example #0b4a99; white words must be readable on it.")
@click.option("--arms", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Its coat of arms, a PNG.")
def theme(brand: str | None, arms: Path | None) -> None:
    """Give the pages the city's colour and coat of arms; what is not named goes back to the hub's own."""
    colour = brand.strip().lower() if brand else None
    if colour and not contrast.COLOUR.fullmatch(colour):
        raise click.ClickException("A colour is # and six hexadecimal digits, for example #0b4a99.")
    if colour and not contrast.is_readable(colour):
        ratio = min(contrast.contrast(colour, ground) for ground in (contrast.WHITE, contrast.LIGHT))
        raise click.ClickException(
            f"{colour} has a contrast of {ratio:.1f} : 1, and words need {contrast.ENOUGH} : 1 (WCAG 2.2, 1.4.3)."
            f" A darker shade that is enough: {contrast.darker(colour)}"
        )
    key = _kept(arms) if arms else None
    before = cities.dress(colour, key, datetime.now(UTC))
    db.session.rollback()
    if before:
        storage().delete(before)
    click.echo("The city's pages have their new look.")


def _kept(arms: Path) -> str:
    content = arms.read_bytes()
    try:
        accepted = uploads.check(arms.name, content, MOST_OF_ARMS)
    except uploads.Refused as refused:
        raise click.ClickException(f"{arms.name} cannot be used: {refused.reason}") from refused
    if accepted.kind.media_type != "image/png":
        raise click.ClickException(f"{arms.name} is no PNG.")
    return storage().put(content)


@click.command("index-cases")
def index_cases() -> None:
    """Let officials find cases of a time before the inbox had a search. The worker does it every night, too."""
    click.echo(f"{finding.index_cases(datetime.now(UTC))} more cases can be found by their words.")


@click.command("recount")
def recount_command() -> None:
    """Count the ratings anew and compare with the hourly counts; exit code 1 when they differ."""
    wrong = recount.differences(db.session())
    for key in wrong[:20]:
        click.echo(f"differs: question {key[0]}, hour {key[1]}, place {key[2]}, department {key[3]}, level {key[4]}")
    click.echo(f"{len(wrong)} counts differ from their ratings." if wrong else "All counts agree with their ratings.")
    sys.exit(1 if wrong else 0)
