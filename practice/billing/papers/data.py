"""A document as data: its lines as CSV, and all of it as JSON. Amounts in the CSV are written as 1234.50."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from practice.money import Currency
from practice.store.work import Row

Table = tuple[Sequence[str], list[Sequence[Any]]]


def as_json(document: Row) -> str:
    """The whole document; amounts are whole minor units (cents)."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_csv(document: Row) -> str:
    """The document's lines, one per row, with a head."""
    currency = Currency.of(document["currency"])

    def money(minor: int) -> str:
        return f"{Decimal(minor).scaleb(-currency.exponent):.{currency.exponent}f}"

    heads, rows = _TABLES[document["kind"]](document, money)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_harmless(str("" if cell is None else cell)) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet would run a text that begins like a formula; amounts may be negative."""
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell and not is_number else cell


def _invoice(document: Row, money: Callable[[int], str]) -> Table:
    heads = ("date", "code", "description", "client", "provider", "units", "full_fee", "amount")
    return heads, [
        (
            line["service_date"], line["code"], line["description"], line["client_name"], line["provider"],
            line["units"], money(line["charge_minor"]), money(line["amount_minor"]),
        )
        for line in document["lines"]
    ]  # fmt: skip


def _statement(document: Row, money: Callable[[int], str]) -> Table:
    heads = ("date", "description", "client", "visit", "amount", "balance")
    lines = [
        (
            line["date"], line["description"], line["client_name"], line["service_date"], money(line["amount_minor"]),
            money(line["balance_minor"]),
        )
        for line in document["lines"]
    ]  # fmt: skip
    before = (document["from_date"], "Opening balance", "", "", "", money(document["opening_minor"]))
    after = (document["to_date"], "Closing balance", "", "", "", money(document["closing_minor"]))
    return heads, [before, *lines, after]


def _receipt(document: Row, money: Callable[[int], str]) -> Table:
    heads = ("date", "what", "client", "invoice", "amount")
    split = [
        (
            part["service_date"],
            part["description"],
            part["client_name"],
            part["invoice_number"],
            money(part["amount_minor"]),
        )
        for part in document["split"]
    ]
    back = [(one["date"], "Paid back", "", "", money(one["amount_minor"])) for one in document["refunds"]]
    rest = [("Held for what is to come", document["held_minor"]), ("Lapsed with its package", document["lapsed_minor"])]
    rest += [("Kept as credit", document["unapplied_minor"])]
    kept = [("", what, "", "", money(minor)) for what, minor in rest if minor]
    return heads, [*split, *back, *kept]


_SUPERBILL = (
    "date", "place_of_service", "code", "modifiers", "diagnoses", "description", "provider", "units", "fee", "paid",
)  # fmt: skip


def _superbill(document: Row, money: Callable[[int], str]) -> Table:
    return _SUPERBILL, [
        (
            line["service_date"], line["place_of_service"], line["code"], line["modifiers"],
            " ".join(line["diagnoses"]), line["description"], line["provider"], line["units"],
            money(line["fee_minor"]), money(line["paid_minor"]),
        )
        for line in document["lines"]
    ]  # fmt: skip


def _estimate(document: Row, money: Callable[[int], str]) -> Table:
    heads = ("code", "service", "diagnoses", "each", "visits", "expected")
    return heads, [
        (
            line["code"], line["description"], " ".join(line["diagnoses"]), money(line["fee_minor"]), line["count"],
            money(line["total_minor"]),
        )
        for line in document["lines"]
    ]  # fmt: skip


_TABLES: dict[str, Callable[[Row, Callable[[int], str]], Table]] = {
    "invoice": _invoice,
    "statement": _statement,
    "receipt": _receipt,
    "superbill": _superbill,
    "estimate": _estimate,
}
