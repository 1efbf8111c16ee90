"""Every clock change of ten years in twelve zones: offers, bookings, hours, leave, series, feeds and reports keep the wall time.

What is right is worked out here by trying offsets, with none of the product's own conversions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import SimpleNamespace

import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from practice.access.permissions import SYSTEM, Permission
from practice.calendars.busy import read_calendar
from practice.calendars.feed import Entry, feed_text
from practice.calendars.recurrence import instances
from practice.calendars.rules import parse_rule
from practice.calendars.zones import changes
from practice.clock import local_date, zone_of
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.scheduling import queries
from practice.scheduling.booking import book_appointment
from practice.scheduling.hours import add_time_off
from practice.scheduling.model import spelled
from practice.scheduling.series import dates as series_dates
from practice.scheduling.series.rules import weekly
from practice.scheduling.slots import slots_offered
from practice.store.record import Command, Record
from tests.conftest import INSERT

ZONES = [
    "America/New_York", "America/St_Johns", "America/Santiago", "America/Havana", "Europe/Berlin", "Europe/Dublin",
    "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Auckland",
]  # fmt: skip
FIRST, LAST = date(2020, 1, 1), date(2030, 1, 1)
OPENS, CLOSES = time(0), time(23)
DAY, QUARTER, HALF = timedelta(days=1), timedelta(minutes=15), timedelta(minutes=30)


@cache
def offset(zone, instant):
    return instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).utcoffset()


def instants_of(wall, zone):
    """Every instant (naive UTC) at which the zone's wall shows that time: none in a gap, two in a repeated hour."""
    tried = {offset(zone, wall + shift) for shift in (-DAY, DAY)}
    return sorted(wall - one for one in tried if offset(zone, wall - one) == one)


@pytest.fixture(scope="module", params=ZONES)
def place(request, tmp_path_factory):
    """A location in the zone, open from midnight to 23:00 every day, long before the changes; three providers there:
    Busy is booked around each change, Free is not, and Away has time off on the day of each."""
    zone = request.param
    now = datetime(2020, 1, 1, 12, tzinfo=UTC)
    record = Record(tmp_path_factory.mktemp("zone") / "record.duckdb", clock=lambda: now, ids=seeded_ids(1))
    began = date(2019, 1, 1)
    rows = [
        ("settings", {"name": "zone", "value": f'"{zone}"'}),
        ("locations", {"location_id": "here", "name": "Here", "zone": zone, "address": None, "phone": None, "is_active": True}),
        ("services", {"service_id": "svc", "name": "Visit", "code": "V", "duration_minutes": 30, "buffer_before_minutes": 0,
                      "buffer_after_minutes": 0, "fee_minor": 1, "capacity": 1, "needs_room": False,
                      "is_for_new_clients": False, "is_active": True}),
        ("clients", {"client_id": "ada", "given_name": "Ada", "family_name": "Birch", "birth_date": date(1990, 5, 17),
                     "phone": None, "email": None, "guarantor_client_id": None, "referral_source_id": None,
                     "location_id": "here", "provider_id": "busy", "created_at": datetime(2019, 1, 1),
                     "created_date": began, "is_active": True}),
    ]  # fmt: skip
    for key in ("busy", "free", "away"):
        rows.append(("providers", {"provider_id": key, "name": key.title(), "code": key[:2], "discipline": None, "npi": None,
                                   "started_date": began, "ended_date": None, "is_active": True}))  # fmt: skip
        rows.append(
            (
                "provider_services",
                {"provider_service_id": key, "provider_id": key, "service_id": "svc", "is_active": True},
            )
        )
        rows += [
            ("availability", {"availability_id": f"{key}{weekday}", "provider_id": key, "location_id": "here", "weekday": weekday,
                              "start_time": OPENS, "end_time": CLOSES, "effective_from": began, "effective_to": None})
            for weekday in range(1, 8)
        ]  # fmt: skip
    record.run(INSERT, SYSTEM, rows=rows)
    found = changes(zone, FIRST, LAST)
    days = [(one.at + min(one.before, one.after)).date() for one in found]
    walls = [
        datetime.combine(day + shift, at)
        for day in days
        for shift, at in ((-DAY, time(22)), (timedelta(), time(9)), (DAY, time(9)))
    ]

    def prepare(work):
        for wall in walls:
            book_appointment(
                work,
                client_id="ada",
                provider_id="busy",
                service_id="svc",
                location_id="here",
                wall_start=spelled(wall),
            )
        for day in days:
            add_time_off(work, provider_id="away", start_date=str(day), end_date=str(day))

    record.run(Command("prepare", Permission.OPERATE, prepare), SYSTEM)
    yield SimpleNamespace(record=record, zone=zone, changes=found, days=days, walls=walls)
    record.close()


def test_there_are_changes_to_look_at(place):
    assert len(place.changes) >= 5  # Iran has given them up since, Morocco will; most zones have twenty


def test_bookings_keep_their_wall_time_and_count_on_their_local_day(place):
    with place.record.read() as reader:
        rows = reader.rows(
            "select wall_start, wall_end, starts_at, ends_at, start_date from appointments order by wall_start"
        )
        events = reader.rows("select happened_at, event_date from appointment_events")
    assert [row["wall_start"] for row in rows] == sorted(place.walls)
    for row in rows:
        assert row["starts_at"] == instants_of(row["wall_start"], place.zone)[0]
        assert row["ends_at"] - row["starts_at"] == HALF
        assert row["wall_end"] == row["ends_at"] + offset(place.zone, row["ends_at"])
        assert row["start_date"] == row["wall_start"].date()
    assert {row["event_date"] for row in events} == {
        (row["happened_at"] + offset(place.zone, row["happened_at"])).date() for row in events
    }


