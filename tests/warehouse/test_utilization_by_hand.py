"""Bookable and held minutes of random weeks, against the record's own hours and a count of minute by minute."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from practice.scheduling.working import Hours

pytestmark = pytest.mark.warehouse

FIRST, DAYS = date(2024, 2, 5), 28
PROVIDERS, LOCATIONS = ("r1", "r2", "r3"), ("lr1", "lr2")
HOLDS = ("completed", "completed", "no_show", "left_unseen", "scheduled")
BUFFERS = {"sr0": (0, 0), "sr1": (10, 0), "sr2": (5, 20)}


def land(landing):
    dice = random.Random(11)
    landing.record("providers", *({"provider_id": name, "code": name} for name in PROVIDERS))
    landing.record("locations", *({"location_id": name, "name": name, "zone": "UTC"} for name in LOCATIONS))
    landing.record(
        "services",
        *(
            {"service_id": name, "name": name, "buffer_before_minutes": before, "buffer_after_minutes": after}
            for name, (before, after) in BUFFERS.items()
        ),
    )
    told = Hours(_weekly(dice), _exceptions(dice), _time_off(dice)), _visits(dice)
    for table, key, rows in (
        ("availability", "availability_id", told[0].weekly),
        ("availability_exceptions", "availability_exception_id", told[0].exceptions),
        ("time_off", "time_off_id", told[0].time_off),
    ):
        landing.record(table, *({key: f"r{number}"} | row for number, row in enumerate(rows)))
    for number, visit in enumerate(told[1]):
        appointment = {name: visit[name] for name in visit if name != "status"} | {"appointment_id": f"r{number}"}
        start = visit["wall_start"]
        landing.record("appointments", appointment | {"starts_at": start, "status": "scheduled"})
        landing.record("attendees", {
            "attendee_id": f"r{number}", "appointment_id": f"r{number}", "client_id": "c1", "status": visit["status"],
            "billing_unit": "attendee", "booked_at": start, "first_booked_at": start, "booked_date": start.date(),
            "first_booked_date": start.date(),
        })  # fmt: skip
    return told


def _times(dice):
    begin = dice.randrange(0, 270)
    end = dice.randrange(begin + 1, 288)
    return {"start_time": _clock(begin * 5), "end_time": _clock(end * 5)}


def _clock(minute):
    return time(minute // 60, minute % 60)


def _weekly(dice):
    return [
        {
            "provider_id": dice.choice(PROVIDERS), "location_id": dice.choice(LOCATIONS), "weekday": dice.randint(1, 6),
            "effective_from": FIRST, "effective_to": FIRST + timedelta(days=dice.choice([13, 20, DAYS - 1])),
        } | _times(dice)
        for _ in range(24)
    ]  # fmt: skip


def _exceptions(dice):
    return [
        {
            "provider_id": dice.choice([None, *PROVIDERS]), "location_id": dice.choice(LOCATIONS), "is_open": is_open,
            "exception_date": FIRST + timedelta(days=dice.randrange(DAYS)), "is_withdrawn": False,
        } | (_times(dice) if is_open or dice.random() < 0.7 else {"start_time": None, "end_time": None})
        for is_open in (True, False) * 35
    ]  # fmt: skip


def _time_off(dice):
    starts = [(name, FIRST + timedelta(days=dice.randrange(DAYS))) for name in PROVIDERS]
    return [
        {
            "provider_id": name,
            "start_date": day,
            "end_date": day + timedelta(days=dice.randrange(3)),
            "is_withdrawn": False,
        }
        for name, day in starts
    ]


def _visits(dice):
    visits = []
    for _ in range(300):
        start = datetime.combine(FIRST, time()) + timedelta(days=dice.randrange(DAYS), minutes=5 * dice.randrange(288))
        minutes = dice.choice([15, 45, 60, 90])
        visits.append({
            "provider_id": dice.choice(PROVIDERS), "location_id": dice.choice(LOCATIONS), "start_date": start.date(),
            "service_id": dice.choice(list(BUFFERS)), "status": dice.choice([*HOLDS, "cancelled", "rescheduled"]),
            "wall_start": start, "wall_end": start + timedelta(minutes=minutes), "duration_minutes": minutes,
        })  # fmt: skip
    return visits


def minutes(start, end):
    """Every minute of [start, end) as (day, minute of the day)."""
    count = int((end - start).total_seconds() // 60)
    return [
        (at.date(), at.hour * 60 + at.minute)
        for at in (start + timedelta(minutes=n) for n in range(count))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def by_hand(told):
    """(provider, location, day) → bookable, booked, doubled, outside, kept, kept outside and buffer minutes."""
    hours, visits = told
    found = {}
    for provider in PROVIDERS:
        for location in LOCATIONS:
            held, kept, pauses = Counter(), set(), set()
            for visit in visits:
                if (visit["provider_id"], visit["location_id"]) != (provider, location) or visit["status"] not in HOLDS:
                    continue
                before, after = (timedelta(minutes=n) for n in BUFFERS[visit["service_id"]])
                care = minutes(visit["wall_start"], visit["wall_end"])
                held.update(care)
                kept.update(care if visit["status"] == "completed" else ())
                pauses.update(minutes(visit["wall_start"] - before, visit["wall_start"]))
                pauses.update(minutes(visit["wall_end"], visit["wall_end"] + after))
            for number in range(-1, DAYS + 2):
                day = FIRST + timedelta(days=number)
                is_open = {at for s in hours.on(provider, location, day) for at in minutes(s.start, s.end)}
                here = {at for at in held if at[0] == day}
                kept_here = {at for at in kept if at[0] == day}
                sums = (
                    len(is_open), len(here & is_open), sum(held[at] for at in here & is_open), len(here - is_open),
                    len(kept_here & is_open), len(kept_here - is_open), len((pauses & is_open) - here),
                )  # fmt: skip
                if any(sums):
                    found[provider, location, day] = sums
    return found


def test_random_weeks_have_the_minutes_that_counting_one_by_one_gives(warehouse, by_hand):
    rows = warehouse(
        """select provider_id, location_id, available_date, coalesce(bookable_minutes, 0), booked_minutes,
            booked_minutes_doubled, booked_minutes_outside, kept_minutes, kept_minutes_outside, buffer_minutes
        from marts.fct_availability where location_id in ('lr1', 'lr2')"""
    )
    found = {tuple(row[:3]): tuple(row[3:]) for row in rows if any(row[3:])}

    assert len(by_hand) > 100
    assert found == by_hand
