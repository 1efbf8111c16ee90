"""Money that went to the wrong place goes to the right one in one step, with a reason; cents are not chased."""

from __future__ import annotations

import pytest

from practice.billing.limits import WRITE_OFF, set_limit
from practice.billing.moving import move_money
from practice.billing.payments import take_payment
from practice.billing.small_balances import set_small_balance
from practice.errors import Refusal


def live(desk, charge):
    return desk.rows(
        "select allocation_id, amount_minor from allocations a where charge_id = ? and amount_minor > 0"
        " and not exists (select 1 from allocations r where r.reverses_id = a.allocation_id)",
        charge,
    )


def test_a_part_is_reversed_and_added_elsewhere_and_the_rest_stays_where_it_was(desk, ada):
    wrong, right = desk.charged("client-ada", 100_00), desk.charged("client-cora", 60_00)
    payment = desk.receives(ada, 110_00, on=[(wrong, 100_00)])
    (allocation,) = live(desk, wrong)
    answer = desk.run(
        move_money, payment_id=payment, out_of=[{"allocation_id": allocation["allocation_id"], "amount_minor": 40_00}],
        to=[{"charge_id": right, "amount_minor": 45_00}], reason="Paid for Cora",
    )  # fmt: skip
    # 100 back, 60 again, 45 to Cora's: of 110 that leaves 5.
    assert (desk.due(wrong), desk.due(right), answer["unapplied_minor"]) == (40_00, 15_00, 5_00)
    assert [row["amount_minor"] for row in live(desk, wrong)] == [60_00]
    assert desk.rows("select amount_minor, reason from allocations where reverses_id is not null") == [
        {"amount_minor": -100_00, "reason": "Paid for Cora"}
    ]
    assert desk.balances() == {"1020": 110_00, "1110": 55_00, "2100": -5_00, "4000": -160_00}


@pytest.mark.parametrize(
    ("said", "out", "into", "rule"),
    [
        ("more than the allocation holds", 100_01, 0, "more_than_allocated"),
        ("more than there is", 40_00, 40_01, "more_than_unapplied"),
        ("more than is open", 100_00, 60_01, "more_than_open"),
    ],
)
def test_what_cannot_move_is_refused_and_nothing_moves(desk, ada, said, out, into, rule):
    wrong, right = desk.charged("client-ada", 100_00), desk.charged("client-cora", 60_00)
    payment = desk.receives(ada, 100_00, on=[(wrong, 100_00)])
    (allocation,) = live(desk, wrong)
    with pytest.raises(Refusal) as refusal:
        desk.run(
            move_money, payment_id=payment,
            out_of=[{"allocation_id": allocation["allocation_id"], "amount_minor": out}],
            to=[{"charge_id": right, "amount_minor": into}] if into else [],
        )  # fmt: skip
    assert refusal.value.rule == rule, said
    assert (desk.due(wrong), desk.due(right), desk.unapplied(payment)) == (0, 60_00, 0)


def test_money_does_not_go_back_to_where_it_comes_from_and_needs_a_reason(desk, ada):
    charge = desk.charged("client-ada", 100_00)
    payment = desk.receives(ada, 50_00, on=[(charge, 50_00)])
    (allocation,) = live(desk, charge)
    out = [{"allocation_id": allocation["allocation_id"], "amount_minor": 50_00}]
    for reason, to, rule in (("Why not", [{"charge_id": charge, "amount_minor": 50_00}], "same_charge"),
                             (None, [], "reason_needed")):  # fmt: skip
        with pytest.raises(Refusal) as refusal:
            desk.run(move_money, payment_id=payment, out_of=out, to=to, reason=reason)
        assert refusal.value.rule == rule


def test_a_few_cents_are_written_off_while_matching(desk, ada):
    charge = desk.charged("client-ada", 100_00)
    payment = desk.receives(ada, 99_50)
    desk.run(move_money, payment_id=payment, to=[{"charge_id": charge, "amount_minor": 99_50}], write_off=[charge])
    assert desk.due(charge) == 0
    assert desk.balances() == {"1020": 99_50, "4000": -100_00, "4120": 50}


def test_a_payment_that_is_cents_short_settles_its_charge_in_the_same_step(desk, ada, owner):
    charge = desk.charged("client-ada", 100_00)
    short = {"party": ada, "amount_minor": 99_00, "method": "card", "location_id": "loc-elm"}
    short |= {"charges": [{"charge_id": charge, "amount_minor": 99_00}], "write_off": [charge]}
    desk.run(set_small_balance, who=owner, most_minor=99)
    with pytest.raises(Refusal) as refusal:
        desk.run(take_payment, **short)
    assert (refusal.value.rule, refusal.value.alternatives) == ("not_small", ("99",))
    desk.run(set_small_balance, who=owner, most_minor=1_00)
    desk.run(take_payment, **short)
    assert desk.due(charge) == 0
    assert desk.balances()["4120"] == 1_00


def test_a_small_write_off_above_the_roles_limit_waits_while_the_money_is_matched(desk, ada, owner):
    charge = desk.charged("client-ada", 100_00)
    payment = desk.receives(ada, 99_50)
    desk.run(set_limit, who=owner, kind=WRITE_OFF, role="biller", most=0)
    answer = desk.run(
        move_money, payment_id=payment, to=[{"charge_id": charge, "amount_minor": 99_50}], write_off=[charge]
    )
    assert [one["waits"] for one in answer["written_off"]] == ["Write-off"]
    assert (desk.due(charge), desk.unapplied(payment)) == (50, 0)
