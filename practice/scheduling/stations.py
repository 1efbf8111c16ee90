"""The flow board's own commands: into a room, a slip taken back, and from which minutes a wait shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from practice.access.permissions import Permission, require_own
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling import flow_queries
from practice.scheduling.attendance import arrival, begin, require_today, state
from practice.scheduling.flow import Thresholds, station_of, step_before
from practice.scheduling.steps import WORDS, refuse_if_charged, visit_of
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SLIP = timedelta(minutes=10)
"""So long a step is a slip that whoever took it takes back; later it is a correction, with a reason."""

LONGEST_WAIT = 240


@command(Permission.RECORD_ATTENDANCE)
def record_roomed(work: Work, *, attendee_id: str, room_id: str | None = None) -> Row:
    """The client waits in a room: the one named, else the visit's own. Said again it is another room.

    Answers like the other steps, with `room_id`. Refuses with rule mode, room_needed, room_elsewhere, room_in_use,
    not_today, attendance_order.
    """
    appointment, attendee = begin(work, attendee_id, {"scheduled", "arrived"}, "room")
    require_today(work, appointment, "A room")
    if appointment["mode"] == "video":
        raise Refusal("This visit takes place by video, so nobody waits in a room; start it.", rule="mode")
    room = _room(work, appointment, room_id or appointment["room_id"])
    if attendee["roomed_in_id"] == room["room_id"]:
        raise Refusal(f"The client is in {room['name']} already; choose another room.", rule="no_change")
    _require_free(work, appointment, room)
    answer = state(
        work,
        appointment,
        attendee,
        "arrived",
        "roomed",
        details={"room_id": room["room_id"]},
        roomed_at=work.now,
        roomed_in_id=room["room_id"],
        **arrival(work, attendee),
    )
    return answer | {"room_id": room["room_id"]}


@command(Permission.RECORD_ATTENDANCE)
def step_back(work: Work, *, attendee_id: str) -> Row:
    """Take one's own last step back within ten minutes: a slip of the finger. The history keeps both.

    Answers like the other steps. Refuses with rule no_step, not_your_step, charged.
    """
    attendee = work.get("attendees", attendee_id, "visit")
    appointment, _ = visit_of(work, attendee["appointment_id"])
    require_own(work.actor, {appointment["provider_id"]})
    station, before = station_of(attendee), step_before(attendee)
    if station is None or before is None:
        raise Conflict(
            f"This visit is {WORDS[attendee['status']]}, so there is no step to take back; correct it with a reason.",
            rule="no_step",
        )
    last = flow_queries.last_step(work, attendee_id)
    is_own = last is not None and last["actor_id"] == work.actor.user_id
    if last is None or not is_own or stored(work.now) - last["known_at"] > SLIP:
        raise Conflict(
            "A step is taken back by whoever took it, within ten minutes; "
            "later, or by somebody else, correct it with a reason.",
            rule="not_your_step",
        )
    refuse_if_charged(work, [attendee], "take the step back")
    return state(
        work,
        appointment,
        attendee,
        "arrived" if before == "roomed" else before,
        "corrected",
        details={"before": station, "after": before},
        **_forgotten(before),
    )


@command(Permission.SET_UP)
def set_flow_thresholds(work: Work, *, amber_minutes: int, red_minutes: int) -> Row:
    """From how many minutes of waiting a card of the flow board turns amber, then red."""
    if not 1 <= amber_minutes < red_minutes <= LONGEST_WAIT:
        raise Refusal(
            f"Amber comes before red: give minutes from 1 to {LONGEST_WAIT}, the first one smaller.",
            rule="thresholds",
            field="red_minutes",
        )
    work.keep_setting("flow_thresholds", {"amber_minutes": amber_minutes, "red_minutes": red_minutes})
    return {"amber_minutes": amber_minutes, "red_minutes": red_minutes}


def thresholds(reader: Reader) -> Thresholds:
    """The practice's own, else ten and twenty minutes."""
    kept: dict[str, Any] = reader.setting("flow_thresholds") or {}
    return Thresholds(**kept)


def _room(work: Work, appointment: Row, room_id: str | None) -> Row:
    rooms = {room["room_id"]: room for room in facts.rooms_of(work, appointment["location_id"])}
    names = [str(room["name"]) for room in rooms.values()]
    if room_id is None:
        raise Refusal(
            "Say in which room the client waits; this visit has none of its own.",
            rule="room_needed",
            field="room_id",
            alternatives=names,
        )
    if room_id not in rooms:
        raise Refusal(
            f"That room is not in use at this location; its rooms: {', '.join(names) or 'it has none'}.",
            rule="room_elsewhere",
            field="room_id",
            alternatives=names,
        )
    return rooms[room_id]


def _require_free(work: Work, appointment: Row, room: Row) -> None:
    """A room holds as many visits at once as it has places for; clients of one visit share theirs."""
    inside = flow_queries.in_room(work, room["room_id"], appointment["start_date"], appointment["appointment_id"])
    if len(inside) >= room["capacity"]:
        who = inside[0]["client_name"] if work.actor.may(Permission.SEE_CLIENTS) else "another client"
        does = "is in session" if inside[0]["status"] == "in_session" else "waits"
        raise Conflict(
            f"{who} {does} in {room['name']}; say what became of that visit, or choose another room.",
            rule="room_in_use",
            field="room_id",
        )


def _forgotten(before: str) -> Row:
    """The facts that a step back leaves unsaid: all that came after `before`."""
    order = ("scheduled", "arrived", "roomed", "in_session")
    facts_of = {
        "arrived": ("arrived_at", "checked_in_by"),
        "roomed": ("roomed_at", "roomed_in_id"),
        "in_session": ("seated_at",),
    }
    later = order[order.index(before) + 1 :]
    forgotten = [name for station in later for name in facts_of[station]]
    return dict.fromkeys([*forgotten, "ended_at", "outcome_at"])
