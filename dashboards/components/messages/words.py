"""How messages are written about on pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dashboards.components.desk import words
from practice.clock import to_wall
from practice.messages.kinds import CHANNEL_WORDS, KINDS, REASONS

STATES = {
    "queued": ("Waiting", "blue", ":material/schedule:"),
    "sending": ("Being sent", "blue", ":material/outgoing_mail:"),
    "sent": ("Sent", "green", ":material/check:"),
    "failed": ("Not delivered", "red", ":material/error:"),
    "suppressed": ("Not sent", "orange", ":material/notifications_off:"),
    "withdrawn": ("Withdrawn", "gray", ":material/undo:"),
}


def state(row: dict[str, Any]) -> str:
    """The state in a word or two; what may have been sent says so."""
    if row["status"] == "failed" and row["status_reason"] == "interrupted":
        return "May have been sent"
    return STATES[row["status"]][0]


def reason(row: dict[str, Any]) -> str:
    """Why, as a sentence; empty if there is nothing to explain."""
    said = REASONS.get(row["status_reason"] or "", "")
    return said[:1].upper() + said[1:] + "." if said else ""


def what(row: dict[str, Any]) -> str:
    """The kind, and the visit that it is about."""
    kind = KINDS[row["kind"]].words
    return f"{kind}: {row['wall_start']:%a %-d %b, %H:%M}" if row.get("wall_start") else kind


def at(instant: datetime | None, zone: str, today: date) -> str:
    """An instant on the practice's clock."""
    return words.when(to_wall(instant, zone), today) if instant else ""


def by(channel: str) -> str:
    """The channel."""
    return CHANNEL_WORDS[channel]
