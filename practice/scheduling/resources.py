"""Equipment, pools and what services need of them: set up once, then part of every check of a booking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from practice.access.permissions import Permission
from practice.errors import Conflict, Refusal
from practice.scheduling import rule_queries
from practice.scheduling.dated import a_date, today_in
from practice.store.record import command
from practice.store.work import Row, Work

KINDS = {"room": "rooms", "equipment": "equipment"}


@command(Permission.SET_UP)
def add_equipment(work: Work, *, location_id: str, name: str, capacity: int = 1) -> Row:
    """A thing at a location that visits need; so many visits share it at once. Answers {equipment_id}."""
    work.get("locations", location_id, "location")
    at = [row for row in rule_queries.equipment(work) if row["location_id"] == location_id]
    equipment_id = work.new_id()
    row = {"equipment_id": equipment_id, "location_id": location_id, **_thing(name, capacity, at), "is_active": True}
    work.insert("equipment", row)
    return {"equipment_id": equipment_id}


@command(Permission.SET_UP)
def change_equipment(work: Work, *, equipment_id: str, name: str, capacity: int, is_active: bool) -> Row:
    """Rename it, say how many share it, or take it out of use; what is booked with it stays."""
    known = work.get("equipment", equipment_id, "equipment")
    at = [
        row
        for row in rule_queries.equipment(work)
        if row["location_id"] == known["location_id"] and row["equipment_id"] != equipment_id
    ]
    work.update("equipment", equipment_id, **_thing(name, capacity, at), is_active=is_active)
    return {"equipment_id": equipment_id}


@command(Permission.SET_UP)
def add_pool(work: Work, *, name: str, kind: str, resource_ids: Sequence[str] = ()) -> Row:
    """Rooms, or equipment, of which one is as good as another: "Treatment rooms". Answers {pool_id}."""
    if kind not in KINDS:
        raise Refusal("A pool is of rooms or of equipment.", rule="kind", field="kind")
    text = _name(name, [row["name"] for row in rule_queries.pools(work) if row["is_active"]])
    pool_id = work.new_id()
    work.insert("pools", {"pool_id": pool_id, "name": text, "kind": kind, "is_active": True})
    _set_members(work, pool_id, kind, resource_ids, str(today_in(work)))
    return {"pool_id": pool_id}


@command(Permission.SET_UP)
def set_pool_members(work: Work, *, pool_id: str, resource_ids: Sequence[str], effective_from: str) -> Row:
    """Who is in the pool from that day of visits on; earlier days stay as they were."""
    pool = work.get("pools", pool_id, "pool")
    _set_members(work, pool_id, pool["kind"], resource_ids, effective_from)
    return {"pool_id": pool_id}


@command(Permission.SET_UP)
def close_pool(work: Work, *, pool_id: str) -> Row:
    """Take a pool out of use, once no service needs it."""
    pool = work.get("pools", pool_id, "pool")
    using = [row["service_name"] for row in rule_queries.needs(work) if row["pool_id"] == pool_id]
    if using:
        raise Conflict(
            f"{pool['name']} is still needed by {', '.join(using)}; end that need first.", rule="pool_needed"
        )
    work.update("pools", pool_id, is_active=False)
    return {"pool_id": pool_id}


@command(Permission.SET_UP)
def set_need(work: Work, *, service_id: str, pool_id: str, quantity: int) -> Row:
    """So many of the pool are taken by every visit of the service that is booked from now on; 0 = none any more."""
    service, pool = work.get("services", service_id, "service"), work.get("pools", pool_id, "pool")
    if not pool["is_active"]:
        raise Refusal(f"{pool['name']} is not in use any more; choose another pool.", rule="inactive", field="pool_id")
    if not 0 <= quantity <= 10:
        raise Refusal("A visit needs 1 to 10 of a pool; 0 ends the need.", rule="quantity", field="quantity")
    known = [row for row in rule_queries.needs(work) if row["service_id"] == service_id and row["pool_id"] == pool_id]
    for row in known:
        work.update("needs", row["need_id"], is_active=False)
    if quantity:
        need = {"need_id": work.new_id(), "service_id": service_id, "pool_id": pool_id, "quantity": quantity}
        work.insert("needs", need | {"is_active": True})
    return {"service_id": service["service_id"], "pool_id": pool_id, "quantity": quantity}


def _set_members(work: Work, pool_id: str, kind: str, resource_ids: Sequence[str], effective_from: str) -> None:
    begin = a_date(effective_from, "effective_from")
    if begin < today_in(work):
        raise Refusal(
            "Who was in a pool before today stays so; let the change begin today or later.",
            rule="past",
            field="effective_from",
        )
    for resource_id in resource_ids:
        work.get(KINDS[kind], resource_id, kind)
    before = begin - timedelta(days=1)
    staying = set()
    for row in rule_queries.pool_members(work, pool_id):
        if row["effective_to"] is not None and row["effective_to"] < begin:
            continue
        if row["resource_id"] in resource_ids and row["effective_from"] <= begin and row["effective_to"] is None:
            staying.add(row["resource_id"])
            continue
        work.update("pool_members", row["pool_member_id"], effective_to=before)
    work.insert(
        "pool_members",
        *(
            {
                "pool_member_id": work.new_id(),
                "pool_id": pool_id,
                "resource_id": resource_id,
                "effective_from": begin,
                "effective_to": None,
            }
            for resource_id in dict.fromkeys(resource_ids)
            if resource_id not in staying
        ),
    )


def _thing(name: str, capacity: int, others: Sequence[Row]) -> Row:
    if not 1 <= capacity <= 100:
        raise Refusal("1 to 100 visits share it at once.", rule="capacity", field="capacity")
    return {"name": _name(name, [row["name"] for row in others if row["is_active"]]), "capacity": capacity}


def _name(name: str, taken: Sequence[str]) -> str:
    text = " ".join(name.split())
    if not text or len(text) > 80:
        raise Refusal("Give a name of 1 to 80 characters.", rule="name", field="name")
    if text.casefold() in {one.casefold() for one in taken}:
        raise Conflict(f"{text} is there already; choose another name.", rule="duplicate", field="name")
    return text
