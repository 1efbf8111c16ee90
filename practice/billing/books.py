"""The books for the accountant: a balanced journal per day and location, a trial balance, no client in either.

On *accrual* basis the ledger as it stands. On *cash* basis income is recognised when cash is applied: the day on which
money is put towards a charge, it is income of the charge's kind; taken back, it is not. Money that nothing was said
about yet stays a liability (2100, 2130) or in clearing (1040). What is only owed, written off or expected is left out.

QuickBooks Online imports JournalNo (at most 21 characters), JournalDate, AccountName, Debits, Credits, Description,
Location; account numbers are switched off while it does. Xero imports Narration, Date, Description, AccountCode,
TaxRate, Amount (a credit is negative) and a tracking category, at most 300 lines in a file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from practice.access.permissions import Actor
from practice.billing.queries import books as queries
from practice.errors import Refusal
from practice.money import Currency
from practice.store.work import Reader, Row

BASES = ("accrual", "cash")
FORMATS = ("quickbooks", "xero")
QUICKBOOKS_LINES, XERO_LINES = 1000, 300
TAX_RATE = "Tax Exempt"


@dataclass(frozen=True)
class Line:
    """One account of a journal. `moved_minor` is debit − credit, in minor units."""

    account: str
    name: str
    moved_minor: int


@dataclass(frozen=True)
class Journal:
    """What one location's accounts moved by on one day. Σ moved_minor = 0, else ValueError."""

    number: str
    day: date
    location: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if sum(line.moved_minor for line in self.lines):
            raise ValueError(f"Journal {self.number} does not balance.")


def journals(reader: Reader, actor: Actor, *, basis: str, first: date, last: date) -> list[Journal]:
    """A journal for each day and location on which something moved, by day. Its number is the same at each export."""
    _check(basis, first, last)
    accounts, locations = queries.names(reader)
    rows = queries.moved(reader, actor, basis=basis, first=first, last=last)
    found = []
    for (day, location_id), lines in groupby(rows, key=lambda row: (row["post_date"], row["location_id"])):
        place = locations[location_id]
        found.append(
            Journal(
                f"DB-{day:%Y%m%d}-{place['place']}-{basis[0].upper()}",
                day,
                place["name"],
                tuple(Line(row["account"], accounts[row["account"]]["name"], row["moved_minor"]) for row in lines),
            )
        )
    return found


def balances(reader: Reader, actor: Actor, *, basis: str, as_of: date) -> list[Row]:
    """The trial balance at the end of a day: account, name, kind, debit_minor, credit_minor (one of them is 0).

    Σ debit_minor = Σ credit_minor. A movement of it is the sum of the journals in between.
    """
    _check(basis, as_of, as_of)
    accounts, _ = queries.names(reader)
    totals: dict[str, int] = {}
    for row in queries.moved(reader, actor, basis=basis, first=None, last=as_of):
        totals[row["account"]] = totals.get(row["account"], 0) + row["moved_minor"]
    return [
        accounts[account] | {"debit_minor": max(total, 0), "credit_minor": max(-total, 0)}
        for account, total in sorted(totals.items())
        if total
    ]


def files(found: Sequence[Journal], product: str, currency: Currency, *, tax_rate: str = TAX_RATE) -> list[str]:
    """The journals as CSV for 'quickbooks' or 'xero', in as many files as the product takes; none is cut in two.

    `tax_rate` is the name of a Xero tax rate of nothing, as the practice's Xero calls it.
    """
    if product == "quickbooks":
        return _written(found, QUICKBOOKS_LINES, _QUICKBOOKS, lambda one: _quickbooks(one, currency))
    if product == "xero":
        return _written(found, XERO_LINES, _XERO, lambda one: _xero(one, currency, tax_rate))
    raise Refusal(
        f"{product!r} is no product we write for; use {' or '.join(FORMATS)}.", field="format", alternatives=FORMATS
    )


_QUICKBOOKS = ("JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Currency", "Location")
_XERO = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1",
    "TrackingName2", "TrackingOption2",
)  # fmt: skip


def _quickbooks(journal: Journal, currency: Currency) -> Iterator[Sequence[str]]:
    for line in journal.lines:
        amount = _amount(abs(line.moved_minor), currency)
        debit, credit = (amount, "") if line.moved_minor > 0 else ("", amount)
        yield (
            journal.number, f"{journal.day:%m/%d/%Y}", line.name, debit, credit, f"Daybook, account {line.account}",
            currency.code, journal.location,
        )  # fmt: skip


def _xero(journal: Journal, currency: Currency, tax_rate: str) -> Iterator[Sequence[str]]:
    for line in journal.lines:
        yield (
            f"{journal.number} {journal.location}", f"{journal.day:%d %b %Y}", line.name, line.account, tax_rate,
            _amount(line.moved_minor, currency), "Location", journal.location, "", "",
        )  # fmt: skip


def _written(
    found: Sequence[Journal], most: int, head: Sequence[str], rows: Callable[[Journal], Iterable[Sequence[str]]]
) -> list[str]:
    parts: list[list[Journal]] = [[]]
    for journal in found:
        if parts[-1] and sum(len(one.lines) for one in parts[-1]) + len(journal.lines) > most:
            parts.append([])
        parts[-1].append(journal)
    texts = []
    for part in parts:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(head)
        for journal in part:
            writer.writerows([_harmless(cell) for cell in row] for row in rows(journal))
        texts.append(text.getvalue())
    return texts


def _harmless(cell: str) -> str:
    """A spreadsheet would run a location's name that begins like a formula; amounts may be negative."""
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell and not is_number else cell


def _amount(minor: int, currency: Currency) -> str:
    return f"{Decimal(minor).scaleb(-currency.exponent):.{currency.exponent}f}"


def _check(basis: str, first: date, last: date) -> None:
    if basis not in BASES:
        raise Refusal(f"{basis!r} is no basis; use accrual or cash.", field="basis", alternatives=BASES)
    if first > last:
        raise Refusal("The first day lies after the last; swap them.", field="first")
