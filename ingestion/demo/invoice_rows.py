"""Invoices and their lines, each with its frozen document: what `issue_invoice` would have written that afternoon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.charging import CLASSES, SERVICE, TO_CLIENT
from ingestion.demo.collecting import METHODS
from ingestion.demo.columns import (
    NEVER,
    Array,
    Columns,
    as_date,
    dates,
    instants,
    new_ids,
    numbers,
    pick,
    spread,
    stack,
    take,
)
from ingestion.demo.house import SERVICES, House
from ingestion.demo.house_rows import PRACTICE_NAME
from ingestion.demo.postings import party_texts
from ingestion.demo.slices import INVOICES_AT_ONCE, runs
from practice.billing.documents import build_invoice

DUE_DAYS = 30
_VOID_REASON = "wrong address"


def invoice_tables(
    house: House, books: Books, letterheads: list[dict[str, Any]], dice: np.random.Generator
) -> Iterator[dict[str, pa.Table]]:
    """`invoices` and `invoice_lines` in parts; the first are numbered from 1 in the order of issue."""
    invoices, lines = books.invoices, books.lines
    house.ids["invoices"] = new_ids(invoices["known"], dice)
    house.ids["invoice_lines"] = new_ids(invoices["known"][lines["invoice"]], dice)
    lines["amount"] = shares(books)
    return (
        _invoice_tables(house, books, letterheads, first, last)
        for first, last in runs(len(invoices["known"]), INVOICES_AT_ONCE)
    )


def _invoice_tables(
    house: House, books: Books, letterheads: list[dict[str, Any]], first: int, last: int
) -> dict[str, pa.Table]:
    invoices = take(books.invoices, np.arange(first, last))
    begins, ends = np.searchsorted(books.lines["invoice"], [first, last])
    lines = take(books.lines, np.arange(begins, ends))
    lines["invoice"] = lines["invoice"] - first
    count, share = last - first, lines["amount"]
    keys = house.ids["invoices"][first:last]
    total = np.bincount(lines["invoice"], share, count).astype(np.int64)
    is_void = invoices["voided"] < NEVER
    nobody = np.zeros(count, dtype=bool)
    party = party_texts(house, nobody, invoices["guarantor"])
    line_party = pick(party, lines["invoice"])
    charge = pick(house.ids["charges"], lines["charge"])
    live = ~is_void[lines["invoice"]]
    texts = _documents(house, books, invoices, lines, letterheads, party.to_pylist(), first)
    return {
        "invoices": pa.table(
            {
                "invoice_id": keys,
                "number": numbers(np.arange(first + 1, last + 1)),
                "party": party,
                "client_id": pick(house.ids["clients"], invoices["guarantor"]),
                "issued_date": dates(invoices["post_day"]),
                "due_date": dates(invoices["post_day"] + DUE_DAYS),
                "total_minor": numbers(total),
                "document": pa.array(texts, pa.string()),
                "known_at": instants(invoices["known"]),
                "status": pick(("issued", "void"), is_void.astype(int)),
                "void_reason": pick((_VOID_REASON,), is_void.astype(int) - 1),
            }
        ),
        "invoice_lines": pa.table(
            {
                "invoice_line_id": house.ids["invoice_lines"][begins:ends],
                "invoice_id": pick(keys, lines["invoice"]),
                "charge_id": charge,
                "party": line_party,
                "amount_minor": numbers(share),
                "live_key": pick(
                    pc.binary_join_element_wise(charge, line_party, "|"), np.where(live, np.arange(len(live)), -1)
                ),
                "_known_at": instants(invoices["known"][lines["invoice"]]),
            }
        ),
    }


def shares(books: Books) -> Array:
    """What each line's charge had become the client's to pay when the invoice was issued."""
    charge, known = books.lines["charge"], books.invoices["known"][books.lines["invoice"]]
    alone = books.charges["payer"][charge] < 0
    moved = _to_date(books.transfers, np.arange(len(books.transfers["known"])), charge, known)
    share = np.bincount(moved["line"], books.transfers["amount"][moved["row"]], len(charge)).astype(np.int64)
    return np.where(alone, books.charges["amount"][charge], share)


def _to_date(paper: Columns, rows: Array, charge: Array, known: Array) -> Columns:
    """Pairs (line, row of the paper) of the same charge that were known by the line's time."""
    of_charge = paper["charge"][rows]
    order = np.argsort(of_charge, kind="stable")
    low, high = (np.searchsorted(of_charge[order], charge, side) for side in ("left", "right"))
    line = np.repeat(np.arange(len(charge)), high - low)
    row = rows[order[np.repeat(low, high - low) + spread(high - low)]]
    chosen = paper["known"][row] <= known[line]
    return {"line": line[chosen], "row": row[chosen]}


