"""What the desk's page and the page behind an offer's link show."""

from __future__ import annotations

import json
from datetime import timedelta

from practice.access.permissions import Actor, Permission, require
from practice.clock import stored, to_wall
from practice.people import queries as people
from practice.store.work import Reader, Row
from practice.waitlist import queries, saying
from practice.waitlist.answers import state_of
from practice.waitlist.openings import freed_places, names_of_furniture

SHOWN_BACK = timedelta(days=14)
"""How long a round that is over stays on the page."""

UNKNOWN = "A client of another location"


def entries_seen(reader: Reader, actor: Actor) -> list[Row]:
    """Who waits, most urgent first, then the longest: the entry's columns, `client_name`, `service_name`, `fallback`
    (the later visit's row or None), and the names of `providers` and `locations` (empty = any)."""
    require(actor, Permission.BOOK)
    entries = [row for row in queries.waiting(reader) if queries.sees(actor, row)]
    fallbacks = queries.fallbacks(reader, entries)
    clients = people.names_of(reader, actor, [row["client_id"] for row in entries])
    providers = {row["provider_id"]: row["name"] for row in people.providers(reader, actor, include_inactive=True)}
    places = {row["location_id"]: row["name"] for row in people.locations(reader, actor, include_inactive=True)}
    rows = [
        row
        | {
            "client_name": clients.get(row["client_id"], UNKNOWN),
            "fallback": fallbacks.get(row["fallback_appointment_id"]),
            "providers": [providers.get(key, "another provider") for key in row["provider_ids"]],
            "locations": [places.get(key, "another location") for key in row["location_ids"]],
        }
        for row in entries
    ]
    return sorted(rows, key=lambda row: (-row["urgency"], row["created_at"], row["waitlist_entry_id"]))


def rounds_seen(reader: Reader, actor: Actor) -> list[Row]:
    """Rounds that are open, then those that ended of late, newest first: the round's columns, names, and `offers`.

    Of each offer: its columns, `client_name`, `state` as it counts now, `reasons` decoded, walls of `expires` and
    `answered`. `next_round_id` is the round that the winner's own freed place has opened, so that the chain shows.
    """
    require(actor, Permission.BOOK)
    rounds = [row for row in queries.rounds_since(reader, stored(reader.now) - SHOWN_BACK) if queries.sees(actor, row)]
    offers = queries.offers_of_rounds(reader, [row["offer_round_id"] for row in rounds])
    clients = people.names_of(reader, actor, [row["client_id"] for row in offers])
    named = names_of_furniture(reader, actor)
    left_for = queries.moved_from(reader, [row["filled_appointment_id"] for row in rounds])
    by_place = {row["freed_appointment_id"]: row["offer_round_id"] for row in rounds if row["freed_appointment_id"]}
    return [
        round_
        | named(round_)
        | {
            "offers": [
                _offer_seen(reader, row, round_["zone"], clients)
                for row in offers
                if row["offer_round_id"] == round_["offer_round_id"]
            ],
            "gave_up": (given := left_for.get(round_["filled_appointment_id"])),
            "next_round_id": by_place.get(given["appointment_id"]) if given else None,
        }
        for round_ in rounds
    ]


def waiting_for_place(reader: Reader, actor: Actor, appointment_id: str) -> int:
    """How many people wait for the place that this visit has left; 0 if it is not free."""
    if not queries.anybody_waits(reader):
        return 0
    visit = reader.get("appointments", appointment_id, "visit")
    found = freed_places(reader, actor, first=visit["start_date"], days=0, location_id=visit["location_id"])
    place = next((row for row in found if row["appointment_id"] == appointment_id), None)
    return len(place["fitting"]) if place and not place["is_offered"] else 0


def offer_behind(reader: Reader, token_hash: str) -> Row | None:
    """What the holder of an offer's link was told: `state` as it counts now, the place, until when to answer.

    Nothing about the client, and nothing about anybody else.
    """
    offer = queries.offer_by_token(reader, token_hash)
    if offer is None:
        return None
    round_ = reader.get("offer_rounds", offer["offer_round_id"], "offer round")
    entry = queries.entry(reader, offer["waitlist_entry_id"])
    service = reader.get("services", entry["service_id"], "service")
    fallback = reader.find("appointments", entry["fallback_appointment_id"])
    location = reader.get("locations", round_["location_id"], "location")
    state = state_of(reader, offer)
    return {
        "state": "lost" if state == "sent" and round_["status"] != "open" else state,
        "practice": reader.setting("practice_name", ""),
        "service": service["name"],
        "minutes": (fallback or service)["duration_minutes"],
        "provider": reader.get("providers", round_["provider_id"], "provider")["name"],
        "location": location["name"],
        "address": location["address"],
        "phone": location["phone"],
        "wall_start": round_["wall_start"],
        "zone": round_["zone"],
        "answer_by": to_wall(offer["expires_at"], round_["zone"]) if offer["expires_at"] else None,
        "replaces": fallback is not None,
        "is_waiting": entry["status"] == "waiting",
        "cause": saying.cause(offer, round_, state),
        "sentence": saying.over(offer, round_, state),
    }


def _offer_seen(reader: Reader, row: Row, zone: str, clients: dict[str, str]) -> Row:
    return row | {
        "client_name": clients.get(row["client_id"], UNKNOWN),
        "state": state_of(reader, row),
        "reasons": json.loads(row["reasons"]),
        "expires": to_wall(row["expires_at"], zone) if row["expires_at"] else None,
        "answered": to_wall(row["answered_at"], zone) if row["answered_at"] else None,
    }
