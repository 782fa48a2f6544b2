"""What the desk of the demo city shows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.database import db
from hub.models import Case, Draft, TemplateText
from tests.test_cli import run


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_demo_shows_a_planned_answer_a_correction_that_waits_and_a_template(app: Flask) -> None:
    assert run(app, "demo", HUB_DEMO_PASSWORD="heslo-ukazky-2026").exit_code == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.state == "scheduled")) == 1
    waiting = sa.select(Draft.reason).join(Case, Case.id == Draft.case_id).where(Case.state == "in_review")
    assert "Volné místo je o něco později, než jsme napsali." in db.session.scalars(waiting).all()
    assert "{{?den a hodina}}" in (db.session.scalar(sa.select(TemplateText.text)) or "")
