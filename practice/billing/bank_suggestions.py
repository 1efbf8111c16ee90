"""Which entries of the ledger a line of the bank is likely to be: only what sums to it exactly is suggested. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

DAYS_BEFORE, DAYS_AFTER, LONGEST_RUN = 21, 3, 10

Row = dict[str, Any]


def suggest(line: Row, candidates: Sequence[Row]) -> list[str]:
    """The transaction_ids whose amounts are the line's gross: by reference, one alone, a day's, some days' in a row.

    `candidates` have transaction_id, post_date, amount_minor and reference. Of several equal ones the nearest day's, if
    no other is as near. [] where nothing fits exactly.
    """
    wanted = line["gross_minor"]
    near = [
        row
        for row in candidates
        if line["line_date"] - timedelta(days=DAYS_BEFORE)
        <= row["post_date"]
        <= line["line_date"] + timedelta(days=DAYS_AFTER)
        and (row["amount_minor"] > 0) == (wanted > 0)
    ]
    named = [
        row
        for row in near
        if row["reference"] and row["reference"] in (line["reference"] or "", *(line["description"] or "").split())
    ]
    if named and sum(row["amount_minor"] for row in named) == wanted:
        return [row["transaction_id"] for row in named]
    equal = [row for row in near if row["amount_minor"] == wanted]
    return _alone(line, equal) if equal else _days(near, wanted)


def _alone(line: Row, equal: list[Row]) -> list[str]:
    by_distance = sorted(equal, key=lambda row: abs((line["line_date"] - row["post_date"]).days))
    if not by_distance:
        return []
    first, second = by_distance[0], by_distance[1] if len(by_distance) > 1 else None
    is_ambiguous = second and second["post_date"] != first["post_date"] and abs(
        (line["line_date"] - second["post_date"]).days
    ) == abs((line["line_date"] - first["post_date"]).days)  # fmt: skip
    return [] if is_ambiguous else [first["transaction_id"]]


def _days(near: list[Row], wanted: int) -> list[str]:
    """All of one day, else all of the fewest days in a row; the latest such days."""
    ordered = sorted(near, key=lambda row: row["post_date"])
    days = [list(rows) for _, rows in groupby(ordered, key=lambda row: row["post_date"])]
    for length in range(1, min(LONGEST_RUN, len(days)) + 1):
        for start in range(len(days) - length, -1, -1):
            rows = [row for day in days[start : start + length] for row in day]
            if sum(row["amount_minor"] for row in rows) == wanted:
                return [row["transaction_id"] for row in rows]
    return []
