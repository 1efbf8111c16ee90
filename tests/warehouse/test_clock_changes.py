"""Every clock change of ten years in twelve zones, in the reports: a visit counts on its local day, at its wall time, with
the minutes that it lasts. When clocks change is found here by asking for offsets, with none of the product's conversions.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.warehouse.diary import Diary

pytestmark = pytest.mark.warehouse

ZONES = (
    "America/New_York", "America/St_Johns", "America/Santiago", "America/Havana", "Europe/Berlin", "Europe/Dublin",
    "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Auckland",
)  # fmt: skip
FIRST, LAST = datetime(2016, 6, 1), datetime(2026, 6, 1)
OPENS, CLOSES = time(), time(23)
DAY, HOUR, HALF = timedelta(days=1), timedelta(hours=1), timedelta(minutes=30)


def offset(zone, instant):
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()


def changes_of(zone):
    """The instants (naive UTC) from which the clocks show another time."""
    found, at = [], FIRST
    while at < LAST:
        if offset(zone, at) != offset(zone, at + DAY):
            found.append(next(at + n * HALF for n in range(1, 49) if offset(zone, at) != offset(zone, at + n * HALF)))
        at += DAY
    return found


def land(landing):
    """Per change: an hour's visit that goes on through it, and half an hour's before, on the evening before, and at nine."""
    told = []
    for number, zone in enumerate(ZONES):
        place = f"clock{number}"
        diary = Diary(landing, place, location=place)
        for change in changes_of(zone):
            day = (change + min(offset(zone, change - HALF), offset(zone, change))).date()
            diary.hours(day, (str(OPENS), str(CLOSES)))
            noon = datetime.combine(day, time(12)) - offset(zone, change - 2 * DAY)
            near = [change - HALF, noon - timedelta(hours=13, minutes=30), change + 8 * HOUR]
            for start, length in zip(near, (HOUR, HALF, HALF), strict=True):
                told.append((place, zone, start, length))
    for number, (place, zone, start, length) in enumerate(told):
        wall, wall_end = start + offset(zone, start), start + length + offset(zone, start + length)
        known = {
            "booked_at": FIRST,
            "booked_date": FIRST.date(),
            "first_booked_at": FIRST,
            "first_booked_date": FIRST.date(),
        }
        landing.record("appointments", {
            "appointment_id": f"clock-{number}", "location_id": place, "provider_id": place, "service_id": "s1",
            "status": "completed", "zone": zone, "starts_at": start, "ends_at": start + length, "wall_start": wall,
            "wall_end": wall_end, "start_date": wall.date(), "duration_minutes": length // timedelta(minutes=1),
        })  # fmt: skip
        landing.record("attendees", {
            "attendee_id": f"clock-{number}", "appointment_id": f"clock-{number}", "client_id": "c1",
            "billing_unit": "attendee", "status": "completed",
        } | known)  # fmt: skip
    return told


def test_there_are_changes_to_look_at(told):
    assert len(told) > 500


def test_every_visit_has_its_wall_time_and_its_local_day(warehouse, told):
    rows = warehouse(
        "select location_id, starts_at, ends_at, wall_start, start_date from marts.fct_appointments where location_id like 'clock%'"
    )
    zones = {f"clock{number}": zone for number, zone in enumerate(ZONES)}
    assert sorted(row[:3] for row in rows) == sorted((place, start, start + length) for place, _, start, length in told)
    for place, start, _, wall, day in rows:
        assert wall == start + offset(zones[place], start)
        assert day == wall.date()


def test_every_day_counts_its_own_visits(warehouse, told):
    rows = warehouse(
        "select location_id, metric_date, sum(denominator) from marts.metric_daily"
        " where metric = 'no_show_rate_due' and location_id like 'clock%' group by all"
    )
    wanted = Counter((place, (start + offset(zone, start)).date()) for place, zone, start, _ in told)
    assert {(place, day): count for place, day, count in rows} == wanted


def test_the_hours_of_the_day_are_the_walls_and_the_minutes_of_a_visit_are_real(warehouse, told):
    """A visit that begins at 1:30 and lasts an hour is an hour, though the wall shows two, or none, when it ends."""
    rows = warehouse(
        "select location_id, available_date, scheduled_minutes, kept_minutes + kept_minutes_outside, booked_minutes_doubled"
        " + booked_minutes_outside from marts.fct_availability where location_id like 'clock%'"
    )
    wanted: Counter[tuple[str, date]] = Counter()
    for place, zone, start, length in told:
        wall, minutes = start + offset(zone, start), length // timedelta(minutes=1)
        today = min(minutes, (datetime.combine(wall.date() + DAY, time()) - wall) // timedelta(minutes=1))
        wanted[place, wall.date()] += today
        wanted[place, wall.date() + DAY] += minutes - today
    found = {(place, day): kept for place, day, _, kept, _ in rows}
    assert found == {key: minutes for key, minutes in wanted.items() if minutes}
    assert {scheduled for _, _, scheduled, _, _ in rows} == {None, 23 * 60}
