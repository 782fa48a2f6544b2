"""Statements that try to break what holds for streets, the map, and where something is."""

from __future__ import annotations

from tests.schema.words_world import city_map, location

BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "locations_private": (
        location(message_id="3"),  # of a public question
        location(message_id="2"),  # of an answer
        location(message_id="9"),  # of a comment
        location(message_id="5"),  # of words that are erased
    ),
    "locations_keep": (
        "UPDATE locations SET street = 'Krátká'",
        "UPDATE locations SET latitude = NULL, longitude = NULL",
        "UPDATE locations SET message_id = 11",
    ),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "fk_locations_message_id": (location(message_id="999"),),
    "ck_locations_point": (location(latitude="NULL"), location(longitude="NULL")),
    "ck_locations_latitude": (location(latitude="91"), location(latitude="-90.1")),
    "ck_locations_longitude": (location(longitude="181"), location(longitude="-180.1")),
    "ck_locations_something": (location(street="''", latitude="NULL", longitude="NULL"),),
    "uq_streets_folded": ("INSERT INTO streets (id, name, folded) VALUES (2, 'DLOUHÁ', 'dlouha')",),
    "ck_city_map_one": (city_map(),),
    "ck_city_map_north": ("UPDATE city_map SET north = south", "UPDATE city_map SET north = 91"),
    "ck_city_map_east": ("UPDATE city_map SET east = west", "UPDATE city_map SET west = -181"),
    "ck_repeats_count": ("UPDATE repeats SET count = 0",),
}
