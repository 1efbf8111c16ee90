"""Denials as tasks, by hand: Harbor Health (110.00 allowed of 150.00) says no, and somebody has to decide."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.billing.adjustments import reverse_adjustment
from practice.billing.approvals import reject_request
from practice.billing.limits import set_limit
from practice.errors import Conflict, NotPermitted, Refusal
from practice.insurance import denial_queries, worklist_queries
from practice.insurance.claim_facts import set_payer_days
from practice.insurance.denials import (
    appeal_denial,
    assign_denial,
    pass_denial_to_client,
    write_off_denial,
)
from practice.insurance.remits import match_claim
from tests.practice.insurance.conftest import BEN, HARBOR
from tests.practice.insurance.remits import claim, line, remit


@pytest.fixture
def denied(desk):
    """`denied("CO*197*150.00")` charges Ben's visit and has it denied so; answers the charge and the claim."""

    def deny(*cas, paid=0, trace="TRACE-1"):
        charge = desk.charged("client-ben")
        desk.remits(remit(claim(charge, 150_00, paid, line("V50", 150_00, paid, cas=cas, control=charge)), paid=paid,
                          trace=trace))  # fmt: skip
        [row] = desk.rows("select remittance_claim_id from remittance_claims where control_number = ?", charge)
        return charge, row["remittance_claim_id"]

    return deny


@pytest.fixture
def colleague(desk):
    """`colleague("biller")` is somebody of that role who may be given tasks."""
    return lambda role: create_user(
        desk.record, SYSTEM, email=f"{role}@elm.example", name="Sam", role=role, password="four quiet herons wade"
    )["user_id"]


def open_denials(desk, **options):
    with desk.record.read() as reader:
        return denial_queries.denials(reader, desk.who, **options)


def test_a_denial_says_why_until_when_and_how_much(desk, denied, owner, colleague):
    sam = colleague("biller")
    denied("CO*45*40.00", "CO*197*110.00")
    [row] = open_denials(desk)
    assert (row["open_minor"], row["reasons"], row["clients"]) == (
        110_00, "CO-197, not authorised beforehand", "Ben Alder",
    )  # fmt: skip
    assert (row["deadline_date"], row["days_left"], row["state"]) == (date(2026, 5, 31), 90, "open")
    desk.run(set_payer_days, who=owner, payer_id="payer-harbor", filing_days=365, appeal_days=30)
    [row] = open_denials(desk)
    assert row["deadline_date"] == date(2026, 4, 1)
    desk.run(assign_denial, remittance_claim_id=row["remittance_claim_id"], owner_id=sam,
             deadline="2026-03-10")  # fmt: skip
    [row] = open_denials(desk)
    assert (row["days_left"], row["owner_id"]) == (8, sam)


def test_an_appeal_stays_until_the_payer_answers(desk, denied):
    charge, claim_id = denied("CO*197*150.00")
    with pytest.raises(Refusal, match="Say why"):
        desk.run(appeal_denial, remittance_claim_id=claim_id, reason=None)
    desk.run(appeal_denial, remittance_claim_id=claim_id, reason="Sent the authorisation")
    [row] = open_denials(desk)
    assert (row["state"], row["note"]) == ("appealed", "Sent the authorisation")
    with pytest.raises(Conflict, match="appealed already"):
        desk.run(appeal_denial, remittance_claim_id=claim_id, reason="Again")
    again = claim(charge, 150_00, 110_00, line("V50", 150_00, 110_00, cas=["CO*45*40.00"], control=charge))
    desk.remits(remit(again, paid=110_00, trace="TRACE-2"))
    assert open_denials(desk) == []
    assert [row["state"] for row in open_denials(desk, only_open=False)] == ["settled"]


