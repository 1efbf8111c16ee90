"""Sessions paid ahead are owed to the client until they are used: one by one, given back, or kept when they expire."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.billing import books, commands
from practice.billing.packages import (
    expire_package,
    extend_package,
    redeem_session,
    restore_session,
    return_package,
    sell_package,
    session_value,
    set_package_offer,
)
from practice.billing.queries.packages import packages, packages_for, sessions_of
from practice.errors import Refusal


@pytest.fixture
def three(desk, owner):
    """Three follow-ups for 400.00: 133.33, 133.33 and 133.34, good for ninety days."""
    return desk.run(
        set_package_offer, who=owner, name="Three follow-ups", service_id="svc-visit", sessions=3, price_minor=400_00,
        valid_days=90,
    )["package_offer_id"]  # fmt: skip


def sold(desk, offer, client="client-ada", **more):
    return desk.run(
        sell_package, client_id=client, package_offer_id=offer, location_id="loc-elm", **({"method": "card"} | more)
    )["package_id"]


def redeem(desk, package, client="client-ada", **more):
    return desk.run(redeem_session, package_id=package, attendee_id=desk.sees(client, **more))


def listed(desk, **which):
    with desk.record.read() as reader:
        return packages(reader, desk.who, **which)


@given(price=st.integers(2, 10**7), sessions=st.integers(2, 500))
def test_the_sessions_of_a_package_are_worth_its_price_together(price, sessions):
    price = max(price, sessions)
    values = [session_value(price, sessions, used) for used in range(sessions)]
    assert sum(values) == price
    assert len(set(values[:-1])) == 1
    assert values[-1] >= values[0] >= 1


def test_a_package_is_earned_session_by_session_the_last_takes_the_rounding(desk, three):
    package = sold(desk, three)
    assert desk.balances() == {"1020": 400_00, "2120": -400_00}
    earned = [redeem(desk, package) for _ in range(3)]
    assert [(one["amount_minor"], one["sessions_left"]) for one in earned] == [(133_33, 2), (133_33, 1), (133_34, 0)]
    assert desk.balances() == {"1020": 400_00, "4000": -400_00}
    assert [desk.due(one["charge_id"]) for one in earned] == [0, 0, 0]
    with pytest.raises(Refusal, match="Nothing is left of this package"):
        redeem(desk, package)
    (row,) = listed(desk, is_open=False)
    assert (row["state"], row["redeemed"], row["sessions_left"], row["left_minor"]) == ("used", 3, 0, 0)


def test_an_insured_client_pays_by_package_and_their_payer_is_asked_nothing(desk, three, harbor):
    package = sold(desk, three, "client-ben")
    charge = redeem(desk, package, "client-ben")["charge_id"]
    assert (desk.due(charge, harbor), desk.due(charge, "client:client-ben")) == (0, 0)
    assert desk.balances() == {"1020": 400_00, "2120": -266_67, "4000": -133_33}


def test_unused_sessions_are_refunded(desk, three):
    package = sold(desk, three)
    redeem(desk, package)
    answer = desk.run(return_package, package_id=package, method="card", reason="Moved away")
    assert (answer["sessions"], answer["amount_minor"]) == (2, 266_67)
    assert desk.balances() == {"1020": 133_33, "4000": -133_33}
    assert listed(desk) == []


def test_what_expires_unused_is_breakage_but_not_a_day_too_early(desk, three, clock):
    package = sold(desk, three)
    redeem(desk, package)
    clock.forward(days=90)
    with pytest.raises(Refusal, match="good until 2026-05-31; it expires on the day after"):
        desk.run(expire_package, package_id=package)
    clock.forward(days=1)
    assert [row["state"] for row in listed(desk)] == ["over"]
    assert desk.run(expire_package, package_id=package) == {"amount_minor": 266_67, "sessions": 2}
    assert desk.balances() == {"1020": 400_00, "4000": -133_33, "4030": -266_67}
    with pytest.raises(Refusal, match="or was kept of one"):
        desk.run(commands.void_payment, payment_id=desk.rows("select payment_id from packages")[0]["payment_id"])


def test_a_visit_after_the_last_day_is_paid_by_it_only_once_the_day_is_moved(desk, three):
    package = sold(desk, three)
    late = desk.sees("client-ada", day=date(2026, 6, 1))
    with pytest.raises(Refusal, match="good until 2026-05-31"):
        desk.run(redeem_session, package_id=package, attendee_id=late)
    desk.run(extend_package, package_id=package, expires_date="2026-06-30", reason="Was ill in April")
    assert desk.run(redeem_session, package_id=package, attendee_id=late)["sessions_left"] == 2


@pytest.mark.parametrize(
    ("visit", "said"),
    [
        ({"client": "client-dan"}, "another client"),
        ({"client": "client-ada", "service": "svc-intake"}, "another service"),
        ({"client": "client-ada", "status": "no_show"}, "did not take place"),
    ],
)
def test_a_session_is_used_by_its_clients_visits_that_took_place(desk, three, visit, said):
    package = sold(desk, three)
    with pytest.raises(Refusal, match=said):
        desk.run(redeem_session, package_id=package, attendee_id=desk.sees(**visit))
    assert desk.rows("select 1 from charges") == []


def test_a_session_is_given_back_when_its_charge_was_a_mistake(desk, three):
    package = sold(desk, three)
    charge = redeem(desk, package)["charge_id"]
    desk.run(commands.void_charge, charge_id=charge)
    with desk.record.read() as reader:
        (session,) = sessions_of(reader, desk.who, package)
    assert session["is_live"]
    assert desk.run(restore_session, held_move_id=session["held_move_id"]) == {
        "package_id": package,
        "sessions_left": 3,
    }
    assert desk.balances() == {"1020": 400_00, "2120": -400_00}
    with pytest.raises(Refusal, match="undone before"):
        desk.run(restore_session, held_move_id=session["held_move_id"])
    # All three are still there to be used, at the same values.
    assert [redeem(desk, package)["amount_minor"] for _ in range(3)] == [133_33, 133_33, 133_34]


def test_redeeming_is_offered_for_as_many_visits_as_there_are_sessions(desk, three):
    package = sold(desk, three)
    visits = [desk.sees("client-ada") for _ in range(4)] + [desk.sees("client-dan")]
    with desk.record.read() as reader:
        found = packages_for(reader, desk.who, visits)
    assert {visit: row["package_id"] for visit, row in found.items()} == dict.fromkeys(visits[:3], package)


def test_an_offer_changes_for_the_next_client_only(desk, three, owner):
    package = sold(desk, three)
    said = {"name": "Three follow-ups", "service_id": "svc-visit", "sessions": 3, "price_minor": 450_00}
    desk.run(set_package_offer, who=owner, package_offer_id=three, valid_days=30, is_active=False, **said)
    assert [(row["price_minor"], row["package_id"]) for row in listed(desk)] == [(400_00, package)]
    with pytest.raises(Refusal, match="not sold any more"):
        sold(desk, three, "client-dan")


def test_on_cash_basis_a_session_is_income_when_it_is_used_and_breakage_when_it_expires(desk, three, clock):
    package = sold(desk, three)
    redeem(desk, package)
    clock.forward(days=91)
    desk.run(expire_package, package_id=package)
    with desk.record.read() as reader:
        rows = books.balances(reader, desk.who, basis="cash", as_of=date(2026, 7, 1))
    assert {row["account"]: row["debit_minor"] - row["credit_minor"] for row in rows} == {
        "1020": 400_00, "4000": -133_33, "4030": -266_67,
    }  # fmt: skip
