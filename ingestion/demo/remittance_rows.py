"""Remittances as rows: the 835 as it arrived, its claims, lines and adjustments, and what posting each wrote."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingestion.demo.books import Books
from ingestion.demo.charging import CONTRACTUAL, TO_PAYER
from ingestion.demo.claiming import DENIAL_REASONS, control_numbers, payers_numbers
from ingestion.demo.columns import Array, Columns, dates, instants, new_ids, numbers, pick, stack, take
from ingestion.demo.house import SERVICES, House
from ingestion.demo.remittance_texts import COPAY_SAID, DENIED_SAID, SAID, SHARE_SAID, contents
from ingestion.demo.slices import Span, spans, within

ANSWERS_AT_ONCE = 60_000
CLASS_OF = np.array([0, 1, 1, 1, 1, *([2] * len(DENIAL_REASONS))])
CLASSES = ("contractual", "client_share", "denial")
OUTCOMES = ("corrected", "appealed", "written_off")
_NOTES = ("Corrected claim sent", "Appealed with the note of the visit", "Given up: too late for another appeal")
_BILLER = 4


def remittance_tables(house: House, books: Books, dice: np.random.Generator) -> Iterator[dict[str, pa.Table]]:
    """Every table of remittances, in slices by the time of their answers."""
    insurance = books.insurance
    answers, remittances = insurance.answers, insurance.remittances
    known = answers["known"]
    keys = {
        "remittances": new_ids(remittances["known"], dice),
        **{name: new_ids(known, dice) for name in ("remittance_claims", "remittance_lines")},
    }
    said = _said(books)
    keys["said"] = new_ids(known[said["answer"]], dice)
    written = _written(books)
    keys["written"] = new_ids(known[written["answer"]], dice)
    number = np.arange(len(known)) - np.searchsorted(answers["remittance"], answers["remittance"])
    for span in spans(known, ANSWERS_AT_ONCE):
        yield _tables(house, books, keys, number, said, written, span)


def _tables(
    house: House, books: Books, keys: dict[str, pa.Array], number: Array, said: Columns, written: Columns, span: Span
) -> dict[str, pa.Table]:
    answers = books.insurance.answers
    rows = within(answers["known"], span)
    mine, entries = (within(answers["known"][part["answer"]], span) for part in (said, written))
    decided = within(answers["known"][books.insurance.denials["answer"]], span)
    chosen = take(answers, rows)
    charges = take(books.charges, chosen["charge"])
    claim = take(books.insurance.claims, chosen["claim"])
    code = pick([service[1] for service in SERVICES], charges["service"])
    own = control_numbers(claim["number"])
    theirs = payers_numbers(charges["payer"], claim["number"])
    return {
        "remittances": _remittances(house, books, keys, take(said, mine), rows, own, theirs, span),
        "remittance_claims": pa.table(
            {
                "remittance_claim_id": pick(keys["remittance_claims"], rows),
                "remittance_id": pick(keys["remittances"], chosen["remittance"]),
                "number": numbers(number[rows].astype(np.int32)),
                "control_number": own,
                "payer_control_number": theirs,
                "claim_status": pick(("1",), np.zeros(len(rows), dtype=int)),
                "charge_minor": numbers(charges["amount"]),
                "paid_minor": numbers(chosen["paid"]),
                "denied_minor": numbers(chosen["denied"]),
                "status": pick(("posted",), np.zeros(len(rows), dtype=int)),
                "known_at": instants(chosen["known"]),
            }
        ),
        "remittance_lines": pa.table(
            {
                "remittance_line_id": pick(keys["remittance_lines"], rows),
                "remittance_claim_id": pick(keys["remittance_claims"], rows),
                "number": numbers(np.zeros(len(rows), dtype=np.int32)),
                "code": code,
                "service_date": dates(charges["day"]),
                "charge_minor": numbers(charges["amount"]),
                "paid_minor": numbers(chosen["paid"]),
                "charge_id": pick(house.ids["charges"], chosen["charge"]),
            }
        ),
        "remittance_adjustments": _adjustments(keys, take(said, mine), pick(keys["said"], mine)),
        "remittance_entries": _entries(house, books, keys, take(written, entries), pick(keys["written"], entries)),
        "denials": _denials(house, keys, take(books.insurance.denials, decided)),
    }


def _said(books: Books) -> Columns:
    """answer, what (of SAID), amount of every adjustment, in the order of the answers."""
    answers = books.insurance.answers
    every = np.arange(len(answers["charge"]))
    parts = [
        (answers["off"], np.zeros(len(every), dtype=int)),
        (answers["copay"], np.full(len(every), COPAY_SAID)),
        (answers["share"], SHARE_SAID + books.charges["share_kind"][answers["charge"]]),
        (answers["denied"], DENIED_SAID + answers["reason"]),
    ]
    made = stack(*({"answer": every, "what": what, "amount": amount} for amount, what in parts))
    made = take(made, made["amount"] > 0)
    return take(made, np.lexsort((made["what"], made["answer"])))


def _adjustments(keys: dict[str, pa.Array], said: Columns, own: pa.Array) -> pa.Table:
    group, reason = zip(*(one.split("-") for one in SAID), strict=True)
    return pa.table(
        {
            "remittance_adjustment_id": own,
            "remittance_claim_id": pick(keys["remittance_claims"], said["answer"]),
            "remittance_line_id": pick(keys["remittance_lines"], said["answer"]),
            "group_code": pick(group, said["what"]),
            "reason_code": pick(reason, said["what"]),
            "amount_minor": numbers(said["amount"]),
            "class": pick(CLASSES, CLASS_OF[said["what"]]),
        }
    )


def _written(books: Books) -> Columns:
    """answer, kind (0 allocation, 1 transfer, 2 adjustment), paper: what posting wrote, in the order it wrote it."""
    by_payer = books.payments["by_payer"][books.allocations["payment"]]
    lowered = (books.adjustments["party"] == TO_PAYER) & (books.adjustments["class"] == CONTRACTUAL)
    parts = []
    for kind, (paper, chosen) in enumerate(
        ((books.allocations, by_payer), (books.transfers, books.transfers["reason"] == 1), (books.adjustments, lowered))
    ):
        rows = np.flatnonzero(chosen)
        answer = books.insurance.final_answer[paper["charge"][rows]]
        told = answer >= 0
        made = {"answer": answer[told], "kind": np.full(told.sum(), kind), "paper": rows[told]}
        parts.append(made | {"amount": paper["amount"][rows[told]]})
    written = stack(*parts)
    return take(written, np.lexsort((written["kind"], written["answer"])))


def _entries(house: House, books: Books, keys: dict[str, pa.Array], written: Columns, own: pa.Array) -> pa.Table:
    papers = ("allocations", "transfers", "adjustments")
    document = pa.concat_arrays([house.ids[name] for name in papers])
    begins = np.cumsum([0, *(len(house.ids[name]) for name in papers)])[written["kind"]]
    charge = books.insurance.answers["charge"][written["answer"]]
    return pa.table(
        {
            "remittance_entry_id": own,
            "remittance_claim_id": pick(keys["remittance_claims"], written["answer"]),
            "charge_id": pick(house.ids["charges"], charge),
            "kind": pick(("allocation", "transfer", "adjustment"), written["kind"]),
            "document_id": document.take(pa.array(begins + written["paper"])),
            "amount_minor": numbers(written["amount"]),
        }
    )


def _denials(house: House, keys: dict[str, pa.Array], denials: Columns) -> pa.Table:
    biller = np.full(len(denials["answer"]), _BILLER)
    return pa.table(
        {
            "remittance_claim_id": pick(keys["remittance_claims"], denials["answer"]),
            "owner_id": pick(house.ids["users"], biller),
            "outcome": pick(OUTCOMES, denials["outcome"]),
            "note": pick(_NOTES, denials["outcome"]),
            "decided_by": pick(house.ids["users"], np.where(denials["outcome"] >= 0, biller, -1)),
            "decided_at": instants(denials["decided"]),
            "known_at": instants(denials["known"]),
        }
    )


def _remittances(
    house: House,
    books: Books,
    keys: dict[str, pa.Array],
    said: Columns,
    rows: Array,
    own: list[str],
    theirs: list[str],
    span: Span,
) -> pa.Table:
    chosen = within(books.insurance.remittances["known"], span)
    made = take(books.insurance.remittances, chosen)
    count = len(chosen)
    return pa.table(
        {
            "remittance_id": pick(keys["remittances"], chosen),
            "payer_id": pick(house.ids["payers"], made["payer"]),
            "trace_number": pick(books.traces, chosen),
            "payment_id": pick(house.ids["payments"], made["payment"]),
            "location_id": pick(house.ids["locations"], made["location"]),
            "amount_minor": numbers(made["amount"]),
            "interest_minor": numbers(np.zeros(count, dtype=np.int64)),
            "payment_date": dates(made["post_day"]),
            "status": pick(("posted",), np.zeros(count, dtype=int)),
            "content": contents(house, books, said, rows, own, theirs, chosen),
            "known_at": instants(made["known"]),
        }
    )