def test_a_write_off_takes_what_is_still_open_and_no_more(desk, denied):
    charge, claim_id = denied("CO*45*40.00", "CO*16*110.00")
    desk.adjusts(charge, HARBOR, "courtesy", 10_00)
    answer = desk.run(write_off_denial, remittance_claim_id=claim_id, reason="Sent too late to change")
    assert answer == {"written_off_minor": 100_00, "waiting_minor": 0}
    assert (desk.due(charge), desk.balances()["4140"]) == (0, 100_00)
    assert desk.rows("select denial_kind from adjustments where class = 'denial'") == [{"denial_kind": "documentation"}]
    assert open_denials(desk) == []
    with pytest.raises(Conflict, match="owes nothing of this any more"):
        desk.run(write_off_denial, remittance_claim_id=claim_id, reason="Again")


def test_a_write_off_above_the_limit_waits_and_the_denial_with_it(desk, denied, owner):
    desk.run(set_limit, who=owner, kind="write_off", role="biller", most=50_00)
    charge, claim_id = denied("CO*197*150.00")
    answer = desk.run(write_off_denial, remittance_claim_id=claim_id, reason="Nothing to be done")
    assert (answer["written_off_minor"], answer["waiting_minor"], answer["waits"]) == (0, 150_00, "Write-off")
    assert desk.due(charge, HARBOR) == 150_00
    assert [row["state"] for row in open_denials(desk)] == ["waiting"]
    [request] = desk.rows("select approval_id from approvals")
    desk.run(reject_request, who=owner, reason="Appeal it first", **request)
    assert [row["state"] for row in open_denials(desk)] == ["open"]


def two_lines(desk, second_line):
    """One claim for 150.00, which is denied, and 90.00; answers both charges and the claim."""
    first, second = desk.charged("client-ben"), desk.charged("client-ben", 90_00)
    lines = [line("V50", 150_00, 0, cas=["CO*197*150.00"], control=first),
             line("V50", 90_00, 0, cas=[second_line], control=second)]  # fmt: skip
    desk.remits(remit(claim(first, 240_00, 0, *lines), paid=0))
    [row] = desk.rows("select remittance_claim_id from remittance_claims")
    return first, second, row["remittance_claim_id"]


def test_what_is_owed_of_a_denial_is_what_a_write_off_takes_charge_by_charge(desk):
    """100.00 of the denied charge were given up by hand: 50.00 are left. The payer owes the other one again, whose
    contractual adjustment was taken back; but it did not deny that."""
    first, second, claim_id = two_lines(desk, "CO*45*90.00")
    desk.adjusts(first, HARBOR, "courtesy", 100_00)
    [contractual] = desk.rows("select adjustment_id from adjustments where class = 'contractual'")
    desk.run(reverse_adjustment, **contractual)
    [row] = open_denials(desk)
    assert (row["open_minor"], desk.due(first), desk.due(second)) == (50_00, 50_00, 90_00)
    answer = desk.run(write_off_denial, remittance_claim_id=claim_id, reason="Sent too late")
    assert (answer["written_off_minor"], desk.due(first), desk.due(second)) == (50_00, 0, 90_00)


def test_of_a_write_off_the_part_below_the_limit_is_done_and_the_rest_waits(desk, owner):
    first, second, claim_id = two_lines(desk, "CO*197*90.00")
    desk.run(set_limit, who=owner, kind="write_off", role="biller", most=100_00)
    answer = desk.run(write_off_denial, remittance_claim_id=claim_id, reason="Nothing to be done")
    assert (answer["written_off_minor"], answer["waiting_minor"]) == (90_00, 150_00)
    [row] = open_denials(desk)
    assert (row["state"], row["open_minor"], desk.due(first), desk.due(second)) == ("waiting", 150_00, 150_00, 0)


def test_contractual_parts_pass_whatever_the_limit_is(desk, owner):
    desk.run(set_limit, who=owner, kind="write_off", role="biller", most=0)
    charge = desk.charged("client-ben")
    answer = desk.remits(remit(claim(charge, 150_00, 90_00, line("V50", 150_00, 90_00, cas=["CO*45*60.00"],
                                                                 control=charge)), paid=90_00))  # fmt: skip
    assert (answer["posted"], desk.due(charge)) == (1, 0)


def test_what_the_contract_denies_is_never_the_clients(desk, denied):
    charge, claim_id = denied("CO*29*150.00")
    with pytest.raises(Refusal, match="may not be asked"):
        desk.run(pass_denial_to_client, remittance_claim_id=claim_id, reason="They should pay")
    assert desk.due(charge, BEN) == 0


