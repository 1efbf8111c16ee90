"""The rules of booking at the moment of booking: refused with the rule's name, or granted for a reason by who may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict
from practice.scheduling.plans import Plan, alternatives, or_override, require_override
from practice.scheduling.rule_book import read_rules
from practice.scheduling.rules import (
    Asked,
    Breach,
    Rule,
    change_deadline,
    client_day_breach,
    provider_day_breach,
    scopes_of,
    time_breaches,
    whose,
)
from practice.scheduling.standing import Standing
from practice.store.work import Reader, Row, Work


def require_rules(work: Work, plan: Plan, standing: Standing) -> bool:
    """Whether a rule was overridden for the plan's reason. Raises Conflict with the rule's name where it may not be."""
    if not plan.is_ruled or not standing.book.rules:
        return False
    is_overridden = False
    for breach in _breaches(work, plan, standing):
        is_for_all = breach.rule["audience"] == "everyone"
        if plan.is_override and is_for_all:
            require_override(work, plan)
            is_overridden = True
            continue
        raise Conflict(
            f"{breach.sentence}. Choose another time{or_override(work) if is_for_all else ''}.",
            rule=breach.rule["rule"],
            field="wall_start",
            alternatives=alternatives(work, plan),
        )
    return is_overridden


def _breaches(work: Work, plan: Plan, standing: Standing) -> Iterator[Breach]:
    at = plan.asked_at or stored(work.now)
    asked = Asked(plan.starts_at, plan.day, at, local_date(work.now, plan.location["zone"]), plan.audience)
    client_ids = plan.client_ids or (None,)
    for number, client_id in enumerate(client_ids):
        scopes = scopes_of(plan.service, plan.provider, plan.location, client_id)
        found: list[Breach | None] = [*time_breaches(standing.book.rules, scopes, asked)]
        if "provider" in standing.kinds and number == 0:
            day = standing.day_of(plan.provider["provider_id"])
            found.append(provider_day_breach(standing.book.rules, scopes, asked, day))
        if "client" in standing.kinds and client_id:
            found.append(client_day_breach(standing.book.rules, scopes, asked, len(standing.day_of(client_id))))
        yield from (breach for breach in found if breach)


def change_until(reader: Reader, appointment: Row, client_id: str) -> tuple[Rule, datetime] | None:
    """Until when (naive UTC) a client may still move or cancel this visit online, and by which rule; None = always."""
    service = reader.get("services", appointment["service_id"], "service")
    provider = reader.get("providers", appointment["provider_id"], "provider")
    location = reader.get("locations", appointment["location_id"], "location")
    rules = read_rules(reader, None, None).rules
    today = local_date(reader.now, appointment["zone"])
    scopes = scopes_of(service, provider, location, client_id)
    return change_deadline(rules, scopes, appointment["starts_at"], today)


def require_change_in_time(work: Work, appointment: Row, client_id: str, what: str) -> None:
    """Refuse a client who moves or cancels online later than the rule allows; the desk still can."""
    found = change_until(work, appointment, client_id)
    if found is None or stored(work.now) <= found[1]:
        return
    rule, until = found
    wall = to_wall(until, appointment["zone"])
    raise Conflict(
        f"This visit could be {what} online until {wall:%Y-%m-%d %H:%M}{whose(rule)}; please call the practice.",
        rule="change_notice_minutes",
    )
