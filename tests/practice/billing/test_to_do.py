"""To do: what holds money up, whose it is and since when; an entry goes when its reason is gone."""

from __future__ import annotations

from datetime import date

import pytest

from practice.billing import commands
from practice.billing.to_do import to_do
from practice.notes.commands import set_notes, sign_note
from practice.people import commands as people

ANXIETY = {"code": "F41.1", "description": "Generalized anxiety disorder"}


@pytest.fixture
def left(desk, record):
    def read(*columns):
        with record.read() as reader:
            rows = to_do(reader, desk.who)
        return [tuple(row[name] for name in ("kind", *columns)) for row in rows]

    return read


def test_an_attended_visit_waits_for_its_charge_and_is_gone_once_it_has_one(desk, left):
    visit = desk.sees("client-ada", day=date(2026, 2, 20))
    assert left("age_days", "owner", "amount_minor") == [("uncharged", 10, "Billing", 150_00)]
    charge = desk.charges(visit)
    assert left() == []
    desk.run(commands.void_charge, charge_id=charge)
    assert left() == [("uncharged",)]
    desk.run(commands.leave_uncharged, attendee_id=visit, reason="Our own mistake")
    assert left() == []


def test_a_visit_without_a_fee_waits_for_one(desk, owner, left):
    desk.run(people.change_service, who=owner, service_id="svc-visit", fee_minor=0)
    visit = desk.sees("client-ada")
    assert left("attendee_id") == [("zero_fee", visit)]
    desk.run(commands.set_fee, who=owner, service_id="svc-visit", fee_minor=90_00, effective_from="2026-01-01")
    assert left("amount_minor") == [("uncharged", 90_00)]


def test_a_missed_visit_is_work_only_where_it_costs_something(desk, owner, left):
    desk.sees("client-ben", status="no_show")
    assert left("amount_minor") == [("missed_fee", 50_00)]
    desk.run(people.change_payer, who=owner, payer_id="payer-harbor", missed_fee_rule="none")
    assert left() == []


def test_a_payers_charge_wants_a_diagnosis_where_the_practice_codes_them(desk, left):
    charge = desk.charged("client-ben")
    desk.charged("client-ada")  # who pays herself needs none
    assert left() == []
    desk.run(commands.add_diagnosis, client_id="client-ada", **ANXIETY)
    assert left("client_name", "owner") == [("no_diagnosis", "Ben Alder", "Dr. Ines Moss")]
    desk.run(commands.add_diagnosis, client_id="client-ben", **ANXIETY)
    assert left("owner") == [("no_diagnosis", "Billing")]
    desk.run(commands.code_charge, charge_id=charge)
    assert left() == []


def test_an_unsigned_note_is_its_providers(desk, owner, as_role, left):
    visit = desk.sees("client-ada")
    desk.charges(visit)
    desk.run(set_notes, who=owner, since="2026-03-02", lock_days=7)
    assert left("owner") == [("unsigned_note", "Dr. Ines Moss")]
    desk.run(sign_note, who=as_role("provider", provider_id="prov-moss"), attendee_id=visit, text="Fine")
    assert left() == []
