"""The form of the last step: what is booked, how long it is kept, and the few things that are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from dashboards.components.desk.words import place
from dashboards.http.public import choosing, frame, guard
from practice.clock import as_utc, local_date, to_wall
from practice.messages.settings import message_settings
from practice.online.offering import mode_words
from practice.online.people import is_birth_date_needed
from practice.online.rules import Promise
from practice.store.work import Reader, Row

FIELDS = ("given_name", "family_name", "email", "phone", "birth_date")


def summary(reader: Reader, location: Row, service: Row, provider: str | None, mode: str, wanted: datetime) -> str:
    """What is about to be booked."""
    end = wanted + timedelta(minutes=service["duration_minutes"])
    today = local_date(reader.now, location["zone"])
    when, where = choosing.when(wanted, end, today), mode_words(mode).capitalize()
    if mode == "in_person":
        where += f", {frame.text(location['name'])}"
    rows = [
        ("What", frame.text(service["name"])),
        ("When", f"<strong>{when}</strong><br>{frame.text(place(location['zone']))}"),
        ("With", frame.text(provider or "whoever is free")),
        ("Where", where),
    ]  # fmt: skip
    return frame.facts(rows)


def kept(reader: Reader, held: Row, location: Row) -> str:
    """How long the time is still kept; a script counts it down where there is one."""
    seconds = max(0, int((as_utc(held["expires_at"]) - reader.now).total_seconds()))
    until = to_wall(held["expires_at"], location["zone"])
    minutes = max(1, round(seconds / 60))
    left = f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    return (
        f'<p class="kept">Kept for you until <strong>{until:%H:%M}</strong>, '
        f'<span data-seconds="{seconds}">{left}</span> left.</p>'
    )


def other_times(near: Sequence[str], wanted: datetime, location: Row, today_at: datetime) -> str:
    """The nearest times to choose from, in place of the one that is gone."""
    today = local_date(today_at, location["zone"])
    walls = [datetime.fromisoformat(one) for one in near]
    best = min(walls, key=lambda wall: abs(wall - wanted))
    items = "".join(
        f'<label class="option"><input type="radio" name="start" value="{wall:%Y-%m-%dT%H:%M}"'
        f"{' checked' if wall == best else ''}><span>{frame.text(choosing.day(wall.date(), today))}, "
        f"<strong>{wall:%H:%M}</strong></span></label>"
        for wall in walls
    )
    return f'<fieldset class="options"><legend>The nearest free times</legend>{items}</fieldset>'


def fields(reader: Reader, typed: Mapping[str, str], sentence: str, wrong_field: str | None) -> str:
    """Names, one way to reach them, and the date of birth where the practice asks for it."""
    needed = is_birth_date_needed(reader)

    def one(name: str, label: str, kind: str, complete: str, *, hint: str = "", extra: str = "") -> str:
        wrong = sentence if name == wrong_field else ""
        extra = f'autocomplete="{complete}" maxlength="200" {extra}'
        return frame.field(name, label, typed.get(name, ""), kind=kind, hint=hint, wrong=wrong, extra=extra)

    reach = "One of the two is enough" + ("; the confirmation goes there." if message_settings(reader).is_on else ".")
    born = "" if needed else "Helps us to find you if you have been here before. You may leave it empty."
    return (
        one("given_name", "First name", "text", "given-name", extra="required")
        + one("family_name", "Last name", "text", "family-name", extra="required")
        + one("email", "E-mail", "email", "email", extra='inputmode="email"')
        + one("phone", "Mobile phone", "tel", "tel", hint=reach)
        + one("birth_date", "Date of birth" + ("" if needed else " (if you like)"), "date", "bday", hint=born,
              extra="required" if needed else "")
        # Not for people: out of sight, out of the keyboard's way, unknown to autofill.
        + '<div class="aside" aria-hidden="true"><label for="website">Website</label>'
        f'<input id="website" name="{guard.HONEYPOT}" tabindex="-1" autocomplete="off"></div>'
    )  # fmt: skip


def until_when(found: Promise, zone: str) -> str:
    """Until when the visit may be changed online, inside a sentence."""
    until = to_wall(found.change_until, zone)
    return "until it begins" if found.change_until == found.starts_at else f"until {until:%A %-d %B, %H:%M}"


def promise(found: Promise, location: Row) -> str:
    """Until when plans may change, and what it costs after that."""
    zone = location["zone"]
    parts = []
    if found.change_until > found.now:
        parts.append(f"You can move or cancel online {until_when(found, zone)}.")
    else:
        parts.append("To move or cancel it, please call us: it is soon.")
    if found.fee:
        late = to_wall(found.late_from, zone)
        when = f"after {late:%A %-d %B, %H:%M}" if found.late_from > found.now else "from now on"
        parts.append(f"Cancelling {when} counts as late and may cost {found.fee}.")
    return f'<p class="hint">{frame.text(" ".join(parts))}</p>'
