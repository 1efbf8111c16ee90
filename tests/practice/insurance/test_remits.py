"""Remittances in the ledger: each case by hand, in cents. Ben's follow-up costs 150.00; Harbor Health allows 110.00."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing.commands import void_payment
from practice.errors import Conflict, Refusal
from practice.insurance.remits import match_claim, post_remittance, retry_remittance, set_remittance_rule
from practice.people.commands import add_payer, add_policy
from tests.practice.insurance.conftest import BEN, HARBOR
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_x12 import SHARED, needs_samples

USUAL = ["CO*45*40.00", "PR*3*20.00"]
"""Of 150.00: 40.00 contractual, 20.00 copay, so 90.00 paid."""


def paid(charge, amount, cas=USUAL, *, fee=150_00, status="1", **more):
    """A claim of one line for one charge, under our id."""
    return claim(charge, fee, amount, line("V50", fee, amount, cas=cas, control=charge), status=status, **more)


def test_a_line_is_paid_lowered_and_the_client_owes_the_copay(desk):
    charge = desk.charged("client-ben")
    answer = desk.remits(remit(paid(charge, 90_00), paid=90_00))
    assert (answer["status"], answer["posted"], answer["unmatched"]) == ("posted", 1, 0)
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 20_00)
    # The estimate (4105 against 1190) is undone, and clearing is empty.
    assert desk.balances() == {"1000": 90_00, "1110": 20_00, "4000": -150_00, "4100": 40_00}
    assert desk.queue() == []
    reasons = {row["reason"] for row in desk.rows("select reason from adjustments")}
    assert reasons == {"CO-45, remittance TRACE-1"}


def test_the_same_file_twice_changes_nothing(desk):
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 90_00), paid=90_00))
    before = desk.balances()
    assert desk.remits(remit(paid(charge, 90_00), paid=90_00))["status"] == "known"
    assert desk.balances() == before
    with pytest.raises(Conflict, match="ask the payer which is right"):
        desk.remits(remit(paid(charge, 91_00, ["CO*45*40.00", "PR*3*19.00"]), paid=91_00))


def test_sequestration_stands_apart_from_the_contract(desk):
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 88_20, [*USUAL, "CO*253*1.80"]), paid=88_20))
    assert desk.due(charge) == 20_00
    found = desk.rows("select class, reason_code, amount_minor from remittance_adjustments order by 3")
    assert [(row["class"], row["amount_minor"]) for row in found] == [
        ("sequestration", 1_80),
        ("client_share", 20_00),
        ("contractual", 40_00),
    ]
    assert len(desk.rows("select * from adjustments")) == 2


@pytest.mark.parametrize("reason", ["CO*197", "CO*29", "CO*16", "CO*97", "PI*204"])
def test_a_denial_stays_open_towards_the_payer_and_is_work(desk, reason):
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 0, [f"{reason}*150.00"])))
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (150_00, 0)
    assert desk.queue() == [("denied", 150_00, None)]


def test_a_payer_can_have_a_rule_of_its_own(desk, owner):
    charge = desk.charged("client-ben")
    with pytest.raises(Refusal, match="A group is"):
        desk.run(set_remittance_rule, who=owner, group_code="XX", rule_class="denial")
    desk.run(
        set_remittance_rule, who=owner, payer_id="payer-harbor", group_code="CO", reason_code="97",
        rule_class="contractual",
    )  # fmt: skip
    desk.remits(remit(paid(charge, 0, ["CO*97*150.00"])))
    assert desk.due(charge) == 0
    assert desk.queue() == []


def test_an_expected_copay_gives_way_to_what_the_payer_says(desk):
    charge = desk.charged("client-ben")
    desk.transfers(charge, HARBOR, BEN, 20_00)
    payment = desk.receives(BEN, 20_00, on=[(charge, 20_00)])
    desk.remits(remit(paid(charge, 95_00, ["CO*45*40.00", "PR*3*15.00"]), paid=95_00))
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 0)
    assert desk.unapplied(payment) == 5_00
    assert desk.balances()["2100"] == -5_00


def test_an_expected_copay_that_the_payer_confirms_stays(desk):
    charge = desk.charged("client-ben")
    desk.transfers(charge, HARBOR, BEN, 20_00)
    desk.remits(remit(paid(charge, 90_00), paid=90_00))
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 20_00)
    assert len(desk.rows("select * from transfers")) == 1


def test_more_than_is_open_goes_to_the_payers_credit_and_is_said(desk):
    charge = desk.charged("client-ben")
    desk.adjusts(charge, HARBOR, "contractual", 70_00)
    desk.remits(remit(paid(charge, 90_00), paid=90_00))
    assert desk.due(charge) == 0
    assert desk.balances()["2130"] == -10_00
    [(kind, _, why)] = desk.queue()
    assert kind == "noted"
    assert "Of $40.00 (CO-45) only $0.00 was open." in why


def test_the_next_payer_gets_what_the_first_leaves(desk):
    second = desk.run(add_payer, who=SYSTEM, name="Tidewater Plan", kind="commercial")["payer_id"]
    desk.run(
        add_policy, who=SYSTEM, client_id="client-ben", payer_id=second, rank=2, member_number="T-1", copay_minor=0,
        effective_from="2025-01-01",
    )  # fmt: skip
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 80_00, ["CO*45*40.00", "PR*2*30.00"]), paid=80_00))
    assert desk.due(charge, f"payer:{second}") == 30_00
    other = paid(charge, 25_00, ["OA*23*120.00", "PR*3*5.00"], status="2")
    desk.remits(remit(other, paid=25_00, payer="TIDEWATER PLAN", trace="T-9", identifier="1888888888"))
    assert (desk.due(charge, f"payer:{second}"), desk.due(charge, BEN)) == (0, 5_00)
    assert desk.balances()["4100"] == 40_00  # OA-23 is the first payer's doing, not an adjustment of ours


# Take-backs and provider-level adjustments ----------------------------------------------------------------------------


def back(charge, amount):
    return paid(charge, -amount, ["CO*45*-40.00", "PR*3*-20.00"], fee=-150_00, status="22")


def test_a_take_back_mirrors_what_was_posted_and_the_corrected_claim_follows(desk):
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 90_00), paid=90_00))
    copay = desk.receives(BEN, 20_00, on=[(charge, 20_00)])
    corrected = paid(charge, 100_00, ["CO*45*40.00", "PR*3*10.00"])
    desk.remits(remit(back(charge, 90_00), corrected, deposit=10_00, trace="TRACE-2"))
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 0)
    assert desk.unapplied(copay) == 10_00
    assert desk.clearing() == []
    assert desk.balances() == {"1000": 100_00, "1020": 20_00, "2100": -10_00, "4000": -150_00, "4100": 40_00}


def test_a_negative_net_is_carried_forward_and_recovered_later(desk):
    first, second = desk.charged("client-ben"), desk.charged("client-ben")
    desk.remits(remit(paid(first, 90_00), paid=90_00))
    # Nothing arrives: 90.00 is taken back, and the payer carries it forward (FB).
    desk.remits(remit(back(first, 90_00), deposit=0, trace="TRACE-2", plb=["FB:TRACE-2*-90.00"]))
    assert desk.balances()["2130"] == -90_00
    assert desk.due(first, HARBOR) == 150_00
    # It is kept back from the next deposit (WO).
    desk.remits(remit(paid(second, 90_00), deposit=0, trace="TRACE-3", plb=["WO:TRACE-2*90.00"]))
    assert (desk.due(second, HARBOR), desk.due(second, BEN)) == (0, 20_00)
    assert "2130" not in desk.balances()
    assert desk.clearing() == []


def test_interest_is_income_and_the_deposit_is_what_the_bank_got(desk):
    charge = desk.charged("client-ben")
    desk.remits(remit(paid(charge, 90_00), deposit=91_25, plb=["L6*-1.25"]))
    found = desk.balances()
    assert (found["1000"], found["4040"], desk.clearing()) == (91_25, -1_25, [])


def test_what_nobody_knows_is_held_with_its_cash_and_can_be_tried_again(desk):
    charge, other = desk.charged("client-ben"), desk.charged("client-ben")
    held = desk.remits(remit(paid(charge, 90_00), deposit=80_00, plb=["WO:OLD*10.00"]))
    assert held["status"] == "held"
    assert "keeps back $10.00 (PLB WO), but its credit here is $0.00" in held["why"]
    assert desk.clearing() == [80_00]
    with pytest.raises(Conflict, match="keeps back"):
        desk.run(retry_remittance, remittance_id=held["remittance_id"])
    desk.adjusts(other, HARBOR, "contractual", 70_00)
    desk.remits(remit(paid(other, 90_00), paid=90_00, trace="TRACE-2"))  # 10.00 too much: the payer's credit
    assert desk.run(retry_remittance, remittance_id=held["remittance_id"])["status"] == "posted"
    assert (desk.due(charge, HARBOR), desk.clearing()) == (0, [])
    assert "2130" not in desk.balances()


def test_a_take_back_of_what_was_never_posted_holds_the_set(desk):
    charge = desk.charged("client-ben")
    answer = desk.remits(remit(back(charge, 90_00), deposit=0, plb=["FB*-90.00"]))
    assert (answer["status"], desk.due(charge, HARBOR)) == ("held", 150_00)
    assert "never posted here" in answer["why"]


def test_a_set_that_does_not_add_up_says_where_and_posts_its_cash_alone(desk):
    charge = desk.charged("client-ben")
    answer = desk.remits(remit(paid(charge, 90_00, ["CO*45*41.00", "PR*3*20.00"]), deposit=85_00))
    assert answer["status"] == "held"
    assert "which makes $90.00, but the deposit is $85.00. The claim at segment 10 is off by −$1.00" in answer["why"]
    assert (desk.due(charge, HARBOR), desk.clearing()) == (150_00, [85_00])
    assert [kind for kind, _, _ in desk.queue()] == ["held"]


def test_a_held_set_that_is_sent_anew_takes_the_place_of_the_broken_one(desk):
    charge, other = desk.charged("client-ben"), desk.charged("client-ben")
    held = desk.remits(remit(paid(charge, 90_00), deposit=180_00))
    assert held["status"] == "held"
    whole = remit(paid(charge, 90_00), paid(other, 90_00), deposit=180_00)
    answer = desk.remits(whole)
    assert (answer["status"], answer["remittance_id"], answer["posted"]) == ("posted", held["remittance_id"], 2)
    assert (desk.due(charge), desk.due(other), desk.clearing()) == (20_00, 20_00, [])
    assert desk.remits(whole)["status"] == "known"
    assert desk.balances()["1000"] == 180_00


# Matching -------------------------------------------------------------------------------------------------------------


def member(amount, member_number, *, control="THEIRS-1"):
    parts = claim(control, 150_00, amount, line("V50", 150_00, amount, cas=USUAL))
    return [part.replace("MI*M1", f"MI*{member_number}") for part in parts]


def test_a_claim_without_our_number_is_known_by_member_code_date_and_amount(desk):
    charge = desk.charged("client-ben")
    assert desk.remits(remit(member(90_00, "H-100"), paid=90_00))["posted"] == 1
    assert desk.due(charge) == 20_00


def test_what_fits_two_charges_waits_for_a_person(desk):
    first, second = desk.charged("client-ben"), desk.charged("client-ben")
    answer = desk.remits(remit(member(90_00, "H-100"), paid=90_00))
    assert (answer["unmatched"], desk.clearing()) == (1, [90_00])
    [(kind, amount, why)] = desk.queue()
    assert (kind, amount) == ("unmatched", 90_00)
    assert "2 charges of this member" in why
    [row] = desk.rows("select remittance_claim_id from remittance_claims")
    with pytest.raises(Refusal, match="one charge for each"):
        desk.run(match_claim, remittance_claim_id=row["remittance_claim_id"], charge_ids=[first, second])
    desk.run(match_claim, remittance_claim_id=row["remittance_claim_id"], charge_ids=[second])
    assert (desk.due(first, HARBOR), desk.due(second, HARBOR), desk.due(second, BEN)) == (150_00, 0, 20_00)
    assert (desk.clearing(), desk.queue()) == ([], [])
    with pytest.raises(Conflict):
        desk.run(match_claim, remittance_claim_id=row["remittance_claim_id"], charge_ids=[first])


def test_an_unknown_payer_is_asked_for_once(desk):
    charge = desk.charged("client-ben")
    with pytest.raises(Refusal, match="say which payer"):
        desk.remits(remit(paid(charge, 90_00), paid=90_00, payer="HARBOR HLTH INC"))
    desk.remits(remit(paid(charge, 90_00), paid=90_00, payer="HARBOR HLTH INC"), payer_id="payer-harbor")
    again = desk.charged("client-ben")
    desk.remits(remit(paid(again, 90_00), paid=90_00, payer="HARBOR HLTH INC", trace="TRACE-2"))
    assert desk.due(again) == 20_00


def test_the_deposit_of_a_remittance_is_not_voided_and_another_file_is_refused(desk):
    desk.remits(remit(paid(desk.charged("client-ben"), 90_00), paid=90_00))
    [payment] = desk.rows("select payment_id from payments")
    with pytest.raises(Conflict, match="deposit of remittance TRACE-1"):
        desk.run(void_payment, payment_id=payment["payment_id"])
    with pytest.raises(Refusal, match="A remittance is an X12 835"):
        desk.run(post_remittance, text="a letter")


# Laws -----------------------------------------------------------------------------------------------------------------

PART = st.integers(0, 60_00)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(PART, PART, PART), min_size=1, max_size=3), st.integers(0, 5_00))
def test_clearing_returns_to_zero_and_a_full_take_back_leaves_what_was(fresh_desk, answers, interest):
    """Any split of 150.00 into paid, contractual, copay and denied; then all of it is taken back."""
    desk = fresh_desk()
    claims, backs, total = [], [], 0
    for contractual, copay, denied in answers:
        money = max(150_00 - contractual - copay - denied, 0)
        parts = (contractual, copay, 150_00 - contractual - copay - money)
        cas = [f"{code}*{amount / 100:.2f}" for code, amount in zip(("CO*45", "PR*3", "CO*197"), parts, strict=True)]
        undo = [f"{code}*{-amount / 100:.2f}" for code, amount in zip(("CO*45", "PR*3", "CO*197"), parts, strict=True)]
        charge = desk.charged("client-ben")
        claims.append(paid(charge, money, cas))
        backs.append(paid(charge, -money, undo, fee=-150_00, status="22"))
        total += money
        desk.seen = [*getattr(desk, "seen", []), (charge, *parts)]
    untouched = desk.balances()
    plb = [f"L6*-{interest / 100:.2f}"] if interest else []
    desk.remits(remit(*claims, deposit=total + interest, plb=plb))
    assert desk.clearing() == []
    for charge, _, copay, denied in desk.seen:
        assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (denied, copay)
    forward = [f"FB*-{total / 100:.2f}"] if total else []
    answer = desk.remits(remit(*backs, deposit=0, trace="TRACE-2", plb=forward))
    assert answer["status"] == "posted", answer
    left = desk.balances()
    assert desk.clearing() == []
    assert left.pop("1000", 0) == total + interest
    assert (left.pop("2130", 0), left.pop("4040", 0)) == (-total, -interest)
    assert left == untouched


@pytest.fixture
def fresh_desk(desk):
    """The same desk for every example, its earlier charges forgotten and its traces new."""
    tries = iter(range(10_000))

    def make():
        number = next(tries)
        fresh = type(desk)(desk.record, desk.house, desk.who)
        fresh.visits = 1000 * (number + 1)
        base = dict.fromkeys(("1000", "2130", "4040"), 0) | desk.balances()
        plain_balances, plain_remits = fresh.balances, fresh.remits
        fresh.balances = lambda: {
            account: amount
            for account in plain_balances()
            if (amount := plain_balances()[account] - base.get(account, 0))
        }
        fresh.remits = lambda text: plain_remits(text.replace("TRACE-", f"T{number}-"))
        return fresh

    return make


@needs_samples
def test_every_sample_posts_its_cash_and_its_claims_wait(desk):
    payer = desk.run(add_payer, who=SYSTEM, name="Any payer", kind="public")["payer_id"]
    for file in sorted((SHARED / "x12_linuxforhealth").rglob("*.835")):
        answer = desk.remits(file.read_text(), payer_id=payer)
        assert (answer["status"], answer["unmatched"]) == ("posted", answer["claims"]), answer
    # 34.00 + 945.00 + 150,000.00 + 1,222.00 + 187.50; 1.27 of it is a PLB (CV), which is credit.
    assert desk.balances() == {"1000": 152_388_50, "1040": -152_387_23, "2130": -1_27}
