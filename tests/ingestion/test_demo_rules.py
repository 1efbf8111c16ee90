"""What the demo computes in bulk is what the practice's own functions compute one by one."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import count

import pyarrow.parquet as pq
import pytest

from practice.billing import ledger
from practice.billing.documents import build_invoice, invoice_pdf
from practice.billing.queries import facts, paper
from practice.clock import local_date
from practice.scheduling.model import HORIZON, ceil_grid, claims_for, judge_notice, slots_for, status_of

KEYS = {
    "charge": "charges", "void_charge": "charges", "payment": "payments", "allocation": "allocations",
    "deallocation": "allocations", "adjustment": "adjustments", "transfer": "transfers", "refund": "refunds",
}  # fmt: skip


def by_key(demo, table: str, key: str) -> dict[str, dict]:
    return {row[key]: row for row in demo.rows(f"select * from {table}")}


@pytest.fixture(scope="module")
def books(demo):
    """The papers by id, and the postings of each transaction."""
    papers = {table: by_key(demo, table, f"{table[:-1]}_id") for table in set(KEYS.values())}
    postings = defaultdict(list)
    for row in demo.rows("select * from postings order by transaction_id, posting_id"):
        postings[row["transaction_id"]].append(row)
    return papers, postings


def headings(demo, kind: str) -> list[tuple[ledger.Heading, dict]]:
    found = demo.rows("select * from ledger_transactions where kind = ? order by known_at, transaction_id", kind)
    return [(ledger.Heading(**row), row) for row in found]


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_every_entry_of_a_kind_is_what_the_ledgers_builder_makes(demo, books, kind):
    papers, postings = books
    found = headings(demo, kind)
    assert found, f"no {kind} in the demo"
    for heading, row in found:
        entry = rebuilt(heading, papers, postings)
        assert entry.transaction() == row
        assert sorted(entry.postings, key=lambda one: one["posting_id"]) == postings[heading.transaction_id]


def rebuilt(heading: ledger.Heading, papers, postings) -> ledger.Entry:
    """The entry as the builder makes it, from the paper and, for an estimate, from the entries before."""
    one = papers[KEYS[heading.kind]][heading.document_id]
    charge = papers["charges"].get(one.get("charge_id"))
    payment = papers["payments"].get(one.get("payment_id"))
    match heading.kind:
        case "charge":
            return ledger.charge_entry(heading, charge, moved(postings[heading.transaction_id], "4105"))
        case "payment":
            return ledger.payment_entry(heading, payment)
        case "allocation":
            return ledger.allocation_entry(heading, payment, charge, one["amount_minor"])
        case "adjustment":
            # A contractual adjustment, and one that settles the payer, undo all that was expected.
            estimate = moved(postings[charge["transaction_id"]], "4105") if one["party"].startswith("payer:") else 0
            return ledger.adjustment_entry(
                heading, charge, one["party"], one["class"], one["amount_minor"], estimate_minor=estimate
            )
        case "transfer":
            return ledger.transfer_entry(heading, charge, one["from_party"], one["to_party"], one["amount_minor"])
        case "refund":
            return ledger.refund_entry(heading, payment, one["method"], one["amount_minor"])
    return ledger.mirror(heading, postings[heading.reverses_id])


def moved(entry: list[dict], account: str) -> int:
    """What an entry debits to an account."""
    return sum(row["debit_minor"] - row["credit_minor"] for row in entry if row["account"] == account)


def test_charges_ask_whom_and_expect_what_the_charging_command_would(demo, books):
    papers, postings = books
    planted = pq.read_table(demo.home.truth / "leaks.parquet").to_pylist()
    wrong = {one["attendee_id"] for one in planted if one["leak"] in ("undercharged", "wrong_payer", "payer_not_asked")}
    assert wrong, "some are planted, and only those may differ"
    with demo.record.read() as reader:
        for charge in list(papers["charges"].values())[::7]:
            if charge["attendee_id"] in wrong or charge["is_fee_agreed"]:
                continue
            is_visit = charge["kind"] == "service"
            payer = facts.first_payer(reader, charge["client_id"], charge["service_date"]) if is_visit else None
            assert charge["payer_id"] == payer
            allowed = payer and facts.allowed(reader, payer, charge["service_id"], charge["service_date"])
            expected = max(charge["amount_minor"] - allowed, 0) if payer else 0
            assert moved(postings[charge["transaction_id"]], "4105") == expected
            if charge["status"] == "posted":
                fee = reader.value("select fee_minor from services where service_id = ?", charge["service_id"])
                missed = facts.missed_visit_fee(reader, charge["service_id"], charge["service_date"])
                assert charge["amount_minor"] == (fee if is_visit else missed)


def test_claims_and_slots_are_what_the_scheduling_model_makes(demo):
    now = demo.value("select max(happened_at) from audit_entries")
    services = by_key(demo, "services", "service_id")
    attendees = defaultdict(list)
    for row in demo.rows("select * from attendees order by attendee_id"):
        attendees[row["appointment_id"]].append(row)
    claims, slots, number = set(), set(), count()
    for visit in demo.rows("select * from appointments"):
        present = [row for row in attendees[visit["appointment_id"]] if status_of([row["status"]]) not in GONE]
        if not present:
            continue
        service = services[visit["service_id"]]
        made = claims_for(
            visit["appointment_id"], visit["starts_at"], visit["ends_at"], new_id=lambda: str(next(number)),
            provider_id=visit["provider_id"], room_id=visit["room_id"],
            client_ids=[row["client_id"] for row in present], service_id=visit["service_id"],
            start_date=visit["start_date"], location_id=visit["location_id"],
            before_minutes=service["buffer_before_minutes"], after_minutes=service["buffer_after_minutes"],
        )  # fmt: skip
        if all(row["status"] in ("no_show", "left_unseen") for row in present):
            # As `free_the_rest` does when the last of them is recorded.
            until = ceil_grid(max(row["outcome_at"] for row in present))
            made = [one._replace(ends_at=min(one.ends_at, until)) for one in made if one.starts_at < until]
        claims |= {tuple(one)[1:] for one in made}
        slots |= {slot[:3] for slot in slots_for(made, now - HORIZON)}
    stored = (
        "select resource_kind, resource_id, appointment_id, holder, kind, service_id, start_date, starts_at, ends_at,"
        " lane, expires_at, location_id from claims"
    )
    assert {tuple(row.values()) for row in demo.rows(stored)} == claims
    assert {tuple(row.values()) for row in demo.rows("select resource_id, slot_at, lane from slots")} == slots
    # Beside what was loaded at once there are those of the series, which commands have booked.
    booked = demo.value(
        "select count(*) from slots join claims using (claim_id) join appointments using (appointment_id)"
        " where series_id is not null"
    )
    assert len(slots) == demo.counts["slots"] + booked


GONE = ("cancelled", "rescheduled", "entered_in_error")


def test_statuses_and_lateness_are_what_the_scheduling_model_says(demo):
    policies = demo.rows("select * from cancellation_policies")
    visits = by_key(demo, "appointments", "appointment_id")
    statuses = defaultdict(list)
    for row in demo.rows("select * from attendees"):
        visit = visits[row["appointment_id"]]
        statuses[row["appointment_id"]].append(row["status"])
        assert row["booked_date"] == local_date(row["booked_at"], visit["zone"])
        if row["status"] in ("cancelled", "rescheduled"):
            at = row["outcome_at"]
            notice, is_late = judge_notice(
                policies, visit["service_id"], visit["starts_at"], at, local_date(at, visit["zone"])
            )
            by_client = row["cancelled_by"] in ("client", None)
            assert (row["notice_minutes"], row["is_late"]) == (notice, is_late if by_client else None)
    assert {key: status_of(listed) for key, listed in statuses.items()} == {
        key: visit["status"] for key, visit in visits.items()
    }


def test_an_invoices_document_is_the_one_that_the_command_would_freeze(demo):
    latest = demo.value("select max(issued_date) from invoices where status = 'issued'")
    chosen = demo.rows(
        "select * from invoices i where issued_date = ? and status = 'issued' and not exists (select 1 from postings p"
        " join invoice_lines l using (charge_id) where l.invoice_id = i.invoice_id and p.known_at > i.known_at)",
        latest,
    )
    assert len(chosen) > 5
    with demo.record.read() as reader:
        for invoice in chosen:
            keys = [line["charge_id"] for line in facts.lines_of(reader, invoice["invoice_id"])]
            charges = [reader.find("charges", key) for key in keys]
            charges.sort(key=lambda charge: (charge["service_date"], charge["charge_id"]))
            frozen = json.loads(invoice["document"])
            document = build_invoice(
                number=invoice["number"], issued_date=str(invoice["issued_date"]), due_date=str(invoice["due_date"]),
                currency="USD", practice_name=reader.setting("practice_name"),
                location=paper.letterhead(reader, charges[0]["location_id"]), party=invoice["party"],
                bill_to=paper.party_name(reader, invoice["party"]),
                lines=[paper.line(reader, charge, invoice["party"]) for charge in charges],
                settlements=paper.settlements(reader, keys, invoice["party"]),
            )  # fmt: skip
            frozen["lines"].sort(key=lambda line: (line["service_date"], line["charge_id"]))
            assert frozen == document
    assert invoice_pdf(json.loads(chosen[0]["document"])).startswith(b"%PDF")
