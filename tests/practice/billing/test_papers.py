"""Statements and receipts: what they say, that they say it again, and that a correction is a new version."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from datetime import date

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from practice.access.permissions import Actor
from practice.billing import commands, documents, queries
from practice.errors import Refusal
from practice.people.logo import as_svg, remove_logo, set_logo
from practice.store.record import Record

ADA, BEN = "client:client-ada", "client:client-ben"


def issued(desk, command, **about):
    """(answer, what it says, its PDF)."""
    answer = desk.run(command, **about)
    with desk.record.read() as reader:
        says = queries.document(reader, desk.who, answer["document_id"])
        return answer, says, documents.pdf([says], queries.logos(reader, [says]))


def statement(desk, party, first, last):
    return issued(desk, commands.issue_statement, party=party, from_date=first, to_date=last)


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def told(says):
    return [(line["date"], line["description"], line["amount_minor"], line["balance_minor"]) for line in says["lines"]]


def test_a_quarter_as_a_client_reads_it(desk, clock):
    """By hand: 150.00 from January + 60.00 for her child − 100.00 paid − 10.00 courtesy = 100.00, beside 100.00 credit."""
    clock.to("2026-01-12T15:00")
    first = desk.charged("client-ada", day=date(2026, 1, 12))  # 150.00
    clock.to("2026-03-02T15:00")
    childs = desk.charged("client-cora", day=date(2026, 3, 2), service="svc-group")  # 60.00, the mother owes
    clock.to("2026-03-10T15:00")
    desk.receives(ADA, 200_00, on=[(first, 80_00), (childs, 20_00)])  # 100.00 applied, 100.00 is kept
    desk.adjusts(first, ADA, "courtesy", 10_00)
    clock.to("2026-04-02T15:00")
    desk.receives(ADA, 40_00, on=[(childs, 40_00)])  # after the period
    answer, says, pdf = statement(desk, ADA, "2026-03-01", "2026-03-31")
    assert (answer["number"], answer["version"], answer["is_new"]) == (1, 1, True)
    assert told(says) == [
        ("2026-03-02", "Group", 60_00, 210_00),
        ("2026-03-10", "Payment by card, received 2026-03-10", -100_00, 110_00),
        ("2026-03-10", "Courtesy adjustment", -10_00, 100_00),
    ]
    assert (says["opening_minor"], says["closing_minor"]) == (150_00, 100_00)
    assert [(item["client_name"], item["amount_minor"], item["open_minor"], item["age_days"])
            for item in says["open_items"]] == [("Ada Birch", 150_00, 60_00, 78), ("Cora Birch", 60_00, 40_00, 29)]  # fmt: skip
    assert says["aging"] == {"0-30": 40_00, "31-60": 0, "61-90": 60_00, "91-120": 0, "120+": 0}
    assert says["credit"] == {
        "opening": 0, "received": 200_00, "applied": -100_00, "refunded": 0, "other": 0, "closing": 100_00,
    }  # fmt: skip
    text = text_of(pdf)
    for wanted in ("Statement", "No. 1", "2026-03-01 to 2026-03-31", "Opening balance", "$150.00", "−$100.00",
                   "Closing balance", "Cora Birch", "61-90", "Not applied $100.00", "Elm Street Practice",
                   "OF THIS, FOR WHOM Ada Birch $60.00 Cora Birch $40.00 Together $100.00"):  # fmt: skip
        assert wanted.lower() in text.lower()


def test_a_client_with_nothing_gets_one_page_that_says_so(desk):
    _, says, pdf = statement(desk, "client:client-dan", "2026-01-01", "2026-01-31")
    assert (says["opening_minor"], says["lines"], says["closing_minor"], says["open_items"]) == (0, [], 0, [])
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "Nothing was charged or paid in this period." in text_of(pdf)


def test_the_same_period_again_is_the_same_page_until_something_is_posted_in_it(desk, clock):
    charge = desk.charged("client-ada")
    clock.to("2026-04-02T15:00")
    first, says, pdf = statement(desk, ADA, "2026-03-01", "2026-03-31")
    desk.receives(ADA, 50_00)  # in April: March stays what it was
    again, says_again, pdf_again = statement(desk, ADA, "2026-03-01", "2026-03-31")
    assert again == first | {"is_new": False}
    assert (says_again, pdf_again) == (says, pdf)
    desk.run(
        commands.adjust_charge, reason="Agreed in March", charge_id=charge, party=ADA, adjustment_class="courtesy",
        amount_minor=5_00, post_date="2026-03-30",
    )  # fmt: skip
    newer, corrected, newer_pdf = statement(desk, ADA, "2026-03-01", "2026-03-31")
    assert (newer["number"], newer["version"], newer["is_new"]) == (2, 2, True)
    assert corrected["replaces"] == {"number": 1, "issued_date": "2026-04-02"}
    assert "In place of No. 1 of 2026-04-02" in text_of(newer_pdf)
    with desk.record.read() as reader:
        listed = queries.documents(reader, desk.who, "client-ada")
        assert [(row["number"], row["is_replaced"]) for row in listed] == [(2, False), (1, True)]
        assert queries.document(reader, desk.who, first["document_id"]) == says  # the older one stays
    with pytest.raises(duckdb.Error, match="never changed"):
        desk.record._connection.execute("update documents set title = 'x'")


def test_what_no_statement_can_be_about(desk, harbor):
    for party, first, last, sentence in [
        (harbor, "2026-01-01", "2026-01-31", "Statements are for clients"),
        (ADA, "2026-02-01", "2026-01-31", "ends before it begins"),
        (ADA, "2026-03-01", "2026-03-31", "not over on 2026-03-31; end it on 2026-03-02"),
        (ADA, "soon", "2026-03-01", "written like 2026-03-31"),
        ("client:nobody", "2026-01-01", "2026-01-31", "does not exist"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            desk.run(commands.issue_statement, party=party, from_date=first, to_date=last)


def test_who_works_at_another_location_gets_no_statement_of_this_one(desk):
    desk.charged("client-ada")
    elsewhere = Actor("user-far", "biller", "Far", location_ids=frozenset({"loc-far"}))
    with pytest.raises(Refusal, match="another location"):
        desk.run(
            commands.issue_statement, who=elsewhere, party=ADA, from_date="2026-03-01", to_date="2026-03-02"
        )  # fmt: skip


steps = st.lists(
    st.tuples(
        st.sampled_from(("charge", "pay", "apply", "adjust", "transfer", "void", "refund", "wait")),
        st.sampled_from(("client-ada", "client-ben", "client-cora")),
        st.integers(1, 200_00),
    ),
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, cut=st.integers(0, 60))
def test_law_the_closing_balance_is_the_ledger_of_that_day(prepared, tmp_path_factory, clock, steps, cut):
    """Whatever happened in whatever order: opening + lines = closing = Σ open = Σ ages = ledger, credit beside it."""
    desk = _lived(prepared, tmp_path_factory, clock, steps)
    today = clock().date()
    last = min(date(2026, 3, 2).toordinal() + cut, today.toordinal())
    first, last = date(2026, 3, 5), max(date.fromordinal(last), date(2026, 3, 5))
    if last <= today:
        for party in (ADA, BEN):
            _, says, _ = statement(desk, party, str(first), str(last))
            with desk.record.read() as reader:
                ledger = queries.receivables(reader, desk.who, last)
            owed = sum(row["open_minor"] for row in ledger["rows"] if row["key"] == party)
            assert says["closing_minor"] == owed == sum(says["aging"].values())
            assert says["closing_minor"] == says["opening_minor"] + sum(line["amount_minor"] for line in says["lines"])
            assert sum(item["open_minor"] for item in says["open_items"]) == owed
            [waits] = desk.rows(
                "select coalesce(sum(credit_minor - debit_minor), 0)::bigint m from postings"
                " where account = '2100' and party = ? and post_date <= ?", party, last,
            )  # fmt: skip
            assert says["credit"]["closing"] == waits["m"]
    for payment in desk.rows("select payment_id from payments where client_id is not null"):
        _, says, _ = issued(desk, commands.issue_receipt, payment_id=payment["payment_id"])
        parts = (
            says["applied_minor"],
            says["refunded_minor"],
            says["held_minor"],
            says["unapplied_minor"],
            says["lapsed_minor"],
        )
        assert sum(parts) == (0 if says["is_void"] else says["amount_minor"])
        assert says["unapplied_minor"] == desk.unapplied(payment["payment_id"])
    desk.record.close()


def _lived(prepared, folders, clock, steps):
    """A biller's practice after these steps; what is refused changes nothing."""
    from contextlib import suppress
    from shutil import copyfile

    from practice.ids import seeded_ids
    from tests.conftest import actor
    from tests.practice.billing.conftest import Desk

    clock.to("2026-03-02T14:00")
    path = folders.mktemp("lived") / "record.duckdb"
    copyfile(prepared(clock(), is_furnished=True)[0], path)
    desk = Desk(Record(path, clock=clock, ids=seeded_ids(7)), None, actor("biller"))
    charges, payments = [], []
    for act, client, amount in steps:
        owner = "client-ada" if client == "client-cora" else client
        with suppress(Refusal):
            if act == "charge":
                charges.append(desk.charged(client, amount, day=clock().date()))
            elif act == "pay":
                payments.append(desk.receives(f"client:{owner}", amount))
            elif act == "wait":
                clock.forward(days=amount % 20)
            elif charges and act == "transfer":
                desk.transfers(charges[-1], "payer:payer-harbor", BEN, amount)
            elif charges and act == "adjust":
                desk.adjusts(charges[-1], f"client:{owner}", "courtesy", amount)
            elif charges and payments and act == "apply":
                desk.allocates(payments[amount % len(payments)], charges[amount % len(charges)], amount)
            elif charges and act == "void":
                desk.run(commands.void_charge, charge_id=charges[amount % len(charges)])
            elif payments and act == "refund":
                desk.run(
                    commands.refund_payment, payment_id=payments[amount % len(payments)], amount_minor=amount,
                    method="card",
                )  # fmt: skip
    return desk