def _documents(
    house: House,
    books: Books,
    invoices: Columns,
    of: Columns,
    letterheads: list[dict[str, Any]],
    parties: list[str],
    first: int,
) -> list[str]:
    """The frozen documents of those invoices, whose lines are `of`; `first` is the number before theirs."""
    lines, settled = _line_rows(house, books, of), _settlements(books, invoices["known"], of)
    line_bounds = np.searchsorted(of["invoice"], np.arange(len(parties) + 1))
    settled_bounds = np.searchsorted(settled["invoice"], np.arange(len(parties) + 1))
    rows = _settlement_rows(settled)
    names = pick(house.names["clients"], invoices["guarantor"]).to_pylist()
    texts = []
    for i, party in enumerate(parties):
        day = int(invoices["post_day"][i])
        document = build_invoice(
            number=first + i + 1, issued_date=str(as_date(day)), due_date=str(as_date(day + DUE_DAYS)), currency="USD",
            practice_name=PRACTICE_NAME, location=letterheads[int(invoices["location"][i])], party=party,
            bill_to=names[i], lines=lines[line_bounds[i] : line_bounds[i + 1]],
            settlements=rows[settled_bounds[i] : settled_bounds[i + 1]],
        )  # fmt: skip
        texts.append(json.dumps(document, ensure_ascii=False))
    return texts


def _line_rows(house: House, books: Books, of: Columns) -> list[dict[str, Any]]:
    charge = of["charge"]
    charges = books.charges
    service = charges["service"][charge]
    is_service = charges["kind"][charge] == SERVICE
    described = [name[0] for name in SERVICES] + [f"Missed visit: {name[0]}" for name in SERVICES]
    columns = {
        "charge_id": pick(house.ids["charges"], charge).to_pylist(),
        "service_date": [str(day) for day in dates(charges["day"][charge]).to_pylist()],
        "client_name": pick(house.names["clients"], charges["client"][charge]).to_pylist(),
        "description": pick(described, service + np.where(is_service, 0, len(SERVICES))).to_pylist(),
        "code": pick([name[1] for name in SERVICES], np.where(is_service, service, -1)).to_pylist(),
        "provider": pick(house.names["providers"], charges["provider"][charge]).to_pylist(),
        "units": [1] * len(charge),
        "charge_minor": charges["amount"][charge].tolist(),
        "amount_minor": of["amount"].tolist(),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _settlements(books: Books, issued: Array, of: Columns) -> Columns:
    """invoice, day, kind (0 payment, 1 adjustment), what (method or class), amount; ordered by invoice and day."""
    charge, invoice = of["charge"], of["invoice"]
    known = issued[invoice]
    paper = books.allocations
    by_client = np.flatnonzero(~books.payments["by_payer"][paper["payment"]])
    pairs = _to_date(paper, by_client, charge, known)
    payment = paper["payment"][pairs["row"]]
    key, inverse = np.unique(np.stack([invoice[pairs["line"]], payment]), axis=1, return_inverse=True)
    amount = np.bincount(inverse.ravel(), paper["amount"][pairs["row"]], key.shape[1]).astype(np.int64)
    payments = {
        "invoice": key[0], "day": books.payments["post_day"][key[1]], "kind": np.zeros(len(amount), dtype=np.int64),
        "what": books.payments["method"][key[1]], "amount": amount,
    }  # fmt: skip
    given = books.adjustments
    pairs = _to_date(given, np.flatnonzero(given["party"] == TO_CLIENT), charge, known)
    adjustments = {
        "invoice": invoice[pairs["line"]], "day": given["post_day"][pairs["row"]],
        "kind": np.ones(len(pairs["row"]), dtype=np.int64), "what": given["class"][pairs["row"]],
        "amount": given["amount"][pairs["row"]],
    }  # fmt: skip
    both = stack(payments, adjustments)
    chosen = np.flatnonzero(both["amount"] != 0)
    order = chosen[np.lexsort([both[name][chosen] for name in ("amount", "what", "kind", "day", "invoice")])]
    return {name: values[order] for name, values in both.items()}


def _settlement_rows(settled: Columns) -> list[dict[str, Any]]:
    return [
        {"date": str(as_date(day)), "kind": kind, "description": what, "amount_minor": amount}
        for day, kind, what, amount in zip(
            settled["day"].tolist(),
            pick(("payment", "adjustment"), settled["kind"]).to_pylist(),
            pick((*METHODS, *CLASSES), settled["what"] + settled["kind"] * len(METHODS)).to_pylist(),
            settled["amount"].tolist(),
            strict=True,
        )
    ]
