"""Receivables in two views by hand: all that is open, and what is due only, without what a payment plan puts off."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.billing.queries.plans import standing

from .till import Till, amounts

pytestmark = pytest.mark.warehouse

PLACE, PARTY = "planned", "client:planner"
AGREED, ENDED = date(2026, 3, 1), date(2026, 4, 20)
INSTALMENTS = [{"due_date": date(2026, month, 1), "amount_minor": 50_00} for month in (3, 4, 5, 6)]


def land(landing):
    """200.00 of February's three visits in four parts of 50.00; 50.00 and 80.00 were paid; then the plan was ended."""
    landing.record("clients", {"client_id": "planner", "location_id": PLACE})
    till = Till(landing, PLACE)
    first, second, third = (
        till.charge(amount, date(2026, 2, day), client_id="planner")
        for amount, day in ((100_00, 1), (60_00, 10), (40_00, 20))
    )
    till.charge(25_00, date(2026, 4, 5), client_id="planner")  # a visit after the plan: no part of it
    till.paid(first, 50_00, date(2026, 3, 15))
    till.paid(first, 50_00, date(2026, 4, 10))
    till.paid(second, 30_00, date(2026, 4, 10))
    plan = {
        "payment_plan_id": "plan", "party": PARTY, "client_id": "planner", "total_minor": 200_00, "agreed_date": AGREED,
        "status": "live",
    }  # fmt: skip
    known_at = datetime(2026, 3, 1, 15)
    landing.record("payment_plans", plan, known_at=known_at)
    landing.record("payment_plans", plan | {"status": "ended", "ended_date": ENDED, "known_at": known_at})
    for number, charge in enumerate((first, second, third)):
        landing.record("plan_items", {
            "plan_item_id": f"item-{number}", "payment_plan_id": "plan", "charge_id": charge["charge_id"],
            "party": PARTY, "amount_minor": charge["amount_minor"],
        })  # fmt: skip
    for number, one in enumerate(INSTALMENTS, 1):
        landing.record(
            "instalments", {"instalment_id": f"part-{number}", "payment_plan_id": "plan", "number": number} | one
        )


@pytest.fixture
def items(warehouse):
    """`items(day)` → [(service's day of the month and its month, open, due)] of the place, in whole units."""
    return lambda day, until=datetime(9999, 1, 1): warehouse(
        """select service_date, open_minor // 100, due_minor // 100 from marts.ar_as_of(?, known_until := ?)
        where location_id = ? order by service_date""",
        day, until, PLACE,
    )  # fmt: skip


FEB_1, FEB_10, FEB_20, APR_5 = date(2026, 2, 1), date(2026, 2, 10), date(2026, 2, 20), date(2026, 4, 5)


@pytest.mark.parametrize(
    ("day", "by_hand"),
    [
        # Before the plan all is due.
        (date(2026, 2, 28), [(FEB_1, 100, 100), (FEB_10, 60, 60), (FEB_20, 40, 40)]),
        # 150.00 of 200.00 fall due later, on the newest visits; the first instalment is due of the oldest.
        (AGREED, [(FEB_1, 100, 50), (FEB_10, 60, 0), (FEB_20, 40, 0)]),
        (date(2026, 3, 15), [(FEB_1, 50, 0), (FEB_10, 60, 0), (FEB_20, 40, 0)]),
        # The second is due, and what was seen since is due by itself.
        (date(2026, 4, 5), [(FEB_1, 50, 50), (FEB_10, 60, 0), (FEB_20, 40, 0), (APR_5, 25, 25)]),
        # 130.00 of 200.00 are paid, more than fell due: of the plan nothing is due.
        (date(2026, 4, 10), [(FEB_10, 30, 0), (FEB_20, 40, 0), (APR_5, 25, 25)]),
        # The day before its end, and from its end on.
        (date(2026, 4, 19), [(FEB_10, 30, 0), (FEB_20, 40, 0), (APR_5, 25, 25)]),
        (ENDED, [(FEB_10, 30, 30), (FEB_20, 40, 40), (APR_5, 25, 25)]),
    ],
)
def test_what_later_instalments_come_to_is_not_due_of_the_newest_charges(items, day, by_hand):
    assert items(day) == by_hand


def test_a_plan_that_nobody_knew_of_yet_puts_nothing_off(items):
    assert items(AGREED, until=datetime(2026, 3, 1, 14)) == [(FEB_1, 100, 100), (FEB_10, 60, 60), (FEB_20, 40, 40)]


@given(day=st.dates(date(2026, 1, 31), date(2026, 6, 30)))
def test_on_any_day_due_and_put_off_are_all_that_is_open_and_the_plan_stands_as_the_record_says(warehouse, day):
    (row,) = warehouse(
        """select coalesce(sum(open_minor), 0)::bigint, coalesce(sum(due_minor), 0)::bigint,
            coalesce(sum(put_off_minor), 0)::bigint, coalesce(sum(open_minor) filter (service_date < ?), 0)::bigint
        from marts.ar_as_of(?) where location_id = ?""",
        AGREED, day, PLACE,
    )  # fmt: skip
    opened, due, put_off, of_plan = row
    assert due + put_off == opened
    is_live = AGREED <= day < ENDED
    said = standing({"total_minor": 200_00, "open_minor": of_plan, "status": "live"}, INSTALMENTS, day)
    assert put_off == (of_plan - said["due_minor"] if is_live else 0)
    assert amounts(warehouse, "ar_due", PLACE, day)[0] == (due if opened else None)
    assert amounts(warehouse, "ar_open", PLACE, day)[0] == (opened or None)


def test_everywhere_due_and_put_off_are_the_receivables(warehouse):
    for days in (0, 40, 100):
        day = date(2026, 6, 30) - timedelta(days=days)
        ((whole, parts),) = warehouse(
            "select sum(open_minor), sum(due_minor) + sum(put_off_minor) from marts.ar_as_of(?)", day
        )
        assert whole == parts
