"""A plan changes what is due when and not a cent of what is owed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.billing import commands, queries
from practice.billing.plans import agree_plan, end_plan, in_instalments
from practice.billing.queries.plans import due_items, instalments_of, plans
from practice.errors import Refusal

THREE = ((date(2026, 3, 2), 100_00), (date(2026, 4, 1), 100_00), (date(2026, 5, 1), 50_00))


def agreed(desk, party, *charges, parts=THREE):
    dated = [{"due_date": str(day), "amount_minor": amount} for day, amount in parts]
    return desk.run(agree_plan, party=party, charge_ids=list(charges), instalments=dated)["payment_plan_id"]


def standing(desk, **which):
    with desk.record.read() as reader:
        (plan,) = plans(reader, desk.who, **which)
    return plan


def views(desk, party):
    """(all that is open, what is due only)."""
    with desk.record.read() as reader:
        rows = due_items(reader, desk.who, party)
    return sum(row["open_minor"] for row in rows), sum(row["due_minor"] for row in rows)


@given(
    total=st.integers(1, 10**8), count=st.integers(1, 60), first=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    every=st.sampled_from(("week", "fortnight", "month")),
)  # fmt: skip
def test_instalments_are_the_whole_on_days_in_order(total, count, first, every):
    count = min(count, total)
    dated = in_instalments(total, count, first, every)
    assert sum(one["amount_minor"] for one in dated) == total
    assert min(one["amount_minor"] for one in dated) >= 1
    days = [one["due_date"] for one in dated]
    assert days == sorted(set(days))
    assert days[0] == str(first)


def test_monthly_instalments_keep_their_day_where_the_month_has_it():
    days = [one["due_date"] for one in in_instalments(400, 4, date(2026, 1, 31), "month")]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_plan_posts_nothing_and_divides_what_is_open_into_due_and_to_come(desk, ada, clock):
    old, new = desk.charged("client-ada", 150_00, day=date(2026, 2, 2)), desk.charged("client-cora", 100_00)
    other = desk.charged("client-ada", 30_00)
    before = desk.rows("select count(*) as n from postings")
    agreed(desk, ada, old, new)
    assert desk.rows("select count(*) as n from postings") == before
    # 250 in 100 now, 100 in April, 50 in May; the other charge is due as ever.
    assert views(desk, ada) == (280_00, 130_00)
    with desk.record.read() as reader:
        due = {row["charge_id"]: row["due_minor"] for row in due_items(reader, desk.who, ada)}
    assert due == {old: 100_00, new: 0, other: 30_00}

    payment = desk.receives(ada, 120_00, on=[(old, 120_00)])
    assert (standing(desk)["state"], standing(desk)["due_minor"], standing(desk)["next_minor"]) == ("kept", 0, 80_00)
    assert views(desk, ada) == (160_00, 30_00)
    clock.to("2026-04-01T16:00")
    assert (standing(desk)["state"], standing(desk)["due_minor"]) == ("due", 80_00)
    clock.forward(days=1)
    missed = standing(desk)
    assert (missed["state"], missed["missed_date"], missed["due_minor"]) == ("missed", date(2026, 4, 1), 80_00)
    desk.receives(ada, 130_00, on=[(old, 30_00), (new, 100_00)])
    assert standing(desk, is_open=False)["state"] == "paid"
    assert desk.unapplied(payment) == 0


def test_the_instalments_say_what_covered_them(desk, ada, clock):
    charge = desk.charged("client-ada", 250_00)
    agreed(desk, ada, charge)
    desk.receives(ada, 130_00, on=[(charge, 130_00)])
    clock.to("2026-04-02T16:00")
    with desk.record.read() as reader:
        (plan,) = plans(reader, desk.who)
        rows = instalments_of(reader, desk.who, plan)
    assert [(row["covered_minor"], row["state"]) for row in rows] == [
        (100_00, "paid"), (30_00, "missed"), (0, "to come"),
    ]  # fmt: skip


def test_a_plan_that_ends_makes_all_of_it_due(desk, ada):
    charge = desk.charged("client-ada", 250_00)
    plan = agreed(desk, ada, charge)
    desk.run(end_plan, payment_plan_id=plan, reason="Two instalments missed")
    assert views(desk, ada) == (250_00, 250_00)
    agreed(desk, ada, charge)  # and another one can be agreed


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (((date(2026, 3, 2), 249_99),), "not_the_sum"),
        (((date(2026, 3, 1), 250_00),), "bad_date"),
        (((date(2026, 4, 1), 100_00), (date(2026, 3, 9), 150_00)), "bad_date"),
    ],
)
def test_what_was_promised_is_what_is_open_on_days_to_come(desk, ada, parts, rule):
    charge = desk.charged("client-ada", 250_00)
    with pytest.raises(Refusal) as refusal:
        agreed(desk, ada, charge, parts=parts)
    assert refusal.value.rule == rule


def test_a_charge_is_on_one_plan_and_a_payer_has_none(desk, ada, harbor):
    charge, covered = desk.charged("client-ada", 250_00), desk.charged("client-ben", 250_00)
    agreed(desk, ada, charge)
    for party, item, rule in ((ada, charge, "on_plan"), (harbor, covered, "clients_only"), (ada, covered, "not_open")):
        with pytest.raises(Refusal) as refusal:
            agreed(desk, party, item)
        assert refusal.value.rule == rule


def test_what_comes_back_to_be_owed_is_not_put_off_beyond_the_plan(desk, ada):
    charge = desk.charged("client-ada", 250_00)
    desk.adjusts(charge, ada, "courtesy", 50_00)
    agreed(desk, ada, charge, parts=((date(2026, 4, 1), 200_00),))
    adjustment = desk.rows("select adjustment_id from adjustments")[0]["adjustment_id"]
    desk.run(commands.reverse_adjustment, adjustment_id=adjustment)
    assert views(desk, ada) == (250_00, 50_00)


def test_open_items_stay_as_they_are(desk, ada):
    charge = desk.charged("client-ada", 250_00)
    agreed(desk, ada, charge)
    with desk.record.read() as reader:
        assert [row["open_minor"] for row in queries.open_items(reader, desk.who, ada)] == [250_00]