def test_what_the_plan_does_not_cover_may_become_the_clients(desk, denied):
    charge, claim_id = denied("PI*204*150.00")
    desk.run(pass_denial_to_client, remittance_claim_id=claim_id, reason="Not covered; signed beforehand")
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 150_00)
    assert [row["state"] for row in open_denials(desk, only_open=False)] == ["to_client"]


def test_a_denial_belongs_to_somebody_who_works_on_money(desk, denied, colleague, as_role):
    _, claim_id = denied("CO*197*150.00")
    with pytest.raises(Refusal, match="does not work on what payers owe"):
        desk.run(assign_denial, remittance_claim_id=claim_id, owner_id=colleague("front_desk"))
    with pytest.raises(NotPermitted):
        desk.run(appeal_denial, who=as_role("front_desk"), remittance_claim_id=claim_id)


# Unmatched claims -----------------------------------------------------------------------------------------------------


def unknown(*lines, member="H-100", paid=0, name="ALDER*BEN"):
    parts = claim("THEIRS-1", 150_00 * len(lines), paid, *lines)
    return [part.replace("DOE*JO", name).replace("MI*M1", f"MI*{member}") for part in parts]


def test_suggestions_are_ranked_and_say_what_they_have_in_common(desk):
    near = desk.charged("client-ben", day=date(2026, 2, 27))
    wanted = desk.charged("client-ben", day=date(2026, 3, 1))
    twin = desk.charged("client-ben", day=date(2026, 3, 1))
    desk.remits(remit(unknown(line("V50", 150_00, 110_00, cas=["CO*45*40.00"], day="20260301"), paid=110_00),
                      paid=110_00))  # fmt: skip
    with desk.record.read() as reader:
        [row] = worklist_queries.unmatched(reader, desk.who)
        claim_id = row["remittance_claim_id"]
        _, found = worklist_queries.suggestions(reader, desk.who, remittance_claim_id=claim_id)
        by_hand = worklist_queries.owed(reader, desk.who, remittance_claim_id=claim_id, text="alDER")
    assert [set(one.charge_ids) for one in found[:2]] in ([{wanted}, {twin}], [{twin}, {wanted}])
    assert found[0].why == "same member number, name, amount, day, code"
    assert found[2].charge_ids == [near]
    assert {one["charge_id"] for one in by_hand} == {near, wanted, twin}
    desk.run(match_claim, remittance_claim_id=claim_id, charge_ids=found[0].charge_ids)
    with desk.record.read() as reader:
        [line_row] = worklist_queries.lines(reader, desk.who, remittance_claim_id=claim_id)
    assert (line_row["charge_id"], line_row["said"]) == (found[0].charge_ids[0], "$40.00 CO-45, above the agreed fee")


def test_a_claim_of_two_lines_is_suggested_whole(desk):
    first, second = (desk.charged("client-ben", day=date(2026, 3, day)) for day in (1, 2))
    parts = [line("X99", 150_00, 110_00, cas=["CO*45*40.00"], day=f"2026030{day}") for day in (2, 1)]
    desk.remits(remit(unknown(*parts, paid=220_00), paid=220_00))
    with desk.record.read() as reader:
        [row] = worklist_queries.unmatched(reader, desk.who)
        _, [found] = worklist_queries.suggestions(reader, desk.who, remittance_claim_id=row["remittance_claim_id"])
    assert found.charge_ids == [second, first]


def test_nothing_in_common_is_no_suggestion(desk):
    desk.charged("client-ben", day=date(2026, 2, 20))
    desk.remits(remit(unknown(line("X99", 77_00, 77_00), member="OTHER", name="NOBODY*NO", paid=77_00), paid=77_00))
    with desk.record.read() as reader:
        [row] = worklist_queries.unmatched(reader, desk.who)
        _, found = worklist_queries.suggestions(reader, desk.who, remittance_claim_id=row["remittance_claim_id"])
    assert found == []
