"""All papers of the practice up to the present, and the ledger transactions that they cause.

Here `at` has become `known` (UTC seconds) and `post_day` (the local day); rows are in the order they became known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.charging import SERVICE, charge_visits, payer_side
from ingestion.demo.collecting import Collected, collect
from ingestion.demo.columns import DAY, NEVER, Array, Columns, stack, take
from ingestion.demo.house import House
from ingestion.demo.leaks import plant
from ingestion.demo.record_of import Story

KINDS = (
    "charge", "void_charge", "payment", "deallocation", "adjustment", "transfer", "allocation", "refund",
)  # fmt: skip
"""Kinds of transactions, in the order in which those of one instant are posted."""

(CHARGE, VOID_CHARGE, PAYMENT, DEALLOCATION, ADJUSTMENT, TRANSFER, ALLOCATION, REFUND) = range(8)


@dataclass
class Books:
    """One table per kind of paper; `transactions` has kind, row (of its paper), known, post_day, reverses (or −1).

    Each paper's `transaction` column is its transaction's position; charges have `void_transaction` as well (or −1).
    """

    charges: Columns
    payments: Columns
    allocations: Columns
    adjustments: Columns
    transfers: Columns
    refunds: Columns
    invoices: Columns
    lines: Columns
    transactions: Columns
    seat_of: Array
    """The appointment of each attendee."""


def keep_books(house: House, story: Story, seed: int) -> Books:
    """Charge, bill and collect, up to the present."""
    dice = [np.random.default_rng([seed, part]) for part in (20, 21, 22, 23)]
    charges = plant(house, story, charge_visits(house, story, dice[0]), SERVICE, dice[3])
    payer = payer_side(story, charges, dice[1])
    client = collect(charges, story.clients["pays_at_desk"], dice[2])
    payments = stack(payer["payments"], client.payments)
    shift = len(payer["payments"]["at"])
    allocations = _joined(payer["allocations"], client.allocations, shift)
    refunds = client.refunds | {"payment": client.refunds["payment"] + shift}
    adjustments = stack(payer["adjustments"], client.adjustments)
    return _up_to_now(
        house,
        charges,
        payments,
        allocations,
        adjustments,
        payer["transfers"],
        refunds,
        client,
        story.attendees["appointment"],
    )


def _joined(first: Columns, second: Columns, payments: int) -> Columns:
    reverses = second["reverses"]
    moved = np.where(reverses >= 0, reverses + len(first["at"]), -1)
    return stack(first, second | {"payment": second["payment"] + payments, "reverses": moved})


def _up_to_now(
    house: House,
    charges: Columns,
    payments: Columns,
    allocations: Columns,
    adjustments: Columns,
    transfers: Columns,
    refunds: Columns,
    client: Collected,
    seat_of: Array,
) -> Books:
    where, paid_where = charges["location"], payments["location"]
    voided = house.zones.to_utc(charges["voided"], where)
    charges["void_day"] = charges["voided"] // DAY
    charges["voided"] = np.where(voided <= house.now, voided, NEVER)
    void_invoice = house.zones.to_utc(client.invoices["voided"], client.invoices["location"])
    client.invoices["voided"] = np.where(void_invoice <= house.now, void_invoice, NEVER)
    charges, charge_at = _known(house, charges, where)
    payments, payment_at = _known(house, payments, paid_where)
    invoices, invoice_at = _known(house, client.invoices, client.invoices["location"])
    papers = []
    for paper in (allocations, adjustments, transfers):
        made, position = _known(house, paper, where[paper["charge"]])
        made["charge"] = charge_at[made["charge"]]
        if "payment" in made:
            made["payment"] = payment_at[made["payment"]]
            made["reverses"] = np.where(made["reverses"] >= 0, position[made["reverses"]], -1)
        papers.append(made)
    refunds, _ = _known(house, refunds, paid_where[refunds["payment"]])
    refunds["payment"] = payment_at[refunds["payment"]]
    lines = take(client.lines, invoice_at[client.lines["invoice"]] >= 0)
    lines = {"invoice": invoice_at[lines["invoice"]], "charge": charge_at[lines["charge"]]}
    lines = take(lines, np.argsort(lines["invoice"], kind="stable"))
    books = Books(charges, payments, *papers, refunds, invoices, lines, {}, seat_of)
    books.transactions = _transactions(books)
    return books


def _known(house: House, paper: Columns, location: Array) -> tuple[Columns, Array]:
    """The rows that the practice knows now, oldest first, and where each old row went (−1 = not yet)."""
    known = house.zones.to_utc(paper["at"], location)
    order = np.argsort(known, kind="stable")
    order = order[known[order] <= house.now]
    position = np.full(len(known), -1)
    position[order] = np.arange(len(order))
    made = take(paper, order)
    return made | {"known": known[order], "post_day": made["at"] // DAY}, position


def _transactions(books: Books) -> Columns:
    """Every entry of the ledger, in order; writes the positions back into the papers."""
    void = np.flatnonzero(books.charges["voided"] < NEVER)
    back = books.allocations["reverses"] >= 0
    parts = []
    for kind, paper, rows in (
        (CHARGE, books.charges, None), (PAYMENT, books.payments, None), (DEALLOCATION, books.allocations, back),
        (ADJUSTMENT, books.adjustments, None), (TRANSFER, books.transfers, None),
        (ALLOCATION, books.allocations, ~back), (REFUND, books.refunds, None),
    ):  # fmt: skip
        chosen = np.arange(len(paper["known"])) if rows is None else np.flatnonzero(rows)
        parts.append(_entries(kind, chosen, paper["known"], paper["post_day"]))
    parts.append(_entries(VOID_CHARGE, void, books.charges["voided"], books.charges["void_day"]))
    entries = stack(*parts)
    entries = take(entries, np.lexsort((entries["row"], entries["kind"], entries["known"])))
    papers = {
        CHARGE: books.charges, PAYMENT: books.payments, DEALLOCATION: books.allocations, ADJUSTMENT: books.adjustments,
        TRANSFER: books.transfers, ALLOCATION: books.allocations, REFUND: books.refunds,
    }  # fmt: skip
    for kind, paper in papers.items():
        paper.setdefault("transaction", np.full(len(paper["known"]), -1))
        chosen = np.flatnonzero(entries["kind"] == kind)
        paper["transaction"][entries["row"][chosen]] = chosen
    books.charges["void_transaction"] = np.full(len(books.charges["known"]), -1)
    voids = np.flatnonzero(entries["kind"] == VOID_CHARGE)
    books.charges["void_transaction"][entries["row"][voids]] = voids
    entries["reverses"] = np.full(len(entries["row"]), -1)
    entries["reverses"][voids] = books.charges["transaction"][entries["row"][voids]]
    undone = np.flatnonzero(entries["kind"] == DEALLOCATION)
    original = books.allocations["reverses"][entries["row"][undone]]
    entries["reverses"][undone] = books.allocations["transaction"][original]
    return entries


def _entries(kind: int, rows: Array, known: Array, post_day: Array) -> Columns:
    return {"kind": np.full(len(rows), kind), "row": rows, "known": known[rows], "post_day": post_day[rows]}
