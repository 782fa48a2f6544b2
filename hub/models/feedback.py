"""What citizens measure: places, versioned questionnaires, sittings with their ratings, and hourly counts.

A tap on a kiosk is one Feedback with a Rating; the reason chosen after it amends the same Feedback as a higher `rev`.
Counts move in the same transaction as the ratings they count, and every figure is read from them alone.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.database import Base, Instant, one_of
from hub.models.people import Department
from hub.vocabulary import PlaceKind


class Questionnaire(Base):
    """A set of questions in one version. A published version is immutable; a change is a new version and a new series."""

    __tablename__ = "questionnaires"
    __table_args__ = (sa.UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(32))
    version: Mapped[int]
    published_at: Mapped[datetime | None] = mapped_column(Instant)

    questions: Mapped[list[Question]] = relationship(order_by="Question.position", back_populates="questionnaire")


class Question(Base):
    """One question. `scale` names scale and version (`faces5@1`): figures of different scales never mix.

    `texts` is language → {"text": …}.
    """

    __tablename__ = "questions"
    __table_args__ = (
        sa.UniqueConstraint("questionnaire_id", "code"),
        sa.CheckConstraint("kind IN ('scale', 'choice')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaires.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(16))
    scale: Mapped[str] = mapped_column(sa.String(32))
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(sa.JSON)

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="questions")
    levels: Mapped[list[Level]] = relationship(order_by="Level.level", back_populates="question")


class Level(Base):
    """One level of a scale (1 is the worst) or one option of a choice. `labels` is language → words."""

    __tablename__ = "levels"
    __table_args__ = (sa.CheckConstraint("level BETWEEN 1 AND 11", name="level"),)

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("questions.id"), primary_key=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    labels: Mapped[dict[str, str]] = mapped_column(sa.JSON)

    question: Mapped[Question] = relationship(back_populates="levels")


class Touchpoint(Base):
    """A place where people speak: a kiosk in a hall, a counter, a page. `closed_at`: no longer in use, its figures stay."""

    __tablename__ = "touchpoints"
    __table_args__ = (one_of(PlaceKind, "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    place: Mapped[str] = mapped_column(sa.String(160), default="")
    kind: Mapped[str] = mapped_column(sa.String(16), default=PlaceKind.KIOSK)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"))
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaires.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    department: Mapped[Department] = relationship(lazy="joined")
    questionnaire: Mapped[Questionnaire] = relationship()


class Feedback(Base):
    """One sitting of one citizen. It holds no name, address or device trait; its exact times are erased after some days.

    `digests` remembers rev → digest of every revision received, so that a repeat is known and a contradiction is a conflict.
    `hour_at` is the UTC hour of the press and stays. `about_id` is the public message it is about, if it is about
    one, `guide_id` the guide; `words_id` is the private message that came with it.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        sa.UniqueConstraint("source", "external_id"),
        sa.CheckConstraint("standing IN ('counted', 'set_aside')", name="standing"),
        sa.CheckConstraint("time_quality IN ('exact', 'anchored', 'corrected', 'uncertain')", name="time_quality"),
        sa.CheckConstraint("rev BETWEEN 0 AND 99", name="rev"),
        sa.Index(
            "ix_feedback_received_at",
            "received_at",
            sqlite_where=sa.text("received_at IS NOT NULL"),
            postgresql_where=sa.text("received_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_feedback_about",
            "about_id",
            "id",
            sqlite_where=sa.text("about_id IS NOT NULL"),
            postgresql_where=sa.text("about_id IS NOT NULL"),
        ),
        sa.CheckConstraint("about_id IS NULL OR guide_id IS NULL", name="one_thing"),
        sa.Index(
            "ix_feedback_guide",
            "guide_id",
            "id",
            sqlite_where=sa.text("guide_id IS NOT NULL"),
            postgresql_where=sa.text("guide_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_feedback_words",
            "words_id",
            unique=True,
            sqlite_where=sa.text("words_id IS NOT NULL"),
            postgresql_where=sa.text("words_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(80))
    external_id: Mapped[str] = mapped_column(sa.String(64))
    rev: Mapped[int] = mapped_column(sa.SmallInteger)
    digests: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    touchpoint_id: Mapped[int] = mapped_column(sa.ForeignKey("touchpoints.id"))
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"))
    questionnaire_id: Mapped[int] = mapped_column(sa.ForeignKey("questionnaires.id"))
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"))
    guide_id: Mapped[int | None] = mapped_column(sa.ForeignKey("guides.id"))
    words_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id"))
    language: Mapped[str] = mapped_column(sa.String(8))
    standing: Mapped[str] = mapped_column(sa.String(16), default="counted")
    hour_at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime | None] = mapped_column(Instant)
    occurred_at: Mapped[datetime | None] = mapped_column(Instant)
    time_quality: Mapped[str] = mapped_column(sa.String(16))


class Rating(Base):
    """The level one sitting gave to one question, as its highest revision says."""

    __tablename__ = "ratings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["question_id", "level"], ["levels.question_id", "levels.level"], name="fk_ratings_level"
        ),
        {"sqlite_with_rowid": False},
    )

    feedback_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger)


UNKNOWN_HOUR = 24
"""The hour of a day of presses whose hour nobody knows."""


class Count(Base):
    """How many sittings of one hour, place and department gave a level: `counted` stand in figures, `set_aside` do not.

    `day_on` and `hour` (0 to 23) are the Europe/Prague day and hour of `hour_at`; the UTC hour is the key, because in
    autumn two UTC hours are the same local one. The day leads the key, since months are read by it. What came at an uncertain
    time stands under hour 24 of the day of its receipt: it counts, and is in no map of hours. Past retention the rows are frozen.
    """

    __tablename__ = "counts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["question_id", "level"], ["levels.question_id", "levels.level"], name="fk_counts_level"
        ),
        sa.CheckConstraint("counted >= 0", name="counted"),
        sa.CheckConstraint("set_aside >= 0", name="set_aside"),
        sa.CheckConstraint("hour BETWEEN 0 AND 24", name="hour"),
        {"sqlite_with_rowid": False},
    )

    question_id: Mapped[int] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    touchpoint_id: Mapped[int] = mapped_column(sa.ForeignKey("touchpoints.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("departments.id"), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    hour: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    counted: Mapped[int] = mapped_column(default=0)
    set_aside: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)
