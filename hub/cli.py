"""Commands of an administrator: `flask new-city`, `flask demo`, `flask work`, `flask recount`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from threading import Event

import click
from flask import Flask, current_app

from hub import cityfile, clock
from hub.actions import cities, timetable
from hub.database import NotReady, check_ready, db
from hub.jobs.retention import FORGET_EXACT_TIMES
from hub.jobs.timetable import Job, tick
from hub.queries import places, recount
from hub.queries import timetable as timetable_query
from hub.vocabulary import RoleName

MIGRATIONS = Path(__file__).parent.parent / "migrations"
DEMO, ONCE = "demo", "once"
"""The run that fills the demo city: one cut off half-way is done again, and repeats what is there without harm."""

DEMO_CITY = Path(__file__).parent / "demo" / "havirov.toml"


def init_app(app: Flask, jobs: Sequence[Job], demos: Sequence[Callable[[datetime], None]]) -> None:
    """Add the commands; `jobs` and `demos` are what the rooms bring."""
    app.extensions["hub_jobs"] = [FORGET_EXACT_TIMES, *jobs]
    app.extensions["hub_demos"] = list(demos)
    for command in (new_city, demo, work_command, recount_command):
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


def _ask() -> cityfile.CityFile:
    name = click.prompt("Name of the city")
    email = click.prompt("E-mail of the administrator")
    departments, touchpoints = [], []
    click.echo("Departments, one a line as `slug Name` (for example `dopravy Odbor dopravy`); an empty line ends.")
    while line := click.prompt("Department", default="", show_default=False).strip():
        slug, _, title = line.partition(" ")
        departments.append({"slug": slug, "name": title})
        if click.confirm(f"Does {title or slug} have a kiosk?", default=True):
            touchpoints.append({"slug": slug, "name": title, "department": slug})
    administrator = {"email": email, "name": "Správa aplikace", "role": RoleName.ADMINISTRATOR}
    return cityfile.parse(
        {"name": name, "departments": departments, "touchpoints": touchpoints, "accounts": [administrator]}
    )


@click.command("demo")
@click.option("--password", envvar="HUB_DEMO_PASSWORD", required=True, help="Password of the sample accounts.")
def demo(password: str) -> None:
    """Fill an empty database with the demo city; where it is already, only see that the password fits."""
    now = datetime.now(UTC)
    if places.city(db.session()) is None:
        cities.found(cityfile.read(DEMO_CITY), password, now)
        timetable.claim(DEMO, ONCE, now)
    cities.set_sample_password(password, now)
    if timetable_query.is_unfinished(db.session(), DEMO, ONCE):
        for fill in current_app.extensions["hub_demos"]:
            fill(now)
        timetable.finish(DEMO, ONCE, now)


@click.command("work")
def work_command() -> None:
    """Run the worker: the clock and its jobs, until INT or TERM."""
    try:
        check_ready(db.engine, MIGRATIONS)
    except NotReady as error:
        raise click.ClickException(str(error)) from error
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (the documented way)
    stopping = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())

    def at_tick() -> None:
        with app.app_context():
            tick(app.extensions["hub_jobs"], datetime.now(UTC))

    stop = clock.start(at_tick)
    while not stopping.wait(3600):
        pass
    stop()


@click.command("recount")
def recount_command() -> None:
    """Count the ratings anew and compare with the hourly counts; exit code 1 when they differ."""
    wrong = recount.differences(db.session())
    for key in wrong[:20]:
        click.echo(f"differs: question {key[0]}, hour {key[1]}, place {key[2]}, department {key[3]}, level {key[4]}")
    click.echo(f"{len(wrong)} counts differ from their ratings." if wrong else "All counts agree with their ratings.")
    sys.exit(1 if wrong else 0)
