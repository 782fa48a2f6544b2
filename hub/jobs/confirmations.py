"""Letters that ask whether an address really wants news. Sent by whoever sends on the channel, before what waits for others."""

from __future__ import annotations

from secrets import token_urlsafe

import structlog
from flask import current_app

from hub import forms, language, logs, queue
from hub.actions import deliveries, subscribing
from hub.actions.subscribing import Begun
from hub.channel import Channel, Later, Refused, Uncertain, Unreachable
from hub.clock import Clock
from hub.database import db
from hub.envelopes import Outgoing
from hub.language import gettext
from hub.queries import places
from hub.steps.senders import Sender

log = structlog.get_logger()

SETTINGS = "subscriptions"
"""The name under which the links are signed that change what an address listens to."""


def send_some(me: Sender, channel: Channel, clock: Clock) -> bool:
    """Send the confirmations that are due; False when the channel cannot be reached."""
    while not queue.is_ending():
        secret = token_urlsafe(32)
        one = subscribing.begin(me, secret, clock.now())
        if one is None:
            break
        try:
            channel.send(_letter(one, secret))
        except Unreachable:
            subscribing.put_off(one, clock.now(), deliveries.pause(me, clock.now()))
            log.warning("channel cannot be reached", channel=me.channel)
            return False
        except Later as later:
            subscribing.put_off(one, clock.now(), clock.now() + later.after)
        except Refused:
            subscribing.give_up(one, clock.now())
        except Uncertain:
            log.warning("nobody knows whether a confirmation went", channel=me.channel)
        except Exception as error:  # a fault of ours: it must not stop the letters behind it, and is not repeated
            logs.unexpected(error)
        else:
            subscribing.sent(one, clock.now())
            deliveries.answers_again(me, clock.now())
    return True


def _letter(one: Begun, secret: str) -> Outgoing:
    settings = current_app.config["HUB"]
    city = places.city(db.session())
    topics = current_app.extensions["hub_topics"]
    with language.speaking(one.language):
        confirms = bool(one.topics)
        said = {
            "city": city.name if city else "Ozvěna",
            "topics": [gettext(topics[code]) for code in one.topics if code in topics],
            "url": f"{settings.site}/odbery/potvrzeni/{secret}" if confirms else settings_url(one.address_id or 0),
            "days": subscribing.LIFE.days,
        }
        pages = current_app.jinja_env
        name = "confirm" if confirms else "settings"
        text = pages.get_template(f"mail/{name}.txt").render(**said)
        html = pages.get_template(f"mail/{name}.html").render(**said, language=language.current())
        subject = gettext("Please confirm the news from the city") if confirms else gettext("Your news from the city")
    return Outgoing(
        delivery=f"ozvena-odber-{one.id}-{one.attempts}",
        address=one.value,
        text=text,
        subject=subject,
        html=html,
        language=one.language,
    )


def settings_url(address_id: int) -> str:
    """The page on which an address changes what it listens to; whoever has the link may."""
    return f"{current_app.config['HUB'].site}/odbery/nastaveni/{forms.lasting(SETTINGS, f'{address_id}')}"


def unsubscribe_url(address_id: int, topic: str) -> str:
    """What ends one topic for an address by one click (RFC 8058)."""
    return f"{current_app.config['HUB'].site}/odbery/zrusit/{forms.lasting(SETTINGS, f'{address_id}-{topic}')}"
