"""Invoices: what is asked, of whom, under which number; frozen as JSON and printed as PDF."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from pypdf import PdfReader

from practice.access.permissions import SYSTEM
from practice.billing import commands, queries
from practice.billing.documents import build_invoice, invoice_pdf
from practice.errors import Refusal
from tests.conftest import INSERT

HOSTILE = '#panic() *Ł* $x$ @a <b> \\"'


def document(desk, invoice_id):
    with desk.record.read() as reader:
        return queries.invoice_document(reader, desk.who, invoice_id)


def listed(desk, **more):
    with desk.record.read() as reader:
        return queries.invoices(reader, desk.who, **more)


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def test_an_invoice_shows_everything_as_it_was(desk, ada):
    own = desk.charged("client-ada")
    childs = desk.charged("client-cora", 60_00, day=date(2026, 2, 20), service="svc-group")
    desk.receives(ada, 20_00, on=[(own, 20_00)])
    desk.adjusts(own, ada, "courtesy", 10_00)
    shown = document(desk, desk.invoices(own, childs, due_days=14))
    assert shown["lines"] == [
        {
            "charge_id": childs, "service_date": "2026-02-20", "client_name": "Cora Birch", "description": "Group",
            "code": "G60", "provider": "Dr. Ines Moss", "units": 1, "charge_minor": 60_00, "amount_minor": 60_00,
        },
        {
            "charge_id": own, "service_date": "2026-03-02", "client_name": "Ada Birch", "description": "Follow-up",
            "code": "V50", "provider": "Dr. Ines Moss", "units": 1, "charge_minor": 150_00, "amount_minor": 150_00,
        },
    ]  # fmt: skip
    assert shown["settlements"] == [
        {"date": "2026-03-02", "kind": "adjustment", "description": "courtesy", "amount_minor": 10_00},
        {"date": "2026-03-02", "kind": "payment", "description": "card", "amount_minor": 20_00},
    ]
    assert {name: shown[name] for name in shown if name not in ("lines", "settlements")} == {
        "kind": "invoice", "number": 1, "issued_date": "2026-03-02", "due_date": "2026-03-16", "currency": "USD",
        "practice": {"name": "Elm Street Practice"}, "party": ada, "bill_to": {"name": "Ada Birch"},
        "location": {"name": "Elm Street", "address": "1 Elm Street", "phone": None},
        "total_minor": 210_00, "paid_minor": 20_00, "adjusted_minor": 10_00, "balance_due_minor": 180_00,
    }  # fmt: skip


def test_a_client_is_asked_for_their_part_of_a_covered_visit(desk, harbor):
    charge = desk.charged("client-ben")
    with desk.record.read() as reader:
        assert queries.to_invoice(reader, desk.who) == []
    desk.transfers(charge, harbor, "client:client-ben", 20_00)
    with desk.record.read() as reader:
        [row] = queries.to_invoice(reader, desk.who)
    assert (row["party_name"], row["open_minor"], row["amount_minor"]) == ("Ben Alder", 20_00, 150_00)
    [line] = document(desk, desk.invoices(charge))["lines"]
    assert (line["charge_minor"], line["amount_minor"]) == (150_00, 20_00)
    with desk.record.read() as reader:
        assert queries.to_invoice(reader, desk.who) == []


def test_an_invoice_is_open_then_part_paid_then_paid(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    invoice = desk.invoices(charge)
    states = [listed(desk)[0]["status"]]
    payment = desk.receives(ada, 80_00)
    part = desk.allocates(payment, charge, 30_00)
    states.append(listed(desk)[0]["status"])
    desk.allocates(payment, charge, 50_00)
    states.append(listed(desk)[0]["status"])
    assert listed(desk, only_unpaid=True) == []
    desk.run(commands.deallocate, allocation_id=part)
    states.append(listed(desk, only_unpaid=True)[0]["status"])
    desk.run(commands.void_invoice, invoice_id=invoice)
    states.append(listed(desk)[0]["status"])
    assert states == ["open", "part_paid", "paid", "part_paid", "void"]


def test_an_unpaid_invoice_is_overdue_the_day_after_it_was_due(desk, clock):
    desk.invoices(desk.charged("client-ada"), due_days=10)
    clock.forward(days=10)
    assert not listed(desk)[0]["is_overdue"]
    clock.forward(days=1)
    assert listed(desk)[0]["is_overdue"]


def test_numbers_have_no_gap_and_a_void_keeps_its_own(desk):
    charges = [desk.charged("client-ada") for _ in range(3)]
    first, second = desk.invoices(charges[0]), desk.invoices(charges[1])
    with pytest.raises(Refusal):
        desk.invoices(charges[0])
    desk.run(commands.void_invoice, invoice_id=second, reason="Wrong visit")
    again = desk.invoices(charges[1], charges[2])
    numbers = {row["invoice_id"]: (row["number"], row["status"], row["void_reason"]) for row in listed(desk)}
    assert numbers == {first: (1, "open", None), second: (2, "void", "Wrong visit"), again: (3, "open", None)}


def test_an_issued_document_stays_whatever_happens_later(desk, ada):
    charge = desk.charged("client-ada", 80_00)
    invoice = desk.invoices(charge)
    before = document(desk, invoice)
    desk.receives(ada, 80_00, on=[(charge, 80_00)])
    desk.run(commands.void_invoice, invoice_id=invoice)
    desk.run(commands.void_charge, charge_id=charge)
    assert document(desk, invoice) == before
    assert json.loads(json.dumps(before)) == before


def test_what_cannot_be_invoiced(desk, harbor):
    mine, theirs = desk.charged("client-ada"), desk.charged("client-dan")
    payers = desk.charged("client-ben")
    issued = desk.invoices(mine)
    for charges, sentence in [
        ([], "at least one charge"),
        ([mine], "on invoice 1 already"),
        ([theirs, mine], "owed by different people"),
        ([payers], "nothing open for a client"),
        (["nothing"], "This charge does not exist"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            desk.invoices(*charges)
    for days in (-1, 366, True, 1.5):
        with pytest.raises(Refusal, match="Due days"):
            desk.invoices(theirs, due_days=days)
    with pytest.raises(Refusal, match="void invoice 1 first"):
        desk.run(commands.void_charge, charge_id=mine)
    desk.run(commands.void_invoice, invoice_id=issued)
    with pytest.raises(Refusal, match="Invoice 1 is void already"):
        desk.run(commands.void_invoice, invoice_id=issued)
    desk.run(commands.void_charge, charge_id=mine)


def test_where_two_people_owe_one_charge_each_is_asked_for_their_part(desk, ada):
    charge = desk.charged("client-cora", 100_00)
    desk.transfers(charge, ada, "client:client-dan", 40_00)
    with pytest.raises(Refusal, match="say which of them") as caught:
        desk.invoices(charge)
    assert caught.value.alternatives == (ada, "client:client-dan")
    totals = [document(desk, desk.invoices(charge, party=party))["total_minor"] for party in caught.value.alternatives]
    assert totals == [60_00, 40_00]


def test_the_pdf_prints_what_people_typed_as_they_typed_it(desk, ada):
    hostile = {
        "client_id": "client-x", "given_name": HOSTILE, "family_name": "O'Néill", "location_id": "loc-elm",
        "created_at": "2025-02-03", "created_date": "2025-02-03", "is_active": True,
    }  # fmt: skip
    desk.record.run(INSERT, SYSTEM, rows=[("clients", hostile)])
    charge = desk.charged("client-x", 1234_50)
    desk.receives("client:client-x", 34_50, "bank", on=[(charge, 34_50)])
    pdf = read(invoice_pdf(document(desk, desk.invoices(charge))))
    text = " ".join(pdf.pages[0].extract_text().split())
    for wanted in (HOSTILE + " O'Néill", "No. 1", "$1,234.50", "−$34.50", "$1,200.00", "Payment by bank transfer"):
        assert wanted in text
    assert pdf.metadata.title == "Invoice 1"


def test_the_pdf_is_tagged_has_its_own_fonts_and_is_the_same_each_time(desk):
    shown = document(desk, desk.invoices(desk.charged("client-ada")))
    first, second = invoice_pdf(shown), invoice_pdf(shown)
    assert first == second
    root = read(first).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    fonts = read(first).pages[0]["/Resources"]["/Font"].get_object()
    assert all("Inter" in font.get_object()["/BaseFont"] for font in fonts.values())


@pytest.mark.parametrize(
    ("currency", "height", "total"), [("USD", 792, "$2,500.00"), ("EUR", 842, "€2,500.00"), ("JPY", 842, "¥250,000")]
)
def test_twenty_five_lines_run_over_pages_of_the_countrys_paper(currency, height, total):
    line = {
        "charge_id": "c", "service_date": "2026-03-02", "client_name": "Ada Birch", "description": "Follow-up " * 9,
        "code": "V50", "provider": "Dr. Ines Moss", "units": 1, "charge_minor": 100_00, "amount_minor": 100_00,
    }  # fmt: skip
    shown = build_invoice(
        number=1042, issued_date="2026-03-02", due_date="2026-04-01", currency=currency, practice_name="Elm",
        location={"name": "Elm", "address": None, "phone": None}, party="client:a", bill_to="Ada Birch",
        lines=[line] * 25, settlements=[],
    )  # fmt: skip
    pdf = read(invoice_pdf(shown))
    texts = [page.extract_text() for page in pdf.pages]
    assert len(texts) == 2
    assert round(float(pdf.pages[0].mediabox.height)) == height
    assert "Page 1 of 2" in texts[0]
    assert total in texts[1]
    assert all("Description" in text for text in texts)  # the head of the table is repeated
    assert sum(text.count("2026-03-02 V50") for text in texts) == 25


@pytest.mark.parametrize("name", ["漢字 😀", "a\x00b\u202ec\n\nd", "שלום عربى", "W" * 90])
def test_a_name_the_font_lacks_or_the_panel_cannot_hold_still_prints(name):
    shown = build_invoice(
        number=7, issued_date="2026-03-02", due_date="2026-04-01", currency="USD", practice_name=name,
        location={"name": name, "address": name, "phone": None}, party="client:a", bill_to=name, lines=[],
        settlements=[],
    )  # fmt: skip
    pdf = read(invoice_pdf(shown))
    assert "No. 7" in pdf.pages[0].extract_text()
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
