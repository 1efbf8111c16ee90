"""Calendar files read: the traps that are seen in the wild, one each; `recurring_ical_events` is a second opinion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from practice.calendars.busy import read_calendar
from practice.errors import Refusal

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
HERE = "America/New_York"


def event(
    *lines, uid="one", start=";TZID=America/New_York:20260303T100000", end=";TZID=America/New_York:20260303T110000"
):
    told = [f"UID:{uid}" if uid else "", f"DTSTART{start}" if start else "", f"DTEND{end}" if end else "", *lines]
    return "\r\n".join(["BEGIN:VEVENT", *(line for line in told if line), "END:VEVENT"])


def calendar(*parts, method=""):
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elm//EN", *([f"METHOD:{method}"] if method else [])]
    return "\r\n".join([*head, *parts, "END:VCALENDAR", ""]).encode()


def read(*parts, zone=HERE, **options):
    return read_calendar(calendar(*parts, **options), zone, NOW)


def walls(reading, zone=HERE):
    """Starts as New York's wall shows them."""
    return [
        one.starts_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for one in reading.busy
    ]


def verdicts(reading):
    return [(one.verdict, one.why) for one in reading.events]


WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=3"
OTHER = "RECURRENCE-ID;TZID=America/New_York:20260310T100000"
AFTERNOON = {"start": ";TZID=America/New_York:20260311T150000", "end": ";TZID=America/New_York:20260311T160000"}


# --- occurrences ---


def test_a_series_keeps_its_wall_time_over_the_clock_change():
    found = read(event(WEEKLY))
    assert walls(found) == ["2026-03-03 10:00", "2026-03-10 10:00", "2026-03-17 10:00"]
    assert [one.starts_at.hour for one in found.busy] == [15, 14, 14]
    assert len({one.recurrence for one in found.busy}) == 3


def test_a_series_in_utc_stays_in_utc():
    assert walls(read(event(WEEKLY, start=":20260303T150000Z", end=":20260303T160000Z"))) == [
        "2026-03-03 10:00", "2026-03-10 11:00", "2026-03-17 11:00"
    ]  # fmt: skip


def test_a_moved_occurrence_blocks_its_new_time_and_frees_the_old_one():
    found = read(event(WEEKLY), event(OTHER, **AFTERNOON))
    assert walls(found) == ["2026-03-03 10:00", "2026-03-11 15:00", "2026-03-17 10:00"]
    in_utc = read(event(WEEKLY), event("RECURRENCE-ID:20260310T140000Z", **AFTERNOON))
    by_date = read(event(WEEKLY), event("RECURRENCE-ID;VALUE=DATE:20260310", **AFTERNOON))
    assert [one[:4] for one in found.busy] == [one[:4] for one in in_utc.busy] == [one[:4] for one in by_date.busy]


def test_a_moved_occurrence_may_stand_before_its_series_or_without_it():
    assert walls(read(event(OTHER, **AFTERNOON), event(WEEKLY))) == [
        "2026-03-03 10:00",
        "2026-03-11 15:00",
        "2026-03-17 10:00",
    ]
    assert walls(read(event(OTHER, **AFTERNOON))) == ["2026-03-11 15:00"]


def test_this_and_following_moves_the_rest():
    found = read(
        event("RRULE:FREQ=WEEKLY;COUNT=4"), event(OTHER.replace(";TZID", ";RANGE=THISANDFUTURE;TZID"), **AFTERNOON)
    )
    assert walls(found) == ["2026-03-03 10:00", "2026-03-11 15:00", "2026-03-18 15:00", "2026-03-25 15:00"]


def test_cancelled_occurrences_and_masters_are_not_busy():
    found = read(event(WEEKLY), event(OTHER, "STATUS:CANCELLED", start="", end=""))
    assert walls(found) == ["2026-03-03 10:00", "2026-03-17 10:00"]
    assert verdicts(found) == [("used", ""), ("ignored", "This occurrence was cancelled.")]
    gone = read(event(WEEKLY, "STATUS:CANCELLED"), event(OTHER, **AFTERNOON))
    assert gone.busy == []
    assert verdicts(gone) == [("ignored", "It was cancelled."), ("ignored", "Its series was cancelled.")]
    assert read(event(), method="CANCEL").busy == []


