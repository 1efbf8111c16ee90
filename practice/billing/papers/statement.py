"""A statement: a guarantor's account over a time, and how that reads on paper. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from practice.billing.aging import LABELS, bucket_of
from practice.billing.papers.words import moved_by
from practice.money import Currency
from practice.store.work import Row

_MOVES = {"received": "Received", "applied": "Applied", "refunded": "Paid back", "other": "Set aside"}


def figures(
    *,
    first: date,
    last: date,
    opening_minor: int,
    lines: Iterable[Row],
    open_items: Sequence[Row],
    credit: Mapping[str, int],
    held_minor: int,
) -> Row:
    """What a statement says in numbers, JSON-able: opening + Σ lines = closing = Σ open items = Σ aging.

    `lines`, `open_items` and `credit` are as `queries.statement` gives them. Allocations of one payment on one day are
    one line. `credit` has opening and what was received, applied, refunded or otherwise moved since, in minor units.
    """
    balance, told = opening_minor, []
    for line in _gathered(lines):
        balance += line["amount_minor"]
        told.append(line | {"balance_minor": balance})
    items = [
        {
            "service_date": str(item["service_date"]),
            "client_name": item["client_name"],
            "description": item["description"],
            "amount_minor": item["share_minor"],
            "open_minor": item["open_minor"],
            "age_days": max((last - item["service_date"]).days, 0),
        }
        for item in open_items
    ]
    aging = dict.fromkeys(LABELS, 0)
    for item in items:
        aging[bucket_of(item["age_days"])] += item["open_minor"]
    return {
        "from_date": str(first),
        "to_date": str(last),
        "opening_minor": opening_minor,
        "lines": told,
        "closing_minor": balance,
        "open_items": items,
        "aging": aging,
        "credit": dict(credit) | {"closing": sum(credit.values())},
        "held_minor": held_minor,
    }


def _gathered(lines: Iterable[Row]) -> list[Row]:
    """Entries as lines of a statement; what one payment paid, or no longer pays, on one day is one line."""
    told: dict[Any, Row] = {}
    for line in lines:
        together = (line["post_date"], line["kind"], line["payment_id"])
        key = together if line["payment_id"] else line["transaction_id"] + line["charge_id"]
        if key in told:
            told[key]["amount_minor"] += line["amount_minor"]
            told[key] |= {"client_name": None, "service_date": None}  # it is about several visits
        else:
            told[key] = {
                "date": str(line["post_date"]),
                "kind": line["kind"],
                "description": moved_by(line),
                "client_name": line["client_name"],
                "service_date": str(line["service_date"]) if line["service_date"] else None,
                "amount_minor": line["amount_minor"],
            }
    return [line for line in told.values() if line["amount_minor"]]


def shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    told = [*document["lines"], *document["open_items"]]
    names_client = len({one["client_name"] for one in told if one["client_name"]}) > 1
    held = document["credit"]["closing"]
    set_aside = document["held_minor"]
    return {
        "facts": [],
        "from": document["from_date"],
        "to": document["to_date"],
        "opening": show(document["opening_minor"]),
        "closing": show(document["closing_minor"]),
        "credit": show(held) if held else "",
        "lines": [
            {
                "date": line["date"],
                "what": line["description"],
                "detail": _detail(line, names_client),
                "amount": show(line["amount_minor"]),
                "balance": show(line["balance_minor"]),
            }
            for line in document["lines"]
        ],
        "open": [_open(item, show, names_client) for item in document["open_items"]],
        "people": _people(document["open_items"], show),
        "aging": [[label, show(minor)] for label, minor in document["aging"].items()],
        "credits": _credits(document["credit"], show),
        "note": f" Held beside it as deposits or for packages: {show(set_aside)}." if set_aside else "",
    }


def by_person(open_items: Iterable[Row]) -> dict[str, int]:
    """What is open for each person whom the account is for, in minor units; nothing where it is one alone."""
    found: dict[str, int] = {}
    for item in sorted(open_items, key=lambda item: str(item["client_name"])):
        found[item["client_name"]] = found.get(item["client_name"], 0) + item["open_minor"]
    return found if len(found) > 1 else {}


def _people(open_items: Sequence[Row], show: Callable[[int], str]) -> list[list[str]]:
    found = by_person(open_items)
    rows = [[name, show(minor)] for name, minor in found.items()]
    return [*rows, ["Together", show(sum(found.values()))]] if rows else []


def _detail(line: Row, names_client: bool) -> str:
    """Which visit it was about, where the line does not say it by itself."""
    day = line["service_date"]
    parts = [line["client_name"] if names_client else None, f"visit of {day}" if day and day != line["date"] else None]
    return ", ".join(part for part in parts if part)


def _open(item: Row, show: Callable[[int], str], names_client: bool) -> dict[str, str]:
    return {
        "date": item["service_date"],
        "what": item["description"],
        "client": item["client_name"] if names_client else "",
        "age": str(item["age_days"]),
        "amount": show(item["amount_minor"]),
        "open": show(item["open_minor"]),
    }


def _credits(credit: Mapping[str, int], show: Callable[[int], str]) -> list[list[str]]:
    if not credit["opening"] and not credit["closing"]:
        return []  # what came in was applied at once, and stands among the lines
    moves = [[_MOVES[name], show(credit[name])] for name in _MOVES if credit.get(name)]
    return [["Before", show(credit["opening"])], *moves, ["Not applied", show(credit["closing"])]]
