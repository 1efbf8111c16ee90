"""The values of placeholders: names, places, links, and times with the name of the zone in which they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from practice.clock import to_wall
from practice.messages.settings import MessageSettings
from practice.store.work import Row


def zone_words(zone: str) -> str:
    """`New York time (America/New_York)`; UTC is itself."""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    return zone if "/" not in zone else f"{city} time ({zone})"


def day_words(day: date) -> str:
    """`Monday 9 March 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def when_words(instant: datetime, zone: str) -> str:
    """`Monday 9 March 2026 at 09:00, New York time (America/New_York)`."""
    wall = to_wall(instant, zone)
    return f"{day_words(wall.date())} at {wall:%H:%M}, {zone_words(zone)}"


def visit_when(instant: datetime, place: Row, reader_zone: str | None) -> str:
    """The start in the reader's zone, else the location's; in person elsewhere, what the clock there shows as well."""
    zone = reader_zone or place["zone"]
    told = when_words(instant, zone)
    wall = to_wall(instant, place["zone"])
    if place.get("mode") == "video" or wall == to_wall(instant, zone):
        return told
    return f"{told}; on the clock there: {wall:%A %H:%M}, {zone_words(place['zone'])}"


def place_words(place: Row) -> str:
    """Where to go: the location and its address, or that it is by video."""
    if place.get("mode") == "video":
        return f"By video, with {place['location']}"
    return ", ".join(part for part in (place["location"], place["address"]) if part)


def always(contact: Row, settings: MessageSettings, phone: str | None) -> dict[str, str]:
    """What every message may say."""
    return {"client": contact["given_name"], "practice": settings.sender, "phone": phone or ""}


def visit_values(visit: Row, contact: Row, was: Row | None, manage_link: str) -> dict[str, str]:
    """What a message about a visit may say; `was` is the visit that it takes the place of."""
    is_video = visit["mode"] == "video"
    return {
        "service": visit["service"],
        "provider": visit["provider"],
        "when": visit_when(visit["starts_at"], visit, contact["zone"]),
        "was": visit_when(was["starts_at"], was, contact["zone"]) if was else "",
        "place": place_words(visit),
        "directions": "" if is_video else visit["directions"] or "",
        "preparation": visit["preparation"] or "",
        "video_link": (visit["video_link"] or "") if is_video else "",
        "manage_link": manage_link,
    }


def given_values(context: Mapping[str, Any], place: Row | None, contact: Row, settings: MessageSettings) -> Row:
    """The values of a message that is no visit's: `context` as `outbox.queue` describes it."""
    zone = contact["zone"] or (place["zone"] if place else settings.zone)
    values: dict[str, str] = {}
    if place:
        where = place | {"mode": context.get("mode", "in_person")}
        values |= {
            "service": place["service"] or "",
            "provider": place["provider"] or "",
            "place": place_words(where),
            "directions": place["directions"] or "",
            "preparation": place["preparation"] or "",
        }
        if context.get("starts_at"):
            values["when"] = visit_when(context["starts_at"], where, contact["zone"])
    for name in ("link", "book_link", "pay_link", "paper_link"):
        values[name] = settings.link(context.get(name))
    for name in ("answer_by", "was"):
        if context.get(name):
            values[name] = when_words(context[name], zone)
    for name in ("since", "due"):
        if context.get(name):
            values[name] = day_words(context[name])
    for name in ("news", "amount", "paper", "autopay"):
        values[name] = context.get(name) or ""
    return values


_CHANGES = {
    "confirmation": "Booked",
    "offer_accepted": "Booked",
    "moved": "Moved",
    "changed": "In another way",
    "cancelled": "Cancelled",
}
LINES_OF_A_TEXT, LINES_WITH_LINKS = 6, 6


def change_lines(said: Sequence[tuple[str, dict[str, str]]], channel: str) -> str:
    """Several visits in one message: (kind, values) each. A text names no service, and the first six only."""
    is_mail = channel == "email"
    shown = list(said) if is_mail else list(said)[:LINES_OF_A_TEXT]
    lines = []
    for kind, values in shown:
        lines.append(f"{_CHANGES[kind]}: {values['when']}")
        if is_mail:
            lines.append(f"  {values['service']} with {values['provider']}, {values['place']}")
            lines += [f"  before: {values['was']}"] if kind == "moved" and values["was"] else []
            has_link = values["manage_link"] and len(shown) <= LINES_WITH_LINKS
            lines += [f"  to move or cancel it: {values['manage_link']}"] if has_link else []
    if len(shown) < len(said):
        lines.append(f"and {len(said) - len(shown)} more; please call us if you need the list")
    if is_mail:
        for name in ("video_link", "directions", "preparation"):
            texts = dict.fromkeys(values[name] for kind, values in said if kind != "cancelled" and values[name])
            lines += [f"\nJoin by video: {text}" if name == "video_link" else f"\n{text}" for text in texts]
    return "\n".join(lines)
