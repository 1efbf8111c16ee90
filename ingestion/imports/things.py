"""Clients, slots and names of a file: entities that are taken as they stand."""

from __future__ import annotations

import duckdb

from ingestion.imports.columns import odd_ids, table
from ingestion.imports.mapping import NAMED, Entity
from ingestion.imports.shapes import facts, hash_of
from ingestion.landing import quoted


def judge_things(connection: duckdb.DuckDBPyConnection, file_no: int, entity: Entity, source: str) -> None:
    """Add one canonical row per row of `timed` to the entity's `judged` table."""
    if entity.name in NAMED:
        thing = NAMED[entity.name]
        made = f"{quoted(thing)} as kind, {thing}_id as id, name"
        key = f"{quoted(thing + ':')} || id"
    elif entity.name == "slots":
        made = (
            "slot_id, provider_id, location_id, starts_at_wall::date as start_date, starts_at_wall as wall_start,"
            " duration_minutes, is_taken"
        )
        key = "slot_id"
    else:
        made, key = "client_id", "client_id"
    names = facts(entity.landed_as)
    connection.execute(
        f"""insert into judged_{entity.landed_as} by name
        with canonical as (
            select {quoted(source)} as source, {made}, file_row, nullif({odd_ids(entity)}, '') as flags
            from {table("timed", file_no, entity)}
        )
        select {", ".join(names)}, flags, {file_no} as file_no, file_row, {quoted(entity.name)} as entity, {key} as key,
            {hash_of(names)} as _row_hash from canonical"""
    )
