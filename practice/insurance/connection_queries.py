"""What is known of connections to payers' servers, and of the files that went over them."""

from __future__ import annotations

from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.insurance.drop_trouble import WORDS
from practice.store.work import Reader, Row

TRIES = 3
"""So often a trouble that may pass is left to itself, before a person is told."""

_WAITING = """
    select 'claims:' || claim_file_id as file_sent_id, number, file_name, content, known_at
    from claim_files where dropped_at is null
    union all
    select 'covers:' || eligibility_file_id, number, file_name, content, known_at
    from eligibility_files where dropped_at is null
"""


def connections(reader: Reader, actor: Actor) -> list[Row]:
    """All of them, by name."""
    require(actor, Permission.SET_UP)
    return reader.rows("select * from payer_connections order by lower(name), connection_id")


def active(reader: Reader) -> list[Row]:
    """Those that are switched on."""
    return reader.rows("select * from payer_connections where is_active order by connection_id")


def taking(reader: Reader) -> Row | None:
    """The active connection that takes our files."""
    return reader.one("select * from payer_connections where is_active and out_folder is not null")


def to_send(reader: Reader) -> list[Row]:
    """Our files that are still to go out, the oldest first, with what is known of their way (`state`)."""
    return reader.rows(
        f"select w.*, s.state, s.remote_name, s.connection_id from ({_WAITING}) w left join files_sent s"
        " using (file_sent_id) order by w.known_at, w.number"
    )


def fetched(reader: Reader, connection_id: str) -> dict[str, list[Row]]:
    """Name there → the files that were fetched under it."""
    found: dict[str, list[Row]] = {}
    for row in reader.rows("select * from files_fetched where connection_id = ?", connection_id):
        found.setdefault(row["remote_name"], []).append(row)
    return found


def connections_now(reader: Reader, actor: Actor) -> dict[str, Any]:
    """For who works with payers' files: `active` connections, how many files wait to go out, and troubles that need
    somebody (connection_id, name, why, since)."""
    require(actor, Permission.ADJUST)
    rows = active(reader)
    takes = any(row["out_folder"] for row in rows)
    return {
        "active": rows,
        "waiting": len(to_send(reader)) if takes else 0,
        "troubles": [
            row | {"why": WORDS[row["trouble"]], "since": row["trouble_since"]}
            for row in rows
            if row["trouble"] and (row["next_try_at"] is None or row["tries"] >= TRIES)
        ],
    }


def lately(reader: Reader, actor: Actor, connection_id: str, limit: int = 12) -> list[Row]:
    """What went over a connection, the newest first: {seen_at, way, remote_name, size_bytes, digest, state}."""
    require(actor, Permission.SET_UP)
    return reader.rows(
        "select coalesce(sent_at, known_at) as seen_at, 'out' as way, remote_name, size_bytes, digest, state"
        " from files_sent where connection_id = ? union all"
        " select known_at, 'in', remote_name, size_bytes, digest, 'fetched'"
        f" from files_fetched where connection_id = ? order by seen_at desc, remote_name limit {limit:d}",
        connection_id,
        connection_id,
    )
