"""Which place is offered, whom it is offered to, and what has to be held for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from practice.clock import stored, to_wall
from practice.errors import Conflict, Refusal
from practice.people import queries as people
from practice.scheduling.model import instant_of, wall_time
from practice.store.work import Row, Work
from practice.waitlist import queries
from practice.waitlist.model import Ranked, misfit, rank
from practice.waitlist.openings import Openings, place_of, waiting_for

WHY_NOT = {
    "location": "waits for another place",
    "provider": "waits for another provider",
    "dates": "waits for other days",
    "window": "cannot come at that time of the week",
    "notice": "needs more notice than is left",
    "not_earlier": "has a visit that is earlier already",
    "not_bookable": "waits for a service that does not fit there",
    "client_busy": "has another visit then",
    "asked": "has another offer to answer first",
}
"""Why a place is not for somebody: "Ada Birch <words>."."""


def left_place(work: Work, appointment_id: str) -> Row:
    """The place that a visit left, with who freed it and when."""
    visit = work.get("appointments", appointment_id, "visit")
    left = queries.left_visits(work, visit["start_date"], visit["start_date"], (visit["location_id"],))
    found = next((row for row in left if row["appointment_id"] == appointment_id), None)
    if found is None:
        raise Conflict("This visit has left no place that can be offered; look at the list anew.", rule="not_free")
    return found


def place_by_hand(
    work: Work, provider_id: str | None, service_id: str | None, location_id: str | None, wall_start: str | None
) -> Row:
    """Any free place that the desk names."""
    service = work.get("services", service_id, "service")
    location = work.get("locations", location_id, "location")
    work.get("providers", provider_id, "provider")
    wall = wall_time(wall_start or "")
    starts_at = instant_of(wall, location["zone"])
    ends_at = starts_at + timedelta(minutes=service["duration_minutes"])
    return {
        "appointment_id": None,
        "freed_by": "hand",
        "freed_at": stored(work.now),
        "location_id": location_id,
        "provider_id": provider_id,
        "service_id": service_id,
        "wall_start": wall,
        "wall_end": to_wall(ends_at, location["zone"]),
        "zone": location["zone"],
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_date": wall.date(),
    }


def choose(work: Work, place: Row, entry_ids: Sequence[str] | None) -> list[Ranked]:
    """Whom to ask, in order; a refusal if the place is taken or fits nobody."""
    services = {row["service_id"]: row for row in people.services(work, work.actor, include_inactive=True)}
    openings = Openings.around(work, [place])
    spot = place_of(place)
    if not openings.can_begin(spot, services[place["service_id"]], spot.minutes):
        raise Conflict("This place is not free any more; look at the list anew.", rule="taken")
    entries = queries.waiting(work)
    judged = waiting_for(work, spot, openings, entries, services)
    fitting = rank(spot, judged, stored(work.now))
    if entry_ids is not None:
        fitting = _in_order(
            work, fitting, entry_ids, {one.entry_id: misfit(spot, one, stored(work.now)) for one in judged}
        )
    if not fitting:
        raise Refusal("Nobody on the waitlist fits this place; book it as usual.", rule="nobody_fits")
    return fitting


def _in_order(
    work: Work, fitting: list[Ranked], entry_ids: Sequence[str], rules: dict[str, str | None]
) -> list[Ranked]:
    by_id = {one.entry.entry_id: one for one in fitting}
    for entry_id in entry_ids:
        if entry_id not in by_id:
            row = queries.entry(work, entry_id)
            name = queries.names(work, [row["client_id"]])[row["client_id"]]
            why = WHY_NOT.get(rules.get(entry_id) or "", "does not fit this place any more")
            raise Refusal(f"{name} {why}; leave them out.", rule="does_not_fit", field="entry_ids")
    return [by_id[entry_id] for entry_id in dict.fromkeys(entry_ids)]


def what_to_hold(work: Work, place: Row, chosen: list[Ranked]) -> dict[str, Any]:
    """What is held: the visit of the place, or the longest that somebody may take."""
    longest = max(chosen, key=lambda one: one.entry.minutes).entry
    own = place_of(place).minutes
    is_longer = longest.minutes > own
    service_id = longest.service_id if is_longer else place["service_id"]
    return {
        "service_id": service_id,
        "duration_minutes": longest.minutes if is_longer else own,
        "mode": mode_of(work.get("services", service_id, "service")),
    }


def mode_of(service: Row) -> str:
    """How a visit of the service is held at a place that was offered: in person, unless there is video alone."""
    return "video" if service["modes"] == "video" else "in_person"
