"""The words of the hub: states and kinds, and the marker for texts that will be translated. States are words, never numbers."""

from __future__ import annotations

from enum import StrEnum


def marked(text: str) -> str:
    """Mark an English text for translation where no request is at hand; it is translated when it is shown."""
    return text


class RoleName(StrEnum):
    """What an account may do under /urad."""

    OFFICIAL = "official"
    PRESS = "press"
    HEAD = "head"
    ADMINISTRATOR = "administrator"


class QuestionKind(StrEnum):
    """A scale has ordered levels, 1 the worst; a choice has options without order."""

    SCALE = "scale"
    CHOICE = "choice"


class PlaceKind(StrEnum):
    """What a place is where people speak: a touch screen, or the city's own pages."""

    KIOSK = "kiosk"
    WEB = "web"


class Standing(StrEnum):
    """Whether a sitting stands in the figures, or was set aside by a mark (never deleted)."""

    COUNTED = "counted"
    SET_ASIDE = "set_aside"


class TimeQuality(StrEnum):
    """How well the moment of a press is known (from the best to the worst)."""

    EXACT = "exact"
    ANCHORED = "anchored"
    CORRECTED = "corrected"
    UNCERTAIN = "uncertain"


class Outcome(StrEnum):
    """What became of one thing that came in; the receipt its sender gets."""

    STORED = "stored"
    AMENDED = "amended"
    KNOWN = "known"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    INVALID = "invalid"


class ActorKind(StrEnum):
    """Who did something: a signed-in account, the hub itself (a named job), or a citizen (who has no identity here)."""

    ACCOUNT = "account"
    SYSTEM = "system"
    CITIZEN = "citizen"


class Visibility(StrEnum):
    """Who may read a conversation, for ever: private words become public only as new, approved messages."""

    PUBLIC = "public"
    PRIVATE = "private"


class MessageKind(StrEnum):
    """What somebody said. Notices and articles are never approved by whoever wrote them. An update says how a case goes on."""

    QUESTION = "question"
    ANSWER = "answer"
    COMMENT = "comment"
    NOTICE = "notice"
    ARTICLE = "article"
    UPDATE = "update"


class DecisionKind(StrEnum):
    """What was decided about one revision. Only the two of `SHOWING` let the public see it."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    REDACT = "redact"
    HIDE = "hide"
    RESTORE = "restore"


SHOWING = (DecisionKind.APPROVE, DecisionKind.RESTORE)


class DiscussionState(StrEnum):
    """Whether a publication is discussed. Closed: what was said stays, nothing more comes. Off: there is no discussion."""

    OPEN = "open"
    CLOSED = "closed"
    OFF = "off"


class Moderation(StrEnum):
    """When a comment is read by the office: before it appears, or after it, where no rule holds it for a look."""

    BEFORE = "before"
    AFTER = "after"


class CommentState(StrEnum):
    """What became of a comment. Published is what counts: the database holds that equal to what everybody sees."""

    WAITING = "waiting"
    PUBLISHED = "published"
    REJECTED = "rejected"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Look(StrEnum):
    """Why a comment waits for a moderator."""

    WAITING = "waiting"
    QUARANTINE = "quarantine"
    REPORTED = "reported"
    OBJECTED = "objected"


class ReportReason(StrEnum):
    """What somebody holds against a comment."""

    INSULT = "insult"
    PERSONAL_DATA = "personal_data"
    ADVERT = "advert"
    UNLAWFUL = "unlawful"
    OTHER = "other"


class AddressState(StrEnum):
    """Whether an address can be written to: blocked by its owner, stopped by us, invalid for ever."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    INVALID = "invalid"


class LegalKind(StrEnum):
    """What a submission is by law; its content decides, not its channel or heading."""

    MESSAGE = "message"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    PROCEEDINGS = "proceedings"
    INFORMATION = "information"
    PETITION = "petition"
    GDPR = "gdpr"


