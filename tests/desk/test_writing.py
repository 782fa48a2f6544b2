"""What helps to write an answer: Markdown and its preview, templates with fields, answers used again. No draft is lost by any."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import following
from hub.database import db
from hub.models import AnsweredWords, Template, TemplateText
from hub.work import SYSTEM, work
from tests import desks
from tests.conftest import NOW
from tests.desk.conftest import DeskOf
from tests.desk.looks import draft, letters, stored
from tests.desks import HEAD, OFFICE, OFFICE_HEAD, PRESS, SOCIAL, A, B, Desk, asked, case_of, follow_page
from tests.visitors import assert_refused

TEXT = "Dobrý den,\n\n**lampu** opraví {{odbor}} do {{lhuta}} ({{?datum opravy}}). Značka {{reference}}."


def template(desk: Desk, text: str = TEXT, title: str = "Oprava lampy", **more: str) -> tuple[str, int]:
    """Write a new template; its address and the status of saving it."""
    page = desk.client.get("/urad/sablony/nova").get_data(as_text=True)
    found = re.search(r'action="(/urad/sablony/\w+)"', page)
    assert found
    form = desks.form_of(page, found[1].rpartition("/")[2])
    answer = desk.client.post(found[1], data={**form, "title_cs": title, "text_cs": text, **more})
    return found[1], answer.status_code


def offered(desk: Desk, reference: str, title: str) -> str:
    """The value of a template on the page of a case."""
    found = re.search(rf'value="([^"]+)"[^>]*>{title}<', desk.page(reference))
    assert found, "the template is not offered"
    return found[1]


def test_a_template_is_inserted_under_the_text_and_its_empty_field_stops_the_answer(
    town: Flask, staff: DeskOf, words: str
) -> None:
    assert template(staff(HEAD), title=words, shown="1")[1] == 303
    reference = asked(town)
    form = staff(A).written(reference, "Začátek.", step="template")
    form["template"] = offered(staff(A), reference, words)
    assert staff(A).post(reference, "odpoved", form).status_code == 303
    text = staff(A).form(reference, "odpoved")["text"]
    assert text.startswith("Začátek.\n\nDobrý den,")
    assert "Odbor dopravy" in text
    assert reference in text
    assert "{{?datum opravy}}" in text
    assert "{{lhuta}}" not in text
    refused = staff(A).send(reference, text)
    assert refused.status_code == 400
    assert "datum opravy" in unescape(refused.get_data(as_text=True).partition("error-summary")[2][:600])
    assert letters(town, reference) == []
    assert staff(A).send(reference, text.replace("{{?datum opravy}}", "v pátek")).status_code == 303
    assert "<strong>lampu</strong>" in follow_page(town, reference)


def test_a_template_meets_the_same_conflict_as_saving(town: Flask, staff: DeskOf, words: str) -> None:
    assert template(staff(HEAD), title=words, shown="1")[1] == 303
    reference = asked(town)
    mine = staff(A).written(reference, "Moje.", step="template")
    mine["template"] = offered(staff(A), reference, words)
    assert staff(B).send(reference, "Cizí.", step="save").status_code == 303
    answer = staff(A).post(reference, "odpoved", mine)
    assert answer.status_code == 409
    assert "Moje." in answer.get_data(as_text=True)
    assert draft(town, reference)[1] == "Cizí."  # type: ignore[index]
    plain = staff(A).post(reference, "sablona", mine)
    assert plain.get_json()["text"].startswith("Dobrý den,")
    assert staff(A).post(reference, "sablona", {**mine, "template": "x:cs"}).status_code == 400


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Do {{lhůta}}.", "{{lhůta}}"),
        ("{{}} a {{?}}", "{{?}}"),
        ("{{ reference", "{{"),
        ("konec }}", "}}"),
    ],
)
def test_a_field_that_nobody_can_fill_is_refused_with_its_name(
    light: Flask, desk: DeskOf, text: str, names: str
) -> None:
    page = desk(HEAD).client.get("/urad/sablony/nova").get_data(as_text=True)
    path = re.search(r'action="(/urad/sablony/\w+)"', page)[1]  # type: ignore[index]
    form = {**desks.form_of(page, path.rpartition("/")[2]), "title_cs": "Název", "text_cs": text}
    answer = desk(HEAD).client.post(path, data=form)
    assert answer.status_code == 400
    said_back = unescape(answer.get_data(as_text=True))
    assert names in said_back.partition("error-summary")[2].partition("</div>")[0]
    assert text in said_back


def test_templates_are_versioned_found_and_written_by_whom_they_belong_to(
    town: Flask, staff: DeskOf, words: str
) -> None:
    title = f"Šablona {words}"
    path, status = template(staff(HEAD), title=title, shown="1", title_uk="Лампа", text_uk="Добрий день")
    assert status == 303
    form = desks.form_of(staff(HEAD).client.get(path).get_data(as_text=True), path.rpartition("/")[2])
    for _ in range(2):  # twice the same is one version
        assert staff(HEAD).client.post(path, data={**form, "text_cs": "Jinak."}).status_code in {303, 409}
    stale = staff(HEAD).client.post(path, data={**form, "text_cs": "Ze starého okna."})
    assert stale.status_code == 409
    assert "Jinak." in stale.get_data(as_text=True)
    assert "Ze starého okna." in stale.get_data(as_text=True)
    with town.app_context():
        one = db.session.scalars(sa.select(Template).where(Template.reference == path.rpartition("/")[2])).one()
        texts = sa.select(TemplateText.n, TemplateText.language).where(TemplateText.template_id == one.id)
        assert sorted(db.session.execute(texts).all()) == [(1, "cs"), (1, "uk"), (2, "cs"), (2, "uk")]
    number = words.rsplit(maxsplit=1)[-1].rstrip(".")
    lists = staff(A).client.get("/urad/sablony", query_string={"q": f"sablona {number} jinak"}).get_data(as_text=True)
    assert title in lists
    assert title not in staff(A).client.get("/urad/sablony?q=nic+takoveho").get_data(as_text=True)
    assert title not in staff(SOCIAL).client.get("/urad/sablony").get_data(as_text=True)
    assert_refused(staff(SOCIAL).client.get(path), 404)
    assert_refused(staff(A).client.get("/urad/sablony/nova"), 403)
    token = staff(A).form(asked(town), "poznamka")["csrf_token"]
    assert staff(A).client.post(path, data={**form, "csrf_token": token}).status_code == 403
    assert "Jinak." in staff(A).client.get(path).get_data(as_text=True)
    citys, status = template(staff(PRESS), title=f"Města {words}", shown="1", department="")
    assert status == 303
    assert f"Města {words}" in staff(SOCIAL).client.get("/urad/sablony").get_data(as_text=True)
    token = staff(OFFICE_HEAD).form(asked(town, department="kancelar"), "poznamka")["csrf_token"]
    change = {"csrf_token": token, "version": "1", "title_cs": "x", "text_cs": "x"}
    assert staff(OFFICE_HEAD).client.post(citys, data=change).status_code == 403


def test_the_language_of_the_citizen_comes_first(light: Flask, desk: DeskOf, words: str) -> None:
    assert template(desk(HEAD), title=words, shown="1", title_uk=f"Лампа {words}", text_uk="До {{lhuta}}.")[1] == 303
    reference = asked(light)
    with light.app_context(), work(SYSTEM, "test", NOW) as w:
        case_of(w.session, reference).question.language = "uk"
    groups = re.findall(r'<optgroup label="([^"]+)"', desk(A).page(reference))
    assert groups[0] == "Українська"
    form = {**desk(A).form(reference, "odpoved"), "template": offered(desk(A), reference, f"Лампа {words}")}
    assert re.fullmatch(r"До .*\d{4}.*\.", desk(A).post(reference, "sablona", form).get_json()["text"])


def test_a_preview_shows_what_will_be_seen_and_stores_nothing(light: Flask, desk: DeskOf) -> None:
    reference = asked(light)
    form = desk(A).written(reference, "# Nadpis\n\n- *jedna*\n- <b>dvě</b> {{?kdy}}", step="preview")
    rows = stored(light)
    page = desk(A).post(reference, "odpoved", form)
    assert page.status_code == 200
    assert "<h3>Nadpis</h3>" in page.get_data(as_text=True)
    assert desks.form_of(page.get_data(as_text=True), "odpoved")["text"] == form["text"]
    shown = desk(A).client.post("/urad/nahled", data=form).get_json()
    assert "<li><em>jedna</em></li>" in shown["html"]
    assert "&lt;b&gt;" in shown["html"]
    assert "kdy" in shown["missing"]
    assert_refused(desk(A).client.post("/urad/nahled", data={"text": "x"}), 400)
    pasted = desk(A).client.post("/urad/vlozeni", data={**form, "html": "<p><b>Tučně</b><script>x</script></p>"})
    assert pasted.get_json() == {"text": "**Tučně**"}
    assert stored(light) == rows


def test_previews_are_limited_by_account(light: Flask, desk: DeskOf) -> None:
    form = desk(B).form(asked(light), "odpoved")
    statuses = [desk(B).client.post("/urad/nahled", data={**form, "text": "x"}).status_code for _ in range(125)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_an_answer_given_before_is_used_again_within_the_scope(town: Flask, staff: DeskOf, words: str) -> None:
    question = f"Kontejnery na tříděný odpad u garáží přetékají {words}"
    before = asked(town, question, consent=False)
    assert staff(A).send(before, f"Vyvezeme je **zítra**. {words}").status_code == 303
    other = asked(town, question, department="socialni", consent=False)
    assert staff(SOCIAL).send(other, f"Cizí soukromá {words}").status_code == 303
    reference = asked(town, question)
    page = staff(A).page(reference)
    assert f"use:{before}" in page
    assert f"Cizí soukromá {words}" not in page
    form = staff(A).written(reference, "Moje slova.", step=f"use:{before}")
    assert staff(A).post(reference, "odpoved", form).status_code == 303
    assert draft(town, reference)[1] == f"Moje slova.\n\nVyvezeme je **zítra**. {words}"  # type: ignore[index]
    assert before in staff(B).page(reference)  # the note
    stale = staff(A).post(reference, "odpoved", {**form, "text": "Ze starého okna."})
    assert stale.status_code == 409
    assert "Ze starého okna." in stale.get_data(as_text=True)
    for source in (other, "XXX-XXX-X", "neni-tu", ""):
        taken = staff(A).post(reference, "odpoved", staff(A).written(reference, "Moje.", step=f"use:{source}"))
        assert taken.status_code == 400
    assert staff(A).send(reference, "Odpověď.").status_code == 303
    assert before not in follow_page(town, reference)


def test_a_public_answer_of_another_department_is_used_by_its_address(light: Flask, desk: DeskOf, words: str) -> None:
    question = f"Přechod pro chodce před nemocnicí potřebuje semafor {words}"
    before = asked(light, question, department="kancelar")
    assert desk(OFFICE).send(before, words, True, "Semafor", question).status_code == 303
    assert desk(OFFICE_HEAD).decide(before, "approve").status_code == 303
    reference = asked(light, question)
    step = re.search(r'value="(use:semafor[^"]+)"', desk(A).page(reference))
    assert step
    assert desk(A).post(reference, "odpoved", desk(A).written(reference, "", step=step[1])).status_code == 303
    assert draft(light, reference)[1] == words  # type: ignore[index]


def test_what_a_question_was_about_is_forgotten_with_it(light: Flask, desk: DeskOf) -> None:
    reference = asked(light, "Vodovodní přípojka praskla u Kozlovské hospody")
    assert desk(A).send(reference, "Opravíme.").status_code == 303
    with light.app_context():
        case = case_of(db.session(), reference)
        kept = sa.select(AnsweredWords.words).where(AnsweredWords.case_id == case.id)
        assert "kozlovsk" in (db.session.scalar(kept) or "")
        following.erase(case.id, NOW)
        assert db.session.scalar(kept) is None


def test_markdown_is_the_same_on_every_page(light: Flask, desk: DeskOf, words: str) -> None:
    reference = asked(light)
    address = desk(A).publish(reference, f"### Kdy\n\n1. **{words}**\n2. [více](https://mesto.cz/a)")
    html = f"<li><strong>{words}</strong></li>"
    pages = [desks.public_page(light, address), follow_page(light, reference), desk(A).page(reference)]
    feed = light.test_client().get("/odpovedi.json").get_json()
    pages.append(next(one["content_html"] for one in feed["items"] if one["url"].endswith(address)))
    for page in pages:
        assert html in page
        assert "<h3>Kdy</h3>" in page
    lists = desks.public_page(light)
    assert f"1. {words}" in lists
    assert "**" not in lists
    assert "###" not in lists
