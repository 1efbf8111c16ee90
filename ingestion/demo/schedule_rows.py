"""Appointments, attendees and their events as rows: what the scheduling commands would have left behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.columns import (
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
    take,
)
from ingestion.demo.event_rows import all_steps, coded, event_table, local_days
from ingestion.demo.fates import CANCELLED_BY, CLIENT
from ingestion.demo.house import MINUTES, SERVICES, House
from ingestion.demo.house_rows import NOTICE_MINUTES, policy_change_day
from ingestion.demo.names import CANCEL_REASONS
from ingestion.demo.record_of import (
    APPOINTMENT_STATUSES,
    IS_CANCELLED,
    IS_MISTAKE,
    IS_MOVED,
    STATUSES,
    Story,
)
from ingestion.demo.slices import VISITS_AT_ONCE, spans, within


def schedule_tables(house: House, story: Story, dice: np.random.Generator) -> Iterator[dict[str, pa.Table]]:
    """`appointments`, `attendees`, `appointment_events`, by the time of booking and of each event.

    Sets the ids of the first two in the house before the first part.
    """
    house.ids["appointments"] = new_ids(story.appointments["booked"], dice)
    house.ids["attendees"] = new_ids(story.attendees["booked"], dice)
    notice, is_late = judge_notice(house, story)
    seats = story.attendees
    # Only what a client cancels or moves is judged; the practice is never late.
    judged = (notice < NEVER) & ((seats["gone_by"] == CLIENT) | (seats["status"] == IS_MOVED))
    reason = _reasons(story.attendees, dice)
    steps = all_steps(story)
    keys = new_ids(steps["known"], dice)
    return (
        {
            "appointments": _appointments(house, story.appointments, within(story.appointments["booked"], span)),
            "attendees": _attendees(house, story, notice, is_late, judged, reason, within(seats["booked"], span)),
            "appointment_events": event_table(
                house, story, notice, is_late, judged, reason, keys, steps, within(steps["known"], span)
            ),
        }
        for span in spans(seats["booked"], VISITS_AT_ONCE)
    )


def _appointments(house: House, every: Columns, rows: Array) -> pa.Table:
    visits = take(every, rows)
    count = len(rows)
    return pa.table(
        {
            "appointment_id": pick(house.ids["appointments"], rows),
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


def _attendees(
    house: House, story: Story, notice: Array, is_late: Array, judged: Array, reason: pa.Array, rows: Array
) -> pa.Table:
    seats = take(story.attendees, rows)
    notice, is_late, judged, reason = notice[rows], is_late[rows], judged[rows], pick(reason, rows)
    count = len(rows)
    location = story.appointments["location"][seats["appointment"]]
    is_cancelled = seats["status"] == IS_CANCELLED
    has_outcome = seats["status"] != IS_MISTAKE
    return pa.table(
        {
            "attendee_id": pick(house.ids["attendees"], rows),
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
            "cancel_code": coded(seats, reason),
            "notice_minutes": numbers(np.where(notice >= NEVER, 0, notice).astype(np.int32), notice >= NEVER),
            "is_late": numbers(is_late, ~judged),
            "moved_to_attendee_id": pick(house.ids["attendees"], seats["moved_to"]),
            "known_at": instants(seats["known"]),
        }
    )
