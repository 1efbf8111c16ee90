"""Which estimates are due and by when, and which bills came out far above theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from practice.access.permissions import Actor
from practice.billing.estimate_clocks import FAR_ABOVE, RENEW_DAYS, due_when_asked, due_when_booked
from practice.billing.queries import estimates
from practice.billing.queries.worklists import today
from practice.money import Currency
from practice.store.work import Reader, Row

SAID = {"booked": "A visit is booked", "asked": "They asked for one", "ends": "Theirs ends and visits go on"}


def estimates_due(reader: Reader, actor: Actor) -> list[Row]:
    """Estimates to be written, the most urgent first: client_id, client_name, why (a key of SAID), due_date, is_late,
    about_date (of the visit, of the request, or on which the old one ends). One row per client.

    A visit is covered by an estimate of its time and provider that names its service often enough.
    """
    day = today(reader)
    known = estimates.in_force(reader)
    closed = estimates.closed_days(reader)
    found = [
        _row(request, "asked", due_when_asked(request["asked_date"], closed), request["asked_date"])
        for request in estimates.open_requests(reader, actor)
    ]
    earliest = min([day, *(date.fromisoformat(row["says"]["from_date"]) for row in known)])
    for visit, estimate in _matched(estimates.self_pay_visits(reader, actor, earliest), known):
        if visit["start_date"] < day or visit["status"] == "completed":
            continue
        if estimate is None:
            ended = _ending(visit, known, day)
            due = due_when_booked(visit["booked_date"], visit["start_date"], closed)
            if ended:
                found.append(_row(visit, "ends", ended, ended))
            elif due:
                found.append(_row(visit, "booked", due, visit["start_date"]))
    first: dict[str, Row] = {}
    for row in sorted(found, key=lambda row: (row["due_date"], row["client_name"], row["about_date"])):
        first.setdefault(row["client_id"], row | {"is_late": row["due_date"] < day})
    return list(first.values())


def far_above(reader: Reader, actor: Actor) -> list[Row]:
    """Estimates that what was charged exceeds by 400 (dollars) or more: a client may dispute such a bill.

    Rows: client_id, client_name, number, estimated_minor, charged_minor, above_minor.
    """
    limit = FAR_ABOVE * 10 ** Currency.of(reader.setting("currency", "USD")).exponent
    rows = []
    for estimate in estimates.in_force(reader):
        says = estimate["says"]
        if actor.location_ids and estimate["location_id"] not in actor.location_ids:
            continue
        days = (date.fromisoformat(says[name]) for name in ("from_date", "until_date"))
        charged = estimates.charged(reader, estimate["client_id"], says["provider_id"], *days)
        if charged - says["total_minor"] >= limit:
            about = {"client_id": estimate["client_id"], "client_name": says["client"]["name"]}
            money = {"estimated_minor": says["total_minor"], "charged_minor": charged}
            above = {"number": estimate["number"], "above_minor": charged - says["total_minor"]}
            rows.append(about | money | above)
    return sorted(rows, key=lambda row: -row["above_minor"])


def _matched(visits: Iterable[Row], known: Iterable[Row]) -> list[tuple[Row, Row | None]]:
    """Each visit with the estimate that covers it: each covers its services as often as it says, the earliest first."""
    by_whom = {(row["client_id"], row["says"]["provider_id"]): row for row in known}
    used: Counter[tuple[str, str]] = Counter()
    pairs: list[tuple[Row, Row | None]] = []
    for visit in visits:
        estimate = by_whom.get((visit["client_id"], visit["provider_id"]))
        if estimate and _covers(estimate["says"], visit, used[estimate["document_id"], visit["service_id"]]):
            used[estimate["document_id"], visit["service_id"]] += 1
            pairs.append((visit, estimate))
        else:
            pairs.append((visit, None))
    return pairs


def _covers(says: Row, visit: Row, used: int) -> bool:
    often = {line["service_id"]: line["count"] for line in says["lines"]}
    is_in_time = says["from_date"] <= str(visit["start_date"]) <= says["until_date"]
    return bool(is_in_time and used < often.get(visit["service_id"], 0))


def _ending(visit: Row, known: Iterable[Row], day: date) -> date | None:
    """The day on which the client's estimate ends, if the visit lies behind it and that day is near or over."""
    for row in known:
        ends = date.fromisoformat(row["says"]["until_date"])
        is_theirs = (row["client_id"], row["says"]["provider_id"]) == (visit["client_id"], visit["provider_id"])
        if is_theirs and visit["start_date"] > ends and ends - timedelta(days=RENEW_DAYS) <= day:
            return ends
    return None


def _row(about: Row, why: str, due: date, day: date) -> Row:
    return {
        "client_id": about["client_id"],
        "client_name": about["client_name"],
        "why": why,
        "due_date": due,
        "about_date": day,
    }
