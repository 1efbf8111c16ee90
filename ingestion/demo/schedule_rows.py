"""Appointments, attendees and their events as rows: what the scheduling commands would have left behind."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.columns import (
    DAY,
    MINUTE,
    NEVER,
    Array,
    Columns,
    dates,
    instants,
    new_ids,
    nothing,
    numbers,
    pick,
    stack,
)
from ingestion.demo.fates import CANCELLED_BY, CLIENT
from ingestion.demo.house import MINUTES, SERVICES, House
from ingestion.demo.house_rows import NOTICE_MINUTES, policy_change_day
from ingestion.demo.names import CANCEL_REASONS
from ingestion.demo.record_of import (
    APPOINTMENT_STATUSES,
    IS_CANCELLED,
    IS_COMPLETED,
    IS_LEFT,
    IS_MISTAKE,
    IS_MOVED,
    IS_NO_SHOW,
    STATUSES,
    Story,
)

EVENTS = (
    "booked", "attendee_added", "moved", "confirmed", "arrived", "started", "completed", "no_show", "left_unseen",
    "cancelled", "entered_in_error",
)  # fmt: skip
_OUTCOME_EVENTS = (
    (IS_COMPLETED, 6), (IS_NO_SHOW, 7), (IS_LEFT, 8), (IS_CANCELLED, 9), (IS_MOVED, 2), (IS_MISTAKE, 10),
)  # fmt: skip
_DESK = 2
"""The user of the front desk."""


def schedule_tables(house: House, story: Story, dice: np.random.Generator) -> dict[str, pa.Table]:
    """`appointments`, `attendees`, `appointment_events`; sets the ids of the first two in the house."""
    house.ids["appointments"] = new_ids(story.appointments["booked"], dice)
    house.ids["attendees"] = new_ids(story.attendees["booked"], dice)
    notice, is_late = judge_notice(house, story)
    seats = story.attendees
    # Only what a client cancels or moves is judged; the practice is never late.
    judged = (notice < NEVER) & ((seats["gone_by"] == CLIENT) | (seats["status"] == IS_MOVED))
    reason = _reasons(story.attendees, dice)
    return {
        "appointments": _appointments(house, story.appointments),
        "attendees": _attendees(house, story, notice, is_late, judged, reason),
        "appointment_events": _events(house, story, notice, is_late, judged, reason, dice),
    }


def local_days(house: House, seconds: Array, location: Array) -> Array:
    """The local day of an instant at which people are awake, at locations west of Greenwich."""
    never = seconds >= NEVER
    wall = seconds + house.zones.offsets_on(np.where(never, 0, seconds) // DAY, location)
    return np.where(never, NEVER, wall // DAY)


def _appointments(house: House, visits: Columns) -> pa.Table:
    count = len(visits["status"])
    return pa.table(
        {
            "appointment_id": house.ids["appointments"],
            "series_id": nothing(count),
            "location_id": pick(house.ids["locations"], visits["location"]),
            "provider_id": pick(house.ids["providers"], visits["provider"]),
            "room_id": pick(house.ids["rooms"], visits["room"]),
            "service_id": pick(house.ids["services"], visits["service"]),
            "wall_start": instants(visits["wall_start"]),
            "wall_end": instants(visits["wall_end"]),
            "zone": pick(house.zones.names, visits["location"]),
            "starts_at": instants(visits["starts"]),
            "ends_at": instants(visits["ends"]),
            "start_date": dates(visits["day"]),
            "duration_minutes": numbers(MINUTES[visits["service"]].astype(np.int32)),
            "mode": pick(("in_person", "video"), visits["is_video"].astype(int)),
            "capacity": numbers(np.array([service[6] for service in SERVICES], dtype=np.int32)[visits["service"]]),
            "status": pick(APPOINTMENT_STATUSES, visits["status"]),
            "channel": pick(("desk", "online"), visits["is_online"].astype(int)),
            "moved_from_id": pick(house.ids["appointments"], visits["moved_from"]),
            "moved_to_id": pick(house.ids["appointments"], visits["moved_to"]),
            "booked_at": instants(visits["booked"]),
            "known_at": instants(visits["known"]),
        }
    )


def judge_notice(house: House, story: Story) -> tuple[Array, Array]:
    """(notice in minutes, late or not by the policy in force) of each attendee; NEVER for whoever gave up nothing."""
    seats, where = story.attendees, story.attendees["appointment"]
    given_up = np.isin(seats["status"], (IS_CANCELLED, IS_MOVED))
    gone = np.where(given_up, seats["gone"], 0)
    notice = (story.appointments["starts"][where] - gone) // MINUTE
    day = local_days(house, gone, story.appointments["location"][where])
    asked = np.where(day < policy_change_day(house), *NOTICE_MINUTES)
    return np.where(given_up, notice, NEVER), notice < asked


def _reasons(seats: Columns, dice: np.random.Generator) -> pa.Array:
    """Why it was cancelled or taken back; null for everything else."""
    count = len(seats["status"])
    spoken = dice.choice(len(CANCEL_REASONS), count, p=[0.34, 0.2, 0.11, 0.08, 0.12, 0.15])
    code = np.where(seats["gone_by"] == CLIENT, spoken, len(CANCEL_REASONS) + (seats["gone_by"] == 2))
    code = np.where(seats["status"] == IS_CANCELLED, code, -1)
    code = np.where(seats["status"] == IS_MISTAKE, len(CANCEL_REASONS) + 2, code)
    code = np.where(seats["is_late_entry"], len(CANCEL_REASONS) + 3, code)
    return pick(
        (*CANCEL_REASONS, "provider away", "practice closed", "booked by mistake", "came without a booking"), code
    )


def _attendees(house: House, story: Story, notice: Array, is_late: Array, judged: Array, reason: pa.Array) -> pa.Table:
    seats = story.attendees
    count = len(seats["status"])
    location = story.appointments["location"][seats["appointment"]]
    is_cancelled = seats["status"] == IS_CANCELLED
    has_outcome = seats["status"] != IS_MISTAKE
    return pa.table(
        {
            "attendee_id": house.ids["attendees"],
            "appointment_id": pick(house.ids["appointments"], seats["appointment"]),
            "client_id": pick(house.ids["clients"], seats["client"]),
            "billing_unit": pick(("attendee",), np.zeros(count, dtype=int)),
            "status": pick(STATUSES, seats["status"]),
            "booked_at": instants(seats["booked"]),
            "booked_date": dates(local_days(house, seats["booked"], location)),
            "first_booked_at": instants(seats["first_booked"]),
            "first_booked_date": dates(local_days(house, seats["first_booked"], location)),
            **{f"{name}_at": instants(seats[name]) for name in ("confirmed", "arrived", "seated", "ended")},
            "outcome_at": instants(np.where(has_outcome, seats["outcome"], NEVER)),
            "cancelled_at": instants(np.where(is_cancelled, seats["gone"], NEVER)),
            "cancelled_by": pick(CANCELLED_BY, np.where(is_cancelled, seats["gone_by"], -1)),
            "cancel_reason": pc.if_else(pa.array(is_cancelled), reason, pa.scalar(None, pa.string())),
            "notice_minutes": numbers(np.where(notice >= NEVER, 0, notice).astype(np.int32), notice >= NEVER),
            "is_late": numbers(is_late, ~judged),
            "moved_to_attendee_id": pick(house.ids["attendees"], seats["moved_to"]),
            "known_at": instants(seats["known"]),
        }
    )


def _events(
    house: House,
    story: Story,
    notice: Array,
    is_late: Array,
    judged: Array,
    reason: pa.Array,
    dice: np.random.Generator,
) -> pa.Table:
    """One row per step of an attendee, in the order in which they became known."""
    seats, where = story.attendees, story.attendees["appointment"]
    rows = np.arange(len(where))
    opener = np.full(len(story.appointments["status"]), -1)
    order = np.lexsort((rows, seats["booked"]))[::-1]
    opener[where[order]] = order  # the earliest is written last and stays
    booked = np.where(opener[where] == rows, 0, 1)
    parts = [_steps(rows, booked, seats["booked"], seats["booked"])]
    for name, kind in (("confirmed", 3), ("arrived", 4), ("seated", 5)):
        parts.append(_steps(rows, np.full(len(rows), kind), seats[name], seats[name]))
    for status, kind in _OUTCOME_EVENTS:
        some = rows[seats["status"] == status]
        known = seats["outcome"][some]
        # Outcomes that are stated afterwards were true by the end of the visit.
        on_time = (seats["ended"][some] < NEVER) | (status in (IS_CANCELLED, IS_MOVED, IS_MISTAKE))
        happened = np.where(on_time, known, np.minimum(known, story.appointments["ends"][where[some]]))
        parts.append(_steps(some, np.full(len(some), kind), happened, known))
    steps = stack(*parts)
    steps = {name: values[np.lexsort((steps["kind"], steps["row"], steps["known"]))] for name, values in steps.items()}
    row, kind = steps["row"], steps["kind"]
    reasoned = np.isin(kind, (9, 10)) | ((kind <= 1) & seats["is_late_entry"][row])
    return pa.table(
        {
            "event_id": new_ids(steps["known"], dice),
            "appointment_id": pick(house.ids["appointments"], where[row]),
            "attendee_id": pick(house.ids["attendees"], row),
            "kind": pick(EVENTS, kind),
            "happened_at": instants(steps["happened"]),
            "event_date": dates(local_days(house, steps["happened"], story.appointments["location"][where[row]])),
            "known_at": instants(steps["known"]),
            "actor_id": pick(house.ids["users"], np.full(len(row), _DESK)),
            "reason": pick(reason, np.where(reasoned, row, -1)),
            "details": _details(house, story, row, kind, notice, is_late, judged),
        }
    )


def _steps(rows: Array, kind: Array, happened: Array, known: Array) -> Columns:
    chosen = known < NEVER
    return {"row": rows[chosen], "kind": kind[chosen], "happened": happened[chosen], "known": known[chosen]}


def _details(
    house: House, story: Story, row: Array, kind: Array, notice: Array, is_late: Array, judged: Array
) -> pa.Array:
    """JSON of cancelled and moved steps and of successors' bookings, with the keys that the commands write."""
    seats = story.attendees
    late = pick(("false", "true", "null"), np.where(judged, is_late.astype(int), 2)[row])
    notices = pa.array(np.where(notice >= NEVER, 0, notice)[row]).cast(pa.string())
    by = pick(CANCELLED_BY, np.where(seats["status"] == IS_MOVED, CLIENT, seats["gone_by"])[row])
    cancelled = pc.binary_join_element_wise(
        '{"cancelled_by": "', by, '", "is_late": ', late, ', "notice_minutes": ', notices, "}", ""
    )
    to = np.maximum(seats["moved_to"], 0)[row]
    starts = pc.strftime(instants(story.appointments["wall_start"][seats["appointment"][to]]), "%Y-%m-%dT%H:%M")
    starts = pc.utf8_slice_codeunits(starts, 0, 16)
    moved = pc.binary_join_element_wise(
        '{"is_late": ', late, ', "moved_by": "', by, '", "moved_to_id": "',
        pick(house.ids["appointments"], seats["appointment"][to]), '", "notice_minutes": ', notices,
        ', "wall_start": "', starts, '"}', "",
    )  # fmt: skip
    origin = np.maximum(seats["moved_from"], 0)[row]
    followed = pc.binary_join_element_wise(
        '{"moved_from_id": "', pick(house.ids["appointments"], seats["appointment"][origin]), '"}', ""
    )
    none = pa.scalar(None, pa.string())
    is_successor = (kind == 0) & (seats["moved_from"][row] >= 0)
    return pc.case_when(
        pc.make_struct(pa.array(kind == 9), pa.array(kind == 2), pa.array(is_successor)),
        cancelled,
        moved,
        followed,
        none,
    )
