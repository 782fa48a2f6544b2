"""/odbery: news by e-mail. Asked for here, confirmed by a link in a letter, changed and stopped by links, without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_urlsafe

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hub import errors, forms, language, limits
from hub.actions import subscribing
from hub.actions.subscribing import Asking
from hub.database import db
from hub.jobs.confirmations import SETTINGS
from hub.language import gettext
from hub.models import Address
from hub.queries import subscriptions
from hub.text import masked, one_line
from hub.views.errors import attempted
from hub.vocabulary import marked

blueprint = Blueprint("subscribing", __name__)

FORM = "subscribe"
WORDING = "2026-11"
"""The version of what is agreed to; a change of the text below is a new one."""
CONSENT = marked(
    "I want the city to send the chosen news to this e-mail. It keeps the address for that alone, until I stop the news."
)


@blueprint.after_request
def _private(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex"
    if request.endpoint != "subscribing.form":
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/odbery")
def form() -> str:
    """What one can be told of, and where to ask for it."""
    return _form()


@blueprint.post("/odbery")
def ask() -> BaseResponse:
    """Ask for a letter with a link that confirms; the answer is the same whether the address is known or not."""
    forms.check_origin(request)
    topics, email = tuple(dict.fromkeys(request.form.getlist("topic"))), one_line(request.form.get("email", ""))
    change = request.form.get("step") == "change"
    problem = attempted(lambda: _ask(topics, email, change))
    if problem is None:
        return redirect(url_for(".form", odeslano=1), 303)
    db.session.rollback()
    where = "topic" if isinstance(problem, _NoTopic) else "email" if isinstance(problem, errors.BadInput) else ""
    where = "" if request.form.get("web") else where
    answer = Response(_form(topics, email, [{"field": where, "message": gettext(problem.message)}]), problem.status)
    if problem.retry_after:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


class _NoTopic(errors.BadInput):
    """Nothing was chosen of which there is news."""

    message = marked("Choose at least one kind of news.")


def _ask(topics: tuple[str, ...], email: str, change: bool) -> None:
    if request.form.get("web"):
        raise errors.BadInput(marked("The form was filled in by a machine. Leave the hidden field empty."))
    forms.read_token(FORM, request.form.get("token"))
    if not topics and not change:
        raise _NoTopic
    if "email" not in current_app.extensions["hub_channels"]:
        raise errors.Unavailable
    limits.spend("subscribe", request.remote_addr or "", current_app.config["HUB"].questions_per_minute)
    asking = Asking(email, () if change else topics, language.current(), WORDING, gettext(CONSENT))
    subscribing.ask(asking, _topics(), datetime.now(UTC))


def _form(chosen: tuple[str, ...] = (), email: str = "", problems: list[dict[str, str]] | None = None) -> str:
    return render_template(
        "subscribing/form.html",
        topics=_choices(chosen or tuple(_topics())),
        email=email,
        problems=problems or [],
        consent=gettext(CONSENT),
        token=forms.token(FORM, token_urlsafe(8)),
        sent="odeslano" in request.args,
        is_open="email" in current_app.extensions["hub_channels"],
        days=subscribing.LIFE.days,
    )


@blueprint.route("/odbery/potvrzeni/<secret>", methods=["GET", "POST"])
def confirm(secret: str) -> BaseResponse | str | tuple[str, int]:
    """The link of the letter: a page with a button, since mail programs open links by themselves; the button confirms."""
    if request.method == "GET" and subscribing.may_confirm(secret, datetime.now(UTC)):
        return render_template("subscribing/confirm.html", done=False)
    address_id = None
    if request.method == "POST":
        forms.check_origin(request)
        address_id = subscribing.confirm(secret, datetime.now(UTC))
    if address_id is None:
        return render_template("subscribing/confirm.html", done=False, gone=True, form_url=url_for(".form")), 410
    return redirect(url_for(".settings", token=forms.lasting(SETTINGS, str(address_id)), potvrzeno=1), 303)


@blueprint.route("/odbery/nastaveni/<token>", methods=["GET", "POST"])
def settings(token: str) -> BaseResponse | str:
    """What an address listens to; whoever has the link may change it."""
    address = _address(token)
    if request.method == "POST":
        forms.check_origin(request)
        topics = [] if request.form.get("step") == "stop" else request.form.getlist("topic")
        subscribing.choose(address.id, topics, _topics(), WORDING, gettext(CONSENT), datetime.now(UTC))
        return redirect(url_for(".settings", token=token, ulozeno=1), 303)
    heard = subscriptions.heard(db.session(), address.id)
    return render_template(
        "subscribing/settings.html",
        email=masked(address.value),
        topics=_choices(tuple(heard)),
        heard=bool(heard),
        confirmed="potvrzeno" in request.args,
        saved="ulozeno" in request.args,
    )


@blueprint.route("/odbery/zrusit/<token>", methods=["GET", "POST"])
def stop(token: str) -> str:
    """End one kind of news. A mail program sends POST by one click (RFC 8058): no page of ours before it, no redirect after it."""
    address, topic = _address(token), _state(token)[1]
    if request.method == "POST":
        subscribing.unsubscribe(address.id, [topic], datetime.now(UTC))
    label = _topics().get(topic)
    return render_template(
        "subscribing/stop.html",
        done=request.method == "POST",
        topic=gettext(label) if label else topic,
        email=masked(address.value),
        settings_url=url_for(".settings", token=forms.lasting(SETTINGS, str(address.id))),
    )


def _state(token: str) -> tuple[int, str]:
    """The address and the topic of a link; no topic in one that leads to the settings."""
    try:
        number, _, topic = forms.read_lasting(SETTINGS, token).partition("-")
        return int(number), topic
    except (errors.FormExpired, ValueError) as error:
        raise _NoSuchLink from error


def _address(token: str) -> Address:
    found = db.session.get(Address, _state(token)[0])
    if found is None:
        raise _NoSuchLink
    return found


class _NoSuchLink(errors.NotFound):
    """The link was changed, or its key is another's."""

    code = "no_such_link"
    message = marked("This link does not work. Check that it is whole, or have a new one sent from the page of news.")


def _topics() -> dict[str, str]:
    found: dict[str, str] = current_app.extensions["hub_topics"]
    return found


def _choices(chosen: tuple[str, ...]) -> list[dict[str, object]]:
    return [{"code": code, "label": gettext(label), "chosen": code in chosen} for code, label in _topics().items()]
