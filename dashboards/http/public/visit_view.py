"""What a client sees of their visit: the facts, what can be done, and what that would mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from dashboards.components.desk.words import place
from dashboards.http.public import asked, choosing, frame
from dashboards.http.public.details_form import until_when
from practice.clock import local_date, to_wall
from practice.online import queries
from practice.online.changing import CLIENT_CODES
from practice.online.offering import mode_words
from practice.online.rules import Promise
from practice.store.work import Reader, Row

_SETTLED = {
    "cancelled": "This visit is cancelled.",
    "arrived": "You are checked in; please take a seat.",
    "in_session": "This visit is going on.",
    "completed": "This visit has taken place.",
}


def visit_page(
    reader: Reader, visit: Row, told: Promise, path: str, base: str, said: Mapping[str, str], sentence: str
) -> str:  # fmt: skip
    """The page of a visit at `base` + `path`, with what has just happened on top."""
    title, news = _news(reader, visit, said)
    body = f"<h1>{title}</h1>{frame.alert(sentence)}"
    if news:
        address = frame.text(base + path)
        shown = f'<br><a class="address" href="{path}">{address}</a>' if said.get("booked") else ""
        body += f'<p class="done" role="status">{frame.text(news)}{shown}</p>'
    body += facts(reader, visit)
    if visit["status"] != "scheduled":
        again = f"/book/{frame.text(visit['slug'])}" if visit["slug"] else "/book"
        book = f'<p><a class="button" href="{again}">Book another visit</a></p>' if visit["slug"] else ""
        return body + f"<p>{frame.text(_SETTLED.get(visit['status'], 'This visit is over.'))}</p>{book}"
    if visit["starts_at"] > told.now:
        body += f'<p><a class="button second" href="{path}/visit.ics">Add to calendar</a></p>'
    return body + asked.on_the_visit(reader, visit, path, path.removeprefix("/visit/")) + _choices(visit, told, path)


def _news(reader: Reader, visit: Row, said: Mapping[str, str]) -> tuple[str, str]:
    """The heading, and a sentence about what has just happened."""
    if visit["status"] == "scheduled" and said.get("booked"):
        late = "The time was no longer kept for you, but it was still free. " if said["booked"] == "late" else ""
        sent = "A confirmation is on its way to you. " if queries.is_told(reader, visit["appointment_id"]) else ""
        keep = "With the address of this page you can move or cancel the visit; keep it:"
        return "You are booked", late + sent + keep
    if visit["status"] == "scheduled" and said.get("moved"):
        return "Your visit is moved", "The address of this page stays the same."
    return "Your visit", ""


def facts(reader: Reader, visit: Row) -> str:
    """What, when, with whom, where; and how to prepare."""
    today = local_date(reader.now, visit["zone"])
    when = choosing.when(visit["wall_start"], visit["wall_end"], today)
    if visit["mode"] == "video":
        where = mode_words("video").capitalize()
        if visit["video_link"]:
            link = frame.text(visit["video_link"])
            where += f': <a href="{link}" rel="noreferrer">{link}</a>'
    else:
        where = frame.text(visit["location"])
        where += f"<br>{frame.text(visit['address'])}" if visit["address"] else ""
        where += f"<br>{frame.lines(visit['directions'])}" if visit["directions"] else ""
    is_gone = visit["status"] == "cancelled"
    struck = f"<s>{when}</s>" if is_gone else f"<strong>{when}</strong>"
    return frame.facts(
        [
            ("What", frame.text(visit["service"])),
            ("When", f"{struck}<br>{frame.text(place(visit['zone']))}"),
            ("With", frame.text(visit["provider"])),
            ("Where", where),
            ("Prepare", "" if is_gone else frame.lines(visit["preparation"])),
        ]
    )


def _choices(visit: Row, told: Promise, path: str) -> str:
    """Move and cancel; inside the window the way to call."""
    if not told.is_open:
        call = f"please call us: {frame.tel(visit['phone'])}." if visit["phone"] else "please call the practice."
        why = "It is over" if visit["starts_at"] <= told.now else "Your visit is soon"
        return f'<div class="change"><p>{why}. To move or cancel it, {call}</p></div>'
    return (
        f'<div class="change"><p class="hint">You can move or cancel it here {until_when(told, visit["zone"])}.</p>'
        f'<a class="button second" href="{path}/move">Move to another time</a>'
        f'<a class="button danger" href="{path}/cancel">Cancel the visit</a></div>'
    )


def lateness(visit: Row, told: Promise, verb: str) -> str:
    """What the policy says about doing it now."""
    fee = f" and may cost {told.fee}" if told.fee else ""
    if told.is_late:
        return f'<p class="alert">{verb} now counts as late{frame.text(fee)}.</p>'
    if told.late_from < visit["starts_at"]:
        late = to_wall(told.late_from, visit["zone"])
        after = f"{verb} after {late:%A %-d %B, %H:%M} counts as late{fee}; now it does not."
        return f'<p class="hint">{frame.text(after)}</p>'
    return ""


def move_times(
    reader: Reader, visit: Row, told: Promise, path: str, rows: Sequence[Row], today: date, sentence: str
) -> str:
    """Other times to choose from."""

    def one(row: Row) -> str:
        link = choosing.address(f"{path}/move", {"start": f"{row['wall_start']:%Y-%m-%dT%H:%M}"})
        return f'<a href="{frame.text(link)}">{row["wall_start"]:%H:%M}{choosing.seats(row)}</a>'

    listed = choosing.days(rows, today, one)
    listed = listed or "<p>No other time is free in the next weeks; please call the practice.</p>"
    at = choosing.when(visit["wall_start"], visit["wall_end"], today)
    del reader
    return (
        f'<p><a class="back" href="{path}">Keep it as it is</a></p><h1>Move your visit</h1>'
        f'<p class="lead">{frame.text(visit["service"])} with {frame.text(visit["provider"])}, now {at}</p>'
        f"{frame.alert(sentence)}{lateness(visit, told, 'Moving')}{choosing.zone_line(visit['zone'])}{listed}"
    )


def confirm_move(
    reader: Reader, visit: Row, told: Promise, path: str, wanted: datetime, stamp: Mapping[str, str]
) -> str:
    """From when to when, and one button."""
    today = local_date(reader.now, visit["zone"])
    end = wanted + timedelta(minutes=visit["duration_minutes"])
    old = choosing.when(visit["wall_start"], visit["wall_end"], today)
    new = choosing.when(wanted, end, today)
    moved = frame.facts(
        [
            ("From", f"<s>{old}</s>"),
            ("To", f"<strong>{new}</strong><br>{frame.text(place(visit['zone']))}"),
            ("With", frame.text(visit["provider"])),
        ]
    )
    carried = frame.hidden({"start": f"{wanted:%Y-%m-%dT%H:%M}"} | dict(stamp))
    return (
        f'<p><a class="back" href="{path}/move">Another time</a></p><h1>Move your visit?</h1>{moved}'
        f"{lateness(visit, told, 'Moving')}"
        f'<form method="post" action="{path}/move" data-once>{carried}<button class="main">Move it</button></form>'
    )


def cancel_form(
    reader: Reader, visit: Row, told: Promise, path: str, typed: Mapping[str, str], sentence: str,
    stamp: Mapping[str, str],
) -> str:  # fmt: skip
    """What it means, and why."""
    options = "".join(
        f'<label class="option"><input type="radio" name="code" value="{code}" required'
        f"{' checked' if typed.get('code') == code else ''}><span>{frame.text(words)}</span></label>"
        for code, words in CLIENT_CODES.items()
    )
    return (
        f'<p><a class="back" href="{path}">Keep the visit</a></p><h1>Cancel your visit?</h1>{facts(reader, visit)}'
        f"{lateness(visit, told, 'Cancelling')}{frame.alert(sentence)}"
        f'<p><a href="{path}/move">Move it to another time instead</a></p>'
        f'<form method="post" action="{path}/cancel" data-once>{frame.hidden(stamp)}'
        f'<fieldset class="options"><legend>Why do you cancel?</legend>{options}</fieldset>'
        + frame.field("words", "Anything we should know (if you like)", typed.get("words", ""), extra='maxlength="500"')
        + '<button class="danger">Cancel the visit</button></form>'
    )
