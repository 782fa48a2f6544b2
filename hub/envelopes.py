"""What comes in and goes out, as frozen data: the only shapes that channels and rooms share with the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.vocabulary import Outcome, Standing, TimeQuality


@dataclass(frozen=True, slots=True)
class Rated:
    """One revision of one sitting: a kiosk tap and its later steps, or a filled survey.

    `source` is a scope the sender cannot choose (`kiosk:<touchpoint>`); with `external_id` it is unique.
    Every revision carries the whole state in `ratings` (question code → level), so order of arrival does not matter.
    `digest` covers the record as sent; `occurred_at` is aware UTC, None where only the moment of receipt is known.
    `about_id` is the public message that was rated, `guide_id` the guide; None where a place was.
    `standing` is that of a new sitting.
    """

    source: str
    external_id: str
    rev: int
    digest: str
    touchpoint_id: int
    department_id: int
    questionnaire_id: int
    language: str
    ratings: Mapping[str, int]
    occurred_at: datetime | None = None
    time_quality: TimeQuality = TimeQuality.EXACT
    about_id: int | None = None
    guide_id: int | None = None
    standing: Standing = Standing.COUNTED


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with words and is already in the storage under `key`; `digest` is SHA-256 of its bytes."""

    name: str
    media_type: str
    size: int
    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words. `sender` is the address value where they can be answered (empty: nowhere), on `reply_channel`.

    `reply_channel` is empty when that is the channel of the source (`telegram:<bot>:<chat>`). `files` are outside ids of
    files still to be fetched, `attached` are files already here. `may_publish`: the sender agreed to publication without the name.
    `street` and `point` (latitude, longitude) say where what it is about is; `is_trapped`: a field was filled in that people
    do not see.
    `entered_by` is the account that entered what came on paper, by telephone or in person, `signed_by` who said it. `department`
    and `kind` (of `LegalKind`) are then what that account chose; empty: what the words lead to.
    `adds_to` is the case that these words go on with, by whoever has proven to be its citizen; None: they are a new one.
    `sitting` is the outside id of the sitting of the same source that they came with (empty: with none); they go to its department.
    """

    source: str
    external_id: str
    sender: str
    text: str
    occurred_at: datetime | None = None
    files: tuple[str, ...] = ()
    reply_channel: str = ""
    language: str = "cs"
    may_publish: bool = False
    attached: tuple[Attached, ...] = ()
    adds_to: int | None = None
    street: str = ""
    point: tuple[float, float] | None = None
    is_trapped: bool = False
    sitting: str = ""
    entered_by: int | None = None
    signed_by: str = ""
    department: str = ""
    kind: str = ""

    @property
    def channel(self) -> str:
        """The road the words came by."""
        return self.source.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Commented:
    """Words under a publication, meant for everybody, signed with `name` (empty: without one).

    `replies_to` is the reference of a comment (empty: said to the publication itself). `secret_digest` belongs to the author's
    own link. `trapped`: a field that only machines see was filled in. With `account_id` the office speaks, for `department_id`.
    """

    source: str
    external_id: str
    publication_id: int
    text: str
    name: str = ""
    replies_to: str = ""
    language: str = "cs"
    secret_digest: str | None = None
    trapped: bool = False
    account_id: int | None = None
    department_id: int | None = None

    @property
    def channel(self) -> str:
        """The road the words came by."""
        return self.source.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Edited:
    """New words in place of those `external_id` said before."""

    source: str
    external_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Chose:
    """A button that was pressed under one of our messages."""

    source: str
    external_id: str
    sender: str
    choice: str


@dataclass(frozen=True, slots=True)
class Joined:
    """An address began to listen, perhaps by a link that carried a proof."""

    source: str
    external_id: str
    sender: str
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An address stopped listening (blocked the bot, unsubscribed)."""

    source: str
    external_id: str
    sender: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """A message of ours came back; `permanent` says whether the address is dead."""

    source: str
    external_id: str
    address: str
    permanent: bool


Incoming = Rated | Said | Commented | Edited | Chose | Joined | Left | Bounced


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one item that came in. `problem` is the code of the error for refused ones; `about` the case of words,
    or the message of a comment.
    """

    external_id: str
    rev: int
    outcome: Outcome
    problem: str | None = None
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A push as it arrived, for a channel to verify: header names in lower case, the body unread."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One part of one delivery: already split to what the channel can carry.

    `operation` is send, edit or delete; `sent_as` is the channel's id of the part to edit or delete.
    `delivery` is stable over retries, so that a channel can derive its own ids from it.
    `html` says the same as `text`, for channels that can show it; `replies_to` are the outside ids of what was sent to
    this address in the same conversation before, the oldest first; `unsubscribe` ends announcements (empty for letters).
    """

    delivery: str
    address: str
    text: str
    operation: str = "send"
    subject: str = ""
    sent_as: str | None = None
    html: str = ""
    language: str = "cs"
    replies_to: tuple[str, ...] = ()
    unsubscribe: str = ""
