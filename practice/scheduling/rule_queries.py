"""What the practice has set up that decides about a booking: rules, travel, equipment, pools and needs."""

from __future__ import annotations

from collections.abc import Sequence

from practice.store.work import Reader, Row


def needs_of(reader: Reader, service_id: str | None) -> list[Row]:
    """What a service needs now, by the pool's name: pool_id, name, kind, quantity."""
    pools = {row["pool_id"]: row for row in reader.all("pools") if row["is_active"]}
    found = [
        {"pool_id": row["pool_id"], "quantity": row["quantity"]}
        | {name: pools[row["pool_id"]][name] for name in ("name", "kind")}
        for row in reader.those("needs", "service_id", service_id)
        if row["is_active"] and row["pool_id"] in pools
    ]
    return sorted(found, key=lambda row: row["name"])


def members_at(reader: Reader, pool_ids: Sequence[str], location_id: str | None) -> list[Row]:
    """Members of these pools at a location, those that take fewest visits first; past and coming ones too.

    Rows: pool_id, resource_id, name, capacity, effective_from, effective_to. Only rooms and equipment in use.
    """
    if not pool_ids:
        return []
    here = {
        row[key]: row
        for table, key in (("rooms", "room_id"), ("equipment", "equipment_id"))
        for row in reader.those(table, "location_id", location_id)
        if row["is_active"]
    }
    found = [
        row | {name: here[row["resource_id"]][name] for name in ("name", "capacity")}
        for row in reader.those("pool_members", "pool_id", *pool_ids)
        if row["resource_id"] in here
    ]
    return sorted(found, key=lambda row: (row["capacity"], row["name"]))


def booking_rules(reader: Reader) -> list[Row]:
    """Every rule of booking, past and coming versions too."""
    return sorted(reader.all("booking_rules"), key=lambda row: (row["rule"], row["effective_from"]))


def travel_times(reader: Reader) -> list[Row]:
    """Travel times with the names of both places."""
    return reader.rows(
        "select t.*, a.name as from_name, b.name as to_name from travel_times t"
        " join locations a on a.location_id = t.from_location_id join locations b on b.location_id = t.to_location_id"
        " order by from_name, to_name"
    )


def equipment(reader: Reader) -> list[Row]:
    """Every piece of equipment with its location's name."""
    return reader.rows(
        "select e.*, l.name as location_name from equipment e join locations l using (location_id)"
        " order by l.name, e.name"
    )


def pools(reader: Reader) -> list[Row]:
    """Every pool."""
    return sorted(reader.all("pools"), key=lambda row: row["name"])


def pool_members(reader: Reader, pool_id: str | None = None) -> list[Row]:
    """Members of pools with the name of the room or equipment and its location; past and coming ones too."""
    return reader.rows(
        "select m.*, coalesce(r.name, e.name) as name, l.name as location_name from pool_members m"
        " left join rooms r on r.room_id = m.resource_id left join equipment e on e.equipment_id = m.resource_id"
        " left join locations l on l.location_id = coalesce(r.location_id, e.location_id)"
        " where ? is null or m.pool_id = ? order by location_name, name, m.effective_from",
        pool_id,
        pool_id,
    )


def needs(reader: Reader) -> list[Row]:
    """What services need, with names; only what is needed now."""
    return reader.rows(
        "select n.*, s.name as service_name, p.name as pool_name, p.kind from needs n"
        " join services s using (service_id) join pools p using (pool_id) where n.is_active"
        " order by service_name, pool_name"
    )


def scope_names(reader: Reader) -> dict[str, str]:
    """Names of services, providers, locations and clients by id: whose a rule is."""
    rows = reader.rows(
        "select service_id as id, name from services union all select provider_id, name from providers"
        " union all select location_id, name from locations union all"
        " select client_id, given_name || ' ' || family_name from clients"
        " where client_id in (select scope_id from booking_rules where scope = 'client')"
    )
    return {row["id"]: row["name"] for row in rows}
