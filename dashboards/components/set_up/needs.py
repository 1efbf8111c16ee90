"""Equipment, pools of rooms or equipment, and what services need of them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.forms import show_refusal, turn
from dashboards.components.set_up.common import DATE, Rows, begin_anew, choose, lists, names_by, read, today
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.people import queries
from practice.scheduling import rule_queries
from practice.scheduling.resources import add_equipment, add_pool, change_equipment, set_need, set_pool_members

KINDS = {"room": "Rooms", "equipment": "Equipment"}


def needs_part(person: Actor) -> None:
    """Things first, then the pools that they make, then who needs what."""
    locations = names_by(read(queries.locations, person), "location_id")
    if not locations:
        st.info("Add a location first, under Places.")
        return
    _equipment(locations)
    _pools(person, locations)
    _needs(person)


def _equipment(locations: dict[str, str]) -> None:
    rows = read(rule_queries.equipment)
    left, right = lists()
    with left:
        columns = {"name": "Name", "location_name": "Location", "capacity": "Visits at once"}
        empty = "No equipment yet: add what a visit cannot do without, such as a laser."
        row = choose("equipment", "Equipment", rows, columns, key="equipment_id", empty=empty) or {}
    with right:
        form = "equipment"
        key = f"{form}:{turn(form)}:{row.get('equipment_id')}"
        st.markdown(f"**{'Change the equipment' if row else 'Add equipment'}**")
        if not row:
            place = _select("Where", locations, None, f"{key}:place")
        name = st.text_input("Name of the equipment", row.get("name", ""), key=f"{key}:name")
        capacity = st.number_input("Visits that share it", 1, 100, row.get("capacity", 1), key=f"{key}:capacity")
        is_active = st.checkbox("In use", row["is_active"], key=f"{key}:active") if row else True
        if st.button("Save the equipment" if row else "Add equipment", type="primary"):
            if row:
                answer = attempt(
                    change_equipment, form, is_in_place=True, done="Saved.", equipment_id=row["equipment_id"],
                    name=name, capacity=int(capacity), is_active=is_active,
                )  # fmt: skip
            else:
                answer = attempt(
                    add_equipment, form, is_in_place=True, done=f"{name} was added.", location_id=place, name=name,
                    capacity=int(capacity),
                )  # fmt: skip
            if answer is not None:
                begin_anew(form)
        show_refusal(form)


def _things(person: Actor, kind: str, locations: dict[str, str]) -> dict[str, str]:
    """Rooms or equipment in use by id, each with its place where there are several."""
    rows = read(queries.rooms, person) if kind == "room" else read(rule_queries.equipment)
    where = {row[f"{kind}_id"]: locations.get(row["location_id"], "") for row in rows}
    return {
        row[f"{kind}_id"]: f"{row['name']}, {where[row[f'{kind}_id']]}" if len(locations) > 1 else row["name"]
        for row in rows
        if row.get("is_active", True)
    }


def _pools(person: Actor, locations: dict[str, str]) -> None:
    now = today()
    members = [row for row in read(rule_queries.pool_members) if row["effective_to"] is None]
    inside: dict[str, Rows] = {}
    for member in members:
        inside.setdefault(member["pool_id"], []).append(member)
    rows = [
        row
        | {
            "of": KINDS[row["kind"]],
            "members": ", ".join(str(one["name"]) for one in inside.get(row["pool_id"], [])) or "nobody yet",
        }
        for row in read(rule_queries.pools)
    ]
    left, right = lists()
    with left:
        columns = {"name": "Pool", "of": "Of", "members": "Members"}
        empty = "No pool yet: a pool says which rooms, or which devices, are as good as each other."
        row = choose("pool", "Pools", rows, columns, key="pool_id", empty=empty) or {}
    with right:
        form = "pool"
        key = f"{form}:{turn(form)}:{row.get('pool_id')}"
        st.markdown(f"**{'Say who is in ' + row['name'] if row else 'Add a pool'}**")
        kind = row.get("kind") or str(_select("Of what", KINDS, None, f"{key}:kind"))
        name = row.get("name") or st.text_input("Name of the pool", placeholder="Treatment rooms", key=f"{key}:name")
        things = _things(person, kind, locations)
        now_in = [one["resource_id"] for one in inside.get(row.get("pool_id", ""), []) if one["resource_id"] in things]
        chosen = st.multiselect("Members", list(things), now_in, format_func=things.__getitem__, key=f"{key}:{kind}:in")
        start = st.date_input("For visits from", now, format=DATE, key=f"{key}:from") if row else now
        if st.button("Save the pool" if row else "Add pool", type="primary"):
            if row:
                answer = attempt(
                    set_pool_members, form, is_in_place=True, done="Saved.", pool_id=row["pool_id"],
                    resource_ids=chosen, effective_from=str(start),
                )  # fmt: skip
            else:
                answer = attempt(
                    add_pool, form, is_in_place=True, done=f"{name} was added.", name=name, kind=kind,
                    resource_ids=chosen,
                )  # fmt: skip
            if answer is not None:
                begin_anew(form)
        show_refusal(form)


def _needs(person: Actor) -> None:
    services = names_by(read(queries.services, person), "service_id")
    pools = {row["pool_id"]: row["name"] for row in read(rule_queries.pools) if row["is_active"]}
    if not pools or not services:
        return
    left, right = lists()
    with left:
        columns = {"service_name": "Service", "quantity": "Needs", "pool_name": "Of"}
        empty = "No need yet: a service that needs a room takes any room."
        row = choose("need", "What services need", read(rule_queries.needs), columns, key="need_id", empty=empty) or {}
        st.caption("A time is offered only where the provider and everything that is needed are free together.")
    with right:
        form = "need"
        key = f"{form}:{turn(form)}:{row.get('need_id')}"
        st.markdown("**Say what a service needs**")
        service = _select("Which service", services, row.get("service_id"), f"{key}:service")
        pool = _select("Of which pool", pools, row.get("pool_id"), f"{key}:pool")
        quantity = st.number_input("How many (0 = none any more)", 0, 10, row.get("quantity", 1), key=f"{key}:count")
        if st.button("Save the need", type="primary"):
            answer = attempt(
                set_need, form, is_in_place=True, done="Saved: it counts for what is booked from now on.",
                service_id=service, pool_id=pool, quantity=int(quantity),
            )  # fmt: skip
            if answer is not None:
                begin_anew(form)
        show_refusal(form)


def _select(label: str, options: dict[Any, str], now: Any, key: str) -> Any:
    keys = list(options)
    return st.selectbox(
        label, keys, index=keys.index(now) if now in keys else 0, format_func=options.__getitem__, key=key
    )
