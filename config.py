"""Every setting of the hub, its default and its HUB_ variable. Production refuses to start without a strong secret.

A setting is read once, at start, into one frozen object. `.env.example` lists the same names; a test compares them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal

from click import ClickException
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_SECRET = 32
WELL_KNOWN_SECRETS = ("changeme", "secret", "password", "heslo", "tajemstvi", "development")


class BadSettings(ClickException):
    """The hub cannot start with these settings; the text says which one and what to do. Commands show it as one line."""


class Settings(BaseSettings):
    """The settings of one installation. Environment variables carry the prefix HUB_; a file .env is read too."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    mode: Literal["production", "demo", "test"] = Field(
        "production", description="production refuses weak secrets; demo and test make one of their own"
    )
    data_dir: Path = Field(
        Path("instance"), description="folder of the embedded database and of everything the hub writes"
    )
    database_url: str = Field("", description="empty: SQLite in the data folder; or postgresql://user@host/name")
    secret_key: str = Field("", description="at least 32 random characters; signs forms and sessions")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        min_length=1,
        description="names under which the city may be asked, comma separated",
    )
    https: bool = Field(False, description="served over TLS: cookies become Secure, HSTS is sent")
    proxies: int = Field(0, ge=0, le=5, description="trusted reverse proxies in front (then listen on loopback only)")
    bind: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    threads: int = Field(8, ge=1, le=64, description="threads of the one web process")
    rooms: Annotated[tuple[str, ...], NoDecode] = Field(
        ("kiosk", "noticeboard"), description="feature packages switched on"
    )
    channels: Annotated[tuple[str, ...], NoDecode] = Field(("email",), description="roads out that are switched on")
    metrics_token: str = Field(
        "", description="who sends it as a Bearer token sees /metrics; empty: the same machine only"
    )
    public_url: str = Field("", description="address of the city's site in e-mails; empty: the first host and the port")
    mail_url: str = Field(
        "",
        description="smtp://user:password@host:587 (STARTTLS when offered), smtps://…:465, maildir:///folder; empty: no mail",
    )
    mail_from: str = Field("", description="address that mail comes from, for example ozvena@mesto.cz")
    queue_url: str = Field(
        "", description="empty: SQLite in the data folder; or redis://host/1, or postgresql://user@host/name"
    )
    files_url: str = Field(
        "",
        description="where attachments are kept; empty: the data folder; or s3://key:secret@host/bucket?region=… "
        "(s3+http://… without TLS), beyond one machine",
    )
    lease: float = Field(60.0, ge=1, le=3600, description="seconds after which another worker takes over what one left")
    tick: float = Field(20.0, ge=0.2, le=60, description="seconds between two looks at what is due")
    questions_per_minute: int = Field(6, ge=1, description="questions a minute from one address")
    same_questions: int = Field(
        3, ge=2, description="the how-manyth question of the same words within a week is put aside as perhaps spam"
    )
    questions_at_once: int = Field(
        60, ge=5, description="questions in ten minutes, from all addresses together, after which more are put aside"
    )
    limits_url: str = Field(
        "memory://", description="where rate limits are kept: memory:// or redis://host/0 beyond one process"
    )
    taps_per_minute: int = Field(
        1200, ge=1, description="ceiling of taps a minute for one touchpoint, never by address"
    )
    device_requests_per_minute: int = Field(
        300, ge=10, description="requests a minute of one paired kiosk, each of up to 200 taps; never by address"
    )
    pairings_per_minute: int = Field(
        20, ge=1, description="tries a minute, from one address, to pair a kiosk by a code"
    )
    sign_ins_per_minute: int = Field(
        10, ge=1, description="sign-in attempts a minute from one address, and for one account"
    )
    small_group: int = Field(5, ge=3, le=10, description="figures from fewer ratings than this are shown nowhere")
    exact_time_days: int = Field(14, ge=1, le=90, description="days after which the exact time of a tap is erased")
    case_days: int = Field(
        3 * 365,
        ge=0,
        le=36500,
        description="days after its deadline, or a later answer, when the words of a case are erased; 0: never by themselves",
    )
    busy_timeout: float = Field(5.0, gt=0, le=60, description="seconds to wait for a locked database")
    demo_password: str = Field("", description="password of the sample accounts; empty: one is made and printed")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severity that is logged")

    @field_validator("hosts", "rooms", "channels", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @field_validator("limits_url")
    @classmethod
    def _known_store(cls, value: str) -> str:
        if not value.startswith(("memory://", "redis://", "rediss://", "redis+unix://", "unix://")):
            raise ValueError("must be memory:// or begin with redis://")
        return value

    @field_validator("queue_url")
    @classmethod
    def _known_queue(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://", "postgresql://", "sqlite:///")):
            raise ValueError("must begin with redis://, postgresql:// or sqlite:///")
        return value

    @field_validator("files_url")
    @classmethod
    def _known_files(cls, value: str) -> str:
        if value and not re.fullmatch(
            r"s3(\+http)?://[^:@/\s]+:[^@/\s]+@[^@/?\s]+/[^/?\s]+[^?\s]*(\?region=[\w-]+)?", value
        ):
            raise ValueError("must be s3://key:secret@host/bucket, where / and @ of the secret are written %2F and %40")
        return value

    @field_validator("mail_url")
    @classmethod
    def _known_mail(cls, value: str) -> str:
        if value and not value.startswith(("smtp://", "smtps://", "maildir:///")):
            raise ValueError("must begin with smtp://, smtps:// or maildir:///")
        return value

    @classmethod
    def of_environment(cls) -> Settings:
        """The settings of this process's environment. Raises BadSettings, in one line and without the values."""
        try:
            return cls()  # type: ignore[call-arg]
        except ValidationError as error:
            wrong = [f"HUB_{'.'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
            raise BadSettings("; ".join(wrong)) from None

    @property
    def sqlalchemy_url(self) -> str:
        """The address SQLAlchemy takes; the embedded database where none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'hub.db'}"

    @property
    def site(self) -> str:
        """The address of the city's site, for links in letters; without a slash at its end."""
        at = f"http{'s' if self.https else ''}://{self.hosts[0]}"
        return (self.public_url or (at if self.https else f"{at}:{self.port}")).rstrip("/")

    def check(self) -> None:
        """Raise BadSettings when the hub must not start: debug or a weak secret in production, unwritable data folder."""
        if self.mode == "production":
            _check_debug()
            _check_secret(self.secret_key)
        _check_folder(self.data_dir)


def _check_debug() -> None:
    if os.environ.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:
        raise BadSettings("FLASK_DEBUG is on: in production it would show the hub's insides to strangers. Unset it.")


def _check_secret(secret: str) -> None:
    how = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not secret:
        raise BadSettings(f"HUB_SECRET_KEY is not set. {how}")
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < 12 or any(w in secret.lower() for w in WELL_KNOWN_SECRETS):
        raise BadSettings(f"HUB_SECRET_KEY is too easy to guess (at least {SHORTEST_SECRET} random characters). {how}")


def _check_folder(folder: Path) -> None:
    """Really write there: permissions alone do not tell of a full disk, a read-only mount or a file in the way."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Under a name of its own: web and worker may start at once, and neither may remove what the other looks at.
        with NamedTemporaryFile(dir=folder, prefix=".write-test-") as probe:
            probe.write(b"ok")
            probe.flush()
    except OSError as error:
        raise BadSettings(
            f"The data folder HUB_DATA_DIR={folder} cannot be written ({error.strerror}). "
            "Nothing may be silently lost, so the hub does not start."
        ) from error
