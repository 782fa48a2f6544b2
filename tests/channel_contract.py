"""What every channel must keep; a channel's test file subclasses `ChannelContract` and adds its data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from hub.channel import Channel, Forged, Refused
from hub.envelopes import Incoming, Outgoing, Webhook


class ChannelContract(ABC):
    """The cases; `channel` makes one, the other methods give its data.

    A channel to which nobody pushes says so by `pushed = False` and needs neither `webhook` nor `events`.
    """

    pushed = True

    @abstractmethod
    def channel(self) -> Channel: ...

    def webhook(self, channel: Channel, event: dict[str, object]) -> Webhook:
        """A push of this event as the other side would send it."""
        raise NotImplementedError

    def events(self) -> list[tuple[dict[str, object], list[Incoming]]]:
        """Events and what each says."""
        raise NotImplementedError

    @abstractmethod
    def refusing(self, channel: Channel) -> str:
        """An address that will not take anything."""

    def outgoing(self, **changes: object) -> Outgoing:
        return replace(Outgoing(delivery="d-1", address="anna", text="Dobrý den"), **changes)  # type: ignore[arg-type]

    def good_push(self, channel: Channel) -> Webhook:
        """A push that would be taken, where any is."""
        return self.webhook(channel, self.events()[0][0]) if self.pushed else Webhook({"x-secret": "x"}, b'{"id": 1}')

    def only_if_pushed(self) -> None:
        if not self.pushed:
            pytest.skip("nobody pushes to this channel")

    def test_a_push_with_the_secret_names_its_source_and_event(self) -> None:
        self.only_if_pushed()
        channel = self.channel()
        for event, _ in self.events():
            source, event_id = channel.verify(self.webhook(channel, event))
            assert source.startswith(channel.name)
            assert event_id

    def test_a_push_without_the_secret_is_forged(self) -> None:
        channel = self.channel()
        good = self.good_push(channel)
        for headers in ({}, {name: value + "x" for name, value in good.headers.items()}):
            with pytest.raises(Forged):
                channel.verify(Webhook(headers, good.body))

    def test_a_push_that_is_no_event_is_forged(self) -> None:
        channel = self.channel()
        good = self.good_push(channel)
        for body in (b"", b"null", b"[]", b"{}", b"\xff", b"{" * 1000):
            with pytest.raises(Forged):
                channel.verify(Webhook(good.headers, body))

    def test_an_event_says_what_it_says_as_a_list(self) -> None:
        self.only_if_pushed()
        for event, said in self.events():
            assert self.channel().parse(event) == said

    def test_each_part_sent_has_an_id_of_its_own(self) -> None:
        channel = self.channel()
        ids = [channel.send(self.outgoing(delivery=f"d-{n}")) for n in range(3)]
        assert len(set(ids)) == 3

    def test_an_edit_keeps_the_id(self) -> None:
        channel = self.channel()
        first = channel.send(self.outgoing())
        assert channel.send(self.outgoing(text="Oprava", operation="edit", sent_as=first)) == first

    def test_an_address_that_refuses_says_so(self) -> None:
        channel = self.channel()
        with pytest.raises(Refused) as refusal:
            channel.send(self.outgoing(address=self.refusing(channel)))
        assert refusal.value.address_state

    def test_its_limits_are_positive(self) -> None:
        limits = self.channel().limits
        assert min(limits.characters, limits.per_second, limits.per_address_per_second) > 0

    def test_it_can_send_after_it_was_closed(self) -> None:
        channel = self.channel()
        first = channel.send(self.outgoing(delivery="d-1"))
        channel.close()
        channel.close()
        assert channel.send(self.outgoing(delivery="d-2")) != first
