"""The memory channel keeps the contract of channels."""

from __future__ import annotations

import json
from typing import cast

from channels.memory import SECRET_HEADER, MemoryChannel, make
from config import Settings
from hub.channel import Channel
from hub.envelopes import Edited, Incoming, Said, Webhook
from tests.channel_contract import ChannelContract


class TestMemoryChannel(ChannelContract):
    def channel(self) -> Channel:
        return MemoryChannel(secret="zkusební", blocked={"bohumil"})

    def webhook(self, channel: Channel, event: dict[str, object]) -> Webhook:
        return Webhook({SECRET_HEADER: cast(MemoryChannel, channel).secret}, json.dumps(event).encode())

    def events(self) -> list[tuple[dict[str, object], list[Incoming]]]:
        said = {"room": "sál", "id": 1, "kind": "said", "from": "anna", "text": "Nesvítí lampa"}
        edited = {"room": "sál", "id": 2, "kind": "edited", "of": 1, "text": "Nesvítí dvě lampy"}
        return [
            (said, [Said("memory:sál", "1", "anna", "Nesvítí lampa")]),
            (edited, [Edited("memory:sál", "1", "Nesvítí dvě lampy")]),
            ({"room": "sál", "id": 3, "kind": "pinned"}, []),
        ]

    def refusing(self, channel: Channel) -> str:
        return "bohumil"

    def test_what_was_sent_can_be_read_and_deleted(self) -> None:
        channel = MemoryChannel(secret="x")
        sent_as = channel.send(self.outgoing())
        assert channel.sent[sent_as].text == "Dobrý den"
        channel.send(self.outgoing(operation="delete", sent_as=sent_as))
        assert channel.sent == {}

    def test_its_secret_is_the_key_of_the_hub_or_its_own_name(self) -> None:
        assert make(Settings.model_validate({"secret_key": "klíč"})).secret == "klíč"
        assert make(Settings.model_validate({"secret_key": ""})).secret == "memory"