@pytest.mark.parametrize(
    "dates",
    [
        ";TZID=America/New_York:20260310T100000", ":20260310T140000Z", ";TZID=Europe/Berlin:20260310T150000",
        ";VALUE=DATE:20260310", ":20260310T100000", ";TZID=America/New_York:20260101T100000,20260310T100000",
    ],
)  # fmt: skip
def test_an_excluded_date_is_understood_however_it_is_written(dates):
    assert walls(read(event(WEEKLY, f"EXDATE{dates}"))) == ["2026-03-03 10:00", "2026-03-17 10:00"]


def test_an_all_day_series_leaves_out_a_date_that_is_written_as_a_time():
    found = read(
        event(
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE;TZID=America/New_York:20260304T000000",
            start=";VALUE=DATE:20260303",
            end="",
        )
    )
    assert walls(found) == ["2026-03-03 00:00", "2026-03-05 00:00"]


def test_further_dates_may_be_in_another_zone_a_date_or_a_period():
    found = read(event("RDATE;TZID=Europe/Berlin:20260304T160000", "RDATE;VALUE=PERIOD:20260305T150000Z/PT3H"))
    assert walls(found) == ["2026-03-03 10:00", "2026-03-04 10:00", "2026-03-05 10:00"]
    assert [(one.ends_at - one.starts_at) // timedelta(hours=1) for one in found.busy] == [1, 1, 3]


def test_days_are_local_dates_of_the_calendar():
    found = read(event(start=";VALUE=DATE:20260308", end=";VALUE=DATE:20260309"), zone="America/New_York")
    assert (found.busy[0].starts_at, found.busy[0].ends_at) == (
        datetime(2026, 3, 8, 5),
        datetime(2026, 3, 9, 4),
    )  # 23 hours
    far = read(event(start=";VALUE=DATE:20260308", end=""), zone="Pacific/Auckland")
    assert walls(far, "Pacific/Auckland") == ["2026-03-08 00:00"]


def test_times_without_a_zone_are_the_calendars():
    assert walls(read(event(start=":20260303T100000", end=":20260303T110000"), zone="Europe/Berlin")) == [
        "2026-03-03 04:00"
    ]


@pytest.mark.parametrize(
    "tzid",
    [
        "/freeassociation.sourceforge.net/America/New_York",
        '"America/New_York"',
        "Eastern Standard Time",
        "/citadel.org/20210210_1/America/New_York",
    ],
)
def test_zones_are_known_by_the_names_that_others_give_them(tzid):
    found = read(event(WEEKLY, start=f";TZID={tzid}:20260303T100000", end=f";TZID={tzid}:20260303T110000"))
    assert walls(found) == ["2026-03-03 10:00", "2026-03-10 10:00", "2026-03-17 10:00"]
    assert {one.zone for one in found.busy} == {HERE}


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Our own zone
BEGIN:STANDARD
DTSTART:20001105T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000312T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE""".replace("\n", "\r\n")
OURS = {"start": ";TZID=Our own zone:20260303T100000", "end": ";TZID=Our own zone:20260303T110000"}


def test_a_zone_that_only_the_file_knows_is_followed_as_it_says():
    found = read(OWN_ZONE, event("RRULE:FREQ=MONTHLY;UNTIL=20261203T150000Z", **OURS))
    assert [one[11:] for one in walls(found)] == ["10:00"] * 10
    unknown = read(event(**OURS))
    assert verdicts(unknown) == [("rejected", "It names the time zone 'Our own zone', which nobody knows.")]


def test_a_night_shift_ends_at_six_on_the_night_of_a_clock_change_too():
    found = read(
        event(
            "RRULE:FREQ=DAILY;COUNT=2",
            start=";TZID=America/New_York:20260306T220000",
            end=";TZID=America/New_York:20260307T060000",
        )
    )
    assert [(one.ends_at - one.starts_at) // timedelta(hours=1) for one in found.busy] == [8, 7]


# --- which events count ---


def test_the_highest_sequence_wins_wherever_it_stands():
    late = event(
        "SEQUENCE:2", start=";TZID=America/New_York:20260304T100000", end=";TZID=America/New_York:20260304T110000"
    )
    for parts in ((late, event("SEQUENCE:1")), (event("SEQUENCE:1"), late)):
        found = read(*parts)
        assert walls(found) == ["2026-03-04 10:00"]
        assert sorted(verdicts(found)) == [("ignored", "A newer version of it is in the file."), ("used", "")]


@pytest.mark.parametrize(
    ("parts", "verdict", "why"),
    [
        ([event("TRANSP:TRANSPARENT")], "ignored", "free time"),
        ([event("X-MICROSOFT-CDO-BUSYSTATUS:FREE")], "ignored", "free time"),
        ([event(end="")], "ignored", "takes no time"),
        ([event(start=":20200303T100000Z", end=":20200303T110000Z")], "ignored", "None of it lies between 2026-03-01 and 2027-03-03"),
        ([event(uid="x@daybook")], "ignored", "a feed of this practice"),
        ([event(start="", end="")], "rejected", "when it begins"),
        ([event(start=":tomorrow", end="")], "rejected", "'tomorrow' is no date"),
        ([event(end=";TZID=America/New_York:20260303T090000")], "rejected", "ends before it begins"),
        ([event(end=";TZID=America/New_York:20270303T090000")], "rejected", "time off"),
        ([event("DURATION:lots", end="")], "rejected", "no duration"),
        ([event("RRULE:FREQ=DAILY;BYEASTER=1")], "rejected", "BYEASTER"),
        ([event("RRULE:FREQ=SECONDLY")], "rejected", "too often"),
    ],
)  # fmt: skip
def test_what_does_not_count_says_why(parts, verdict, why):
    found = read(*parts)
    assert found.busy == []
    assert found.events[0].verdict == verdict
    assert why in found.events[0].why


def test_an_event_without_an_identity_gets_the_same_one_each_time():
    assert read(event(uid="")).busy == read(event(uid="")).busy != []


def test_titles_are_read_as_text():
    found = read(event(r"SUMMARY;LANGUAGE=en:Lunch\, then\n tea \\o/ " + "x" * 200))
    assert found.busy[0].title.startswith(r"Lunch, then tea \o/ xxx")
    assert len(found.busy[0].title) == 120
    folded = calendar(event("SUMMARY:Half a ti", " tle")).replace(b"\r\n", b"\n")
    assert read_calendar(folded, HERE, NOW).busy[0].title == "Half a title"


# --- files that are none, and bombs ---


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no calendar"), (b"%PDF-1.7 \xff\xfe", "no calendar"), (calendar(event())[:-17], "cut off"),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", "damaged"), (b"BEGIN:X\n" * 100, "without end"), (b"x" * 5_000_001, "larger than 5 MB"),
        (calendar(*["BEGIN:VEVENT\r\nEND:VEVENT"] * 10_001), "more than 10,000 events"),
    ],
    ids=["empty", "a PDF", "cut off", "damaged", "nested", "large", "many"],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_refused_in_a_sentence(data, why):
    with pytest.raises(Refusal, match=why):
        read_calendar(data, HERE, NOW)


def test_nothing_in_a_file_keeps_the_practice_waiting():
    bombs = [event(f"RRULE:FREQ={often}", uid=f"{often}{number}", start=":19700101T000000Z", end=":19700101T000001Z")
             for often in ("SECONDLY", "MINUTELY", "HOURLY") for number in range(40)]  # fmt: skip
    empty = [event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", uid=f"never{number}") for number in range(200)]
    zone = OWN_ZONE.replace("FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "FREQ=SECONDLY")
    began = perf_counter()
    found = read(*bombs, *empty, event(uid="good"))
    own = read(zone, event(**OURS))
    assert perf_counter() - began < 20  # 2 s on a quiet machine
    assert own.events[0].verdict == "rejected"
    assert {one.verdict for one in found.events} <= {"used", "rejected", "ignored"}
    assert len(found.busy) <= 5000
    assert [one.uid for one in found.busy if one.uid == "good"] == ["good"]


def test_more_than_one_calendar_may_bring_is_rejected_event_by_event():
    days = [event("RRULE:FREQ=DAILY", uid=f"day{number}", start=";VALUE=DATE:20260301", end="") for number in range(4)]
    found = read(*days)
    assert [one.verdict for one in found.events] == ["used", "used", "rejected", "rejected"]
    assert "800 days of busy time" in found.events[2].why


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_whatever_lies_between_two_good_lines_is_read_or_refused(noise):
    data = calendar(event(), "BEGIN:VEVENT", "UID:two", "DTSTART:20260304T100000").replace(
        b"END:VCALENDAR", noise + b"\r\nEND:VCALENDAR"
    )
    try:
        found = read_calendar(data, HERE, NOW)
    except Refusal:
        return
    assert all(one.verdict in ("used", "rejected", "ignored") for one in found.events)


# --- a second opinion ---

ZONES = st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"])
RULES = st.sampled_from(
    ["FREQ=DAILY;COUNT=40", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=30", "FREQ=MONTHLY;BYDAY=2TU;COUNT=8", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261120T120000Z",
     "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=6", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;COUNT=2"]
)  # fmt: skip


@st.composite
def files(draw):
    """A series with an exception, a further date and moved occurrences, as a careful calendar writes them."""
    zone = draw(ZONES)
    start = draw(st.datetimes(datetime(2026, 3, 3), datetime(2026, 9, 1))).replace(
        second=0, microsecond=0, hour=draw(st.integers(4, 22))
    )
    rule = draw(RULES)
    at = f";TZID={zone}:{start:%Y%m%dT%H%M%S}"
    end = f";TZID={zone}:{start + timedelta(minutes=draw(st.sampled_from([30, 50, 90]))):%Y%m%dT%H%M%S}"
    own = Calendar.from_ical(calendar(event(f"RRULE:{rule}", start=at, end=end)))
    known = [one.start for one in recurring_ical_events.of(own).between(datetime(2026, 3, 3), datetime(2027, 2, 28))]
    lines, others = [f"RRULE:{rule}"], []
    if len(known) > 3:
        chosen = draw(st.lists(st.sampled_from(known[1:]), max_size=3, unique=True))
        for place, one in enumerate(chosen):
            if place == 0:
                lines.append(f"EXDATE;TZID={zone}:{one:%Y%m%dT%H%M%S}")
            else:
                moved = one + timedelta(days=draw(st.integers(-2, 2)), minutes=35)
                others.append(event(f"RECURRENCE-ID;TZID={zone}:{one:%Y%m%dT%H%M%S}", f"SEQUENCE:{place}",
                                    start=f";TZID={zone}:{moved:%Y%m%dT%H%M%S}", end=f";TZID={zone}:{moved + timedelta(minutes=25):%Y%m%dT%H%M%S}"))  # fmt: skip
    if draw(st.booleans()):
        lines.append(f"RDATE;TZID={zone}:{start + timedelta(days=3, minutes=15):%Y%m%dT%H%M%S}")
    return calendar(event(*lines, start=at, end=end), *others)


@settings(max_examples=60)
@given(files())
def test_another_library_reads_the_same_instants(data):
    ours = sorted((one.starts_at, one.ends_at) for one in read_calendar(data, HERE, NOW).busy)
    theirs = sorted(
        (one.start.astimezone(UTC).replace(tzinfo=None), one.end.astimezone(UTC).replace(tzinfo=None))
        for one in recurring_ical_events.of(Calendar.from_ical(data)).between(
            datetime(2026, 3, 1), datetime(2027, 3, 4)
        )
    )
    window = (datetime(2026, 3, 2), datetime(2027, 3, 3))
    assert [one for one in ours if window[0] < one[0] < window[1]] == [
        one for one in theirs if window[0] < one[0] < window[1]
    ]
