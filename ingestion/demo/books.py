"""All papers of the practice up to the present, and the ledger transactions that they cause.

Here `at` has become `known` (UTC seconds) and `post_day` (the local day); rows are in the order they became known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.demo.charging import SERVICE, charge_visits, payer_side
from ingestion.demo.claiming import NO_DIAGNOSIS, Insurance, insure
from ingestion.demo.coding import diagnose, of_charges
from ingestion.demo.collecting import Collected, collect
from ingestion.demo.columns import DAY, NEVER, Array, Columns, stack, take
from ingestion.demo.house import INDIVIDUAL, House
from ingestion.demo.leaks import SOUND, plant
from ingestion.demo.noting import note_visits
from ingestion.demo.record_of import Story

AUTHORISING_PAYER = 2
PREPAID = 3
"""Sessions of the package that are used."""
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
    notes: Columns
    """Of each attendee: written, signed, text."""
    prepaid: Array
    """The attendees whose visits are paid by a package, the oldest first; `dealings` sells and redeems it."""
    insurance: Insurance
    policy_of: Array
    """Of each charge, the policy of the payer that it asks; −1 where the client has none."""
    authorised: Array
    """The charges that take up one client's prior authorisation, which is nearly used up."""
    is_video: Array
    client_diagnoses: Columns
    diagnoses: tuple[Array, Array]
    """Of each charge (positions in DIAGNOSES, −1 = none)."""
    traces: pa.Array
    """The trace number of each remittance."""


def keep_books(house: House, story: Story, seed: int) -> Books:
    """Charge, bill and collect, up to the present."""
    dice = [np.random.default_rng([seed, part]) for part in (20, 21, 22, 23)]
    notes = note_visits(house, story, np.random.default_rng([seed, 27]))
    charges = plant(house, story, charge_visits(house, story, dice[0]), SERVICE, notes, dice[3])
    charges, prepaid = _set_apart(house, story, charges)
    payer = payer_side(story, charges, dice[1])
    client = collect(charges, story.clients["pays_at_desk"], dice[2])
    payments = stack(payer["payments"], client.payments)
    shift = len(payer["payments"]["at"])
    allocations = _joined(payer["allocations"], client.allocations, shift)
    refunds = client.refunds | {"payment": client.refunds["payment"] + shift}
    adjustments = stack(payer["adjustments"], client.adjustments)
    papers = _up_to_now(house, charges, payments, allocations, adjustments, payer["transfers"], refunds, client)
    books = Books(*papers, {}, story.attendees["appointment"], notes, prepaid, **_insured(house, story, papers, seed))
    books.transactions = _transactions(books)
    return books


def _set_apart(house: House, story: Story, charges: Columns) -> tuple[Columns, Array]:
    """The charges without the last visits of one client who pays alone and has bought a package; and those visits."""
    ago = house.today - charges["day"]
    fits = (charges["kind"] == SERVICE) & (charges["service"] == INDIVIDUAL) & (charges["leak"] == SOUND)
    fits &= (charges["payer"] < 0) & (charges["voided"] >= NEVER) & (charges["guarantor"] == charges["client"])
    fits &= (ago >= 2) & (ago <= 75)
    rows = np.flatnonzero(fits)
    often = np.bincount(charges["client"][rows], minlength=len(story.owes))
    mine = rows[charges["client"][rows] == often.argmax()] if len(rows) else rows
    mine = mine[np.argsort(charges["day"][mine])][-PREPAID:]
    left = np.ones(len(charges["at"]), dtype=bool)
    left[mine] = False
    return take(charges, left), charges["attendee"][mine]


def _insured(house: House, story: Story, papers: tuple[Columns, ...], seed: int) -> dict[str, Any]:
    """What books say of payers beside the money."""
    charges, payments = papers[:2]
    dice = [np.random.default_rng([seed, part]) for part in (24, 25, 26)]
    insurance = insure(house, charges, payments, house.claims_since, dice[0])
    made = diagnose(story, dice[1])
    policies = _policies_of(story, charges)
    codes = of_charges(made, charges["client"], charges["day"])
    for said in codes:
        said[charges["kind"] != SERVICE] = -1
        said[insurance.unready["charge"][insurance.unready["why"] == NO_DIAGNOSIS]] = -1
    numbered = dice[2].permutation(10**6)[: len(insurance.remittances["known"])].tolist()
    return {
        "insurance": insurance,
        "policy_of": policies,
        "authorised": _authorised(house, charges, policies),
        "is_video": story.appointments["is_video"][story.attendees["appointment"][charges["attendee"]]],
        "client_diagnoses": made,
        "diagnoses": codes,
        "traces": pa.array([f"EFT{number:07d}" for number in numbered], pa.string()),
    }


def _authorised(house: House, charges: Columns, policies: Array) -> Array:
    """All individual sessions of the client of one payer who has had most of them, a dozen at most."""
    fits = (charges["payer"] == AUTHORISING_PAYER) & (charges["service"] == INDIVIDUAL) & (charges["kind"] == SERVICE)
    fits &= (policies >= 0) & (charges["voided"] >= NEVER) & (charges["location"] == 0)
    count = np.bincount(charges["client"][fits], minlength=1)
    recent = np.bincount(charges["client"][fits & (charges["day"] >= house.today - 14)], minlength=len(count))
    mine = np.where((recent > 0) & (count <= 12), count, 0).argmax()
    return np.flatnonzero(fits & (charges["client"] == mine))


def _policies_of(story: Story, charges: Columns) -> Array:
    """In the order in which policies are written: each client's first, then what follows for some."""
    first, second = story.clients["payer"] >= 0, story.clients["payer_2"] >= 0
    position = np.where(first, np.cumsum(first) - 1, -1), np.where(second, first.sum() + np.cumsum(second) - 1, -1)
    client = charges["client"]
    switched = charges["day"] >= story.clients["switch_day"][client]
    held = np.where(switched, story.clients["payer_2"][client], story.clients["payer"][client])
    policy = np.where(switched, position[1][client], position[0][client])
    return np.where((charges["payer"] >= 0) & (held == charges["payer"]), policy, -1)


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
) -> tuple[Columns, ...]:
    """The papers in the order of `Books`: charges, payments, …, invoices, lines."""
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
    return charges, payments, *papers, refunds, invoices, lines


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
