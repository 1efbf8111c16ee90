"""A visit in person becomes one by video, or the other way round: it gives its room back, or takes one."""

from __future__ import annotations

from practice.clock import stored
from practice.errors import Refusal
from practice.scheduling.planning import rooms_for
from practice.scheduling.plans import Plan
from practice.scheduling.steps import note
from practice.scheduling.taking import keep_only, put, standing_claims, take
from practice.store.work import Row, Work

WORDS = {"in_person": "in person", "video": "by video"}


def change_mode(work: Work, row: Row, mode: str, room_id: str | None, *, is_moving: bool) -> Row:
    """Change it in place and note it. A visit that moves as well (`is_moving`) takes its places there.

    Answers {appointment_id, room_id}; refuses a mode that the service is not given in, and when no room is free.
    """
    if mode not in WORDS:
        raise Refusal(f"A visit is {' or '.join(WORDS)}.", rule="mode", field="mode")
    service = work.get("services", row["service_id"], "service")
    if service["modes"] not in (None, "both", mode):
        raise Refusal(f"{service['name']} is not given {WORDS[mode]}.", rule="mode", field="mode")
    room = None if mode == "video" else row["room_id"]
    if not is_moving and mode == "video" and row["room_id"]:
        standing = standing_claims(work, row["appointment_id"])
        keep_only(work, row["appointment_id"], [claim for claim in standing if claim.resource_kind != "room"])
    if not is_moving and mode == "in_person":
        location = work.get("locations", row["location_id"], "location")
        rooms = rooms_for(work, location, service, mode, room_id, provider_id=row["provider_id"])
        if rooms:
            plan = Plan(
                appointment_id=row["appointment_id"],
                location=location,
                provider=work.get("providers", row["provider_id"], "provider"),
                service=service,
                client_ids=(),
                wall_start=row["wall_start"],
                starts_at=row["starts_at"],
                minutes=row["duration_minutes"],
                rooms=rooms,
            )
            taken = take(work, plan, ("room",))
            room = taken.room_id
            put(work, taken)
    after = work.update("appointments", row["appointment_id"], mode=mode, room_id=room, known_at=stored(work.now))
    note(
        work,
        after,
        "changed",
        before={"mode": row["mode"], "room_id": row["room_id"]},
        after={"mode": mode, "room_id": room},
    )
    return {"appointment_id": row["appointment_id"], "room_id": room}
