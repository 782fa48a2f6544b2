"""What the database refuses of devices and their placements."""

from __future__ import annotations

from hub.invariants import Trigger
from hub.invariants.trigger import changed

DEVICES = (
    Trigger("devices_keep", "devices", "UPDATE", changed("ref", "created_at"), "a device keeps its name in addresses"),
    Trigger(
        "devices_retired",
        "devices",
        "UPDATE",
        "old.retired_at IS NOT NULL AND (new.retired_at IS NULL OR new.token_digest IS NOT NULL)",
        "a device that was retired stays so",
    ),
    Trigger("devices_stay", "devices", "DELETE", "true", "devices are kept: their presses are"),
    Trigger("devices_all", "devices", "TRUNCATE", "true", "devices: never emptied as a whole"),
)

PLACEMENTS = (
    Trigger(
        "placements_keep",
        "placements",
        "UPDATE",
        changed("device_id", "layout", "begins_at")
        + " OR (old.ends_at IS NOT NULL AND (new.ends_at IS NULL OR new.ends_at <> old.ends_at))",
        "a placement stays as it was",
    ),
    Trigger("placements_stay", "placements", "DELETE", "true", "placements are kept: figures tell them apart"),
    Trigger("placements_all", "placements", "TRUNCATE", "true", "placements: never emptied as a whole"),
)

PLACES = (
    Trigger(
        "placement_places_add",
        "placement_places",
        "INSERT",
        "EXISTS (SELECT 1 FROM placements p WHERE p.id = new.placement_id AND p.ends_at IS NOT NULL)"
        " OR NOT EXISTS (SELECT 1 FROM touchpoints t WHERE t.id = new.touchpoint_id AND t.kind = 'kiosk')",
        "a placement that is over gets no more places, and only places of kiosks",
    ),
    Trigger("placement_places_keep", "placement_places", "UPDATE", "true", "a placement keeps its places"),
    Trigger("placement_places_stay", "placement_places", "DELETE", "true", "a placement keeps its places"),
    Trigger(
        "placement_places_all", "placement_places", "TRUNCATE", "true", "placement_places: never emptied as a whole"
    ),
)

ALERTS = (
    Trigger(
        "device_alerts_keep",
        "device_alerts",
        "UPDATE",
        changed("device_id", "kind", "opened_at") + " OR old.closed_at IS NOT NULL",
        "an alert that is over stays so",
    ),
)
