"""Free times that do not get into each other's way, for benchmarks that book many of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from dashboards.bench.raw import clients
from practice.access.permissions import SYSTEM
from practice.people.queries import locations, services
from practice.scheduling.slots import MOST_DAYS, offered_slots
from practice.store.work import Reader

SEED = 7


def wishes(reader: Reader, most: int) -> list[dict[str, Any]]:
    """Up to `most` parameters for `book_appointment`: free times of every provider over three months, in random order.

    No two wishes of one provider touch. A room or a client may still be taken when its turn comes: that is a refusal.
    """
    service = next(
        row for row in services(reader, SYSTEM) if row["capacity"] == 1 and 45 <= row["duration_minutes"] <= 60
    )
    gap = timedelta(minutes=service["buffer_before_minutes"] + service["buffer_after_minutes"])
    found = [
        (slot["wall_start"], slot["provider_id"], place["location_id"])
        for place in locations(reader, SYSTEM)
        for slot in offered_slots(
            reader, SYSTEM, service["service_id"], place["location_id"], days=MOST_DAYS, limit=1_000_000
        )
    ]
    free_from: dict[str, datetime] = {}
    chosen = []
    for start, provider_id, location_id in sorted(found):
        if start >= free_from.get(provider_id, start):
            free_from[provider_id] = start + timedelta(minutes=service["duration_minutes"]) + gap
            chosen.append((start, provider_id, location_id))
    dice = random.Random(SEED)
    dice.shuffle(chosen)
    people = clients(reader)
    dice.shuffle(people)
    return [
        {
            "client_id": people[number % len(people)],
            "provider_id": provider_id,
            "service_id": service["service_id"],
            "location_id": location_id,
            "wall_start": f"{start:%Y-%m-%dT%H:%M}",
        }
        for number, (start, provider_id, location_id) in enumerate(chosen[:most])
    ]
