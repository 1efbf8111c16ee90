"""What clients owe and pay: at the desk, by invoice, in part, late or never; credits, courtesies, refunds, bad debt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.charging import BAD_DEBT, COURTESY, MISSED_VISIT, SMALL_BALANCE, TO_CLIENT, adjust, allocate
from ingestion.demo.columns import DAY, HOUR, MINUTE, NEVER, Array, Columns, stack, take
from ingestion.demo.fates import awake
from ingestion.demo.leaks import UNASKED

METHODS = ("cash", "card", "bank", "check", "remittance")
CASH, CARD, BANK, CHECK, REMITTANCE = range(5)
OVERPAID, COURTESY_SHARE = 50_00, 20
"""What a generous client leaves as credit, in minor units; a courtesy, in percent of the fee."""


@dataclass
class Collected:
    """The client's side. `lines` are of invoices (invoice, charge); `invoices` have guarantor, location, at, voided."""

    payments: Columns
    allocations: Columns
    adjustments: Columns
    refunds: Columns
    invoices: Columns
    lines: Columns


def collect(charges: Columns, pays_at_desk: Array, dice: np.random.Generator) -> Collected:
    """Everything that clients do about their shares of the charges. Rows refer to `charges` by position."""
    desk = _at_the_desk(charges, pays_at_desk, dice)
    courtesies, owed, ready = _asked_for(charges, desk["charge"], dice)
    invoices, lines = _invoices(charges, np.flatnonzero(owed > 0), ready, dice)
    invoiced = _answers(invoices, lines, owed, dice)
    payments = stack(desk["payments"], invoiced["payments"])
    later = invoiced["allocations"] | {"payment": invoiced["allocations"]["payment"] + len(desk["payments"]["at"])}
    allocations = stack(desk["allocations"], later)
    undone, corrected, refunds = _refunds(charges, desk, allocations, dice)
    adjustments = stack(courtesies, invoiced["adjustments"], corrected)
    invoices, lines = _reissued(invoices, lines, dice)
    return Collected(payments, stack(allocations, undone), adjustments, refunds, invoices, lines)


def _payments(party: Array, location: Array, method: Array, amount: Array, at: Array) -> Columns:
    return {
        "by_payer": np.zeros(len(party), dtype=bool), "party": party, "location": location, "amount": amount,
        "method": method, "at": at,
    }  # fmt: skip


def _at_the_desk(charges: Columns, pays_at_desk: Array, dice: np.random.Generator) -> dict[str, Columns]:
    """Copays and whole fees paid on arrival; the money is put to the charge when that is posted."""
    stands = (charges["voided"] >= NEVER) & (charges["kind"] != MISSED_VISIT)
    whole = stands & (charges["payer"] < 0) & pays_at_desk[charges["client"]] & (dice.random(len(stands)) < 0.84)
    whole &= ~np.isin(charges["leak"], UNASKED)
    paid = np.where(whole, charges["amount"], np.where(charges["copay_paid"] & stands, charges["copay"], 0))
    rows = np.flatnonzero(paid > 0)
    extra = np.where(whole[rows] & (dice.random(len(rows)) < 0.02), OVERPAID, 0)
    method = dice.choice([CARD, CASH, CHECK], len(rows), p=[0.74, 0.17, 0.09])
    payments = _payments(
        charges["guarantor"][rows], charges["location"][rows], method, paid[rows] + extra, charges["came"][rows]
    )
    posted = np.maximum(charges["at"][rows], charges["came"][rows]) + 20
    return {
        "payments": payments, "allocations": allocate(np.arange(len(rows)), rows, paid[rows], posted),
        "charge": {"row": rows, "is_whole": whole[rows], "extra": extra},
    }  # fmt: skip


