"""Every word that a column may hold is the vocabulary's."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa

import kiosk.models
import noticeboard.models
from hub import vocabulary
from kiosk.vocabulary import AlertKind, Layout
from noticeboard.vocabulary import NoticeState
from tests.schema.constraints import constraints

assert kiosk.models
assert noticeboard.models  # so that the metadata knows every table


def test_every_word_a_column_may_hold_is_the_vocabulary_s() -> None:
    words: dict[str, Iterable[str]] = {
        "ck_roles_name": vocabulary.RoleName,
        "ck_questions_kind": vocabulary.QuestionKind,
        "ck_touchpoints_kind": vocabulary.PlaceKind,
        "ck_feedback_standing": vocabulary.Standing,
        "ck_feedback_time_quality": vocabulary.TimeQuality,
        "ck_audit_entries_actor_kind": vocabulary.ActorKind,
        "ck_conversations_visibility": vocabulary.Visibility,
        "ck_addresses_state": vocabulary.AddressState,
        "ck_messages_kind": vocabulary.MessageKind,
        "ck_revisions_cause": vocabulary.Cause,
        "ck_decisions_kind": vocabulary.DecisionKind,
        "ck_decisions_actor_kind": (vocabulary.ActorKind.ACCOUNT, vocabulary.ActorKind.SYSTEM),
        "ck_deadline_rules_legal_kind": vocabulary.LegalKind,
        "ck_deadline_rules_unit": ("day", "month"),
        "ck_cases_state": vocabulary.CaseState,
        "ck_cases_legal_kind": vocabulary.LegalKind,
        "ck_cases_suspicion": vocabulary.Suspicion,
        "ck_term_rules_act": vocabulary.TermAct,
        "ck_term_rules_legal_kind": vocabulary.LegalKind,
        "ck_term_rules_unit": ("day", "month"),
        "ck_case_terms_act": vocabulary.TermAct,
        "ck_staff_letters_kind": vocabulary.StaffLetterKind,
        "ck_cases_outcome": vocabulary.CaseOutcome,
        "ck_cases_ended": (vocabulary.CaseState.ANSWERED, vocabulary.CaseState.CLOSED),
        "ck_case_links_state_before": (vocabulary.CaseState.NEW, vocabulary.CaseState.IN_PROGRESS),
        "ck_forwardings_state_before": (vocabulary.CaseState.NEW, vocabulary.CaseState.IN_PROGRESS),
        "ck_sharings_letter": (vocabulary.Letter.ANSWER, vocabulary.Letter.FORWARDED, vocabulary.Letter.TAKEN_BACK),
        "ck_gatherings_halt": vocabulary.Halt,
        "ck_gathered_fate": vocabulary.Fate,
        "ck_dispatches_lane": vocabulary.Lane,
        "ck_deliveries_lane": vocabulary.Lane,
        "ck_deliveries_letter": vocabulary.Letter,
        "ck_deliveries_operation": vocabulary.Operation,
        "ck_deliveries_state": vocabulary.DeliveryState,
        "ck_guides_theme": vocabulary.GuideTheme,
        "ck_guide_texts_language": vocabulary.CITY_LANGUAGES,
        "ck_template_texts_language": vocabulary.CITY_LANGUAGES,
        "ck_notices_state": NoticeState,
        "ck_placements_layout": Layout,
        "ck_device_alerts_kind": AlertKind,
        "ck_discussions_state": vocabulary.DiscussionState,
        "ck_discussions_moderation": vocabulary.Moderation,
        "ck_comments_state": vocabulary.CommentState,
        "ck_comments_look": vocabulary.Look,
        "ck_reports_reason": vocabulary.ReportReason,
        "ck_notices_posted": (NoticeState.POSTED, NoticeState.TAKEN_DOWN),
    }
    lists = {
        name: str(constraint.sqltext)
        for name, constraint in constraints().items()
        if isinstance(constraint, sa.CheckConstraint) and " IN (" in str(constraint.sqltext)
    }
    assert set(lists) == set(words)
    for name, text in lists.items():
        assert set(re.findall(r"'(\w+)'", text)) == {str(word) for word in words[name]}
