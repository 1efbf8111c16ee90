"""The steps of every attendee as rows of `appointment_events`: booked, moved, confirmed … with what is said of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.columns import DAY, NEVER, Array, Columns, dates, instants, pick, stack, take
from ingestion.demo.fates import CANCELLED_BY, CLIENT
from ingestion.demo.house import House
from ingestion.demo.names import CANCEL_CODES
from ingestion.demo.record_of import IS_CANCELLED, IS_COMPLETED, IS_LEFT, IS_MISTAKE, IS_MOVED, IS_NO_SHOW, Story

EVENTS = (
    "booked", "attendee_added", "moved", "confirmed", "arrived", "started", "completed", "no_show", "left_unseen",
    "cancelled", "entered_in_error",
)  # fmt: skip
_OUTCOME_EVENTS = (
    (IS_COMPLETED, 6), (IS_NO_SHOW, 7), (IS_LEFT, 8), (IS_CANCELLED, 9), (IS_MOVED, 2), (IS_MISTAKE, 10),
)  # fmt: skip
_DESK = 2
"""The user of the front desk."""


def local_days(house: House, seconds: Array, location: Array) -> Array:
    """The local day of an instant at which people are awake, at locations west of Greenwich."""
    never = seconds >= NEVER
    wall = seconds + house.zones.offsets_on(np.where(never, 0, seconds) // DAY, location)
    return np.where(never, NEVER, wall // DAY)


def all_steps(story: Story) -> Columns:
    """row (of attendees), kind, happened, known of each step, in the order in which they became known."""
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
    return take(steps, np.lexsort((steps["kind"], steps["row"], steps["known"])))


def event_table(
    house: House,
    story: Story,
    notice: Array,
    is_late: Array,
    judged: Array,
    reason: pa.Array,
    keys: pa.Array,
    every: Columns,
    chosen: Array,
) -> pa.Table:
    """One row per step of an attendee."""
    seats, where = story.attendees, story.attendees["appointment"]
    steps = take(every, chosen)
    row, kind = steps["row"], steps["kind"]
    reasoned = np.isin(kind, (9, 10)) | ((kind <= 1) & seats["is_late_entry"][row])
    return pa.table(
        {
            "event_id": pick(keys, chosen),
            "appointment_id": pick(house.ids["appointments"], where[row]),
            "attendee_id": pick(house.ids["attendees"], row),
            "kind": pick(EVENTS, kind),
            "happened_at": instants(steps["happened"]),
            "event_date": dates(local_days(house, steps["happened"], story.appointments["location"][where[row]])),
            "known_at": instants(steps["known"]),
            "actor_id": pick(house.ids["users"], np.full(len(row), _DESK)),
            "reason": pick(reason, np.where(reasoned, row, -1)),
            "details": _details(house, story, row, kind, notice, is_late, judged, coded(seats, reason)),
        }
    )


def coded(seats: Columns, reason: pa.Array) -> pa.Array:
    """The coded reason of who was cancelled or moved; null for everybody else."""
    found = pc.index_in(reason, pa.array(list(CANCEL_CODES))).fill_null(-1).to_numpy(zero_copy_only=False)
    codes = (*CANCEL_CODES.values(), "schedule_conflict")
    found = np.where(seats["status"] == IS_MOVED, len(CANCEL_CODES), found)
    return pick(codes, np.where(np.isin(seats["status"], (IS_CANCELLED, IS_MOVED)), found, -1))


def _steps(rows: Array, kind: Array, happened: Array, known: Array) -> Columns:
    chosen = known < NEVER
    return {"row": rows[chosen], "kind": kind[chosen], "happened": happened[chosen], "known": known[chosen]}


def _details(
    house: House, story: Story, row: Array, kind: Array, notice: Array, is_late: Array, judged: Array, codes: pa.Array
) -> pa.Array:
    """JSON of cancelled and moved steps and of successors' bookings, with the keys that the commands write."""
    seats = story.attendees
    late = pick(("false", "true", "null"), np.where(judged, is_late.astype(int), 2)[row])
    notices = pa.array(np.where(notice >= NEVER, 0, notice)[row]).cast(pa.string())
    by = pick(CANCELLED_BY, np.where(seats["status"] == IS_MOVED, CLIENT, seats["gone_by"])[row])
    code = pick(codes, row)
    cancelled = pc.binary_join_element_wise(
        '{"cancelled_by": "', by, '", "code": "', code, '", "is_late": ', late, ', "notice_minutes": ', notices, "}", ""
    )
    to = np.maximum(seats["moved_to"], 0)[row]
    starts = pc.strftime(instants(story.appointments["wall_start"][seats["appointment"][to]]), "%Y-%m-%dT%H:%M")
    starts = pc.utf8_slice_codeunits(starts, 0, 16)
    moved = pc.binary_join_element_wise(
        '{"code": "', code, '", "is_late": ', late, ', "moved_by": "', by, '", "moved_to_id": "',
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
