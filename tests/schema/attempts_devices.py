"""Statements that try to break what holds for devices, their placements and alerts, and those beside them that are allowed."""

from __future__ import annotations

WORLD = """
INSERT INTO devices (id, ref, name, token_digest, languages, hours, asks_words, offers_qr, speaks, has_high_contrast, version,
  created_at, retired_at)
  VALUES (1, 'prvni', 'První', 'aa', '[]', '[]', false, true, true, false, 1, {now}, NULL),
    (2, 'druhy', 'Druhý', 'bb', '[]', '[]', false, true, true, false, 1, {now}, NULL),
    (3, 'vyrazeny', 'Vyřazený', NULL, '[]', '[]', false, true, true, false, 1, {now}, {now});
INSERT INTO pairing_codes (device_id, selector, digest, expires_at, tries) VALUES (1, 'ABC', 'aa', {later}, 0);
INSERT INTO placements (id, device_id, layout, begins_at, ends_at)
  VALUES (1, 1, 'one', {now}, NULL), (2, 2, 'choose', {now}, NULL), (3, 2, 'one', {now}, {later});
INSERT INTO placement_places (touchpoint_id, placement_id, position) VALUES (1, 1, 0), (2, 2, 0);
INSERT INTO device_states (device_id, beat_at, shell, configuration, waiting, refused, problems, is_persisted, is_visible, is_full,
  offset_ms) VALUES (1, {now}, '', '', 0, 0, '[]', true, true, false, 0);
INSERT INTO device_alerts (id, device_id, kind, opened_at, told_at, closed_at)
  VALUES (1, 1, 'lost', {now}, NULL, NULL), (2, 1, 'silent', {now}, NULL, {later})
"""
"""Two devices that stand somewhere, one that is retired; an alert that lasts, one that is over."""


def device(**changes: str) -> str:
    """An insert of a device, with some values other than good."""
    row = {
        "id": "9", "ref": "'novy'", "name": "'Nový'", "token_digest": "NULL", "languages": "'[]'", "hours": "'[]'",
        "asks_words": "false", "offers_qr": "true", "speaks": "true", "has_high_contrast": "false", "version": "1",
        "created_at": "{now}", **changes,
    }  # fmt: skip
    return f"INSERT INTO devices ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


def code(device_id: str = "2", selector: str = "'DEF'", tries: str = "0") -> str:
    row = f"{device_id}, {selector}, 'cc', {{later}}, {tries}"
    return f"INSERT INTO pairing_codes (device_id, selector, digest, expires_at, tries) VALUES ({row})"  # noqa: S608


def placement(device_id: str = "3", layout: str = "'one'", ends: str = "NULL") -> str:
    row = f"9, {device_id}, {layout}, {{now}}, {ends}"
    return f"INSERT INTO placements (id, device_id, layout, begins_at, ends_at) VALUES ({row})"  # noqa: S608


def place(touchpoint: str = "3", placement_id: str = "1", position: str = "1") -> str:
    row = f"{touchpoint}, {placement_id}, {position}"
    return f"INSERT INTO placement_places (touchpoint_id, placement_id, position) VALUES ({row})"  # noqa: S608


def alert(device_id: str = "1", kind: str = "'stuck'") -> str:
    row = f"9, {device_id}, {kind}, {{now}}"
    return f"INSERT INTO device_alerts (id, device_id, kind, opened_at) VALUES ({row})"  # noqa: S608


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "devices_keep": (
        "UPDATE devices SET ref = 'jiny' WHERE id = 1",
        "UPDATE devices SET created_at = {later} WHERE id = 1",
    ),
    "devices_retired": (
        "UPDATE devices SET retired_at = NULL WHERE id = 3",
        "UPDATE devices SET token_digest = 'cc' WHERE id = 3",
    ),
    "devices_stay": ("DELETE FROM devices WHERE id = 3",),
    "devices_all": ("TRUNCATE devices CASCADE",),
    "placements_keep": (
        "UPDATE placements SET device_id = 3 WHERE id = 1",
        "UPDATE placements SET layout = 'choose' WHERE id = 1",
        "UPDATE placements SET begins_at = {later} WHERE id = 1",
        "UPDATE placements SET ends_at = NULL WHERE id = 3",
        "UPDATE placements SET ends_at = {now} WHERE id = 3",
    ),
    "placements_stay": ("DELETE FROM placements WHERE id = 3",),
    "placements_all": ("TRUNCATE placements CASCADE",),
    "placement_places_add": (place(placement_id="3"), place(touchpoint="999")),
    "placement_places_keep": (
        "UPDATE placement_places SET placement_id = 2",
        "UPDATE placement_places SET position = 5",
    ),
    "placement_places_stay": ("DELETE FROM placement_places",),
    "placement_places_all": ("TRUNCATE placement_places",),
    "device_alerts_keep": (
        "UPDATE device_alerts SET kind = 'full' WHERE id = 1",
        "UPDATE device_alerts SET device_id = 2 WHERE id = 1",
        "UPDATE device_alerts SET opened_at = {later} WHERE id = 1",
        "UPDATE device_alerts SET closed_at = NULL WHERE id = 2",
        "UPDATE device_alerts SET told_at = {now} WHERE id = 2",
    ),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "uq_devices_ref": (device(ref="'prvni'"),),
    "uq_devices_token_digest": (device(token_digest="'aa'"), "UPDATE devices SET token_digest = 'aa' WHERE id = 2"),
    "ck_pairing_codes_tries": (code(tries="6"), code(tries="-1"), "UPDATE pairing_codes SET tries = 6"),
    "uq_pairing_codes_selector": (code(selector="'ABC'"),),
    "fk_pairing_codes_device_id": (code(device_id="999"),),
    "ck_placements_layout": (placement(layout="'many'"),),
    "ck_placements_ends_at": ("UPDATE placements SET ends_at = '2000-01-01 00:00:00.000000' WHERE id = 1",),
    "fk_placements_device_id": (placement(device_id="999"),),
    "uq_placement_places_placement_id_position": (place(position="0"),),
    "fk_placement_places_placement_id": (place(placement_id="999"),),
    "fk_device_states_device_id": (
        "INSERT INTO device_states (device_id, beat_at, shell, configuration, waiting, refused, problems, is_persisted,"
        " is_visible, is_full, offset_ms) VALUES (999, {now}, '', '', 0, 0, '[]', true, true, false, 0)",
    ),
    "ck_device_alerts_kind": (alert(kind="'sad'"),),
    "fk_device_alerts_device_id": (alert(device_id="999"),),
}

ALLOWED = {
    "a device is paired anew": ("UPDATE devices SET token_digest = 'dd', paired_at = {now} WHERE id = 1", 1),
    "a device is disconnected": ("UPDATE devices SET token_digest = NULL WHERE id = 1", 1),
    "a code is used up": ("DELETE FROM pairing_codes", 1),
    "a device gets a code": (code(), 1),
    "a device is placed": (placement(), 1),
    "a placement gets another place": (place(), 1),
    "a placement ends": ("UPDATE placements SET ends_at = {later} WHERE id = 1", 1),
    "an alert is told": ("UPDATE device_alerts SET told_at = {now} WHERE id = 1", 1),
    "an alert is over": ("UPDATE device_alerts SET closed_at = {later} WHERE id = 1", 1),
    "another alert begins": (alert(), 1),
}
