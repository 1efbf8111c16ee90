"""What is in the drawer is what the ledger says, or somebody says why; a counted day takes no more cash."""

from __future__ import annotations

from datetime import date

import pytest

from practice.billing import commands
from practice.billing.drawer import add_change, close_drawer, reopen_drawer
from practice.billing.queries.drawer import counts, drawer
from practice.errors import Refusal


def close(desk, counted, **more):
    return desk.run(close_drawer, location_id="loc-elm", counted_minor=counted, **more)


def seen(desk, day=date(2026, 3, 2)):
    with desk.record.read() as reader:
        return drawer(reader, desk.who, "loc-elm", day)


def test_a_drawer_that_is_right_is_closed_without_an_entry_and_banked_with_one(desk, ada, clock):
    desk.run(add_change, location_id="loc-elm", amount_minor=100_00)
    desk.receives(ada, 80_00, "cash")
    desk.receives(ada, 50_00, "card")
    assert {name: seen(desk)[name] for name in ("received_minor", "change_minor", "expected_minor")} == {
        "received_minor": 80_00, "change_minor": 100_00, "expected_minor": 180_00,
    }  # fmt: skip
    answer = close(desk, 180_00, banked_minor=80_00, reason=None)
    assert answer["difference_minor"] == 0
    assert desk.balances() == {"1000": -20_00, "1010": 100_00, "1020": 50_00, "2100": -130_00}
    clock.forward(days=1)
    assert seen(desk, date(2026, 3, 3))["opening_minor"] == 100_00
    close(desk, 100_00, reason=None)
    assert desk.rows("select count(*) as n from ledger_transactions where kind = 'cash_count'") == [{"n": 2}]


@pytest.mark.parametrize(("counted", "drawer_has", "over_short"), [(75_00, 75_00, 5_00), (81_50, 81_50, -1_50)])
def test_a_difference_needs_its_reason_and_goes_to_over_and_short(desk, ada, counted, drawer_has, over_short):
    desk.receives(ada, 80_00, "cash")
    with pytest.raises(Refusal, match=r"\$80.00 should be in the drawer"):
        close(desk, counted, reason=None)
    close(desk, counted, reason="Wrong change given")
    assert (desk.balances()["1010"], desk.balances()["5210"]) == (drawer_has, over_short)
    assert desk.rows("select reason, expected_minor from drawer_counts") == [
        {"reason": "Wrong change given", "expected_minor": 80_00}
    ]


def test_a_closed_day_takes_no_cash_until_it_is_reopened_with_a_reason(desk, ada, clock, as_role):
    payment = desk.receives(ada, 80_00, "cash")
    count = close(desk, 75_00, reason="Wrong change")["drawer_count_id"]
    with pytest.raises(Refusal, match="The cash drawer of Elm Street is closed for 2026-03-02") as refusal:
        desk.receives(ada, 20_00, "cash")
    assert refusal.value.field == "method"
    for command, more in (
        (commands.void_payment, {}),
        (commands.refund_payment, {"amount_minor": 1, "method": "cash"}),
    ):
        with pytest.raises(Refusal, match="closed for 2026-03-02"):
            desk.run(command, payment_id=payment, **more)
    desk.receives(ada, 20_00, "card")
    with pytest.raises(Refusal, match="Say why"):
        desk.run(reopen_drawer, drawer_count_id=count, reason=None)
    desk.run(reopen_drawer, drawer_count_id=count, reason="Forgot a client")
    assert "5210" not in desk.balances()
    desk.receives(ada, 20_00, "cash")
    assert close(desk, 100_00, reason=None)["expected_minor"] == 100_00
    clock.forward(days=1)
    desk.receives(ada, 5_00, "cash")


def test_only_the_newest_count_is_undone(desk, ada, clock):
    first = close(desk, 0, reason=None)["drawer_count_id"]
    clock.forward(days=1)
    close(desk, 0, reason=None)
    with pytest.raises(Refusal, match="Only the newest"):
        desk.run(reopen_drawer, drawer_count_id=first)
    with desk.record.read() as reader:
        assert [row["is_newest"] for row in counts(reader, desk.who)] == [True, False]


def test_the_pieces_make_the_sum(desk, ada):
    desk.receives(ada, 45_25, "cash")
    pieces = {"2000": 2, "500": 1, "25": 1}
    with pytest.raises(Refusal, match=r"The pieces make \$45.25 but \$45.00 is said"):
        close(desk, 45_00, denominations=pieces)
    assert close(desk, 45_25, denominations=pieces, reason=None)["difference_minor"] == 0


def test_what_is_not_there_is_not_banked_and_tomorrow_is_not_counted(desk):
    with pytest.raises(Refusal, match="take at most that to the bank"):
        close(desk, 0, banked_minor=1)
    with pytest.raises(Refusal, match="A day to come"):
        close(desk, 0, counted_date="2026-03-03")
