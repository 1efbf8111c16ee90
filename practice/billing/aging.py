"""Aging: open items at any date, as known at any instant, in buckets by age since the service. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from practice.billing.accounts import RECEIVABLES

BUCKETS = (("0-30", 30), ("31-60", 60), ("61-90", 90), ("91-120", 120), ("120+", None))
"""Label and the last day of age that belongs to it; a service of the future counts as 0 days old."""

LABELS = tuple(label for label, _ in BUCKETS)


@dataclass(frozen=True)
class OpenItem:
    """What one party owes for one charge. `client_id` is the client who was seen; balance < 0 is a credit item."""

    charge_id: str
    party: str
    client_id: str | None
    payer_id: str | None
    service_date: date
    balance_minor: int

    @property
    def open_minor(self) -> int:
        """What is owed, never negative."""
        return max(self.balance_minor, 0)

    @property
    def credit_minor(self) -> int:
        """What was overpaid on this item, never negative. Only imported history has any."""
        return max(-self.balance_minor, 0)


def bucket_of(age_days: int) -> str:
    """The bucket of an age in days: day 30 is in 0-30, day 121 in 120+."""
    return next(label for label, last in BUCKETS if last is None or age_days <= last)


def open_items(postings: Iterable[Mapping[str, Any]], as_of: date, known_at: datetime | None = None) -> list[OpenItem]:
    """Items with a balance from postings with post_date ≤ as_of and, where given, known_at ≤ known_at (naive UTC)."""
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    balances: dict[tuple[str, str], int] = {}
    for posting in postings:
        is_known = known_at is None or posting["known_at"] <= known_at
        if posting["account"] not in RECEIVABLES or posting["post_date"] > as_of or not is_known:
            continue
        item = (posting["charge_id"], posting["party"])
        first.setdefault(item, posting)
        balances[item] = balances.get(item, 0) + posting["debit_minor"] - posting["credit_minor"]
    return [
        OpenItem(charge_id, party, about["client_id"], about["payer_id"], about["service_date"], balance)
        for (charge_id, party), balance in sorted(balances.items())
        if balance and (about := first[charge_id, party])
    ]


def aging(items: Iterable[OpenItem], as_of: date) -> dict[str, int]:
    """What is open by bucket, in minor units; every bucket is there. Credit items are not netted."""
    buckets = dict.fromkeys(LABELS, 0)
    for item in items:
        buckets[bucket_of((as_of - item.service_date).days)] += item.open_minor
    return buckets
