"""The canonical entities that an import lands, with their DuckDB types: what the warehouse may rely on."""

from __future__ import annotations

from collections.abc import Iterable

_STAMPS = {
    "known_at": "TIMESTAMP",  # when the files were exported
    "_batch_id": "VARCHAR",
    "_row_hash": "VARCHAR",  # of the facts: tells a row that is already there from one that changed
}
APPOINTMENTS = {
    "source": "VARCHAR",
    "appointment_id": "VARCHAR",
    "attendee_id": "VARCHAR",  # the appointment's id where the file has no attendees
    "client_id": "VARCHAR",
    "provider_id": "VARCHAR",
    "location_id": "VARCHAR",
    "service_id": "VARCHAR",
    "payer_id": "VARCHAR",
    "booked_at": "TIMESTAMP",  # instants are naive UTC
    "booked_date": "DATE",  # dates are local
    "starts_at": "TIMESTAMP",  # null where the file has only dates
    "ends_at": "TIMESTAMP",
    "start_date": "DATE",
    "duration_minutes": "BIGINT",
    "outcome": "VARCHAR",
    "source_status": "VARCHAR",  # as the file has it
    "outcome_basis": "VARCHAR",  # stated | default
    "cancelled_by": "VARCHAR",
    "cancelled_at": "TIMESTAMP",
    "notice_minutes": "BIGINT",
    "is_late": "BOOLEAN",  # null: can't be judged
    "arrived_at": "TIMESTAMP",
    "seated_at": "TIMESTAMP",
    "ended_at": "TIMESTAMP",
    "flags": "VARCHAR",  # comma-separated; null: nothing odd
    **_STAMPS,
}
CLIENTS = {"source": "VARCHAR", "client_id": "VARCHAR", **_STAMPS}
SLOTS = {
    "source": "VARCHAR",
    "slot_id": "VARCHAR",
    "provider_id": "VARCHAR",
    "location_id": "VARCHAR",
    "start_date": "DATE",
    "wall_start": "TIMESTAMP",  # local
    "duration_minutes": "BIGINT",
    "is_taken": "BOOLEAN",
    **_STAMPS,
}
# What payers, locations and services are called. People's names never land.
NAMES = {"source": "VARCHAR", "kind": "VARCHAR", "id": "VARCHAR", "name": "VARCHAR", **_STAMPS}
POSTINGS = {
    "source": "VARCHAR",
    "posting_id": "VARCHAR",
    "line_id": "VARCHAR",  # the ledger row that it is from; a changed row replaces all of its postings
    "transaction_id": "VARCHAR",
    "transaction_kind": "VARCHAR",
    "account": "VARCHAR",
    "party": "VARCHAR",  # of open items: 'payer:<id>' or 'client:<id>'
    "client_id": "VARCHAR",
    "payer_id": "VARCHAR",
    "charge_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "payment_id": "VARCHAR",
    "provider_id": "VARCHAR",
    "location_id": "VARCHAR",
    "service_date": "DATE",
    "post_date": "DATE",
    "debit_minor": "BIGINT",
    "credit_minor": "BIGINT",
    **_STAMPS,
}

# What became of each row of each file. No content of the row: an analyst may read this.
ROWS = {
    "source": "VARCHAR",
    "file": "VARCHAR",
    "file_row": "BIGINT",  # as a spreadsheet numbers it: the header is row 1
    "entity": "VARCHAR",
    "disposition": "VARCHAR",  # loaded | merged | rejected | ignored
    "reason": "VARCHAR",
    "flags": "VARCHAR",
    "row_hash": "VARCHAR",
    "_batch_id": "VARCHAR",
}
# Rejected rows with the one value at fault, for the people who mend them; the warehouse doesn't read it.
QUARANTINE = {
    "source": "VARCHAR",
    "file": "VARCHAR",
    "file_row": "BIGINT",
    "column": "VARCHAR",
    "value": "VARCHAR",
    "reason": "VARCHAR",
    "_batch_id": "VARCHAR",
}

FACTS_OF = {
    "appointments": APPOINTMENTS, "clients": CLIENTS, "slots": SLOTS, "names": NAMES, "postings": POSTINGS,
}  # fmt: skip
ENTITIES = FACTS_OF | {"rows": ROWS}
"""What the warehouse reads."""
LANDED = ENTITIES | {"quarantine": QUARANTINE}
"""What a batch consists of."""

KEYS = {
    "appointments": "attendee_id",
    "clients": "client_id",
    "slots": "slot_id",
    "names": "kind || ':' || id",
    "postings": "line_id",
}
"""SQL: what tells the things of an entity apart within their source."""


def facts(entity: str) -> tuple[str, ...]:
    """The entity's columns without those that every batch stamps on."""
    return tuple(name for name in FACTS_OF[entity] if name not in _STAMPS)


def hash_of(names: Iterable[str]) -> str:
    """SQL: a hash of the named columns."""
    packed = ", ".join(f"'{name}': {name}" for name in names)
    return f"md5(cast(to_json({{{packed}}}) as varchar))"


def empty(entity: str) -> str:
    """A SELECT of no rows with the entity's columns."""
    return (
        "select "
        + ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in LANDED[entity].items())
        + " where false"
    )