def _asked_for(charges: Columns, desk: Columns, dice: np.random.Generator) -> tuple[Columns, Array, Array]:
    """(courtesy adjustments, what is left to ask of the client, from when on) for each charge."""
    count = len(charges["at"])
    stands = charges["voided"] >= NEVER
    alone = stands & (charges["payer"] < 0) & ~np.isin(charges["leak"], UNASKED)
    alone[desk["row"][desk["is_whole"]]] = False
    missed = charges["kind"] == MISSED_VISIT
    waived = alone & missed & (dice.random(count) < 0.25)
    kind = alone & ~missed & (dice.random(count) < 0.06)
    courtesy = np.where(waived, charges["amount"], np.where(kind, charges["amount"] * COURTESY_SHARE // 100, 0))
    given_at = awake(charges["at"] + dice.integers(HOUR, 20 * HOUR, count), dice)
    given_at = np.maximum(given_at, charges["at"] + MINUTE)
    unpaid_copay = np.where(stands & ~charges["copay_paid"], charges["copay"], 0)
    owed = np.where(alone, charges["amount"] - courtesy, np.where(stands, unpaid_copay + charges["share"], 0))
    by_remittance = stands & (charges["share"] > 0)
    ready = np.where(by_remittance, charges["share_at"], np.where(courtesy > 0, given_at, charges["at"]))
    return adjust(np.flatnonzero(courtesy > 0), courtesy, given_at, TO_CLIENT, COURTESY), owed, ready


def _invoices(charges: Columns, rows: Array, ready: Array, dice: np.random.Generator) -> tuple[Columns, Columns]:
    """Every Wednesday afternoon: one invoice per guarantor and location for what has become theirs to pay."""
    day = (ready[rows] + 2 * HOUR) // DAY + (ready[rows] % DAY > 14 * HOUR)
    wednesday = day + (2 - (day + 3) % 7) % 7
    key = np.stack([wednesday, charges["guarantor"][rows], charges["location"][rows]])
    unique, invoice = np.unique(key, axis=1, return_inverse=True)
    invoice = invoice.ravel()
    count = unique.shape[1]
    at = unique[0] * DAY + 16 * HOUR + np.sort(dice.integers(0, HOUR, count)) % HOUR
    order = np.lexsort((rows, charges["day"][rows], invoice))
    invoices = {"guarantor": unique[1], "location": unique[2], "at": at, "voided": np.full(count, NEVER)}
    return invoices, {"invoice": invoice[order], "charge": rows[order]}


def _answers(invoices: Columns, lines: Columns, owed: Array, dice: np.random.Generator) -> dict[str, Columns]:
    """How each invoice is answered: in full (soon or late), in part, all but some dollars, or not at all."""
    count = len(invoices["at"])
    amount = owed[lines["charge"]]
    total = np.bincount(lines["invoice"], amount, count).astype(np.int64)
    way = dice.choice(5, count, p=[0.72, 0.14, 0.07, 0.02, 0.05])
    share = np.select([way <= 1, way == 2, way == 3], [1.0, dice.uniform(0.4, 0.75, count), 1.0], 0.0)
    first = (total * share).astype(np.int64) // 100 * 100
    first = np.where(way <= 1, total, np.where(way == 3, np.maximum(total - 3_00, 0), first))
    days = np.where(way == 1, dice.integers(38, 110, count), np.clip(dice.lognormal(np.log(10), 0.7, count), 1, 37))
    at = awake(invoices["at"] + (days * DAY).astype(np.int64), dice)
    rest = (way == 2) & (dice.random(count) < 0.6)
    second_at = awake(at + dice.integers(20 * DAY, 60 * DAY, count), dice)
    payments = stack(
        _invoice_payments(invoices, np.flatnonzero(first > 0), first, at, dice),
        _invoice_payments(invoices, np.flatnonzero(rest & (total > first)), total - first, second_at, dice),
    )
    put = stack(
        _put(lines, amount, np.zeros(count, dtype=np.int64), first, at),
        _put(lines, amount, first, np.where(rest, total, first), second_at),
    )
    payment_of = np.concatenate([np.cumsum(first > 0) - 1, np.cumsum(rest & (total > first)) - 1 + (first > 0).sum()])
    step = np.repeat([0, 1], len(lines["invoice"]))
    chosen = put["amount"] > 0
    payment = payment_of[np.tile(lines["invoice"], 2) + step * count]
    allocations = allocate(payment, np.tile(lines["charge"], 2), put["amount"], put["at"])
    paid = put["amount"][: len(amount)] + put["amount"][len(amount) :]
    given_up = np.where(way == 3, invoices["at"] + 55 * DAY, invoices["at"] + dice.integers(115, 190, count) * DAY)
    left = {"amount": amount - paid, "at": np.maximum(given_up, at + DAY)[lines["invoice"]]}
    small = way[lines["invoice"]] == 3
    adjustments = stack(_written_off(lines, left, small, SMALL_BALANCE), _written_off(lines, left, ~small, BAD_DEBT))
    return {"payments": payments, "allocations": take(allocations, chosen), "adjustments": adjustments}


def _invoice_payments(invoices: Columns, rows: Array, amount: Array, at: Array, dice: np.random.Generator) -> Columns:
    method = dice.choice([CARD, BANK, CHECK], len(rows), p=[0.56, 0.24, 0.2])
    return _payments(invoices["guarantor"][rows], invoices["location"][rows], method, amount[rows], at[rows])


def _put(lines: Columns, amount: Array, already: Array, until: Array, at: Array) -> Columns:
    """What of a payment goes to each line, the oldest line first: the part of [already, until) that covers it."""
    invoice = lines["invoice"]
    begins = np.cumsum(amount) - amount
    first = np.searchsorted(invoice, np.arange(len(at)))
    begins = begins - begins[np.minimum(first, len(begins) - 1)][invoice] if len(begins) else begins
    low, high = np.maximum(begins, already[invoice]), np.minimum(begins + amount, until[invoice])
    return {"amount": np.maximum(high - low, 0), "at": at[invoice]}


def _written_off(lines: Columns, left: Columns, chosen: Array, klass: int) -> Columns:
    rows = np.flatnonzero(chosen & (left["amount"] > 0))
    made = adjust(rows, left["amount"], left["at"], TO_CLIENT, klass)
    return made | {"charge": lines["charge"][rows]}


def _refunds(
    charges: Columns, desk: dict[str, Columns], allocations: Columns, dice: np.random.Generator
) -> tuple[Columns, Columns, Columns]:
    """Credit that is paid back; and fees that are given back: de-allocated, corrected by courtesy, paid out."""
    rows = desk["charge"]
    count = len(rows["row"])
    paid = take(allocations, np.arange(count))  # the desk's allocations come first
    credit = (rows["extra"] > 0) & (dice.random(count) < 0.4)
    credit_at = awake(paid["at"] + dice.integers(20 * DAY, 60 * DAY, count), dice)
    applied = rows["is_whole"] & ~credit & (dice.random(count) < 0.02)
    applied_at = awake(paid["at"] + dice.integers(4 * DAY, 40 * DAY, count), dice)
    back = np.flatnonzero(applied)
    undone = take(paid, back) | {"amount": -paid["amount"][back], "at": applied_at[back], "reverses": back}
    gift = adjust(
        rows["row"][back], charges["amount"], np.zeros(len(charges["at"]), dtype=np.int64), TO_CLIENT, COURTESY
    )
    gift["at"] = applied_at[back]
    chosen = np.flatnonzero(credit | applied)
    method = desk["payments"]["method"][chosen]
    refunds = {
        "payment": chosen, "amount": np.where(credit, OVERPAID, paid["amount"])[chosen],
        "at": np.where(credit, credit_at, applied_at)[chosen], "method": method,
        "reason": np.where(credit, 0, 1)[chosen],
    }  # fmt: skip
    return undone, gift, refunds


def _reissued(invoices: Columns, lines: Columns, dice: np.random.Generator) -> tuple[Columns, Columns]:
    """Some invoices had a mistake: there was another before them, void now, which keeps its number."""
    count = len(invoices["at"])
    again = np.flatnonzero(dice.random(count) < 0.006)
    before = take(invoices, again)
    before["voided"] = before["at"]
    before["at"] = before["at"] - 30 * MINUTE
    position = np.full(count, -1)
    position[again] = count + np.arange(len(again))
    copied = position[lines["invoice"]] >= 0
    twins = {"invoice": position[lines["invoice"][copied]], "charge": lines["charge"][copied]}
    return stack(invoices, before), stack(lines, twins)