class CaseState(StrEnum):
    """How far the office is with a case. Scheduled: an approved answer waits for its time. Overdue is no state: it is computed."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    ANSWERED = "answered"
    CLOSED = "closed"


class Suspicion(StrEnum):
    """Whether a case looks like spam: kept aside until somebody looks, cleared by somebody, or closed as spam."""

    SUSPECTED = "suspected"
    CLEARED = "cleared"
    SPAM = "spam"


class CaseOutcome(StrEnum):
    """How a case ended, where that is more than an answer of its own: joined to another one, handed over, or why it got none."""

    MERGED = "merged"
    FORWARDED = "forwarded"
    ELSEWHERE = "elsewhere"
    NOT_OURS = "not_ours"
    NOT_SERIOUS = "not_serious"
    DUPLICATE = "duplicate"


class Fate(StrEnum):
    """What became of one of many cases that were to be joined to another one, or parted from it."""

    DONE = "done"
    GONE = "gone"
    ITSELF = "itself"
    JOINED = "joined"
    ENDED = "ended"
    IN_REVIEW = "in_review"
    NOT_YOURS = "not_yours"
    LATER = "later"
    ELSEWHERE = "elsewhere"


class Halt(StrEnum):
    """Why joining many cases to one ended before the last of them."""

    MAIN_ENDED = "main_ended"
    MAIN_JOINED = "main_joined"
    NO_ACCOUNT = "no_account"


CLOSED_AS = (CaseOutcome.ELSEWHERE, CaseOutcome.NOT_OURS, CaseOutcome.NOT_SERIOUS, CaseOutcome.DUPLICATE)
"""The outcomes that an official chooses when a case is closed without an answer."""


SETTLED = (CaseState.IN_REVIEW, CaseState.SCHEDULED)
"""The words of an answer are settled: they wait for approval, or for their time."""

CASE_MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.NEW: frozenset(
        {CaseState.IN_PROGRESS, CaseState.IN_REVIEW, CaseState.SCHEDULED, CaseState.ANSWERED, CaseState.CLOSED}
    ),
    CaseState.IN_PROGRESS: frozenset({CaseState.IN_REVIEW, CaseState.SCHEDULED, CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.IN_REVIEW: frozenset({CaseState.IN_PROGRESS, CaseState.SCHEDULED, CaseState.ANSWERED}),
    CaseState.SCHEDULED: frozenset({CaseState.IN_PROGRESS, CaseState.ANSWERED}),
    CaseState.ANSWERED: frozenset({CaseState.IN_PROGRESS, CaseState.IN_REVIEW, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.IN_PROGRESS, CaseState.IN_REVIEW, CaseState.ANSWERED}),
}
"""State → the states a case may go to from there."""


class Lane(StrEnum):
    """Which deliveries go first: an answer somebody waits for, before what is sent to many."""

    PROMPT = "prompt"
    BULK = "bulk"


class DeliveryState(StrEnum):
    """Where one delivery is. `unknown`: nobody can tell whether it was sent, so it is never repeated by itself."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Letter(StrEnum):
    """Which letter a delivery is: what its text is made from at the moment of sending."""

    RECEIPT = "receipt"
    ANSWER = "answer"
    ANNOUNCEMENT = "announcement"
    EXTENSION = "extension"
    COMPLETION = "completion"
    PASSED = "passed"
    FORWARDED = "forwarded"
    TAKEN_BACK = "taken_back"


class TermAct(StrEnum):
    """What the office may do with a running deadline where a rule lets it: extend it, or call the citizen to complete."""

    EXTENSION = "extension"
    COMPLETION = "completion"


class StaffLetterKind(StrEnum):
    """What a letter to somebody of the office is: cases near their deadlines, what the day brings, or what a room's things lack."""

    WARNING = "warning"
    SUMMARY = "summary"
    ALERT = "alert"


ABOUT_CASE = (Letter.RECEIPT, Letter.PASSED, Letter.FORWARDED, Letter.TAKEN_BACK)
"""Letters that say where a case is, to whoever asked; they carry no words of a message."""


class Trouble(StrEnum):
    """Why a delivery did not go, in a word; what people read about it is in the texts of the pages."""

    ASKED_TO_WAIT = "asked_to_wait"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    CONTENT_REFUSED = "content_refused"
    ADDRESS_NOT_ACTIVE = "address_not_active"
    ANSWER_LOST = "answer_lost"
    WORKER_LOST = "worker_lost"
    TOO_LATE = "too_late"
    UNWRITTEN = "unwritten"
    NOT_SHOWN = "not_shown"
    UNSUBSCRIBED = "unsubscribed"
    RESTORED = "restored"
    FAULT = "fault"


class Operation(StrEnum):
    """What a channel is asked to do with a message."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


class Cause(StrEnum):
    """Why a message got this revision."""

    ORIGINAL = "original"
    AUTHOR_EDIT = "author_edit"
    CHANNEL_EDIT = "channel_edit"
    REDACTION = "redaction"
    CORRECTION = "correction"
    DERIVED = "derived"


class GuideTheme(StrEnum):
    """Under which heading a guide stands among the needs of citizens."""

    DOCUMENTS = "documents"
    REGISTRY = "registry"
    HOME = "home"
    TRANSPORT = "transport"
    BUILDING = "building"
    SOCIAL = "social"
    BUSINESS = "business"
    OTHER = "other"


ANSWERS = "answers"
"""The topic of published answers."""

CITY_LANGUAGES = {"cs": "Čeština", "en": "English", "uk": "Українська"}
"""Languages of the whole site; the first is the one without a prefix in addresses."""

KIOSK_LANGUAGES = {**CITY_LANGUAGES, "pl": "Polski", "de": "Deutsch", "vi": "Tiếng Việt"}
"""Languages of the touch screens."""

DEFAULT_LANGUAGE = "cs"
