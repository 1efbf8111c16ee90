"""The rules of booking, purely: which of them counts for whom, what breaks it, and the sentence that says so.

Rules are dated, and the version of the day on which somebody books counts. Per rule the most specific one wins:
client > service > provider > location > practice. Who books online must also keep the rules for online booking: of
the most specific for everyone and the most specific for online, the stricter counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from practice.scheduling.model import in_force

ORDER = ("client", "service", "provider", "location", "practice")
"""Whose rule it can be, the one that wins first."""

STRICTER = {
    "notice_minutes": max,
    "window_days": min,
    "daily_limit": min,
    "client_daily_limit": min,
    "change_notice_minutes": max,
}
"""The rules, and which of two values is the stricter one."""

Rule = Mapping[str, Any]


@dataclass(frozen=True)
class Scopes:
    """Whose rules may bear on a booking: ids and the names for a sentence."""

    ids: Mapping[str, str | None]
    names: Mapping[str, str]

    def subject(self, rule: Rule) -> str:
        """Who asks for it, at the beginning of a sentence."""
        return self.names.get(rule["scope"], "The practice")


@dataclass(frozen=True)
class Asked:
    """A booking as the rules see it; `at` is when it was asked for, `today` the location's day then."""

    starts_at: datetime
    day: date
    at: datetime
    today: date
    audience: str = "everyone"


@dataclass(frozen=True)
class Breach:
    """A rule that a booking would break: the row and the sentence's beginning."""

    rule: Rule
    sentence: str


def scopes_of(service: Rule, provider: Rule, location: Rule, client_id: str | None) -> Scopes:
    """Whose rules bear on a visit of these."""
    return Scopes(
        {
            "client": client_id,
            "service": service["service_id"],
            "provider": provider["provider_id"],
            "location": location["location_id"],
        },
        {
            "client": "This client's visit",
            "service": service["name"],
            "provider": provider["name"],
            "location": location["name"],
        },
    )


def rule_for(rows: Iterable[Rule], name: str, scopes: Scopes, on: date, audience: str) -> Rule | None:
    """The row that counts, or None."""
    fitting = [
        row
        for row in rows
        if row["rule"] == name
        and in_force(row, on)
        and (
            row["scope"] == "practice"
            or (row["scope_id"] is not None and row["scope_id"] == scopes.ids.get(row["scope"]))
        )
    ]
    found = []
    for whom in ("everyone", "online") if audience == "online" else ("everyone",):
        own = [row for row in fitting if row["audience"] == whom]
        if own:
            found.append(min(own, key=lambda row: ORDER.index(row["scope"])))
    return STRICTER[name](found, key=lambda row: row["value"]) if found else None


def time_breaches(rows: Iterable[Rule], scopes: Scopes, asked: Asked) -> Iterator[Breach]:
    """Too soon, too far ahead, or both: a reason may count for one of them only. The exact notice is enough."""
    notice = rule_for(rows, "notice_minutes", scopes, asked.today, asked.audience)
    if notice and asked.at <= asked.starts_at < asked.at + timedelta(minutes=notice["value"]):
        yield Breach(notice, f"{scopes.subject(notice)} asks for {spelled(notice['value'])} notice{whose(notice)}")
    window = rule_for(rows, "window_days", scopes, asked.today, asked.audience)
    if window and (asked.day - asked.today).days > window["value"]:
        days = "day" if window["value"] == 1 else "days"
        yield Breach(
            window, f"{scopes.subject(window)} is booked at most {window['value']} {days} ahead{whose(window)}"
        )


def bookable_from(
    rows: Iterable[Rule], scopes: Scopes, at: datetime, today: date, audience: str
) -> tuple[datetime, date]:
    """The first start and the last day that notice and window leave to who asks then: the same as `time_breaches`."""
    notice = rule_for(rows, "notice_minutes", scopes, today, audience)
    window = rule_for(rows, "window_days", scopes, today, audience)
    return (
        at + timedelta(minutes=notice["value"]) if notice else at,
        today + timedelta(days=window["value"]) if window else date.max,
    )


def provider_day_breach(
    rows: Iterable[Rule], scopes: Scopes, asked: Asked, visits: Mapping[str, str | None]
) -> Breach | None:
    """Whether the provider's day is full. `visits` are the others of that local day: holder → service.

    A limit of a service counts that service's visits, any other limit all of them.
    """
    limit = rule_for(rows, "daily_limit", scopes, asked.today, asked.audience)
    if limit is None:
        return None
    service_id = scopes.ids.get("service") if limit["scope"] == "service" else None
    count = sum(service_id in (None, service) for service in visits.values())
    if count < limit["value"]:
        return None
    what = f"{scopes.names['service'] + ' ' if service_id else ''}visit{'' if count == 1 else 's'}"
    sentence = f"{scopes.names['provider']} has {count} {what} on {asked.day}, and {limit['value']} a day is the limit"
    return Breach(limit, sentence + whose(limit))


def client_day_breach(rows: Iterable[Rule], scopes: Scopes, asked: Asked, count: int) -> Breach | None:
    """Whether the client has as many visits on that local day as a client may have."""
    limit = rule_for(rows, "client_daily_limit", scopes, asked.today, asked.audience)
    if limit is None or count < limit["value"]:
        return None
    has = f"This client has {count} visit{'' if count == 1 else 's'} on {asked.day}"
    return Breach(limit, f"{has}, and {limit['value']} a day is the limit{whose(limit)}")


def change_deadline(
    rows: Iterable[Rule], scopes: Scopes, starts_at: datetime, today: date
) -> tuple[Rule, datetime] | None:
    """Until when a client may still move or cancel online, and by which rule; None = until the start."""
    rule = rule_for(rows, "change_notice_minutes", scopes, today, "online")
    return (rule, starts_at - timedelta(minutes=rule["value"])) if rule else None


def whose(rule: Rule) -> str:
    """' (rule of the service)'; for online booking it says so."""
    return f" ({'online ' if rule['audience'] == 'online' else ''}rule of the {rule['scope']})"


def spelled(minutes: int) -> str:
    """Minutes as people say them, before 'notice': 24 hours', 2 days', 45 minutes'."""
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and (minutes >= 2 * size or size == 1 or (minutes == size and size == 60)):
            count = minutes // size
            return f"{count} {word}'s" if count == 1 else f"{count} {word}s'"
    return f"{minutes} minutes'"
