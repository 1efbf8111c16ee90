"""What the practice asks of those who book online."""

from __future__ import annotations

from typing import Any

from practice.access.permissions import Permission
from practice.people import checks
from practice.store.record import command
from practice.store.work import Work


@command(Permission.SET_UP)
def set_online_booking(work: Work, *, is_birth_date_needed: bool) -> dict[str, Any]:
    """Whether everybody who books online has to give their date of birth. With it clients are found more surely."""
    work.keep_setting(
        "online_birth_date",
        checks.flag(is_birth_date_needed, "Whether the date of birth is asked", "is_birth_date_needed"),
    )
    return {"is_birth_date_needed": is_birth_date_needed}
