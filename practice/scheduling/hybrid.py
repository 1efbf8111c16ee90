"""Change how a visit takes place, until it begins: its room is given back, or taken by the one check."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.scheduling.model import GONE
from practice.scheduling.modes import WORDS, require_mode, video_link
from practice.scheduling.planning import rooms_for
from practice.scheduling.plans import Plan
from practice.scheduling.series.stated import stated
from practice.scheduling.steps import WORDS as STATUS_WORDS
from practice.scheduling.steps import note, refuse_if_charged, visit_of
from practice.scheduling.taking import keep_only, put, standing_claims, take
from practice.store.record import command
from practice.store.work import Row, Work

LONGEST_PLACE = 120
OF_ANY_MODE = ("provider", "client")
"""Whom a visit needs however it takes place; rooms and equipment stand where people come to."""


@command(Permission.BOOK)
def change_mode(
    work: Work, *, appointment_id: str, mode: str, room_id: str | None = None, client_place: str | None = None
) -> Row:
    """Let a visit take place in person or by video instead; everything else stays as it was booked.

    By video it lets go of its room and equipment and gets a link; in person it takes `room_id`, or a free room where
    the service needs one. Allowed until somebody is in session, or the visit's time is over. Answers {appointment_id,
    mode, room_id, video_link}. Refuses with rule mode, no_change, already_begun, past, room_taken and others.
    """
    appointment, attendees = visit_of(work, appointment_id)
    service = work.get("services", appointment["service_id"], "service")
    require_mode(service, mode)
    if mode == appointment["mode"]:
        raise Refusal(f"This visit takes place {WORDS[mode]} already; choose the other.", rule="no_change")
    _require_ahead(work, appointment, attendees)
    refuse_if_charged(work, attendees, "change how it takes place")
    provider = work.get("providers", appointment["provider_id"], "provider")
    if mode == "video":
        taken_room, link = None, video_link(work, provider)
        kept = [claim for claim in standing_claims(work, appointment_id) if claim.resource_kind in OF_ANY_MODE]
        keep_only(work, appointment_id, kept)
    else:
        taken_room, link = _take_room(work, appointment, attendees, provider, service, room_id), None
    changed = {
        "mode": mode,
        "room_id": taken_room,
        "video_link": link,
        "client_place": _place(client_place) if mode == "video" else None,
    }
    changed["overridden"] = _own(work, appointment | changed)
    after = work.update("appointments", appointment_id, known_at=work.now, **changed)
    facts = ("mode", "room_id")
    note(
        work, after, "changed", before={name: appointment[name] for name in facts},
        after={name: changed[name] for name in facts},
    )  # fmt: skip
    return {"appointment_id": appointment_id, "mode": mode, "room_id": taken_room, "video_link": link}


@command(Permission.BOOK)
def set_client_place(work: Work, *, appointment_id: str, client_place: str | None) -> Row:
    """Keep where the client will be during a video visit, as they said it. It never leaves the record."""
    appointment, _ = visit_of(work, appointment_id)
    if appointment["mode"] != "video":
        raise Refusal(
            "The client's place is asked for a video visit; in person they come to the location.",
            rule="mode",
            field="client_place",
        )
    work.update("appointments", appointment_id, client_place=_place(client_place), known_at=work.now)
    return {"appointment_id": appointment_id}


@command(Permission.SET_UP)
def set_video_link_template(work: Work, *, template: str | None) -> Row:
    """The address of which a video visit's link is made, with {id} in it; empty: only providers' own links."""
    text = (template or "").strip()
    parts = urlsplit(text)
    if text and (parts.scheme != "https" or not parts.netloc or "{id}" not in f"{parts.path}{parts.query}"):
        raise Refusal(
            "Write the address with {id} where each visit's own name goes, such as https://meet.example/{id}.",
            rule="video_link_template",
            field="template",
        )
    work.keep_setting("video_link_template", text)
    return {"template": text}


def _own(work: Work, occurrence: Row) -> str | None:
    """The fields of its series that an occurrence states itself; None outside a series."""
    series = work.find("series", occurrence["series_id"])
    fields = stated(series, occurrence) if series else []
    return json.dumps(fields) if fields else None


def _require_ahead(work: Work, appointment: Row, attendees: list[Row]) -> None:
    begun = [row for row in attendees if row["status"] not in GONE and row["status"] not in ("scheduled", "arrived")]
    status = begun[0]["status"] if begun else appointment["status"]
    if begun or status != "scheduled":
        raise Conflict(
            f"This visit is {STATUS_WORDS[status]}; how it takes place can be changed until it begins.",
            rule="already_begun",
        )
    if appointment["ends_at"] <= stored(work.now):
        raise Conflict("This visit's time is over; record what became of it instead.", rule="past")


def _take_room(
    work: Work, appointment: Row, attendees: list[Row], provider: Row, service: Row, room_id: str | None
) -> str | None:
    location = work.get("locations", appointment["location_id"], "location")
    plan = Plan(
        appointment_id=appointment["appointment_id"],
        location=location,
        provider=provider,
        service=service,
        client_ids=tuple(row["client_id"] for row in attendees if row["status"] not in GONE),
        wall_start=appointment["wall_start"],
        starts_at=appointment["starts_at"],
        minutes=appointment["duration_minutes"],
        rooms=rooms_for(
            work, location, service, "in_person", room_id, provider_id=appointment["provider_id"]
        ),
        ignoring=(appointment["appointment_id"],),
        is_room_pinned=room_id is not None,
        is_ruled=False,
    )  # fmt: skip
    taken = take(work, plan, ("room", "equipment"))
    put(work, taken)
    return taken.room_id


def _place(text: str | None) -> str | None:
    place = " ".join((text or "").split())
    if len(place) > LONGEST_PLACE:
        raise Refusal(
            f"Say the client's place in at most {LONGEST_PLACE} characters.", rule="too_long", field="client_place"
        )
    return place or None
