"""Until when a client may move or cancel by themselves, and from when on that counts as late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from practice.clock import local_date, stored
from practice.money import Currency
from practice.scheduling import booking_queries as facts
from practice.scheduling.model import in_force
from practice.scheduling.ruling import change_until
from practice.store.work import Reader


class Promise(NamedTuple):
    """Instants (naive UTC): until when the client may change the visit online; from when on a cancellation is late.

    `fee` is what a late one may cost, as people read it; empty where nothing is charged.
    """

    now: datetime
    starts_at: datetime
    change_until: datetime
    late_from: datetime
    fee: str

    @property
    def is_open(self) -> bool:
        """Whether the client may still move or cancel online."""
        return self.now <= self.change_until

    @property
    def is_late(self) -> bool:
        """Whether cancelling now counts as late."""
        return self.now > self.late_from


def promise(
    reader: Reader,
    *,
    service_id: str,
    provider_id: str,
    location_id: str,
    client_id: str | None,
    starts_at: datetime,
    zone: str,
) -> Promise:
    """What a client is promised about changing a visit that starts then, by the rules in force today."""
    today = local_date(reader.now, zone)
    visit = {
        "service_id": service_id,
        "provider_id": provider_id,
        "location_id": location_id,
        "starts_at": starts_at,
        "zone": zone,
    }
    found = change_until(reader, visit, client_id or "")
    policies = [
        row
        for row in facts.cancellation_policies(reader)
        if in_force(row, today) and row["service_id"] in (None, service_id)
    ]
    late_from, fee = starts_at, ""
    if policies:
        policy = max(policies, key=lambda row: (row["service_id"] is not None, row["effective_from"]))
        late_from = starts_at - timedelta(minutes=policy["notice_minutes"])
        if policy["fee_minor"]:
            fee = Currency.of(reader.setting("currency", "USD")).show(policy["fee_minor"])
    return Promise(stored(reader.now), starts_at, found[1] if found else starts_at, late_from, fee)
