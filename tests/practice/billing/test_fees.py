"""What a visit costs: fees by payer and day, codes by actual minutes, missed visits by the payer's rule, what is left."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing import commands
from practice.billing.approvals import approve_request
from practice.billing.limits import set_limit
from practice.billing.queries import missed_to_charge, to_charge
from practice.billing.timed import EIGHT_MINUTES, PSYCHOTHERAPY, UNIT, by_minutes
from practice.errors import Conflict, Refusal
from practice.people import commands as people
from practice.scheduling import attendance
from practice.scheduling.commands import book_appointment

REHAB = [{"code": "97110", "minutes_from": EIGHT_MINUTES, "unit_minutes": UNIT}]
BLANK = {"minutes_to": None, "unit_minutes": None, "fee_minor": None}


def amounts(desk, columns="amount_minor"):
    return [tuple(row.values()) for row in desk.rows(f"select {columns} from charges order by attendee_id")]


def lasts(desk, minutes, *, client="client-ada"):
    """A visit of 2 March that really took so long."""
    began = datetime(2026, 3, 2, 15)
    return desk.sees(client, seated_at=began, ended_at=began + timedelta(minutes=minutes))


# Fees


def test_the_payers_fee_goes_before_the_practices_and_that_before_the_services(desk, owner):
    set_fee = {"who": owner, "service_id": "svc-visit"}
    desk.run(commands.set_fee, **set_fee, fee_minor=160_00, effective_from="2026-02-01")
    desk.run(commands.set_fee, **set_fee, fee_minor=140_00, effective_from="2026-02-01", payer_id="payer-harbor")
    for client, day in (
        ("client-ada", date(2026, 1, 31)),
        ("client-ada", date(2026, 2, 1)),
        ("client-ben", date(2026, 3, 2)),
    ):
        desk.charged(client, day=day)
    assert amounts(desk) == [(150_00,), (160_00,), (140_00,)]


def test_a_later_fee_ends_the_one_before_and_touches_no_charge(desk, owner):
    charge = desk.charged("client-ada")
    for fee, day in ((170_00, "2026-03-01"), (180_00, "2026-04-01"), (175_00, "2026-03-15")):
        desk.run(commands.set_fee, who=owner, service_id="svc-visit", fee_minor=fee, effective_from=day)
    assert desk.due(charge) == 150_00
    kept = desk.rows("select fee_minor, effective_from f, effective_to t from fees order by effective_from")
    assert [(row["fee_minor"], str(row["f"]), str(row["t"])) for row in kept] == [
        (170_00, "2026-03-01", "2026-03-14"),
        (175_00, "2026-03-15", "2026-03-31"),
        (180_00, "2026-04-01", "None"),
    ]


# Time


@pytest.mark.parametrize(
    ("minutes", "code"),
    [(15, None), (16, "90832"), (37, "90832"), (38, "90834"), (52, "90834"), (53, "90837"), (180, "90837")],
)
def test_psychotherapy_is_coded_by_its_minutes(minutes, code):
    found = by_minutes([BLANK | row for row in PSYCHOTHERAPY], minutes)
    assert (found and found.code) == code


# CMS, Medicare Claims Processing Manual, chapter 5, section 20.2: 8–22 one unit, 23–37 two, 38–52 three, 53–67 four …
@given(st.integers(0, 600))
def test_the_eight_minute_rule(minutes):
    found = by_minutes([BLANK | REHAB[0]], minutes)
    units = found.units if found else 0
    assert units == max((minutes + 7) // 15, 0) * (minutes >= 8)
    if units:
        assert units * 15 - 7 <= minutes <= units * 15 + 7


@pytest.mark.parametrize(
    ("minutes", "units"), [(8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5)]
)
def test_units_as_the_manual_prints_them(minutes, units):
    assert by_minutes([BLANK | REHAB[0]], minutes).units == units


def test_a_charge_takes_code_and_fee_from_the_actual_minutes(desk, owner):
    rows = [row | {"fee_minor": fee} for row, fee in zip(PSYCHOTHERAPY, (90_00, 130_00, None), strict=True)]
    desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=rows)
    for minutes in (30, 45, 60):
        desk.charges(lasts(desk, minutes))
    columns = "code, units, amount_minor, minutes, minutes_basis"
    assert amounts(desk, columns) == [
        ("90832", 1, 90_00, 30, "actual"), ("90834", 1, 130_00, 45, "actual"), ("90837", 1, 150_00, 60, "actual"),
    ]  # fmt: skip


def test_units_multiply_the_fee_and_what_the_payer_allows(desk, owner):
    desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=REHAB)
    desk.charges(lasts(desk, 40, client="client-ben"))
    assert amounts(desk, "code, units, amount_minor") == [("97110", 3, 450_00)]
    assert desk.balances() == {"1100": 450_00, "4000": -450_00, "4105": 120_00, "1190": -120_00}


def test_minutes_that_nobody_stated_are_the_planned_ones_unless_given(desk, owner):
    desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=list(PSYCHOTHERAPY))
    desk.charges(desk.sees("client-ada"))
    desk.run(commands.charge_visit, attendee_id=desk.sees("client-dan"), minutes=54)
    assert amounts(desk, "code, minutes, minutes_basis") == [("90834", 50, "planned"), ("90837", 54, "stated")]


def test_too_few_minutes_are_refused_with_what_would_be_enough(desk, owner):
    desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=list(PSYCHOTHERAPY))
    visit = lasts(desk, 12)
    with pytest.raises(Refusal, match=r"12 minutes are billed as nothing here \(90832 from 16 to 37 minutes, "):
        desk.charges(visit)
    desk.charges(visit, 40_00)
    assert amounts(desk, "code, amount_minor") == [("V50", 40_00)]


def test_two_codes_for_the_same_minutes_are_refused(desk, owner):
    rows = [{"code": "A1", "minutes_from": 10, "minutes_to": 30}, {"code": "A2", "minutes_from": 30}]
    with pytest.raises(Refusal, match="A1 and A2 claim the same minutes"):
        desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=rows)


# At completion


@pytest.fixture
def in_session(record, desk, house, clock):
    """A provider is with Ada, by the clock, from ten to ten fifty."""
    booked = record.run(
        book_appointment, SYSTEM, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-02T10:00", mode="in_person",
    )["attendee_id"]  # fmt: skip
    clock.to("2026-03-02T15:00")
    record.run(attendance.start_visit, SYSTEM, attendee_id=booked)
    clock.to("2026-03-02T15:47")
    return booked


def complete(record, as_role, attendee):
    doctor = as_role("provider", provider_id="prov-moss")
    return record.run(attendance.complete_visit, doctor, attendee_id=attendee)


def test_a_visit_is_charged_at_completion_where_the_practice_wishes_it(record, desk, owner, as_role, in_session):
    desk.run(commands.set_time_codes, who=owner, service_id="svc-visit", rows=list(PSYCHOTHERAPY))
    desk.run(commands.set_charging, who=owner, at_completion=True, missed_fee_for_all=False)
    assert complete(record, as_role, in_session)["charge_id"]
    assert amounts(desk, "code, minutes, amount_minor") == [("90834", 47, 150_00)]


def test_what_cannot_be_charged_does_not_stop_the_completion(record, desk, owner, as_role, in_session):
    record.run(people.change_service, owner, service_id="svc-visit", fee_minor=0)
    desk.run(commands.set_charging, who=owner, at_completion=True, missed_fee_for_all=False)
    answer = complete(record, as_role, in_session)
    assert (answer["status"], answer["not_charged"][:16]) == ("completed", "The fee is zero,")
    assert amounts(desk) == []


def test_without_that_wish_nothing_is_posted(record, desk, as_role, in_session):
    assert "charge_id" not in complete(record, as_role, in_session)
    assert amounts(desk) == []


# Missed visits


def rule(desk, owner, value, **settings):
    desk.run(people.change_payer, who=owner, payer_id="payer-harbor", missed_fee_rule=value)
    desk.run(commands.set_charging, who=owner, at_completion=False, missed_fee_for_all=False, **settings)


def test_a_payer_may_forbid_the_fee_of_a_missed_visit(desk, owner):
    rule(desk, owner, "none")
    with pytest.raises(Refusal, match="Harbor Health does not let its clients be charged for a missed visit"):
        desk.charged("client-ben", status="no_show")
    assert desk.charged("client-ada", status="no_show")  # she pays for herself


def test_a_payer_may_allow_it_only_if_everybody_pays_the_same(desk, owner):
    rule(desk, owner, "if_all")
    visit = desk.sees("client-ben", status="no_show")
    with pytest.raises(Refusal, match="only if everybody is"):
        desk.charges(visit)
    desk.run(commands.set_charging, who=owner, at_completion=False, missed_fee_for_all=True)
    with pytest.raises(Refusal, match="wants its clients charged like everybody"):
        desk.charges(visit, 80_00)
    desk.charges(visit)
    assert amounts(desk, "amount_minor, payer_id") == [(50_00, None)]


# Not to be charged


def waiting(desk, query):
    with desk.record.read() as reader:
        return [row["attendee_id"] for row in query(reader, desk.who)]


def test_a_visit_that_is_left_uncharged_leaves_the_list_until_that_is_taken_back(desk):
    visit = desk.sees("client-ada")
    with pytest.raises(Refusal, match="Say why"):
        desk.run(commands.leave_uncharged, attendee_id=visit, reason=None)
    assert desk.run(commands.leave_uncharged, attendee_id=visit, reason="A gift")["amount_minor"] == 150_00
    assert waiting(desk, to_charge) == []
    with pytest.raises(Conflict, match="marked as not to be charged"):
        desk.charges(visit)
    desk.run(commands.charge_after_all, attendee_id=visit)
    assert waiting(desk, to_charge) == [visit]
    assert desk.charges(visit)


def test_a_waived_fee_goes_through_the_limit_of_the_role(desk, owner, as_role):
    manager = as_role("manager")
    desk.run(set_limit, who=owner, kind="waiver", role="biller", most=40_00)
    visit = desk.sees("client-ada", status="no_show")
    asked = desk.run(commands.leave_uncharged, attendee_id=visit, reason="It snowed")
    assert asked["waits"] == "Waiver of a fee"
    assert waiting(desk, missed_to_charge) == [visit]
    desk.run(approve_request, who=manager, approval_id=asked["approval_id"])
    assert waiting(desk, missed_to_charge) == []
    assert desk.rows("select kind, amount_minor, reason from uncharged_visits") == [
        {"kind": "missed_visit", "amount_minor": 50_00, "reason": "It snowed"}
    ]


def test_a_charged_visit_cannot_be_left_uncharged(desk):
    visit = desk.sees("client-ada")
    desk.charges(visit)
    with pytest.raises(Conflict, match="charged already"):
        desk.run(commands.leave_uncharged, attendee_id=visit)
