"""Which free times are shown first, and what is said for them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from practice.scheduling.commands import book_appointment
from practice.scheduling.model import Interval
from practice.scheduling.ranking import Usual, best_slots, ranked
from practice.scheduling.slots import offered_slots


def at(hour, minute=0, day=2):
    return datetime(2026, 3, day, hour, minute)


def slot(start, provider="moss", minutes=50):
    name = {"moss": "Dr. Moss", "reed": "Tomas Reed"}[provider]
    end = start + timedelta(minutes=minutes)
    return {"wall_start": start, "wall_end": end, "provider_id": provider, "provider_name": name}


def test_the_usual_provider_comes_before_the_first_free_one():
    best = ranked([slot(at(9), "reed"), slot(at(11), "moss")], {}, Usual("moss"))
    assert [(row["provider_id"], row["reasons"]) for row in best] == [
        ("moss", ["the usual provider"]),
        ("reed", ["first free"]),
    ]


def test_a_slot_between_two_visits_closes_a_gap_buffers_counted():
    busy = {"moss": [Interval(at(9), at(10)), Interval(at(11), at(12))]}
    found = ranked([slot(at(8)), slot(at(10))], busy, Usual(), after=timedelta(minutes=10))
    assert [row["reasons"] for row in found] == [["closes a gap"]]
    assert ranked([slot(at(8), "reed"), slot(at(10, 5))], busy, Usual())[-1]["reasons"] == ["first free"]


def test_the_usual_day_and_time_counts():
    usual = Usual("moss", 2, time(10))  # Tuesdays at ten
    best = ranked([slot(at(10)), slot(at(10, day=3)), slot(at(11, day=3))], {}, usual)
    assert best[0]["wall_start"] == at(10, day=3)
    assert best[0]["reasons"] == ["the usual provider", "the usual day and time"]


def test_a_late_best_time_is_no_best_time():
    best = ranked([slot(at(9), "reed"), slot(at(9, day=30), "moss")], {}, Usual("moss"))
    assert best[0]["provider_id"] == "reed"


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["moss", "reed"])), max_size=40),
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 12)), max_size=10),
)
def test_the_best_are_slots_with_reasons_one_of_a_provider_and_day(starts, taken):
    begin = at(8)
    slots = [slot(begin + timedelta(minutes=15 * number), provider) for number, provider in starts]
    quarter = timedelta(minutes=15)
    busy = {"moss": [Interval(begin + quarter * first, begin + quarter * (first + many)) for first, many in taken]}
    best = ranked(slots, busy, Usual("moss"))
    assert len(best) <= 3
    assert all(row["reasons"] for row in best)
    assert all({name: row[name] for name in row if name != "reasons"} in slots for row in best)
    keys = [(row["provider_id"], row["wall_start"].date()) for row in best]
    assert len(keys) == len(set(keys))


def test_the_day_as_it_stands_is_read(record, house, desk):
    for start in ("2026-03-02T10:00", "2026-03-02T12:00"):
        record.run(
            book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
            location_id=house.location, wall_start=start,
        )  # fmt: skip
    with record.read() as reader:
        slots = offered_slots(reader, desk, house.visit, house.location, days=1, limit=99)
        best = best_slots(
            reader, desk, slots, service_id=house.visit, location_id=house.location, usual=Usual(house.moss)
        )
    assert (best[0]["provider_id"], best[0]["wall_start"]) == (house.moss, at(11))
    assert best[0]["reasons"] == ["the usual provider", "closes a gap"]
