"""Claims and slots for all visits at once. `practice.scheduling.model` has the rule; a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingestion.demo.columns import (
    DAY,
    MINUTE,
    Array,
    Columns,
    dates,
    instants,
    new_ids,
    numbers,
    pick,
    spread,
    stack,
    take,
)
from ingestion.demo.house import AFTER, BEFORE, House
from ingestion.demo.record_of import APPOINTMENT_STATUSES, IS_CANCELLED, IS_MISTAKE, IS_MOVED, Story
from ingestion.demo.slices import CLAIMS_AT_ONCE, spans, within

KINDS = ("provider", "room", "client")
PARTS = ("care", "before", "after")
HOLDERS = ("appointment",)
SLOT = 5 * MINUTE
_GONE = [APPOINTMENT_STATUSES.index(name) for name in ("cancelled", "rescheduled", "entered_in_error")]
_CLOSED = APPOINTMENT_STATUSES.index("closed")


def build_claims(story: Story) -> Columns:
    """kind, resource (a row of its table), appointment, part, starts, ends of every claim that stands."""
    visits = story.appointments
    holds = ~np.isin(visits["status"], _GONE)
    rows = np.flatnonzero(holds)
    with_room = rows[visits["room"][rows] >= 0]
    before, after = BEFORE[visits["service"]] * MINUTE, AFTER[visits["service"]] * MINUTE
    starts, ends = visits["starts"], visits["ends"]
    parts = [
        _part(0, visits["provider"], rows[before[rows] > 0], 1, starts - before, starts),
        _part(0, visits["provider"], rows, 0, starts, ends),
        _part(0, visits["provider"], rows[after[rows] > 0], 2, ends, ends + after),
        _part(1, visits["room"], with_room, 0, starts, ends),
        _part(1, visits["room"], with_room[after[with_room] > 0], 2, ends, ends + after),
    ]
    seats = story.attendees
    present = ~np.isin(seats["status"], (IS_CANCELLED, IS_MOVED, IS_MISTAKE)) & holds[seats["appointment"]]
    where = seats["appointment"][present]
    parts.append(
        {
            "kind": np.full(len(where), 2), "resource": seats["client"][present], "appointment": where,
            "part": np.zeros(len(where), dtype=np.int64), "starts": starts[where], "ends": ends[where],
        }
    )  # fmt: skip
    return _freed(story, stack(*parts))


def _part(kind: int, resource: Array, rows: Array, part: int, starts: Array, ends: Array) -> Columns:
    return {
        "kind": np.full(len(rows), kind), "resource": resource[rows], "appointment": rows,
        "part": np.full(len(rows), part), "starts": starts[rows], "ends": ends[rows],
    }  # fmt: skip


def _freed(story: Story, claims: Columns) -> Columns:
    """When nobody is seen any more, what is left of the time is given back at the next grid line."""
    stated = np.zeros(len(story.appointments["status"]), dtype=np.int64)
    present = ~np.isin(story.attendees["status"], (IS_CANCELLED, IS_MOVED, IS_MISTAKE))
    np.maximum.at(stated, story.attendees["appointment"][present], story.attendees["outcome"][present])
    closed = story.appointments["status"][claims["appointment"]] == _CLOSED
    until = -(-stated[claims["appointment"]] // SLOT) * SLOT
    claims["ends"] = np.where(closed, np.minimum(claims["ends"], until), claims["ends"])
    return take(claims, ~closed | (claims["starts"] < until))


def claim_tables(house: House, story: Story, dice: np.random.Generator) -> Iterator[dict[str, pa.Table]]:
    """`claims`, and `slots` for the claims of the last ninety days and of what is to come; by the time of the claim."""
    claims = build_claims(story)
    keys = new_ids(story.appointments["known"][claims["appointment"]], dice)
    for span in spans(claims["starts"], CLAIMS_AT_ONCE):
        rows = within(claims["starts"], span)
        yield _claim_tables(house, story, take(claims, rows), pick(keys, rows))


def _claim_tables(house: House, story: Story, claims: Columns, keys: pa.Array) -> dict[str, pa.Table]:
    resource = resource_ids(house, claims["kind"], claims["resource"])
    count = len(claims["kind"])
    table = pa.table(
        {
            "claim_id": keys,
            "resource_kind": pick(KINDS, claims["kind"]),
            "resource_id": resource,
            "appointment_id": pick(house.ids["appointments"], claims["appointment"]),
            "holder": pick(HOLDERS, np.zeros(count, dtype=np.int32)),
            "kind": pick(PARTS, claims["part"]),
            "service_id": pick(house.ids["services"], story.appointments["service"][claims["appointment"]]),
            "start_date": dates(story.appointments["day"][claims["appointment"]]),
            "starts_at": instants(claims["starts"]),
            "ends_at": instants(claims["ends"]),
            "lane": numbers(np.zeros(count, dtype=np.int32)),
            "location_id": pick(house.ids["locations"], story.appointments["location"][claims["appointment"]]),
        }
    )
    recent = np.flatnonzero(claims["starts"] >= house.now - 90 * DAY)
    slots = (claims["ends"][recent] - claims["starts"][recent]) // SLOT
    claim = np.repeat(recent, slots)
    guard = pa.table(
        {
            "resource_id": resource.take(pa.array(claim)),
            "slot_at": instants(claims["starts"][claim] + spread(slots) * SLOT),
            "lane": numbers(np.zeros(len(claim), dtype=np.int32)),
            "claim_id": keys.take(pa.array(claim)),
        }
    )
    return {"claims": table, "slots": guard}


def resource_ids(house: House, kind: Array, resource: Array) -> pa.Array:
    """The id of each claimed provider, room or client."""
    tables = [house.ids[name] for name in ("providers", "rooms", "clients")]
    offsets = np.cumsum([0, len(tables[0]), len(tables[1])])
    return pa.concat_arrays(tables).take(pa.array(offsets[kind] + resource))
