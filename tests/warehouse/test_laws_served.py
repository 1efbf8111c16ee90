"""Laws 5, 6 and 9 in the warehouse, over histories that chance made: what every day says is what its postings say.

Deposits, packages, chargebacks, take-backs and remittances that are held are in them, and closed periods.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .histories import LAST, land_histories

pytestmark = pytest.mark.warehouse
FIRST = date(2025, 10, 20)
HELD = ("1040", "2100", "2110", "2120", "2130", "2140")
BUCKETS = ("bucket", "responsibility_bucket", "bill_bucket", "activity_bucket", "overdue_bucket")
days = st.dates(FIRST, LAST + timedelta(2))


def land(landing):
    """Three practices of fifty steps each, side by side."""
    return land_histories(landing, 3, 50)


@pytest.fixture(scope="module")
def postings(told):
    """Every posting, with its days as days."""
    return [
        row | {"post_date": date.fromisoformat(row["post_date"]), "known_at": datetime.fromisoformat(row["known_at"])}
        for row in told["postings"].values()
    ]


def test_the_histories_hold_money_of_every_kind(postings):
    accounts = {row["account"] for row in postings}
    assert {"1100", "1110", "2100", "2110", "1040", "4000", "4100"} <= accounts
    assert len({row["location_id"] for row in postings}) == 3


def test_every_entry_balances_as_it_came(warehouse, postings):
    assert warehouse(
        "select count(distinct posting_id), sum(debit_minor)::bigint, sum(credit_minor)::bigint"
        " from marts.fct_ledger_entries where location_id like 'law%'"
    ) == [(len(postings), sum(row["debit_minor"] for row in postings), sum(row["credit_minor"] for row in postings))]
    assert sum(row["debit_minor"] for row in postings) == sum(row["credit_minor"] for row in postings)


def standing(postings, accounts, day, until=None):
    """(place, who) → what the accounts come to at the end of the day, by hand. Who: the party."""
    found = defaultdict(int)
    for row in postings:
        is_known = until is None or row["known_at"] <= until
        if row["account"] in accounts and row["post_date"] <= day and is_known:
            found[row["location_id"], row["party"]] += row["debit_minor"] - row["credit_minor"]
    return {key: amount for key, amount in found.items() if amount}


@settings(max_examples=25)
@given(day=days)
def test_on_every_day_the_buckets_of_every_clock_are_the_receivables_and_those_the_ledger(warehouse, postings, day):
    expected = standing(postings, ("1100", "1110"), day)
    for clock in BUCKETS:
        rows = warehouse(
            f"""select location_id, party, sum(amount)::bigint from (
                select location_id, party, {clock}, sum(open_minor) - sum(credit_minor) as amount
                from marts.ar_as_of(?) where location_id like 'law%' group by all) group by all""",
            day,
        )  # fmt: skip
        assert {(place, party): amount for place, party, amount in rows if amount} == expected, clock
    for clock in ("service_date", "responsibility_date"):
        daily = warehouse(
            """select location_id, sum(open_minor)::bigint - sum(credit_minor)::bigint from marts.ar_daily
            where as_of_date = ? and aging_clock = ? and location_id like 'law%' group by 1""",
            day, clock,
        )  # fmt: skip
        by_place = defaultdict(int)
        for (place, _), amount in expected.items():
            by_place[place] += amount
        assert dict(daily) == {place: amount for place, amount in by_place.items() if amount} or day > LAST


@settings(max_examples=25)
@given(day=days, knowledge=days)
def test_with_the_knowledge_of_any_other_day_receivables_are_what_was_posted_and_known(
    warehouse, postings, day, knowledge
):
    until = datetime.combine(knowledge, time.max)
    rows = warehouse(
        """select location_id, party, sum(balance_minor)::bigint from marts.ar_as_of(?, known_until := ?)
        where location_id like 'law%' group by all""",
        day, until,
    )  # fmt: skip
    assert {(place, party): amount for place, party, amount in rows if amount} == standing(
        postings, ("1100", "1110"), day, until
    )


@settings(max_examples=25)
@given(day=st.dates(FIRST, LAST + timedelta(2)))
def test_what_is_held_is_what_its_accounts_say(warehouse, postings, day):
    """Deposits, packages, unapplied and payers' money, and remittances in clearing: liabilities, never negative AR."""
    expected = defaultdict(int)
    for (place, _), amount in standing(postings, HELD, day).items():
        expected[place] -= amount
    rows = warehouse(
        """select location_id, sum(numerator)::bigint from marts.metric_daily
        where metric = 'unapplied_credit' and metric_date = ? and location_id like 'law%' group by 1""",
        day,
    )  # fmt: skip
    assert {place: amount for place, amount in rows if amount} == {place: a for place, a in expected.items() if a}


@settings(max_examples=25)
@given(day=days)
def test_as_of_every_day_the_money_of_visits_is_in_its_places_to_the_cent(warehouse, told, postings, day):
    """Each attended visit is at what was charged for it by then, voids taken off; or at its fee where nothing was."""
    charged = defaultdict(int)
    for row in postings:
        if row["account"] == "4000" and row["post_date"] <= day:
            charged[row["charge_id"]] += row["credit_minor"] - row["debit_minor"]
    of_visit = defaultdict(int)
    for charge in told["charges"].values():
        of_visit[charge["attendee_id"]] += charged[charge["charge_id"]]
    expected = defaultdict(int)
    for seat in told["attendees"].values():
        appointment = told["appointments"][seat["appointment_id"]]
        if seat["status"] == "completed" and date.fromisoformat(appointment["start_date"]) <= day:
            fee = told["services"][appointment["service_id"]]["fee_minor"]
            expected[appointment["location_id"], seat["attendee_id"]] = of_visit[seat["attendee_id"]] or fee
    rows = warehouse(
        """select location_id, attendee_id, sum(amount_minor)::bigint from marts.leakage_as_of(?)
        where location_id like 'law%' group by all""",
        day,
    )  # fmt: skip
    assert {(place, seat): amount for place, seat, amount in rows} == expected


def test_as_of_today_the_places_are_those_of_the_leakage_ledger(warehouse, built):
    columns = "attendee_id, charge_id, place, leak, owner_role, due_date, amount_minor"
    assert warehouse(
        f"""with was as (select {columns} from marts.leakage_as_of(date '2026-06-30')),
        is_now as (select {columns} from marts.revenue_leakage)
        (from was except all from is_now) union all (from is_now except all from was)"""
    ) == []  # fmt: skip
