"""What each landed table looks like: the columns that the change feed carries, with their DuckDB types.

A column that has no type here is text. The names are those of `practice.store.tables`; a test holds the types to the
record's own.
"""

from __future__ import annotations

import json

from practice.store.tables import TABLES

BOOKKEEPING = {"_seq": "BIGINT", "_op": "VARCHAR", "_known_at": "TIMESTAMP", "_batch_id": "VARCHAR"}
"""What landing adds to a row: its number in the feed, upsert or tombstone, when it was known, its batch."""

_FLAGS = dict.fromkeys(
    (
        "is_active",
        "is_open",
        "is_withdrawn",
        "is_late",
        "needs_room",
        "is_for_new_clients",
        "is_identified",
        "is_fee_agreed",
        "is_clean",
        "is_self_pay",
        "has_birth_date",
        "has_contact",
    ),
    "BOOLEAN",
)
_COUNTS = dict.fromkeys(
    (
        "capacity", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "notice_minutes", "rank",
        "weekday", "units", "occurrence_count", "attempts", "urgency", "batch_size", "answer_minutes", "score",
        "contacts", "position", "filing_days",
    ),
    "INTEGER",
)  # fmt: skip
_MONEY = dict.fromkeys(
    (
        "fee_minor", "allowed_minor", "copay_minor", "amount_minor", "total_minor", "debit_minor", "credit_minor",
        "charge_minor", "paid_minor", "denied_minor",
    ),
    "BIGINT",
)  # fmt: skip
_DATES = dict.fromkeys(
    (
        "started_date", "ended_date", "effective_from", "effective_to", "created_date", "exception_date", "start_date",
        "end_date", "booked_date", "first_booked_date", "event_date", "service_date", "post_date", "issued_date",
        "sent_date", "payment_date", "asked_date", "entered_date", "agreed_date",
        "due_date", "received_date", "first_date", "last_date", "earliest_date", "expires_date",
    ),
    "DATE",
)  # fmt: skip
_TIMES = {"start_time": "TIME", "end_time": "TIME"}
_INSTANTS = dict.fromkeys(
    (
        "created_at", "wall_start", "wall_end", "starts_at", "ends_at", "booked_at", "first_booked_at", "confirmed_at",
        "arrived_at", "seated_at", "ended_at", "outcome_at", "cancelled_at", "happened_at", "known_at",
        "original_start", "roomed_at", "held_at", "expires_at", "settled_at", "queued_at", "not_before_at", "sent_at",
        "closed_at", "freed_at", "opened_at", "answered_at", "last_contacted_at", "signed_at", "locked_at",
        "decided_at", "requested_at",
    ),
    "TIMESTAMP",
)  # fmt: skip
# One word has one meaning in every table, so it has one type too; a table that differs says so here.
_BY_COLUMN = _FLAGS | _COUNTS | _MONEY | _DATES | _TIMES | _INSTANTS
_BY_TABLE = {"invoices": {"number": "BIGINT"}, "instalments": {"number": "INTEGER"}}


def _columns_of(table: str) -> dict[str, str]:
    own = _BY_TABLE.get(table, {})
    return {name: own.get(name) or _BY_COLUMN.get(name, "VARCHAR") for name in TABLES[table].fed}


CONTRACTS: dict[str, dict[str, str]] = {name: _columns_of(name) for name, table in TABLES.items() if table.fed}
"""Landed table → its columns → their types, in the feed's order and without the bookkeeping columns."""


def json_structure(table: str) -> str:
    """The table's columns as the structure that DuckDB's `from_json` takes."""
    return json.dumps(CONTRACTS[table])


def empty_relation(table: str) -> str:
    """A SELECT of no rows with the landed table's columns."""
    columns = CONTRACTS[table] | BOOKKEEPING
    return "select " + ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items()) + " where false"
