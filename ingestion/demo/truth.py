"""The planted truth: what the generator knows about its practice. Read by tests and benchmarks alone.

Everything here is added up from the generator's own events, never from the record or a mart.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.demo.books import Books
from ingestion.demo.charging import CLASSES, TO_PAYER
from ingestion.demo.columns import NEVER, Array, as_date, dates, day_number, numbers, pick
from ingestion.demo.fates import CANCELLED, COMPLETED, LEFT_UNSEEN, MISTAKE, MOVED, NO_SHOW
from ingestion.demo.house import House
from ingestion.demo.leaking import leak_table
from ingestion.demo.record_of import STATUSES, Story
from ingestion.demo.told import Told

_FATES = {
    CANCELLED: "cancelled", MOVED: "rescheduled", MISTAKE: "entered_in_error", COMPLETED: "completed",
    NO_SHOW: "no_show", LEFT_UNSEEN: "left_unseen",
}  # fmt: skip


def write_truth(folder: Path, house: House, story: Story, books: Books, told: Told, in_series: int = 0) -> None:
    """`attendees.parquet`, `counts.parquet`, `month_ends.parquet` and `leaks.parquet` in the folder.

    `in_series` visits were booked beside the story: all of them are still to come, and nobody's fate is told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(_attendees(house, story), folder / "attendees.parquet")
    counts = planted_counts(house, story, books)
    for name, more in told.counts.items():
        counts[name] += more
    for name in ("attendees", "appointments", "attendees_scheduled"):
        counts[name] += in_series
    pq.write_table(pa.table({"name": list(counts), "value": list(counts.values())}), folder / "counts.parquet")
    pq.write_table(month_ends(house, books, told), folder / "month_ends.parquet")
    pq.write_table(leak_table(house, story, books), folder / "leaks.parquet")


def _attendees(house: House, story: Story) -> pa.Table:
    """attendee_id, client_id, start_date, status now, `fate` (what was going to happen, known or not yet), and
    no_show_probability: the chance of staying away, given that nobody cancels or moves the visit; else null."""
    seats = story.attendees
    names = [_FATES.get(code, "") for code in range(max(_FATES) + 1)]
    return pa.table(
        {
            "attendee_id": house.ids["attendees"],
            "client_id": pick(house.ids["clients"], seats["client"]),
            "start_date": dates(story.appointments["day"][seats["appointment"]]),
            "status": pick(STATUSES, seats["status"]),
            "fate": pick(names, seats["fate"]),
            "no_show_probability": pa.array(seats["chance"], mask=np.isnan(seats["chance"])),
            "is_late_entry": numbers(seats["is_late_entry"]),
            "client_habit": pa.array(story.clients["habit"][seats["client"]]),
        }
    )


def planted_counts(house: House, story: Story, books: Books) -> dict[str, int]:
    """How many of each kind there are, and what was charged and collected (minor units)."""
    seats, charges = story.attendees, books.charges
    starts = story.appointments["starts"][seats["appointment"]]
    status = np.array(STATUSES)[seats["status"]]
    expected = np.isin(status, ("scheduled", "arrived", "in_session"))
    today = story.appointments["day"][seats["appointment"]] == house.today
    unresolved = expected & (starts < house.now) & ~(np.isin(status, ("arrived", "in_session")) & today)
    live = charges["voided"] >= NEVER
    given = books.adjustments
    counts = {f"attendees_{name}": int((status == name).sum()) for name in STATUSES}
    counts |= {f"adjusted_{name}_minor": _sum(given["amount"][given["class"] == i]) for i, name in enumerate(CLASSES)}
    return counts | {
        "attendees": len(status), "appointments": len(story.appointments["starts"]), "clients": len(story.owes),
        "unresolved": int(unresolved.sum()), "late_entries": int(seats["is_late_entry"].sum()),
        "charges_posted": int(live.sum()), "charges_void": int((~live).sum()),
        "payments": len(books.payments["known"]), "allocations": len(books.allocations["known"]),
        "transfers": len(books.transfers["known"]), "refunds": len(books.refunds["known"]),
        "invoices": len(books.invoices["known"]), "adjustments": len(given["known"]),
        "charged_minor": _sum(charges["amount"][live]), "received_minor": _sum(books.payments["amount"]),
        "collected_minor": _sum(books.allocations["amount"]), "refunded_minor": _sum(books.refunds["amount"]),
    }  # fmt: skip


def month_ends(house: House, books: Books, told: Told) -> pa.Table:
    """As of the end of each month (post_date ≤ D, with today's knowledge): charged, adjusted, collected, open AR in
    all, of payers, of clients; unapplied client credit; expected contractual still standing. Minor units."""
    ends = _ends_of_months(house)
    charges, voids = books.charges, books.charges["voided"] < NEVER
    by_payer = books.payments["by_payer"][books.allocations["payment"]]
    given, moved, put = books.adjustments, books.transfers, books.allocations
    insured = charges["payer"] >= 0

    def until(day: Array, amount: Array, chosen: Array | None = None) -> Array:
        if chosen is not None:
            day, amount = day[chosen], amount[chosen]
        order = np.argsort(day, kind="stable")
        total = np.r_[0, np.cumsum(amount[order])]
        return total[np.searchsorted(day[order], ends, "right")]

    def charged(whose: Array) -> Array:
        posted = until(charges["post_day"], charges["amount"], whose)
        return posted - until(charges["void_day"], charges["amount"], whose & voids)

    to_payer = given["party"] == TO_PAYER
    transferred = until(moved["post_day"], moved["amount"])
    payers = (
        charged(insured) - transferred - until(given["post_day"], given["amount"], to_payer)
        - until(put["post_day"], put["amount"], by_payer)
    )  # fmt: skip
    clients = (
        charged(~insured) + transferred - until(given["post_day"], given["amount"], ~to_payer)
        - until(put["post_day"], put["amount"], ~by_payer)
    )  # fmt: skip
    from_clients = ~books.payments["by_payer"]
    received = until(books.payments["post_day"], books.payments["amount"], from_clients)
    refunded = until(books.refunds["post_day"], books.refunds["amount"])
    expected = until(charges["post_day"], charges["estimate"]) - until(charges["void_day"], charges["estimate"], voids)
    found = {
        "charged_minor": charged(np.ones(len(voids), dtype=bool)),
        "adjusted_minor": until(given["post_day"], given["amount"]),
        "collected_minor": until(put["post_day"], put["amount"]),
        "open_payer_minor": payers,
        "open_client_minor": clients,
        "client_credit_minor": received - refunded - until(put["post_day"], put["amount"], ~by_payer),
        "expected_contractual_minor": expected - until(given["post_day"], given["estimate"]),
    }
    for day, name, amount in told.moves:
        found[name] = found[name] + np.where(ends >= day, amount, 0)
    found["open_minor"] = found["open_payer_minor"] + found["open_client_minor"]
    return pa.table({"as_of_date": dates(ends)} | found)


def _ends_of_months(house: House) -> Array:
    """The last day of every month of the history, and today."""
    first, ends = as_date(house.first_day), []
    year, month = first.year, first.month
    while True:
        year, month = year + month // 12, month % 12 + 1
        end = day_number(date(year, month, 1) - timedelta(days=1))
        if end >= house.today:
            return np.array([*ends, house.today])
        ends.append(end)


def _sum(values: Array) -> int:
    return int(values.sum())
