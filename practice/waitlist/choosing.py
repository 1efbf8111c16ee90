"""Which place is offered, whom it is offered to, and what has to be held for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from practice.clock import stored, to_wall
from practice.errors import Conflict, Refusal
from practice.people import queries as people
from practice.scheduling.model import GONE, instant_of, wall_time
from practice.store.work import Row, Work
from practice.waitlist import queries
from practice.waitlist.booking import mode_of
from practice.waitlist.model import Ranked, misfit, rank
from practice.waitlist.openings import Judge, Openings, place_of, still_free

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
    "notice_minutes": "would be booked later than a rule of booking allows",
    "window_days": "would be booked further ahead than a rule of booking allows",
    "daily_limit": "would be one visit more than a rule allows on that day",
    "client_daily_limit": "has as many visits on that day as a rule allows",
    "travel": "cannot be seen there: the provider needs that time for the way",
    "room_taken": "needs a room that is not free then",
    "equipment_taken": "needs equipment that is not free then",
    "client_inactive": "is archived",
    "charged": "has a later visit that is charged already",
}
"""Why a place is not for somebody: "Ada Birch <words>."."""


def left_place(work: Work, appointment_id: str) -> Row:
    """The place that a visit left, or the seat that somebody left in it, with who freed it and when."""
    visit = work.get("appointments", appointment_id, "visit")
    day = visit["start_date"]
    found = still_free(work, work.actor, day, day, (visit["location_id"],))
    place = next((row for row in found if row["appointment_id"] == appointment_id), None)
    if place is None:
        is_gone = visit["status"] in GONE
        raise Conflict(
            "This place is not free any more; look at the list anew."
            if is_gone
            else "This visit has left no place that can be offered; look at the list anew.",
            rule="taken" if is_gone else "not_free",
        )
    return place


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
        "seats_left": None,
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
    spot = place_of(place)
    if place["appointment_id"] is None:
        service = next(
            row
            for row in people.services(work, work.actor, include_inactive=True)
            if row["service_id"] == place["service_id"]
        )
        if not Openings.around(work, [place]).can_begin(spot, service, spot.minutes):
            raise Conflict("This place is not free any more; look at the list anew.", rule="taken")
    judge = Judge(work, queries.waiting(work), [spot])
    judged = judge.waiting_for(spot)
    fitting = rank(spot, judged, stored(work.now))
    if entry_ids is not None:
        rules = {one.entry_id: misfit(spot, one, stored(work.now)) for one in judged}
        refused = {key: refusal.rule for (_, key), refusal in judge.refusals.items()}
        fitting = _in_order(
            work,
            fitting,
            entry_ids,
            rules
            | {
                key: refused.get(key) if rule == "not_bookable" and refused.get(key) in WHY_NOT else rule
                for key, rule in rules.items()
            },
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
