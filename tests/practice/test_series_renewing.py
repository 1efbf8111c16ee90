"""Series that end are flagged, their places can be kept, and one step renews them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from practice.errors import Conflict, Refusal
from practice.scheduling.commands import book_appointment
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.cancelling import cancel_series
from practice.scheduling.series.lines import SeriesClash
from practice.scheduling.series.renewing import ending_series, keep_for_renewal, plan_renewal, renew_series


@pytest.fixture
def fortnightly(record, house, desk, clock):
    """Ada's three Tuesdays, every other week, of which two are left on 4 March."""
    asked = {
        "client_id": house.ada, "provider_id": house.moss, "service_id": house.visit, "location_id": house.location,
        "wall_start": "2026-03-03T10:00",
    }  # fmt: skip
    booked = record.run(book_series, desk, **asked, rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=3")
    clock.to("2026-03-04T12:00")

    def ending(by=desk, **other):
        with record.read() as reader:
            return ending_series(reader, by, **other)

    def plan(**other):
        with record.read() as reader:
            return plan_renewal(reader, desk, series_id=booked["series_id"], **other)

    def do(command, **other):
        return record.run(command, desk, **{"series_id": booked["series_id"]} | other)

    def visit(wall_start, client=house.ben):
        return record.run(book_appointment, desk, **asked | {"client_id": client, "wall_start": wall_start})

    def rows(sql):
        with record.read() as reader:
            return reader.rows(sql)

    return SimpleNamespace(ending=ending, plan=plan, do=do, visit=visit, rows=rows, ids=booked["appointment_ids"])


def test_a_series_with_few_visits_left_is_flagged_until_it_is_renewed(fortnightly, as_role, record, desk):
    [row] = fortnightly.ending()
    assert (row["client_name"], row["visits_left"], row["rhythm"]) == ("Ada Birch", 2, "Every 2 weeks on Tuesday")
    assert (row["last_date"], row["kept_until"]) == (date(2026, 3, 31), None)
    assert fortnightly.ending(fewer_than=2) == []
    assert fortnightly.ending(as_role("provider", provider_id="prov-reed")) == []
    fortnightly.do(renew_series)
    assert fortnightly.ending(fewer_than=3) == []


def test_a_renewal_goes_on_by_the_same_rule_after_the_last_date(fortnightly):
    seen = fortnightly.plan()
    assert [f"{line['wall_start']:%m-%d %H:%M}" for line in seen["lines"]] == [
        "04-14 10:00", "04-28 10:00", "05-12 10:00",
    ]  # fmt: skip
    fortnightly.do(renew_series, count=2)
    old, new = fortnightly.rows("select * from series order by wall_start")
    assert (new["renewed_from_id"], old["status"], new["status"]) == (old["series_id"], "renewed", "active")
    assert new["rule"] == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=2"
    with pytest.raises(Conflict, match="renewed already"):
        fortnightly.do(renew_series)


def test_clashes_of_a_renewal_are_decided_on(fortnightly):
    fortnightly.visit("2026-04-28T10:00")
    assert fortnightly.plan()["clashes"] == 1
    with pytest.raises(SeriesClash):
        fortnightly.do(renew_series)
    assert fortnightly.rows("select count(*) as n from series where status = 'renewed'") == [{"n": 0}]
    renewed = fortnightly.do(renew_series, choices={"2026-04-28T10:00": {"do": "skip"}})
    assert len(renewed["appointment_ids"]) == 2


def test_kept_places_are_nobody_elses_and_become_the_visits(fortnightly, clock):
    kept = fortnightly.do(keep_for_renewal, days=10)
    assert (kept["held"], kept["not_free"], kept["kept_until"]) == (3, 0, "2026-03-14")
    with pytest.raises(Refusal, match=r"being booked|held|kept"):
        fortnightly.visit("2026-04-14T10:00")
    [row] = fortnightly.ending()
    assert row["kept_until"] == date(2026, 3, 14)
    assert fortnightly.do(keep_for_renewal, days=12)["held"] == 3
    assert fortnightly.plan()["free"] == 3
    renewed = fortnightly.do(renew_series)
    held = fortnightly.rows("select hold_id from holds where outcome = 'converted'")
    assert {row["hold_id"] for row in held} == set(renewed["appointment_ids"])
    assert fortnightly.rows("select count(*) as n from claims where holder = 'hold'") == [{"n": 0}]


def test_what_is_kept_is_let_go_after_its_days(fortnightly, clock):
    fortnightly.do(keep_for_renewal, days=2)
    clock.forward(days=3)
    assert fortnightly.visit("2026-04-14T10:00")
    assert fortnightly.plan()["clashes"] == 1


def test_a_cancelled_series_does_not_ask_to_be_renewed(fortnightly, record, desk):
    record.run(
        cancel_series, desk, appointment_id=fortnightly.ids[1], scope="following", cancelled_by="client", reason="done"
    )
    assert fortnightly.ending() == []
