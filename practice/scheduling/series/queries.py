"""What is asked of the record about series."""

from __future__ import annotations

from practice.store.work import Reader, Row


def occurrence_row(reader: Reader, appointment_id: str) -> Row:
    """One appointment's row."""
    row: Row = reader.get("appointments", appointment_id, "visit")
    return row
