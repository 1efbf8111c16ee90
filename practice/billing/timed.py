"""Codes and units from minutes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]

PSYCHOTHERAPY = (
    {"code": "90832", "minutes_from": 16, "minutes_to": 37},
    {"code": "90834", "minutes_from": 38, "minutes_to": 52},
    {"code": "90837", "minutes_from": 53},
)
"""CPT's psychotherapy codes by their minutes face to face."""

EIGHT_MINUTES = 8
UNIT = 15
"""Rehabilitation: a unit is a quarter of an hour, of which eight minutes are enough (8–22 one, 23–37 two, …)."""


@dataclass(frozen=True)
class Timed:
    """What so many minutes are billed as. `fee_minor` is the code's own, of one unit; None = the service's."""

    code: str
    units: int
    fee_minor: int | None


def by_minutes(rows: Iterable[Row], minutes: int) -> Timed | None:
    """The code and units of so many whole minutes; None where no row takes them."""
    for row in sorted(rows, key=lambda row: row["minutes_from"], reverse=True):
        if minutes < row["minutes_from"] or (row["minutes_to"] is not None and minutes > row["minutes_to"]):
            continue
        unit = row["unit_minutes"]
        units = (minutes + unit - row["minutes_from"]) // unit if unit else 1
        return Timed(row["code"], units, row["fee_minor"])
    return None


def overlap(rows: Iterable[Row]) -> tuple[str, str] | None:
    """Two codes that claim the same minutes, or None."""
    ordered = sorted(rows, key=lambda row: row["minutes_from"])
    for one, following in pairwise(ordered):
        if one["minutes_to"] is None or one["minutes_to"] >= following["minutes_from"]:
            return one["code"], following["code"]
    return None


def words(rows: Iterable[Row]) -> str:
    """`90832 from 16 to 37 minutes, 90834 from 38 to 52 minutes, 97110 per 15 minutes from 8`."""
    said = []
    for row in sorted(rows, key=lambda row: row["minutes_from"]):
        if row["unit_minutes"]:
            said.append(f"{row['code']} per {row['unit_minutes']} minutes from {row['minutes_from']}")
        else:
            until = f" to {row['minutes_to']}" if row["minutes_to"] is not None else ""
            said.append(f"{row['code']} from {row['minutes_from']}{until} minutes")
    return ", ".join(said)
