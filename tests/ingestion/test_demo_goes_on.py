"""The practice's own commands go on where the demo ends, and leave behind rows that look alike."""

from __future__ import annotations

import json
from datetime import UTC, timedelta

from practice.access.permissions import SYSTEM
from practice.billing.charges import charge_visit
from practice.billing.invoices import issue_invoice
from practice.billing.payments import take_payment
from practice.billing.queries import worklists
from practice.billing.suggesting import priced
from practice.scheduling.commands import cancel_appointment, move_appointment
from practice.scheduling.slots import offered_slots


def filled(row: dict) -> set[str]:
    return {name for name, held in row.items() if held is not None}


def test_a_visit_cancelled_in_the_demo_looks_like_one_cancelled_at_the_desk(living_demo):
    ahead = living_demo.rows(
        "select appointment_id from appointments a join attendees t using (appointment_id) where a.capacity = 1"
        " and t.status = 'scheduled' and t.confirmed_at is null and a.starts_at > ? order by a.starts_at limit 2",
        living_demo.record.clock().replace(tzinfo=None) + timedelta(days=2),
    )
    record = living_demo.record
    record.run(
        cancel_appointment, SYSTEM, reason="ill", appointment_id=ahead[0]["appointment_id"], cancelled_by="client",
        code="illness",
    )  # fmt: skip
    sql = (
        "select t.*, e.details, e.reason from attendees t join appointment_events e using (attendee_id)"
        " where t.status = 'cancelled' and e.kind = 'cancelled' and t.cancelled_by = 'client' and confirmed_at is null"
        " and t.appointment_id {} ? limit 1"
    )
    desk = living_demo.rows(sql.format("="), ahead[0]["appointment_id"])[0]
    made = living_demo.rows(sql.format("<>"), ahead[0]["appointment_id"])[0]
    assert filled(desk) == filled(made)
    assert json.loads(desk["details"]).keys() == json.loads(made["details"]).keys()


def test_a_visit_moved_in_the_demo_looks_like_one_moved_at_the_desk(living_demo):
    record = living_demo.record
    visit = living_demo.rows(
        "select a.* from appointments a join attendees t using (appointment_id) where a.capacity = 1 and a.room_id is"
        " not null and t.status = 'scheduled' and t.confirmed_at is null and a.series_id is null and a.starts_at > ?"
        " order by a.starts_at desc limit 1",
        record.clock().replace(tzinfo=None) + timedelta(days=2),
    )[0]
    with record.read() as reader:
        free = offered_slots(
            reader, SYSTEM, visit["service_id"], visit["location_id"], provider_id=visit["provider_id"],
            first=str(visit["start_date"]), days=14,
        )  # fmt: skip
    new = record.run(
        move_appointment, SYSTEM, reason="asked", appointment_id=visit["appointment_id"],
        wall_start=str(free[0]["wall_start"])[:16].replace(" ", "T"), moved_by="client", code="other",
    )  # fmt: skip
    sql = "select a.*, e.details from appointments a join appointment_events e using (appointment_id) where e.kind = ? and a.{}"
    for kind, link in (("moved", "moved_to_id"), ("booked", "moved_from_id")):
        rows = living_demo.rows(sql.format(f"{link} is not null and e.details is not null"), kind)
        desk = next(row for row in rows if new["appointment_id"] in (row["appointment_id"], row["moved_to_id"]))
        made = next(row for row in rows if row is not desk and row["room_id"])
        assert filled(desk) - {"moved_to_id"} == filled(made) - {"moved_to_id"}
        assert json.loads(desk["details"]).keys() == json.loads(made["details"]).keys()


def test_yesterdays_visit_can_be_charged_invoiced_and_paid(living_demo):
    record = living_demo.record
    with record.read() as reader:
        waiting = [row for row in priced(reader, worklists.to_charge(reader, SYSTEM)) if row["amount_minor"]]
    assert waiting
    self_pay = None
    for visit in waiting:
        charge = record.run(charge_visit, SYSTEM, attendee_id=visit["attendee_id"])
        if charge["party"].startswith("client:"):
            self_pay = charge, visit
    assert self_pay, "no self-pay visit waits to be charged"
    charge, visit = self_pay
    before = living_demo.value("select max(number) from invoices")
    invoice = record.run(issue_invoice, SYSTEM, charge_ids=[charge["charge_id"]])
    assert invoice["number"] == before + 1
    paid = record.run(
        take_payment, SYSTEM, party=charge["party"], amount_minor=10_00, method="card",
        location_id=visit["location_id"], charges=[{"charge_id": charge["charge_id"], "amount_minor": 10_00}],
    )  # fmt: skip
    assert len(paid["allocation_ids"]) == 1
    assert record.clock().astimezone(UTC).date().isoformat() == "2026-11-20"
