"""Everything that happened with a client as one list, newest first: visits and money together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboards.components.calendar import STATUS_LABELS
from dashboards.components.desk import words
from dashboards.components.desk.board import shown_status
from practice.clock import to_wall
from practice.money import Currency
from practice.store.work import Row

FILTERS = {
    "Main steps": ("visit", "charge", "adjustment", "payment", "refund", "invoice"),
    "Visits": ("visit",),
    "Charges": ("charge", "adjustment", "transfer"),
    "Payments": ("payment", "allocation", "refund"),
    "Invoices": ("invoice",),
    "Everything": None,
}
_TITLES = {
    "charge": "Charge", "payment": "Payment", "allocation": "Applied to a charge", "adjustment": "Adjustment",
    "transfer": "Responsibility moved", "refund": "Refund", "invoice": "Invoice",
}  # fmt: skip
# What raises a balance is written as it is, what lowers it with a minus; the rest only moves between places.
_LOWERS = ("payment", "adjustment")


@dataclass(frozen=True)
class Entry:
    """One line: `amount_minor` None for what has no amount; `is_void` for what was undone."""

    happened: date
    order: datetime
    kind: str
    title: str
    detail: str
    amount_minor: int | None = None
    is_void: bool = False


def story(visits: Iterable[Row], money: Iterable[Row], zone: str) -> list[Entry]:
    """`visits` are rows of `client_visits`, `money` is the `timeline` of `client_account`; the newest comes first."""
    entries = [_visit(row) for row in visits if row["status"] not in ("rescheduled", "entered_in_error")]
    entries += [_money(row, zone) for row in money]
    return sorted(entries, key=lambda entry: (entry.happened, entry.order), reverse=True)


def filtered(entries: Sequence[Entry], name: str) -> list[Entry]:
    """Only what the filter of that name lets through."""
    kinds = FILTERS[name]
    return [entry for entry in entries if kinds is None or entry.kind in kinds]


def as_table(entries: Sequence[Entry], currency: Currency) -> str:
    """A markdown table, which a screen reader reads as one."""
    lines = ["| Date | What | Details | Amount |", "|:--|:--|:--|--:|"]
    for entry in entries:
        amount = "" if entry.amount_minor is None else words.plain(currency.show(entry.amount_minor))
        cells = [words.date_of(entry.happened), entry.title, words.plain(entry.detail), amount]
        if entry.is_void:
            cells = [f":gray[~~{cell}~~]" if cell else "" for cell in cells]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _visit(row: Row) -> Entry:
    status = STATUS_LABELS[shown_status(row)]
    facts = [words.clock(row["wall_start"]), row["service_name"], row["provider_name"]]
    if row["status"] == "cancelled":
        facts.append(f"by the {row['cancelled_by']}" + (", late" if row["is_late"] else ""))
    return Entry(row["start_date"], row["wall_start"], "visit", f"Visit: {status.lower()}", " · ".join(facts))


def _money(row: Row, zone: str) -> Entry:
    kind, amount = row["kind"], row["amount_minor"]
    detail = (
        f"No. {row['description']}" if kind == "invoice" else str(row["description"]).replace("_", " ").capitalize()
    )
    if row["whose"]:
        detail += f" · {row['whose']}"
    return Entry(
        happened=row["event_date"],
        order=to_wall(row["known_at"], zone),
        kind=kind,
        title=_TITLES[kind] + (" (void)" if row["status"] == "void" else ""),
        detail=detail,
        amount_minor=-amount if kind in _LOWERS else amount,
        is_void=row["status"] == "void",
    )
