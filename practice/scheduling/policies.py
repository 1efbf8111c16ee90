"""The practice's own rules, dated: who may overlap, and which notice makes a cancellation late."""

from __future__ import annotations

from datetime import timedelta

from practice.access.permissions import Permission
from practice.clock import stored
from practice.errors import Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.dated import a_date, refuse_rewriting, today_in
from practice.scheduling.lanes import held_by_resource, overfull
from practice.store.record import command
from practice.store.tables import TABLES
from practice.store.work import Row, Work

TABLE_OF_KIND = {"provider": "providers", "room": "rooms", "client": "clients"}


@command(Permission.SET_UP)
def set_overlap_policy(
    work: Work,
    *,
    resource_kind: str,
    rule: str,
    effective_from: str,
    resource_id: str | None = None,
    service_id: str | None = None,
    capacity: int = 1,
    ceiling: int = 2,
) -> Row:
    """From that day of visits on: block, warn (a reason lets up to `ceiling` visits overlap) or capacity.

    Resource and service narrow it. Lowering evicts nobody: answers {overlap_policy_id, over_capacity}, the ids of
    appointments that stand where more overlap than would now be granted.
    """
    if resource_kind not in TABLE_OF_KIND:
        raise Refusal("A policy is for a provider, a room or a client.", rule="resource_kind", field="resource_kind")
    if rule not in ("block", "warn", "capacity"):
        raise Refusal("The rule is block, warn or capacity.", rule="rule", field="rule")
    if not 1 <= capacity <= 100 or not 1 <= ceiling <= 100:
        raise Refusal("Capacity and ceiling are numbers from 1 to 100.", rule="capacity", field="capacity")
    if resource_id is not None:
        work.get(TABLE_OF_KIND[resource_kind], resource_id, resource_kind)
    if service_id is not None:
        work.get("services", service_id, "service")
    scope = {"resource_kind": resource_kind, "resource_id": resource_id, "service_id": service_id}
    numbers = {"rule": rule, "capacity": capacity, "ceiling": ceiling}
    policy_id = version(work, "overlap_policies", facts.overlap_policies(work), scope, numbers, effective_from)
    return {"overlap_policy_id": policy_id, "over_capacity": over_capacity(work, resource_kind)}


@command(Permission.SET_UP)
def set_cancellation_policy(
    work: Work, *, notice_minutes: int, effective_from: str, fee_minor: int = 0, service_id: str | None = None
) -> Row:
    """From that day of cancelling on: less notice than this is late. Answers {cancellation_policy_id}."""
    if notice_minutes < 0 or fee_minor < 0:
        raise Refusal("Notice and fee are not negative.", rule="negative", field="notice_minutes")
    if service_id is not None:
        work.get("services", service_id, "service")
    standing = facts.cancellation_policies(work)
    numbers = {"notice_minutes": notice_minutes, "fee_minor": fee_minor}
    scope = {"service_id": service_id}
    return {"cancellation_policy_id": version(work, "cancellation_policies", standing, scope, numbers, effective_from)}


def version(work: Work, table: str, standing: list[Row], scope: Row, numbers: Row, effective_from: str) -> str:
    """End what the new version replaces and insert it; a version that begins the same day is changed in place.

    A version that is planned for later stays, and ends the new one.
    """
    begin = a_date(effective_from, "effective_from")
    key = TABLES[table].key
    same = [row for row in standing if all(row[name] == value for name, value in scope.items())]
    refuse_rewriting(same, begin, today_in(work), "The rules")
    later = [row["effective_from"] for row in same if row["effective_from"] > begin]
    until = min(later) - timedelta(days=1) if later else None
    for row in same:
        if row["effective_from"] == begin:  # one that was ended on the day it began holds again
            work.update(table, row[key], **numbers, effective_to=until)
            return str(row[key])
        if row["effective_from"] < begin and (row["effective_to"] is None or row["effective_to"] >= begin):
            work.update(table, row[key], effective_to=begin - timedelta(days=1))
    policy_id = work.new_id()
    work.insert(table, {key: policy_id, **scope, **numbers, "effective_from": begin, "effective_to": until})
    return policy_id


def over_capacity(work: Work, kind: str) -> list[str]:
    """Appointments to come that stand where more overlap than the policies in force grant, oldest first."""
    policies = facts.overlap_policies(work)
    rows = facts.held_by_kind(work, kind, stored(work.now))
    capacities = facts.room_capacities(work) if kind == "room" else {}
    standing = held_by_resource(rows, policies, capacities).values()
    buffers = work.setting("buffers", "add")
    return list(dict.fromkeys(appointment_id for held in standing for appointment_id in overfull(held, buffers)))
