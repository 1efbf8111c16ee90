"""The free times that the Book page offers, and the best of them."""

from __future__ import annotations

from typing import Any

from dashboards import runtime
from dashboards.components.desk import holding
from dashboards.components.desk.place import Desk
from practice.scheduling import queries as scheduling
from practice.scheduling.held_times import held_times
from practice.scheduling.ranking import best_slots
from practice.store.work import Row

DAYS_AHEAD = 28


def free_times(
    form: str, desk: Desk, client: Row | None, asked: dict[str, Any]
) -> tuple[list[Row], list[Row], list[Row]]:
    """The free times, the best of them with what speaks for each, and what others are booking just now.

    The place that this form keeps counts as free.
    """
    held = holding.of_form(form)
    with runtime.current().record.read() as reader:
        question: dict[str, Any] = {
            "service_id": asked["service_id"],
            "location_id": desk.location["location_id"],
            "provider_id": asked["provider_id"],
            "first": asked["first"],
            "days": DAYS_AHEAD,
            "limit": 400,
            "client_id": client["client_id"] if client else None,
            "ignoring": held.hold_id if held else None,
            "mode": asked["mode"],
        }
        slots = scheduling.offered_slots(reader, desk.person, **question)
        others = held_times(reader, desk.person, slots, **question)
        best = best_slots(
            reader,
            desk.person,
            slots,
            service_id=asked["service_id"],
            location_id=desk.location["location_id"],
            usual=asked["usual"],
        )
    return slots, best, others
