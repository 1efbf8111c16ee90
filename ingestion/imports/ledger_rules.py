"""The part of a mapping that is about money: currency and rounding, what each type of row posts, and who owes."""

from __future__ import annotations

from typing import Any

from ingestion.imports.mapping import WORD, Leg, Money, Party, RowType
from ingestion.imports.sections import column, section, section_of_any
from practice.billing import accounts
from practice.errors import Refusal
from practice.money import Currency

RECEIVABLE = "receivable"
ROUNDINGS = ("refuse", "half_even", "half_up")
KINDS = (
    "charge", "void_charge", "payment", "void_payment", "allocation", "deallocation", "adjustment",
    "adjustment_reversal", "transfer", "refund",
)  # fmt: skip
CHART = tuple(sorted({
    value for name, value in vars(accounts).items() if name.isupper() and isinstance(value, str)
}))  # fmt: skip


def money(given: Any, shown: str) -> Money | None:
    """The currency and how amounts are written."""
    if given is None:
        return None
    given = section(given, ("currency", "rounding", "decimal_mark", "thousands_mark"), ("currency",), shown)
    try:
        currency = Currency.of(str(given["currency"])).code
    except Refusal as refused:
        raise Refusal(f"{shown}: {refused}") from None
    if given.get("rounding", "refuse") not in ROUNDINGS:
        raise Refusal(f"{shown}: rounding {given['rounding']!r} is none of {', '.join(ROUNDINGS)}.")
    marks = given.get("decimal_mark", "."), given.get("thousands_mark", "")
    if marks[0] not in (".", ",") or marks[1] not in ("", ".", ",", " ", "'") or marks[0] == marks[1]:
        raise Refusal(f'{shown}: decimal_mark is "." or ",", and thousands_mark another mark, such as ",".')
    return Money(currency, given.get("rounding", "refuse"), *marks)


def row_types(given: Any, shown: str) -> dict[str, RowType]:
    """The file's row types (any case) and what each posts."""
    return {
        key.strip().casefold(): _row_type(about, f"{shown}: {key}")
        for key, about in section_of_any(given, shown).items()
    }


def _row_type(given: Any, shown: str) -> RowType:
    if given == "ignored":
        return RowType()
    given = section(given, ("kind", "postings"), ("kind", "postings"), shown)
    if given["kind"] not in KINDS:
        raise Refusal(f"{shown}: kind {given['kind']!r} is none of {', '.join(KINDS)}.")
    if not isinstance(given["postings"], list):
        raise Refusal(f"{shown}: postings must be a list of postings, each on its line after a dash.")
    return RowType(given["kind"], tuple(_leg(about, f"{shown}: postings") for about in given["postings"]))


def _leg(given: Any, shown: str) -> Leg:
    given = section(given, ("account", "side", "amount", "payer"), ("account", "side", "amount"), shown)
    given = {key: str(value) for key, value in given.items()}
    allowed = {"account": (RECEIVABLE, *CHART), "side": ("debit", "credit"), "payer": ("row", "party", "none")}
    for key, words in allowed.items():
        if key in given and given[key] not in words:
            raise Refusal(f"{shown}: {key} {given[key]!r} is none of {', '.join(words)}.")
    return Leg(**given)


def parties(given: Any, shown: str) -> dict[str, Party]:
    """The file's words (any case) for who owes."""
    found = section_of_any(given, shown)
    return {key.strip().casefold(): _party(about, f"{shown}: {key}") for key, about in found.items()}


def _party(given: Any, shown: str) -> Party:
    if given == "client":
        return Party()
    if not isinstance(given, dict):
        raise Refusal(f"{shown}: who owes is `client`, or {{payer: the column of its id}}.")
    given = section(given, ("payer", "empty_if", "otherwise"), ("payer",), shown)
    if given.get("otherwise", "client") != "client":
        raise Refusal(f"{shown}: otherwise {given['otherwise']!r} can only be client.")
    about = {"column": given["payer"], "empty_if": given.get("empty_if", [])}
    return Party(column(about, WORD, shown), "otherwise" in given)