def test_offers_are_the_wall_times_that_exist_each_once_and_leave_is_a_local_date(place):
    """A time that is skipped is never offered; one that comes twice is offered once, and booking it takes the first."""
    taken = {instants_of(wall, place.zone)[0] for wall in place.walls}
    for day in place.days:
        with place.record.read() as reader:
            rows = slots_offered(reader, service_id="svc", location_id="here", first=day - DAY, days=3, limit=10_000)
            hours = queries.working_hours(reader, ["free"], day, day)
        offered = {
            key: [row["wall_start"] for row in rows if row["provider_id"] == key] for key in ("free", "away", "busy")
        }
        wanted = [wall for number in (-1, 0, 1) for wall in _walls(day + number * DAY, place.zone)]
        assert offered["free"] == wanted, day
        assert offered["away"] == [wall for wall in wanted if wall.date() != day]
        assert offered["busy"] == [wall for wall in wanted if not _is_taken(wall, taken, place.zone)]
        assert [(row["wall_start"].time(), row["wall_end"].time()) for row in hours] == [(OPENS, CLOSES)]


def _walls(day, zone):
    """The quarters of an hour at which half an hour fits before 23:00."""
    closes = instants_of(datetime.combine(day, CLOSES), zone)[0]
    quarters = (datetime.combine(day, OPENS) + number * QUARTER for number in range(92))
    return [wall for wall in quarters if (at := instants_of(wall, zone)) and at[0] + HALF <= closes]


def _is_taken(wall, taken, zone):
    return any(instants_of(wall, zone)[0] + shift in taken for shift in (-QUARTER, timedelta(), QUARTER))


def test_a_series_keeps_its_wall_time(place):
    for day in place.days:
        first = datetime.combine(day - 14 * DAY, time(9))
        walls = series_dates.dates(weekly(first.isoweekday(), count=5), first)
        assert walls == [first + number * 7 * DAY for number in range(5)]
        assert walls == list(instances(parse_rule("FREQ=WEEKLY;COUNT=5"), first))
        at_change = datetime.combine(day, time(9))
        assert series_dates.held_at(at_change, place.zone) == at_change
        for wall in (at_change + number * QUARTER for number in range(-36, 40)):  # from midnight on
            held = series_dates.held_at(wall, place.zone)
            assert instants_of(held, place.zone)
            assert held == wall or not instants_of(wall, place.zone)


def test_local_dates_change_at_local_midnight(place):
    for change in place.changes:
        for number in range(-100, 100):
            instant = change.at + number * QUARTER
            assert local_date(instant, place.zone) == (instant + offset(place.zone, instant)).date()


def test_feeds_are_read_back_at_the_same_instants_and_walls(place):
    """A visit in the morning after each change, and one every half an hour around it, as two libraries read them."""
    starts = [instants_of(datetime.combine(day, time(9)), place.zone)[0] for day in place.days[:8]]
    starts += [change.at + number * HALF for change in place.changes[:8] for number in range(-3, 4)]
    known = datetime(2020, 1, 1)
    entries = [
        Entry(f"{number}", 0, at, at + HALF, place.zone, "Busy", "", False, known, known)
        for number, at in enumerate(sorted(starts))
    ]
    text = feed_text("Here", entries)
    wanted = [(at, at + HALF, at + offset(place.zone, at)) for at in sorted(starts)]
    components = recurring_ical_events.of(Calendar.from_ical(text)).between(datetime(2019, 12, 1), datetime(2031, 1, 1))
    assert sorted(_told(one.start, one.end, place.zone) for one in components) == wanted
    theirs = IcsCalendarStream.calendar_from_ics(text.decode()).events
    assert sorted(_told(one.dtstart, one.dtend, place.zone) for one in theirs) == wanted


def _told(start, end, zone):
    wall = start if start.tzinfo is not UTC and str(start.tzinfo) == zone else start.astimezone(zone_of(zone))
    begins = start.astimezone(UTC).replace(tzinfo=None)
    return begins, end.astimezone(UTC).replace(tzinfo=None), wall.replace(tzinfo=None, fold=0)


def test_busy_time_of_another_calendar_keeps_its_wall_time(place):
    for day in place.days[::4]:
        first = datetime.combine(day - 3 * DAY, time(9))
        data = "\r\n".join([
            "BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:one", f"DTSTART;TZID={place.zone}:{first:%Y%m%dT%H%M%S}", "DURATION:PT30M",
            "RRULE:FREQ=DAILY;COUNT=7", "END:VEVENT", "END:VCALENDAR", "",
        ])  # fmt: skip
        found = read_calendar(data.encode(), place.zone, datetime.combine(first.date() - DAY, time(12), UTC)).busy
        assert [one.starts_at for one in found] == [
            instants_of(first + number * DAY, place.zone)[0] for number in range(7)
        ]


def test_a_skipped_time_is_refused_and_the_next_one_is_named(place):
    gap = next(one for one in place.changes if one.after > one.before)
    skipped = gap.at + gap.before
    with pytest.raises(Refusal, match="does not exist") as refused:
        place.record.run(book_appointment, SYSTEM, client_id="ada", provider_id="free", service_id="svc", location_id="here",
                         wall_start=spelled(skipped))  # fmt: skip
    assert refused.value.alternatives == (spelled(gap.at + gap.after),)
