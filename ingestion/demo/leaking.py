"""The truth about the demo's leaks: every one that stands today, planted or come about by itself.

Worked out from the generator's own papers; the leakage ledger works it out from what was landed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from ingestion.demo.books import Books
from ingestion.demo.charging import CONTRACTUAL, MISSED_FEE, TO_PAYER
from ingestion.demo.columns import NEVER, Array, numbers, pick
from ingestion.demo.fates import CLIENT
from ingestion.demo.house import FEES, PAYERS, House
from ingestion.demo.leaks import (
    FREE_PAYER,
    FREE_SERVICE,
    NOT_ASKED,
    TOO_LOW,
    TOO_MUCH_OFF,
    UNDERCHARGED,
    UNDERPAID,
    WRONG_PAYER,
)
from ingestion.demo.noting import SIGNED_WITHIN
from ingestion.demo.record_of import IS_CANCELLED, IS_COMPLETED, IS_NO_SHOW, Story
from ingestion.demo.schedule_rows import judge_notice

INVOICED_WITHIN, SILENT_AFTER, TOO_LATE_AFTER = 14, 90, 365
"""Days after which the practice calls it a leak."""

Found = tuple[str, Array, Array]
"""The leak's name, rows of attendees, amounts in minor units."""


def leak_table(house: House, story: Story, books: Books) -> pa.Table:
    """attendee_id, leak, amount_minor: one row per visit and leak."""
    found = [*_without_charge(house, story, books), *_of_charges(house, books)]
    seats = np.concatenate([rows for _, rows, _ in found])
    names = [name for name, rows, _ in found for _ in rows]
    return pa.table(
        {
            "attendee_id": pick(house.ids["attendees"], seats),
            "leak": names,
            "amount_minor": numbers(np.concatenate([amounts for _, _, amounts in found])),
        }
    )


def _without_charge(house: House, story: Story, books: Books) -> Iterator[Found]:
    """Attended and never charged, or charged and voided; missed, and the fee was not taken though it may be."""
    seats, visits = story.attendees, story.appointments
    where = seats["appointment"]
    ever, live = (np.zeros(len(where), dtype=bool) for _ in range(2))
    ever[books.charges["attendee"]] = True
    live[books.charges["attendee"][books.charges["voided"] >= NEVER]] = True
    ever[books.prepaid], live[books.prepaid] = True, True
    done = seats["status"] == IS_COMPLETED
    fee = FEES[visits["service"][where]]
    never = done & ~ever
    day, payer = visits["day"][where], _payers(story)
    first, last = house.no_fee or (NEVER, NEVER)
    free = (visits["service"][where] == FREE_SERVICE) & (payer == FREE_PAYER) & (first <= day) & (day <= last)
    late = (books.notes["signed"] >= NEVER) & (day >= house.claims_since) & (day + SIGNED_WITHIN < house.today)
    yield "no_fee", *_those(never & free, np.zeros(len(where), dtype=np.int64))
    yield "unsigned_note", *_those(never & ~free & late, fee)
    yield "no_charge", *_those(never & ~free & ~late, fee)
    yield "void_not_recharged", *_those(done & ever & ~live, fee)
    _, is_late = judge_notice(house, story)
    missed = (seats["status"] == IS_NO_SHOW) | (
        (seats["status"] == IS_CANCELLED) & (seats["gone_by"] == CLIENT) & is_late
    )
    is_public = np.array([kind == "public" for _, kind, *_ in PAYERS] + [False])[payer]
    yield "fee_not_taken", *_those(missed & ~is_public & ~ever, np.full(len(where), MISSED_FEE))


def _payers(story: Story) -> Array:
    """Whom the rules ask first for each attendee's visit; −1 = nobody."""
    client, day = story.attendees["client"], story.appointments["day"][story.attendees["appointment"]]
    payer = np.where(
        day >= story.clients["switch_day"][client], story.clients["payer_2"][client], story.clients["payer"][client]
    )
    return np.where(day >= story.clients["covered_from"][client], payer, -1)


def _of_charges(house: House, books: Books) -> Iterator[Found]:
    charges, count = books.charges, len(books.charges["attendee"])
    stands, insured = charges["voided"] >= NEVER, charges["payer"] >= 0
    given, moved, put = books.adjustments, books.transfers, books.allocations
    by_payer = books.payments["by_payer"][put["payment"]]
    to_payer = given["party"] == TO_PAYER

    def total(paper: dict[str, Array], chosen: Array | None = None) -> Array:
        rows, amounts = paper["charge"], paper["amount"]
        if chosen is not None:
            rows, amounts = rows[chosen], amounts[chosen]
        return np.bincount(rows, amounts, count).astype(np.int64)

    shared = total(moved)
    at_payer = np.where(insured, charges["amount"], 0) - shared - total(given, to_payer) - total(put, by_payer)
    at_client = np.where(insured, 0, charges["amount"]) + shared - total(given, ~to_payer) - total(put, ~by_payer)
    off = total(given, to_payer & (given["class"] == CONTRACTUAL))
    answered = (off != 0) | (total(put, by_payer) != 0)
    since = np.where(insured, 0, charges["post_day"])
    np.maximum.at(since, moved["charge"], moved["post_day"])
    taken_back = put["amount"] < 0
    np.maximum.at(since, put["charge"][taken_back & ~by_payer], put["post_day"][taken_back & ~by_payer])
    on_paper = np.zeros(count, dtype=bool)
    on_paper[books.lines["charge"][(books.invoices["voided"] >= NEVER)[books.lines["invoice"]]]] = True
    attended, ago = charges["kind"] == 0, house.today - charges["day"]
    seat, leak = charges["attendee"], charges["leak"]

    def those(name: str, chosen: Array, amounts: Array) -> Found:
        rows = stands & chosen
        return name, seat[rows], amounts[rows]

    yield those("undercharged", leak == UNDERCHARGED, np.full(count, TOO_LOW))
    yield those("underpaid", (leak == UNDERPAID) & (off > 0), np.full(count, TOO_MUCH_OFF))
    not_asked = (leak == NOT_ASKED) & (at_client > 0)
    yield those("payer_not_asked", not_asked, at_client)
    late = (at_client > 0) & ~on_paper & (since + INVOICED_WITHIN < house.today)
    yield those("not_invoiced", late & ~not_asked, at_client)
    wrong = (leak == WRONG_PAYER) & (at_payer > 0)
    yield those("wrong_payer", wrong, at_payer)
    too_late = (at_payer > 0) & ~wrong & (ago > TOO_LATE_AFTER)
    yield those("past_filing_limit", attended & too_late, at_payer)
    yield those("payer_silent", (at_payer > 0) & ~wrong & ~too_late & (ago > SILENT_AFTER) & ~answered, at_payer)


def _those(chosen: Array, amounts: Array) -> tuple[Array, Array]:
    rows = np.flatnonzero(chosen)
    return rows, amounts[rows]