def test_a_receipt_shows_how_a_payment_was_split(desk):
    """By hand: 250.00 = 150.00 for her visit (on invoice 1) + 60.00 for her child's + 40.00 kept, of which 15.00 goes back."""
    own = desk.charged("client-ada")
    childs = desk.charged("client-cora", service="svc-group", day=date(2026, 2, 27))
    desk.invoices(own)
    payment = desk.receives(ADA, 250_00, "check", on=[(own, 150_00), (childs, 60_00)])
    first, says, pdf = issued(desk, commands.issue_receipt, payment_id=payment)
    assert [(part["client_name"], part["invoice_number"], part["amount_minor"]) for part in says["split"]] == [
        ("Cora Birch", None, 60_00),
        ("Ada Birch", 1, 150_00),
    ]
    assert (says["applied_minor"], says["refunded_minor"], says["unapplied_minor"]) == (210_00, 0, 40_00)
    text = text_of(pdf)
    for wanted in (
        "Receipt",
        "Ada Birch",
        "Check",
        "Paid for visits $210.00",
        "Kept as credit $40.00",
        "Received $250.00",
    ):
        assert wanted in text
    again = desk.run(commands.issue_receipt, payment_id=payment)
    assert again == first | {"is_new": False}
    desk.run(commands.refund_payment, payment_id=payment, amount_minor=15_00, method="check")
    newer, says, pdf = issued(desk, commands.issue_receipt, payment_id=payment)
    assert newer["version"] == 2
    assert says["refunds"] == [{"date": "2026-03-02", "method": "check", "amount_minor": 15_00}]
    assert "Paid back $15.00 Kept as credit $25.00" in text_of(pdf)


