"""Charges, payments and what became of them as rows, and the headings of their ledger transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import ADJUSTMENT, DEALLOCATION, KINDS, PAYMENT, REFUND, TRANSFER, VOID_CHARGE, Books
from ingestion.demo.charging import CLASSES, DENIAL, SERVICE, TO_PAYER
from ingestion.demo.claiming import DENIAL_REASONS, denied_for
from ingestion.demo.collecting import METHODS
from ingestion.demo.columns import NEVER, Array, dates, instants, new_ids, nothing, numbers, pick, take
from ingestion.demo.house import SERVICES, House
from ingestion.demo.postings import party_texts, posting_tables
from ingestion.demo.slices import ENTRIES_AT_ONCE, Span, spans, within
from practice.billing.queries import denied

_DESK, _BILLER = 2, 4
"""Who writes: positions in DEMO_USERS."""

REASONS = (
    "contract", "courtesy", "small balance", "denied by the payer", "uncollectable", "copay", "patient responsibility",
    "credit paid back", "fee given back", "keyed at the wrong amount",
)  # fmt: skip
_CONTRACT, _COPAY, _SHARE, _CREDIT_BACK, _FEE_BACK, _WRONG = 0, 5, 6, 7, 8, 9


PAPERS = ("charges", "payments", "allocations", "adjustments", "transfers", "refunds")


def money_tables(
    house: House, books: Books, dice: np.random.Generator
) -> Iterator[dict[str, pa.Table | Iterator[pa.Table]]]:
    """Every table of money but invoices, by the time of posting. `postings` come in pieces.

    Sets the ids in the house before the first part.
    """
    entries = books.transactions
    house.ids["ledger_transactions"] = new_ids(entries["known"], dice)
    for name in PAPERS:
        house.ids[name] = new_ids(getattr(books, name)["known"], dice)
    traces = _traces(books)
    return (_money_tables(house, books, traces, span) for span in spans(entries["known"], ENTRIES_AT_ONCE))


def _money_tables(house: House, books: Books, traces: pa.Array, span: Span) -> dict[str, pa.Table | Iterator[pa.Table]]:
    rows = {name: within(getattr(books, name)["known"], span) for name in (*PAPERS, "transactions")}
    return {
        "charges": _charges(house, books, rows["charges"]),
        "payments": _payments(house, books, traces, rows["payments"]),
        "allocations": _allocations(house, books, rows["allocations"]),
        "adjustments": _adjustments(house, books, rows["adjustments"]),
        "transfers": _transfers(house, books, rows["transfers"]),
        "refunds": _refunds(house, books, rows["refunds"]),
        "ledger_transactions": _transactions(house, books, rows["transactions"]),
        "postings": posting_tables(house, books, rows["transactions"]),
    }


def _posted(house: House, paper: Mapping[str, Array]) -> dict[str, pa.Array]:
    """The columns that every paper ends with."""
    return {
        "post_date": dates(paper["post_day"]),
        "transaction_id": pick(house.ids["ledger_transactions"], paper["transaction"]),
        "known_at": instants(paper["known"]),
    }


def _charges(house: House, books: Books, rows: Array) -> pa.Table:
    charges, keys = take(books.charges, rows), house.ids
    is_service, is_void = charges["kind"] == SERVICE, charges["voided"] < NEVER
    attendee = charges["attendee"]
    codes = [service[1] for service in SERVICES]
    described = [service[0] for service in SERVICES] + [f"Missed visit: {service[0]}" for service in SERVICES]
    return pa.table(
        {
            "charge_id": pick(keys["charges"], rows),
            "attendee_id": pick(keys["attendees"], attendee),
            "appointment_id": pick(keys["appointments"], books.seat_of[attendee]),
            "client_id": pick(keys["clients"], charges["client"]),
            "guarantor_client_id": pick(keys["clients"], charges["guarantor"]),
            "payer_id": pick(keys["payers"], charges["payer"]),
            "provider_id": pick(keys["providers"], charges["provider"]),
            "location_id": pick(keys["locations"], charges["location"]),
            "service_id": pick(keys["services"], charges["service"]),
            "kind": pick(("service", "missed_visit"), charges["kind"]),
            "code": pick(codes, np.where(is_service, charges["service"], -1)),
            "place_of_service": pick(("11", "10"), np.where(is_service, books.is_video[rows].astype(int), -1)),
            "description": pick(described, charges["service"] + np.where(is_service, 0, len(SERVICES))),
            "units": numbers(np.ones(len(attendee), dtype=np.int32)),
            "amount_minor": numbers(charges["amount"]),
            "service_date": dates(charges["day"]),
            "status": pick(("posted", "void"), is_void.astype(int)),
            "void_transaction_id": pick(keys["ledger_transactions"], charges["void_transaction"]),
            "live_key": pick(keys["attendees"], np.where(is_void, -1, attendee)),
            **_posted(house, charges),
        }
    )


def _traces(books: Books) -> pa.Array:
    """The trace number of each payment by remittance; null for what clients pay, and for what came on paper."""
    made = books.insurance.remittances["payment"]
    remittance = np.full(len(books.payments["known"]), -1)
    paid = np.flatnonzero(made >= 0)
    remittance[made[paid]] = paid
    return pick(books.traces, remittance)


def _payments(house: House, books: Books, traces: pa.Array, rows: Array) -> pa.Table:
    payments, keys = take(books.payments, rows), house.ids
    count = len(rows)
    by_payer, party = payments["by_payer"], payments["party"]
    posted = _posted(house, payments)
    posted["received_date"] = posted.pop("post_date")
    return pa.table(
        {
            "payment_id": pick(keys["payments"], rows),
            "party": party_texts(house, by_payer, party),
            "client_id": pick(keys["clients"], np.where(by_payer, -1, party)),
            "payer_id": pick(keys["payers"], np.where(by_payer, party, -1)),
            "location_id": pick(keys["locations"], payments["location"]),
            "method": pick(METHODS, payments["method"]),
            "amount_minor": numbers(payments["amount"]),
            "reference": pick(traces, rows),
            "status": pick(("posted",), np.zeros(count, dtype=int)),
            "void_transaction_id": nothing(count),
            **posted,
        }
    )


def _allocations(house: House, books: Books, rows: Array) -> pa.Table:
    paper, keys = take(books.allocations, rows), house.ids
    payment, back = paper["payment"], paper["reverses"] >= 0
    return pa.table(
        {
            "allocation_id": pick(keys["allocations"], rows),
            "payment_id": pick(keys["payments"], payment),
            "charge_id": pick(keys["charges"], paper["charge"]),
            "party": party_texts(house, books.payments["by_payer"][payment], books.payments["party"][payment]),
            "amount_minor": numbers(paper["amount"]),
            "reverses_id": pick(keys["allocations"], paper["reverses"]),
            "reason": pick(REASONS, np.where(back, _FEE_BACK, -1)),
            **_posted(house, paper),
        }
    )


def _adjustments(house: House, books: Books, rows: Array) -> pa.Table:
    paper, keys = take(books.adjustments, rows), house.ids
    by_payer = paper["party"] == TO_PAYER
    whose = np.where(by_payer, books.charges["payer"][paper["charge"]], books.charges["guarantor"][paper["charge"]])
    return pa.table(
        {
            "adjustment_id": pick(keys["adjustments"], rows),
            "charge_id": pick(keys["charges"], paper["charge"]),
            "party": party_texts(house, by_payer, whose),
            "class": pick(CLASSES, paper["class"]),
            "amount_minor": numbers(paper["amount"]),
            "denial_kind": _denial_kinds(books, paper["class"], paper["charge"]),
            "reason": _reasons(books, paper["class"], paper["charge"]),
            "reverses_id": nothing(len(whose)),
            **_posted(house, paper),
        }
    )


def _denial_kinds(books: Books, classes: Array, charge: Array) -> pa.Array:
    """Of what is written off as denied, why; `other` where no remittance says it."""
    named = {code: kind for kind, codes in denied.KINDS.items() for code in codes}
    kinds = [named.get(code, denied.OTHER) for code in DENIAL_REASONS]
    why = denied_for(books.insurance, len(books.charges["known"]))[charge]
    return pick([*kinds, denied.OTHER], np.where(classes == DENIAL, np.where(why < 0, len(kinds), why), -1))


def _transfers(house: House, books: Books, rows: Array) -> pa.Table:
    paper, keys = take(books.transfers, rows), house.ids
    charge = paper["charge"]
    payer, client = books.charges["payer"][charge], books.charges["guarantor"][charge]
    yes = np.ones(len(charge), dtype=bool)
    return pa.table(
        {
            "transfer_id": pick(keys["transfers"], rows),
            "charge_id": pick(keys["charges"], charge),
            "from_party": party_texts(house, yes, payer),
            "to_party": party_texts(house, ~yes, client),
            "amount_minor": numbers(paper["amount"]),
            "reason": _reasons(books, _COPAY + paper["reason"], charge),
            **_posted(house, paper),
        }
    )


def _reasons(books: Books, why: Array, charge: Array) -> pa.Array:
    """Of entries about those charges (−1 = none); what a remittance posted names it, as posting it would."""
    answer = np.where(charge >= 0, books.insurance.final_answer[charge], -1)
    posted = np.isin(why, (_CONTRACT, _SHARE)) & (answer >= 0)
    remittances = books.insurance.answers["remittance"]
    trace = pick(
        books.traces, np.where(posted, remittances[np.where(posted, answer, 0)] if len(remittances) else -1, -1)
    )
    said = pick(
        ("CO-45, remittance ", "Patient responsibility, remittance "), np.where(posted, (why == _SHARE) * 1, -1)
    )
    return pc.coalesce(pc.binary_join_element_wise(said, trace, ""), pick(REASONS, why))


def _refunds(house: House, books: Books, rows: Array) -> pa.Table:
    paper, keys = take(books.refunds, rows), house.ids
    return pa.table(
        {
            "refund_id": pick(keys["refunds"], rows),
            "payment_id": pick(keys["payments"], paper["payment"]),
            "method": pick(METHODS, paper["method"]),
            "amount_minor": numbers(paper["amount"]),
            "reason": pick(REASONS, _CREDIT_BACK + paper["reason"]),
            **_posted(house, paper),
        }
    )


def _transactions(house: House, books: Books, rows: Array) -> pa.Table:
    """Headings: which paper, when, by whom, why."""
    entries, keys = take(books.transactions, rows), house.ids
    kind, row = entries["kind"], entries["row"]
    papers = ("charges", "charges", "payments", "allocations", "adjustments", "transfers", "allocations", "refunds")
    names = list(dict.fromkeys(papers))
    offsets = dict(zip(names, np.cumsum([0, *(len(keys[name]) for name in names)]), strict=False))
    document = pa.concat_arrays([keys[name] for name in names])
    begins = np.array([offsets[name] for name in papers])[kind]
    why = np.full(len(kind), -1)
    charge = np.full(len(kind), -1)
    for of, paper in ((ADJUSTMENT, books.adjustments), (TRANSFER, books.transfers)):
        charge[kind == of] = paper["charge"][row[kind == of]]
    why[kind == ADJUSTMENT] = books.adjustments["class"][row[kind == ADJUSTMENT]]
    why[kind == TRANSFER] = _COPAY + books.transfers["reason"][row[kind == TRANSFER]]
    why[kind == REFUND] = _CREDIT_BACK + books.refunds["reason"][row[kind == REFUND]]
    why[kind == DEALLOCATION], why[kind == VOID_CHARGE] = _FEE_BACK, _WRONG
    at_desk = kind == PAYMENT
    at_desk[at_desk] = ~books.payments["by_payer"][row[at_desk]]
    return pa.table(
        {
            "transaction_id": pick(keys["ledger_transactions"], rows),
            "kind": pick(KINDS, kind),
            "document_id": document.take(pa.array(begins + row)),
            "post_date": dates(entries["post_day"]),
            "known_at": instants(entries["known"]),
            "actor_id": pick(keys["users"], np.where(at_desk, _DESK, _BILLER)),
            "reason": _reasons(books, why, charge),
            "reverses_id": pick(keys["ledger_transactions"], entries["reverses"]),
        }
    )
