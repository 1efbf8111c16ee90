"""The canonical entities that an import lands, with their DuckDB types: what the warehouse may rely on."""

from __future__ import annotations

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
    "flags": "VARCHAR",  # comma-separated; null: nothing odd
    "known_at": "TIMESTAMP",  # when the file was exported
    "_batch_id": "VARCHAR",
    "_row_hash": "VARCHAR",  # of the facts: tells a row that is already there from one that changed
}
FACTS = tuple(name for name in APPOINTMENTS if name not in ("known_at", "_batch_id", "_row_hash"))

CLIENTS = {"source": "VARCHAR", "client_id": "VARCHAR", "known_at": "TIMESTAMP", "_batch_id": "VARCHAR"}

# What became of each row of the file. No content of the row: an analyst may read this.
ROWS = {
    "source": "VARCHAR",
    "file_row": "BIGINT",  # as a spreadsheet numbers it: the header is row 1
    "entity": "VARCHAR",
    "disposition": "VARCHAR",  # loaded | merged | rejected | ignored
    "reason": "VARCHAR",
    "flags": "VARCHAR",
    "row_hash": "VARCHAR",
    "_batch_id": "VARCHAR",
}

ENTITIES = {"appointments": APPOINTMENTS, "clients": CLIENTS, "rows": ROWS}

REASONS = {
    "blank_row": "the row is empty",
    "wrong_number_of_columns": "the row has more or fewer columns than the header",
    "missing_appointment_id": "the appointment has no id",
    "missing_client_id": "the client has no id",
    "missing_start": "the visit has no date",
    "broken_duration_minutes": "the duration is not a number of minutes from 1 to 1440",
    "repeated_row": "the same row stands further down in the file",
    "later_row_of_same_id": "a later row of the file has the same id and replaced it",
    "already_loaded": "an earlier import brought the same row",
    "newer_export_loaded": "a newer export of this source is loaded",
    "changed_since_earlier_import": "it replaced what an earlier import said",
}


def reason_in_words(reason: str) -> str:
    """A sentence's half for people, for each reason that an import gives."""
    if reason in REASONS:
        return REASONS[reason]
    if reason.startswith("scientific_notation_"):
        column = reason.removeprefix("scientific_notation_")
        return f"the {column} is in scientific notation, so digits are lost; export it as text"
    if reason.startswith("broken_"):
        return f"the {reason.removeprefix('broken_')} is not written in the mapping's format"
    if reason.startswith("not_"):
        encoding = reason.removeprefix("not_").replace("_", "-")
        return f"the row is not {encoding} text; name the file's encoding in the mapping"
    return reason.replace("_", " ")


def empty(entity: str) -> str:
    """A SELECT of no rows with the entity's columns."""
    columns = ENTITIES[entity]
    return "select " + ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items()) + " where false"
