"""The waitlist in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dashboards.components.desk import words
from practice.clock import to_wall
from practice.store.work import Row
from practice.waitlist.model import Reason
from practice.waitlist.saying import TAKEN

URGENCY = {1: "Can wait", 2: "Soon", 3: "Urgent"}
URGENCY_COLOUR = {1: "gray", 2: "orange", 3: "red"}
STATE = {
    "planned": "to be asked",
    "sent": "asked",
    "accepted": "took it",
    "declined": "said no",
    "expired": "did not answer in time",
    "lost": "the place was gone",
    "withdrawn": "not asked any more",
    "unreachable": "no message could be sent: call",
}
STATE_ICON = {
    "planned": ":material/schedule:",
    "sent": ":material/outgoing_mail:",
    "accepted": ":material/check_circle:",
    "declined": ":material/do_not_disturb_on:",
    "expired": ":material/timer_off:",
    "lost": ":material/group_off:",
    "withdrawn": ":material/undo:",
    "unreachable": ":material/call:",
}
REFUSED = {
    "daily_limit": "that day is full",
    "notice_minutes": "it is too close to that time",
    "window_days": "it is too far ahead",
    "outside_hours": "the hours have changed",
    "travel": "the provider has no time for the way",
} | dict.fromkeys(TAKEN, "the time was taken meanwhile")
"""Why booking refused an acceptance: a rule's name → its words for the desk."""
FREED_BY = {
    "client": "freed by the client",
    "provider": "freed by the provider",
    "practice": "freed by the practice",
    "hand": "offered by hand",
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTICE = {0: "None", 60: "1 hour", 120: "2 hours", 240: "4 hours", 720: "12 hours", 1440: "1 day", 2880: "2 days",
          4320: "3 days", 10080: "1 week"}  # fmt: skip


def reason(one: Reason | Mapping[str, Any]) -> str:
    """A reason for a rank as people say it; empty for one that says nothing."""
    why, value = (one.why, one.value) if isinstance(one, Reason) else (one["why"], one["value"])
    match why:
        case "urgency":
            return {2: "needs it soon", 3: "urgent"}.get(value, "")
        case "waited_days":
            return f"has waited {long(value)}" if value else "waits since today"
        case "earlier_days":
            return f"{long(value)} earlier than booked" if value else "earlier on the same day"
        case "no_visit":
            return "has no visit yet"
        case "filled_percent":
            return "fills the whole time" if value >= 100 else f"fills {value} % of the time"
    return ""


def reasons(rows: Iterable[Reason | Mapping[str, Any]]) -> str:
    """All reasons, in the order in which they count."""
    return " · ".join(said for said in map(reason, rows) if said)


def points(rows: Iterable[Reason | Mapping[str, Any]]) -> str:
    """The sum behind a rank: `urgent 200 + has waited 3 weeks 21 + …`."""
    pairs = [(reason(row), row.points if isinstance(row, Reason) else row["points"]) for row in rows]
    return " + ".join(f"{said or 'can wait'} {number}" for said, number in pairs)


def long(days: int) -> str:
    """`5 days`, `3 weeks`, `4 months`."""
    if days < 14:
        return words.count(days, "day")
    return words.count(days // 7, "week") if days < 70 else words.count(days // 30, "month")


def wish(entry: Row, today: date) -> str:
    """What somebody waits for, in a line: `Mon, Tue 09:00–12:00 · with Dr. Moss · until 3 May`."""
    earliest = f"from {words.day(entry['earliest_date'], today)}" if entry["earliest_date"] > today else ""
    parts = [
        windows(entry["windows"]) or "any time",
        "with " + " or ".join(entry["providers"]) if entry["providers"] else "",
        "at " + " or ".join(entry["locations"]) if entry["locations"] else "",
        earliest,
        f"until {words.day(entry['expires_date'], today)}",
        f"{notice(entry['notice_minutes'])} notice" if entry["notice_minutes"] else "",
    ]
    return " · ".join(part for part in parts if part)


def windows(rows: Sequence[Row]) -> str:
    """`Mon, Tue 09:00–12:00; Fri 14:00–17:00`; whole days without their times."""
    bands = bands_of(rows)
    return "; ".join(", ".join(DAYS[day - 1] for day in days) + band_words(*band) for band, days in bands.items())


def bands_of(rows: Sequence[Row]) -> dict[tuple[str, str], list[int]]:
    """Windows by their times: (start, end) → weekdays."""
    bands: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        bands.setdefault((row["start"], row["end"]), []).append(row["weekday"])
    return bands


WHOLE_DAY = ("00:00", "23:59")


def band_words(start: str, end: str) -> str:
    """The times of a window; nothing for a whole day, `from` and `until` for half a one."""
    if (start, end) == WHOLE_DAY:
        return ""
    if end == WHOLE_DAY[1]:
        return f" from {start}"
    return f" until {end}" if start == WHOLE_DAY[0] else f" {start}–{end}"


def notice(minutes: int) -> str:
    """`2 hours`, `1 day`, else minutes."""
    return NOTICE.get(minutes) or words.count(minutes, "minute")


def when(row: Row, today: date) -> str:
    """A place's day and times."""
    return f"{words.day(row['start_date'], today)}, {words.span(row['wall_start'], row['wall_end'])}"


def facts(row: Row) -> str:
    """What and where a place is: service, provider, location; of a group that stands, how many seats are free."""
    seats = row.get("seats_left")
    parts = [words.plain(row[name]) for name in ("service_name", "provider_name", "location_name") if row[name]]
    return " · ".join([*parts, *([f"{words.count(seats, 'seat')} in the group"] if seats else [])])


def state(offer: Row) -> str:
    """What became of an offer; of an acceptance that booking refused, for which rule."""
    rule = offer["refused_rule"]
    if rule is None:
        return STATE[offer["state"]]
    return f"took it, but {REFUSED.get(rule, 'it could not be booked any more: call')}"


def ago(instant: datetime, now: datetime) -> str:
    """`just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`; both naive UTC."""
    minutes = int((now - instant).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{words.count(minutes, 'minute')} ago"
    return (
        f"{words.count(minutes // 60, 'hour')} ago" if minutes < 1440 else f"{words.count(minutes // 1440, 'day')} ago"
    )


def was_asked(offer: Row) -> bool:
    """Whether the client heard of the place, or could not be reached, or told the desk."""
    return offer["sent_at"] is not None or offer["state"] in ("unreachable", "accepted", "declined")


def outcome(round_: Row, today: date) -> str:
    """What became of a round that is over, in a sentence."""
    asked = sum(was_asked(offer) for offer in round_["offers"])
    after = words.count(asked, "person was asked", "people were asked")
    match round_["status"]:
        case "filled":
            winner = next(offer for offer in round_["offers"] if offer["state"] == "accepted")
            took = int((round_["closed_at"] - round_["opened_at"]).total_seconds() // 60)
            within = words.count(max(took, 1), "minute")
            sentence = f"**{words.plain(winner['client_name'])}** took it within {within}; {after}."
            if round_["gave_up"]:
                left = to_wall(round_["gave_up"]["starts_at"], round_["gave_up"]["zone"])
                onward = "is being offered" if round_["next_round_id"] else "came free"
                sentence += f" Their visit of {words.when(left, today)} {onward}."
            return sentence
        case "exhausted":
            return f"Nobody took it; {after}."
    return f"It was closed; {after}."
