"""Feeds out: valid to two readers, stable where nothing changed, and silent about who and what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from practice.calendars.feed import Entry, feed_text
from practice.calendars.feeds import (
    feed_behind,
    feeds_of,
    hash_of,
    make_calendar_feed,
    new_secret,
    revoke_calendar_feed,
)
from practice.calendars.zones import definition
from practice.clock import to_wall
from practice.errors import NotPermitted, Refusal
from practice.scheduling.blocks import add_block, withdraw_block
from practice.scheduling.commands import book_appointment, cancel_appointment, move_appointment


@pytest.fixture
def out(record, house, owner, desk):
    """`out.link()` makes a link; `out.events(secret)` are what `icalendar` reads from it, by UID."""

    def does(command, by=desk, reason=None, **parameters):
        return record.run(command, by, reason=reason, **parameters)

    def link(scope="provider", scope_id=house.moss, detail="initials", by=owner):
        secret = new_secret()
        made = does(
            make_calendar_feed, by=by, scope=scope, scope_id=scope_id, detail=detail, token_hash=hash_of(secret)
        )
        return secret, made["calendar_feed_id"]

    def feed(secret):
        with record.read() as reader:
            return feed_behind(reader, secret)

    def events(secret):
        read = Calendar.from_ical(feed(secret).text())
        assert not [error for event in read.walk("VEVENT") for error in event.errors]
        return {str(event["UID"]): event for event in read.walk("VEVENT")}

    def books(at="2026-03-03T10:00", client=house.ada, **changes):
        wish = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
        return does(book_appointment, client_id=client, wall_start=at, **(wish | changes))["appointment_id"]

    return SimpleNamespace(does=does, link=link, feed=feed, events=events, books=books)


def by_both(text):
    """(start, end, summary) of each live event as `recurring_ical_events` and as `ical` read them, as instants."""
    span = datetime(2020, 1, 1), datetime(2032, 1, 1)
    ours = [
        (event.start, event.end, str(event["SUMMARY"]))
        for event in recurring_ical_events.of(Calendar.from_ical(text)).between(*span)
        if event["STATUS"] != "CANCELLED"
    ]
    theirs = [
        (event.dtstart, event.dtend, event.summary)
        for event in IcsCalendarStream.calendar_from_ics(text.decode()).timeline
        if event.status != "CANCELLED"
    ]
    return tuple(
        sorted((start.astimezone(UTC), end.astimezone(UTC), summary) for start, end, summary in found)
        for found in (ours, theirs)
    )


def test_a_feed_tells_when_and_initials_and_nothing_else(out, house):
    visit = out.books()
    out.books("2026-03-04T09:00", house.ada, service_id=house.group)
    out.books("2026-03-04T09:00", house.ben, service_id=house.group)
    out.does(add_block, resource_kind="provider", resource_id=house.moss, location_id=house.location, kind="meeting",
             title="Ada's mother", wall_start="2026-03-05T10:00", wall_end="2026-03-05T10:30")  # fmt: skip
    secret, _ = out.link()
    text = out.feed(secret).text()
    events = out.events(secret)
    assert events[f"{visit}@daybook"]["DTSTART"].to_ical() == b"20260303T100000"
    assert events[f"{visit}@daybook"]["DTSTART"].params["TZID"] == "America/New_York"
    assert sorted(str(event["SUMMARY"]) for event in events.values()) == ["AB", "BA, AB", "Busy"]
    for private in (b"Ada", b"Birch", b"mother", b"Follow-up", b"meeting", b"client-", b"svc-"):
        assert private not in text
    plain, _ = out.link(detail="busy")
    assert {str(event["SUMMARY"]) for event in out.events(plain).values()} == {"Busy"}
    place, _ = out.link("location", house.location, "busy")
    assert {str(event["SUMMARY"]) for event in out.events(place).values()} == {"IM · Busy"}
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))


def test_two_libraries_read_the_same_instants(out, house):
    out.books()
    out.books("2026-03-09T09:00", house.ben)  # the Monday after the clocks went forward
    secret, _ = out.link()
    one, other = by_both(out.feed(secret).text())
    assert (
        one
        == other
        == [
            (datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 3, 15, 50, tzinfo=UTC), "AB"),
            (datetime(2026, 3, 9, 13, tzinfo=UTC), datetime(2026, 3, 9, 13, 50, tzinfo=UTC), "BA"),
        ]
    )


def test_a_moved_visit_keeps_its_uid_and_its_sequence_rises(out, house, clock):
    first = newest = out.books()
    secret, _ = out.link()
    sequences = [int(out.events(secret)[f"{first}@daybook"]["SEQUENCE"])]
    for at in ("2026-03-04T10:00", "2026-03-05T11:00"):
        clock.forward(minutes=5)
        newest = out.does(move_appointment, appointment_id=newest, wall_start=at, moved_by="client", reason="asked")[
            "appointment_id"
        ]
        events = out.events(secret)
        assert list(events) == [f"{first}@daybook"]
        assert events[f"{first}@daybook"].start.isoformat() == f"{at}:00-05:00"
        sequences.append(int(events[f"{first}@daybook"]["SEQUENCE"]))
    out.does(cancel_appointment, appointment_id=newest, cancelled_by="client", reason="ill")
    gone = out.events(secret)[f"{first}@daybook"]
    sequences.append(int(gone["SEQUENCE"]))
    assert sequences == sorted(set(sequences))
    assert (gone["STATUS"], gone["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    clock.forward(days=31)
    assert out.events(secret) == {}


def test_a_visit_that_went_to_another_provider_is_cancelled_here_and_stands_there(out, house, clock):
    visit = out.books()
    here, there = out.link()[0], out.link(scope_id=house.reed)[0]
    clock.forward(minutes=5)
    moved = out.does(
        move_appointment, appointment_id=visit, provider_id=house.reed, moved_by="practice", reason="away"
    )["appointment_id"]
    assert out.events(here)[f"{visit}@daybook"]["STATUS"] == "CANCELLED"
    assert out.events(there)[f"{visit}@daybook"]["STATUS"] == "CONFIRMED"
    seen = int(out.events(here)[f"{visit}@daybook"]["SEQUENCE"])
    out.does(move_appointment, appointment_id=moved, provider_id=house.moss, moved_by="practice", reason="away")
    back = out.events(here)[f"{visit}@daybook"]
    assert (back["STATUS"], int(back["SEQUENCE"]) > seen) == ("CONFIRMED", True)
    place = out.link("location", house.location)[0]
    assert [event["STATUS"] for event in out.events(place).values()] == ["CONFIRMED"]


def test_a_withdrawn_block_is_cancelled(out, house):
    made = out.does(add_block, resource_kind="provider", resource_id=house.moss, location_id=house.location, kind="break",
                    wall_start="2026-03-05T10:00", wall_end="2026-03-05T10:30")["block_id"]  # fmt: skip
    secret, _ = out.link()
    assert out.events(secret)[f"{made}@daybook"]["STATUS"] == "CONFIRMED"
    out.does(withdraw_block, block_id=made)
    gone = out.events(secret)[f"{made}@daybook"]
    assert (gone["STATUS"], int(gone["SEQUENCE"])) == ("CANCELLED", 1)


def test_the_same_feed_is_the_same_bytes_until_something_happens(out, house, clock):
    out.books()
    secret, _ = out.link()
    before = out.feed(secret)
    clock.forward(hours=3)
    after = out.feed(secret)
    assert (after.tag, after.text()) == (before.tag, before.text())
    out.books("2026-03-04T09:00", house.ben)
    assert out.feed(secret).tag != before.tag


def test_a_feed_tells_of_a_month_back_and_a_year_ahead(out, house, clock):
    for at in ("2026-03-03T10:00", "2026-04-03T10:00", "2027-04-02T10:00", "2027-04-12T10:00"):
        out.books(at)
    clock.to("2026-04-06T14:00")
    secret, _ = out.link()
    assert sorted(event.start.date().isoformat() for event in out.events(secret).values()) == [
        "2026-04-03",
        "2027-04-02",
    ]


def test_an_end_in_the_second_pass_of_an_hour_is_told_in_utc():
    """01:30 to 01:20 on the wall: fifty minutes on the night when the clocks go back."""
    began = datetime(2026, 11, 1, 5, 30)
    known = datetime(2026, 3, 1)
    entry = Entry("one", 0, began, began + timedelta(minutes=50), "America/New_York", "Busy", "", False, known, known)
    text = feed_text("Elm", [entry])
    assert b"DTSTART:20261101T053000Z\r\nDTEND:20261101T062000Z" in text
    one, other = by_both(text)
    assert one == other == [(began.replace(tzinfo=UTC), datetime(2026, 11, 1, 6, 20, tzinfo=UTC), "Busy")]


# --- who makes links ---


def test_a_revoked_link_opens_nothing_and_the_record_never_had_its_secret(out, record, house, owner):
    secret, feed_id = out.link()
    assert out.feed(secret).name == "Dr. Ines Moss · Elm Street Practice"
    with record.read() as reader:
        kept = str(reader.rows("select * from audit_entries")) + str(reader.rows("select * from calendar_feeds"))
    assert secret not in kept
    out.does(revoke_calendar_feed, by=owner, calendar_feed_id=feed_id)
    assert out.feed(secret) is None
    assert out.feed(new_secret()) is None
    with pytest.raises(Refusal, match="revoked already"):
        out.does(revoke_calendar_feed, by=owner, calendar_feed_id=feed_id)


def test_providers_link_their_own_calendar_and_no_other(out, house, record, as_role):
    moss = as_role("provider", provider_id=house.moss)
    _, mine = out.link(by=moss)
    _, place = out.link("location", house.location)
    for scope, scope_id in (("provider", house.reed), ("location", house.location)):
        with pytest.raises(NotPermitted):
            out.link(scope, scope_id, by=moss)
    with pytest.raises(NotPermitted):
        out.does(revoke_calendar_feed, by=moss, calendar_feed_id=place)
    with pytest.raises(NotPermitted):
        out.link(by=as_role("front_desk"))
    elsewhere = as_role("manager", location_ids=frozenset({"loc-other"}))
    with pytest.raises(NotPermitted):
        out.link("location", house.location, by=elsewhere)
    with record.read() as reader:
        assert [row["calendar_feed_id"] for row in feeds_of(reader, moss)] == [mine]
        assert [row["name"] for row in feeds_of(reader, as_role("owner"))] == ["Dr. Ines Moss", "Elm Street"]
        assert [row["scope"] for row in feeds_of(reader, elsewhere)] == ["provider"]


@pytest.mark.parametrize(
    "wish", [{"scope": "client"}, {"detail": "names"}, {"token_hash": "abc"}, {"scope_id": "nobody"}]
)
def test_a_link_that_cannot_be_is_refused(out, house, owner, wish):
    usual = {"scope": "provider", "scope_id": house.moss, "detail": "busy", "token_hash": hash_of("x")}
    with pytest.raises(Refusal):
        out.does(make_calendar_feed, by=owner, **(usual | wish))


def test_the_zone_that_a_feed_defines_is_that_of_the_pinned_data(out, house):
    for zone in ("America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Dublin"):
        component = definition(zone, date(2024, 1, 1), date(2026, 1, 1))
        told = component.to_tz(lookup_tzid=False)
        for days in range(0, 730, 7):
            instant = datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
            wall = to_wall(instant, zone)
            assert wall - wall.replace(tzinfo=told).utcoffset() == instant.replace(tzinfo=None), (zone, wall)
