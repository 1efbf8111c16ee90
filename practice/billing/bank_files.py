"""Files of a bank or a card processor: a CSV whose columns are named once; a row is a line, or refused with why."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from practice.errors import Refusal
from practice.money import Currency

FIELDS = {
    "bank": ("date", "amount", "money_in", "money_out", "description", "reference"),
    "payout": ("date", "gross", "fee", "net", "description", "reference"),
}
"""By kind, what a column can be. A bank's file has an amount, or money in and out; a payout gross and fee, or net and
fee, or gross and net."""

LABELS = {
    "date": "Date", "amount": "Amount", "money_in": "Money in", "money_out": "Money out", "gross": "Gross",
    "fee": "Fee", "net": "Net", "description": "Description", "reference": "Reference",
}  # fmt: skip
DATE_ORDERS = {"ymd": "2026-03-31", "mdy": "03/31/2026", "dmy": "31/03/2026"}
_WORDS = {
    "date": ("arrival date", "payout date", "posting date", "booking date", "date", "created", "booked"),
    "amount": ("amount", "value"),
    "money_in": ("money in", "paid in", "credit", "deposit"),
    "money_out": ("money out", "paid out", "debit", "withdrawal"),
    "gross": ("gross", "amount"),
    "fee": ("fees", "fee"),
    "net": ("net", "payout", "total"),
    "description": ("description", "details", "narrative", "memo", "payee", "name"),
    "reference": ("reference", "transaction id", "payout id", "check number", "id"),
}
_FORMATS = {
    "ymd": ("%Y-%m-%d", "%Y/%m/%d"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"),
}
LONGEST = 50_000


@dataclass(frozen=True)
class Sheet:
    """A file as it was read: its header and rows, as text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def key(self, kind: str) -> str:
        """By which its columns are remembered."""
        return f"{kind}|{'|'.join(name.lower() for name in self.header)}"


def read_sheet(data: bytes) -> Sheet:
    """The file's first line as header, then its rows; comma, semicolon or tab. Refuses what is no such file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or "\0" in text:
        raise Refusal("This file has no lines under a header; export it as CSV.", rule="no_lines", field="file")
    delimiter = max(",;\t", key=lines[0].count)
    found = [
        tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    ]
    if len(found) - 1 > LONGEST:
        raise Refusal(
            f"This file has more than {LONGEST:,} lines; export a shorter time.", rule="too_long", field="file"
        )
    return Sheet(found[0], tuple(found[1:]))


def guess_columns(kind: str, header: Sequence[str]) -> dict[str, str]:
    """Which column is what, by the words of the header; each column once. Pure."""
    left, found = {name.lower().strip(): name for name in header if name}, {}
    for field in FIELDS[kind]:
        for word in _WORDS[field]:
            hit = next((low for low in left if low == word), None) or next((low for low in left if word in low), None)
            if hit:
                found[field] = left.pop(hit)
                break
    if "amount" in found and ("money_in" in found or "money_out" in found):
        del found["amount"]
    return found


def guess_date_order(sheet: Sheet, column: str | None) -> str:
    """The one order in which every date of the column is a date; American where both fit."""
    if column not in sheet.header:
        return "ymd"
    place = sheet.header.index(column)
    dates = [row[place] for row in sheet.rows if len(row) > place]
    return next((order for order in DATE_ORDERS if all(_date(text, order) for text in dates)), "ymd")


def lines_of(
    sheet: Sheet, kind: str, columns: Mapping[str, str], date_order: str, currency: Currency
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(lines, refused): each row is a line {line_date, description, reference, gross_minor, fee_minor, net_minor,
    fingerprint}, or {row, why} with its number in the file, the header being 1."""
    _check_columns(sheet, kind, columns, date_order)
    lines, refused = [], []
    seen: Counter[str] = Counter()
    for number, row in enumerate(sheet.rows, 2):
        cells = dict(zip(sheet.header, row, strict=False))
        said = {field: cells.get(name, "") for field, name in columns.items()}
        try:
            line = _line(said, kind, date_order, currency)
        except Refusal as refusal:
            refused.append({"row": number, "why": str(refusal)})
            continue
        same = "|".join(str(value) for value in (kind, *line.values()))
        seen[same] += 1  # two equal lines of one file are two; the same file again is the same two
        line["fingerprint"] = hashlib.sha256(f"{same}|{seen[same]}".encode()).hexdigest()
        lines.append(line)
    return lines, refused


def _check_columns(sheet: Sheet, kind: str, columns: Mapping[str, str], date_order: str) -> None:
    if kind not in FIELDS or set(columns) - set(FIELDS[kind]) or date_order not in DATE_ORDERS:
        raise Refusal("Say which column is what, and how dates are written.", field="columns")
    missing = [name for name in columns.values() if name not in sheet.header]
    has_money = (
        "amount" in columns or {"money_in", "money_out"} & set(columns)
        if kind == "bank"
        else len({"gross", "fee", "net"} & set(columns)) >= 2
    )
    if missing or "date" not in columns or not has_money:
        wanted = "the date and an amount" if kind == "bank" else "the date and two of gross, fee and net"
        raise Refusal(f"Choose the columns of {wanted}.", rule="columns_missing", field="columns")


def _line(said: dict[str, str], kind: str, date_order: str, currency: Currency) -> dict[str, Any]:
    on = _date(said["date"], date_order)
    if on is None:
        raise Refusal(f"{said['date']!r} is no date like {DATE_ORDERS[date_order]}.", field="date")
    money = {
        field: _money(said[field], currency)
        for field in ("amount", "money_in", "money_out", "gross", "fee", "net")
        if field in said
    }
    if kind == "bank":
        gross = money["amount"] if "amount" in money else abs(money.get("money_in", 0)) - abs(money.get("money_out", 0))
        fee = 0
    else:
        # Some write a fee as what it takes away, others as what it is; what is paid out decides.
        fee = money["gross"] - money["net"] if {"gross", "net"} <= set(money) else abs(money["fee"])
        gross = money["gross"] if "gross" in money else money["net"] + fee
        if "fee" in money and abs(money["fee"]) != abs(fee):
            raise Refusal("Gross less fee is not net in this row.", field="fee")
    if not gross:
        raise Refusal("The amount is zero, so nothing moved.", field="amount")
    return {
        "line_date": on, "description": said.get("description") or None, "reference": said.get("reference") or None,
        "gross_minor": gross, "fee_minor": fee, "net_minor": gross - fee,
    }  # fmt: skip


def _money(text: str, currency: Currency) -> int:
    if not text.strip():
        return 0
    is_negative = text.strip().startswith("(") and text.strip().endswith(")")
    minor = currency.parse(text.strip().strip("()").replace("+", ""))
    return -minor if is_negative else minor


def _date(text: str, order: str) -> date | None:
    for pattern in _FORMATS[order]:
        for candidate in (text.strip(), text.strip().split(" ")[0].split("T")[0]):
            try:
                return datetime.strptime(candidate, pattern).date()  # noqa: DTZ007 - a day of the bank's, no instant
            except ValueError:
                continue
    return None
