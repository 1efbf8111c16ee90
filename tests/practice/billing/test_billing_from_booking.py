"""From the phone call to the paid invoice: a visit goes through scheduling's own commands into money."""

from __future__ import annotations

from datetime import date

from practice.billing import commands, queries
from practice.scheduling.attendance import complete_visit, record_arrival, start_visit
from practice.scheduling.commands import book_appointment


def test_a_visit_is_booked_kept_charged_invoiced_and_paid(desk, house, owner, clock, ada):
    booked = desk.run(
        book_appointment, who=owner, client_id=house.cora, provider_id=house.moss, service_id=house.visit,
        location_id=house.location, wall_start="2026-03-03T10:00",
    )  # fmt: skip
    clock.to("2026-03-03T15:00")
    for step in (record_arrival, start_visit, complete_visit):
        desk.run(step, who=owner, attendee_id=booked["attendee_id"])
        clock.forward(minutes=15)

    charge = desk.charges(booked["attendee_id"])
    invoice = desk.invoices(charge)
    desk.receives(ada, 150_00, on=[(charge, 150_00)])
    with desk.record.read() as reader:
        [row] = queries.invoices(reader, desk.who)
        document = queries.invoice_document(reader, desk.who, invoice)
        assert queries.open_items(reader, desk.who) == []
    assert (row["status"], row["total_minor"], row["due_minor"]) == ("paid", 150_00, 0)
    assert document["bill_to"] == {"name": "Ada Birch"}
    assert document["lines"][0]["client_name"] == "Cora Birch"
    assert document["lines"][0]["service_date"] == str(date(2026, 3, 3))


def test_a_page_that_reads_does_not_keep_a_voided_visit_from_being_charged_again(desk):
    """DuckDB keeps a deleted key for readers that are still open; charging again must not meet it."""
    visit = desk.sees("client-ada")
    charge = desk.charges(visit)
    with desk.record.read() as reader:
        before = queries.open_items(reader, desk.who)
        desk.run(commands.void_charge, charge_id=charge)
        again = desk.charges(visit)
        assert queries.open_items(reader, desk.who) == before
    assert desk.due(again) == 150_00
