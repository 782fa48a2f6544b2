"""Taking part in sending by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

from hub.actions import deliveries
from hub.actions.deliveries import Claimed, Turn
from hub.database import db
from hub.models import Decision, Message
from hub.steps.senders import Sender
from tests.letters import Moody, Post
from tests.services.mail import Mail

OUTBOX = "/urad/odesilani"
LEASE = timedelta(seconds=60)


def sender(holder: str, channel: Moody) -> Sender:
    return Sender("memory", holder, channel.limits, LEASE)


def claim(holder: str, post: Post, channel: Moody) -> Turn:
    return deliveries.claim(sender(holder, channel), post.clock.now())


def begin(holder: str, one: Claimed, post: Post, channel: Moody) -> bool:
    return deliveries.proceed(sender(holder, channel), (), (one,), post.clock.now()) == (one,)


def plain(mail: Mail) -> str:
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content())


def in_threads(runs: list[Callable[[], object]]) -> None:
    db.session.rollback()
    threads = [Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def hide(answer: Message, post: Post) -> None:
    hidden = {"kind": "hide", "reason": "", "actor_kind": "system", "rule": "test", "decided_at": post.now}
    db.session.add(Decision(message_id=answer.id, n=1, **hidden))
    db.session.commit()
