"""What importing a calendar asks the record for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from practice.store.work import Reader, Row


def calendars(reader: Reader, provider_ids: Sequence[str] | None) -> list[Row]:
    """Calendars that count, of these providers (None: of everybody), with `provider_name`; by provider and name."""
    whose = "true" if provider_ids is None else "list_contains(?, c.provider_id)"
    return reader.rows(
        "select c.*, p.name as provider_name from external_calendars c join providers p using (provider_id)"
        f" where c.is_active and {whose} order by p.name, c.name",
        *([] if provider_ids is None else [list(provider_ids)]),
    )


def standing(reader: Reader, external_calendar_id: str, start: datetime, end: datetime | None) -> list[Row]:
    """The calendar's busy time that touches [start, end), in the order of time; `end` None = without end."""
    return reader.rows(
        "select * from blocks where external_calendar_id = ? and not is_withdrawn and ends_at > ?"
        " and (? is null or starts_at < ?) order by starts_at",
        external_calendar_id,
        start,
        end,
        end,
    )
