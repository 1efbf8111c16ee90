"""One charge, owed by a payer and then in part by the client: who owes moves, what is owed does not."""

from __future__ import annotations

from datetime import date

import pytest

from tests.warehouse.till import Till, amounts, rate

pytestmark = pytest.mark.warehouse

TODAY = date(2026, 6, 30)


def land(landing):
    _shares(Till(landing, "shares"))


def _shares(till):
    """100 charged to a payer on 1 March; 60 of it become the client's on 1 May and are never paid; 40 are."""
    charge = till.charge(100_00, date(2026, 3, 1), payer_id="y1")
    till.move(charge, "payer:y1", "client:c1", 60_00, date(2026, 5, 1))
    till.paid(charge, 40_00, date(2026, 5, 20))


def test_moving_a_share_to_the_client_moves_no_receivables_and_no_days_in_ar(warehouse):
    before, after = date(2026, 4, 30), date(2026, 5, 1)
    for day in (before, after):
        assert amounts(warehouse, "ar_open", "shares", day) == (100_00, None)
        assert rate(warehouse, "days_in_ar_gross", "shares", day) == 90.0
    assert amounts(warehouse, "ar_open", "shares", after, payer_id="y1") == (40_00, None)


def test_the_clients_share_ages_from_the_day_that_it_became_theirs(warehouse):
    found = warehouse(
        """select as_of_date, aging_clock, bucket from marts.ar_daily
        where location_id = 'shares' and payer_id is null and as_of_date in (?, ?, ?) order by 1, 2""",
        date(2026, 5, 31), date(2026, 6, 1), TODAY,
    )  # fmt: skip
    # 30, 31 and 60 days after 1 May; 91, 92 and 121 after the service.
    assert [bucket for _, clock, bucket in found if clock == "responsibility_date"] == ["0-30", "31-60", "31-60"]
    assert [bucket for _, clock, bucket in found if clock == "service_date"] == ["91-120", "91-120", "120+"]


def test_a_payment_lowers_receivables_on_the_day_that_it_is_applied(warehouse):
    assert amounts(warehouse, "ar_open", "shares", date(2026, 5, 19)) == (100_00, None)
    assert amounts(warehouse, "ar_open", "shares", date(2026, 5, 20)) == (60_00, None)
    # The charge of 1 March left the window of 90 days with 29 May.
    assert rate(warehouse, "days_in_ar_gross", "shares", date(2026, 5, 29)) == 54.0
    assert rate(warehouse, "days_in_ar_gross", "shares", date(2026, 5, 30)) is None
