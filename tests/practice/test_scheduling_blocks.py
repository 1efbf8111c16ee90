"""Time that is not for visits: it holds its place as a visit does, and never pushes one away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from practice.errors import NotFound, NotPermitted, Refusal
from practice.scheduling import queries
from practice.scheduling.block_queries import block, blocks_of_days, coming_blocks
from practice.scheduling.blocks import add_block, change_block, withdraw_block
from practice.scheduling.commands import book_appointment, cancel_appointment
from practice.scheduling.holds import hold_slot

MORNING = {"wall_start": "2026-03-03T10:00", "wall_end": "2026-03-03T11:00"}


@pytest.fixture
def day(record, house, desk):
    """Tuesday 3 March of Dr. Moss: `day.blocks()`, `day.books("10:00")`, `day.offered()`."""

    def does(command, by=desk, reason=None, **parameters):
        return record.run(command, by, reason=reason, **parameters)

    def blocks(**changes):
        wish = {
            "resource_kind": "provider",
            "resource_id": house.moss,
            "location_id": house.location,
            "kind": "meeting",
        }
        return does(add_block, **(wish | MORNING | changes))

    def books(at, client=house.ada, **changes):
        wish = {"provider_id": house.moss, "service_id": house.visit, "location_id": house.location}
        return does(book_appointment, client_id=client, wall_start=f"2026-03-03T{at}", **(wish | changes))

    def refused(rule, call, *arguments, **parameters):
        with pytest.raises(Refusal) as answer:
            call(*arguments, **parameters)
        assert answer.value.rule == rule
        return str(answer.value)

    def offered():
        with record.read() as reader:
            rows = queries.offered_slots(reader, desk, house.visit, house.location, house.moss, "2026-03-03", 1, 99)
        return [f"{row['wall_start']:%H:%M}" for row in rows]

    def drawn(by=desk, first="2026-03-03", last="2026-03-03"):
        with record.read() as reader:
            return blocks_of_days(reader, by, first, last, house.location)

    return SimpleNamespace(does=does, blocks=blocks, books=books, refused=refused, offered=offered, drawn=drawn)


def test_blocked_time_is_neither_offered_nor_granted_and_comes_back(day, house):
    made = day.blocks(title="Team meeting")
    assert made["visits"] == []
    assert "10:00" not in day.offered()
    assert day.offered()[:2] == ["09:00", "11:00"]  # ten minutes of turnaround before the meeting, too
    assert "is kept from 10:00 until 11:00 for a meeting" in day.refused("provider_taken", day.books, "10:30")
    assert [(row["label"], f"{row['wall_start']:%H:%M}", row["resource_name"]) for row in day.drawn()] == [
        ("Team meeting", "10:00", "Dr. Ines Moss")
    ]
    day.does(withdraw_block, block_id=made["block_id"])
    assert day.drawn() == []
    assert day.books("10:00")


def test_a_room_that_is_painted_takes_nobody_but_its_neighbour_does(day, house):
    day.blocks(resource_kind="room", resource_id="room-1", location_id=None, kind="maintenance")
    assert day.books("10:00")["room_id"] == "room-2"
    assert "maintenance" in day.refused(
        "room_taken", day.books, "10:00", house.ben, provider_id=house.reed, room_id="room-1"
    )


def test_standing_visits_refuse_a_block_and_are_named(day, house):
    day.books("10:00")
    day.books("11:00", house.ben)
    said = day.refused("visits_standing", day.blocks, wall_end="2026-03-03T12:00")
    assert "has 2 visits in that time (Tue 3 Mar 10:00 Ada Birch, Tue 3 Mar 11:00 Ben Alder)" in said
    assert day.drawn() == []


def test_a_block_over_visits_keeps_them_lists_them_and_holds_their_time_when_they_leave(day, house, record):
    visit = day.books("10:00")["appointment_id"]
    made = day.blocks(over_visits=True)
    assert made["visits"] == [
        {
            "appointment_id": visit,
            "provider_id": house.moss,
            "location_id": house.location,
            "wall_start": "2026-03-03T10:00",
        }
    ]
    assert "10:00" not in day.offered()
    day.does(cancel_appointment, appointment_id=visit, cancelled_by="client", reason="ill")
    assert "10:00" not in day.offered()
    day.refused("provider_taken", day.books, "10:00")
    day.does(withdraw_block, block_id=made["block_id"])
    assert "10:00" in day.offered()
    with record.read() as reader:
        assert reader.value("select count(*) from claims") == reader.value("select count(*) from slots") == 0


def test_a_block_does_not_go_over_another_or_over_a_place_that_somebody_books(day, house, record, desk):
    day.blocks()
    assert "for a meeting already" in day.refused(
        "block_standing", day.blocks, wall_start="2026-03-03T10:30", over_visits=True
    )
    day.does(hold_slot, provider_id=house.moss, service_id=house.visit, location_id=house.location,
             wall_start="2026-03-03T14:00", purpose="desk", held_by="user-desk")  # fmt: skip
    later = {"wall_start": "2026-03-03T14:00", "wall_end": "2026-03-03T15:00"}
    assert "just booking" in day.refused("hold_standing", day.blocks, **later)


def test_a_block_is_moved_and_renamed(day, house, clock):
    made = day.blocks()["block_id"]
    day.books("13:00")
    day.does(change_block, block_id=made, wall_start="2026-03-03T09:00", wall_end="2026-03-03T09:30", title="Call")
    assert day.offered()[:2] == ["09:30", "09:45"]
    assert [row["label"] for row in day.drawn()] == ["Call"]
    day.does(change_block, block_id=made, title="", kind="break")
    assert [row["label"] for row in day.drawn()] == ["Break"]
    day.refused("visits_standing", day.does, change_block, block_id=made, wall_end="2026-03-03T14:00")
    assert f"{day.drawn()[0]['wall_end']:%H:%M}" == "09:30"
    clock.to("2026-03-03T14:12")  # 9:12 in New York: it has begun
    day.refused("past", day.does, change_block, block_id=made, wall_start="2026-03-03T09:05")
    day.does(withdraw_block, block_id=made)
    assert f"{day.drawn()[0]['wall_end']:%H:%M}" == "09:15"
    clock.forward(hours=1)
    day.refused("past", day.does, withdraw_block, block_id=made)


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("order", {"wall_end": "2026-03-03T10:00"}), ("order", {"wall_end": "2026-05-03T10:00"}),
        ("past", {"wall_start": "2026-03-01T10:00"}), ("off_grid", {"wall_start": "2026-03-03T10:02"}),
        ("kind", {"kind": "busy"}), ("resource", {"resource_kind": "client"}), ("not_found", {"resource_id": "nobody"}),
        ("too_long", {"title": "x" * 121}),
        ("skipped_hour", {"wall_start": "2026-03-08T02:30", "wall_end": "2026-03-08T04:00"}),
    ],
)  # fmt: skip
def test_a_block_that_cannot_be_is_refused(day, rule, wish):
    day.refused(rule, day.blocks, **wish)


def test_a_block_over_a_clock_change_lasts_what_the_wall_says(day, record):
    day.blocks(wall_start="2026-03-07T12:00", wall_end="2026-03-08T12:00")
    with record.read() as reader:
        assert reader.value("select sum(date_diff('minute', starts_at, ends_at)) from claims") == 23 * 60


def test_who_sees_and_who_makes_blocks(day, house, record, as_role):
    made = day.blocks(title="Review")["block_id"]
    reed = as_role("provider", provider_id=house.reed)
    moss = as_role("provider", provider_id=house.moss)
    elsewhere = as_role("front_desk", location_ids=frozenset({"loc-other"}))
    assert day.drawn(reed) == []
    assert [row["title"] for row in day.drawn(moss)] == ["Review"]
    for somebody in (reed, elsewhere):
        with pytest.raises(NotPermitted):
            day.does(withdraw_block, by=somebody, block_id=made)
    with pytest.raises(NotPermitted):
        day.drawn(elsewhere)
    with record.read() as reader:
        assert [row["block_id"] for row in coming_blocks(reader, moss)] == [made]
        assert coming_blocks(reader, elsewhere) == []
        assert block(reader, moss, made)["label"] == "Review"
        with pytest.raises(NotFound):
            block(reader, reed, made)