def test_money_that_was_put_to_nothing_has_a_receipt_too_and_a_void_one_says_so(desk):
    payment = desk.receives(ADA, 80_00, "cash")
    _, says, pdf = issued(desk, commands.issue_receipt, payment_id=payment)
    assert (says["split"], says["unapplied_minor"]) == ([], 80_00)
    assert "Credit is yours" in text_of(pdf)
    desk.run(commands.void_payment, payment_id=payment)
    _, says, pdf = issued(desk, commands.issue_receipt, payment_id=payment)
    assert "Void: this payment was undone" in text_of(pdf)
    assert says["unapplied_minor"] == 0
    payers = desk.receives("payer:payer-harbor", 10_00, "remittance")
    with pytest.raises(Refusal, match="Receipts are for clients"):
        desk.run(commands.issue_receipt, payment_id=payers)


# The logo


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((15, 118, 110)) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><rect width="40" height="10" fill="#0f766e"/></svg>'


@pytest.mark.parametrize("file", [png(400, 100), SVG])
def test_a_logo_is_on_every_paper_from_then_on_and_older_papers_keep_theirs(desk, owner, file):
    _, _, bare = statement(desk, ADA, "2026-02-01", "2026-02-28")
    desk.run(set_logo, who=owner, content=base64.b64encode(file).decode())
    _, says, pdf = statement(desk, ADA, "2026-01-01", "2026-01-31")
    assert says["practice"]["logo"]
    invoice = desk.invoices(desk.charged("client-ada"))
    with desk.record.read() as reader:
        asked = queries.invoice_document(reader, desk.who, invoice)
        assert documents.invoice_pdf(asked, queries.logos(reader, [asked]))
    assert asked["practice"] == {"name": "Elm Street Practice", "logo": says["practice"]["logo"]}
    assert statement(desk, ADA, "2026-02-01", "2026-02-28")[2] == bare
    desk.run(remove_logo, who=owner)
    assert statement(desk, ADA, "2026-01-01", "2026-01-31")[2] == pdf
    assert "logo" not in statement(desk, ADA, "2026-01-02", "2026-01-31")[1]["practice"]
    assert all(
        file.decode("latin1") not in row["notes"]
        for row in desk.rows("select cast(audit_entries as text) notes from audit_entries")
    )


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"GIF89a", "neither a PNG nor an SVG"),
        (png(20, 20), "too coarse"),
        (png(400, 100)[:-30], "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 300_001, "at most 300"),
        (SVG.replace(b"<rect", b'<script href="#a"/><rect'), "runs or loads"),
        (SVG.replace(b"<rect", b'<image href="file:///etc/passwd"/><rect'), "runs or loads"),
        (SVG.replace(b"<rect", b'<image href="https://example.org/a.png"/><rect'), "runs or loads"),
        (b'<!DOCTYPE x [<!ENTITY a "aa">]>' + SVG, "defines entities"),
        (SVG[:-3], "cannot be read"),
    ],
)
def test_what_is_no_logo(file, sentence):
    with pytest.raises(Refusal, match=sentence):
        as_svg(file)


def test_many_papers_in_one_file_are_the_pages_of_the_single_ones(desk):
    says = [statement(desk, ADA, f"2026-0{month}-01", f"2026-0{month}-20")[1] for month in (1, 2)]
    single = [text_of(documents.pdf([one])) for one in says]
    together = PdfReader(io.BytesIO(documents.pdf(says)))
    assert [" ".join(page.extract_text().split()) for page in together.pages] == single
    assert "Page 1 of 1" in single[1]
    assert together.metadata.title == "Statement 1 to Statement 2"
    assert json.loads(json.dumps(says)) == says
