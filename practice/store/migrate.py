"""Forward-only numbered migrations, each applied in one transaction together with the record that it was."""

from __future__ import annotations

import importlib.resources
import re
from datetime import datetime

import duckdb

from practice.errors import Refusal


def migrations() -> list[tuple[int, str, str]]:
    """(number, name, SQL) of every shipped migration, in order."""
    folder = importlib.resources.files("practice.store").joinpath("migrations")
    found = [
        (int(match[1]), file.name, file.read_text())
        for file in folder.iterdir()
        if (match := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))
    ]
    return sorted(found)


def migrate(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[str]:
    """Apply what is pending and return the names. Refuses a record that a newer Daybook has written."""
    connection.execute(
        "create table if not exists schema_migrations (number integer primary key, name text, applied_at timestamp)"
    )
    applied = {row[0] for row in connection.execute("select number from schema_migrations").fetchall()}
    shipped = migrations()
    if applied - {number for number, _, _ in shipped}:
        raise Refusal("This record was written by a newer Daybook; install that version to open it.")
    names = []
    for number, name, sql in shipped:
        if number in applied:
            continue
        connection.begin()
        try:
            connection.execute(sql)
            connection.execute("insert into schema_migrations values (?, ?, ?)", [number, name, now])
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        names.append(name)
    return names
