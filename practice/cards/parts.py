"""Paying a part by link: only where the practice allows it, and towards the oldest items first."""

from __future__ import annotations

from typing import Any

from practice.access.permissions import Permission
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Row, Work

PARTS_ON = "card_link_parts"
"""The setting: a client may pay less than what is due by link."""


@command(Permission.SET_UP)
def set_link_parts(work: Work, *, is_on: bool) -> Row:
    """Let clients pay a part of what is due by link, or all of it only. Answers {is_on}."""
    work.keep_setting(PARTS_ON, checks.flag(is_on, "Whether clients may pay a part", "is_on"))
    return {"is_on": is_on}


def may_pay_part(reader: Reader, link: Row) -> bool:
    """Whether less than what is due can be paid by this link. A deposit is paid as it is asked for."""
    return bool(reader.setting(PARTS_ON)) and link["purpose"] == "pay" and not link["attendee_id"]


def towards(items: list[Row], amount_minor: int) -> list[dict[str, Any]]:
    """Items with due_minor, the oldest first → [{charge_id, amount_minor}] that sum to the amount at most. Pure."""
    left, parts = amount_minor, []
    for item in items:
        part = min(left, item["due_minor"])
        if part:
            parts.append({"charge_id": item["charge_id"], "amount_minor": part})
            left -= part
    return parts
