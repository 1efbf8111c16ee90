"""What the pages show to choose from: locations, services, who, and the days with their times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from urllib.parse import urlencode

from dashboards.components.desk.words import place
from dashboards.http.public.frame import lines, tel, text
from practice.online.offering import mode_words, modes_of
from practice.store.work import Row

FIRST_TIMES = 8
"""How many of a day's times stand open; the others are one tap away."""


def day(on: date, today: date) -> str:
    """`Tuesday 3 March`, with the year where it is another one."""
    return f"{on:%A %-d %B}" if on.year == today.year else f"{on:%A %-d %B %Y}"


def when(start: datetime, end: datetime, today: date) -> str:
    """`Tuesday 3 March, 10:00–10:50` as HTML: the times stay on one line."""
    return f'{text(day(start.date(), today))}, <span class="together">{start:%H:%M}–{end:%H:%M}</span>'


def zone_line(zone: str) -> str:
    """Whose clock the times are of."""
    return f'<p class="hint">All times are {text(place(zone))}.</p>'


def locations(rows: Sequence[Row]) -> str:
    """A list of places to go to."""
    shown = "".join(
        f'<li><a class="card" href="/book/{text(row["slug"])}"><strong>{text(row["name"])}</strong>'
        f"<span>{text(row['address'] or '')}</span></a></li>"
        for row in rows
    )
    return f'<ul class="cards">{shown}</ul>'


def services(location: Row, rows: Sequence[Row]) -> str:
    """What can be booked, first visits apart where there are such; and what is arranged by phone."""
    bookable = [row for row in rows if row["online"] == "bookable"]
    first = [row for row in bookable if row["is_for_new_clients"]]
    others = [row for row in bookable if not row["is_for_new_clients"]]
    parts = [("Your first visit here", first), ("All other visits" if first else "", others)]
    shown = "".join(_services(location, title, some) for title, some in parts if some)
    asked = [row for row in rows if row["online"] == "contact"]
    if asked:
        shown += "<h2>By arrangement</h2>" + "".join(_by_phone(location, row) for row in asked)
    return shown


def _services(location: Row, title: str, rows: Sequence[Row]) -> str:
    items = "".join(
        f'<li><a class="card" href="/book/{text(location["slug"])}/{text(row["service_id"])}">'
        f"<strong>{text(row['name'])}</strong><span>{text(length(row))}</span>"
        + (f"<span>{lines(row['description'])}</span>" if row["description"] else "")
        + "</a></li>"
        for row in rows
    )
    head = f"<h2>{text(title)}</h2>" if title else ""
    return f'{head}<ul class="cards">{items}</ul>'


def _by_phone(location: Row, row: Row) -> str:
    how = f"Call {tel(location['phone'])} to arrange it." if location["phone"] else "Ask at the practice to arrange it."
    about = f"<span>{lines(row['description'])}</span>" if row["description"] else ""
    return f'<div class="card plain"><strong>{text(row["name"])}</strong><span>{how}</span>{about}</div>'


def length(service: Row) -> str:
    """`50 minutes, in person or by video`."""
    ways = " or ".join(mode_words(mode) for mode in modes_of(service))
    group = ", in a group" if service["capacity"] > 1 else ""
    return f"{service['duration_minutes']} minutes, {ways}{group}"


def pills(label: str, choices: Sequence[tuple[str, str, str]], chosen: str) -> str:
    """Links of which one is chosen: (value, words, address)."""
    items = "".join(
        f'<li><a href="{text(address)}"{" aria-current=true" if value == chosen else ""}>{text(words)}</a></li>'
        for value, words, address in choices
    )
    return f'<nav aria-label="{text(label)}"><ul class="pills">{items}</ul></nav>'


def who(path: str, providers: Sequence[Row], chosen: str | None, mode: str) -> str:
    """Anyone, or one of the providers; folded up where there are many."""
    if len(providers) < 2:
        name = providers[0]["name"] if providers else "the practice"
        return f'<p class="with">With {text(name)}</p>'
    query = {"mode": mode} if mode else {}
    choices = [("", "Anyone", address(path, query))] + [
        (row["provider_id"], row["name"], address(path, query | {"provider": row["provider_id"]})) for row in providers
    ]
    shown = pills("With whom", choices, chosen or "")
    if len(providers) > 4:
        name = next((row["name"] for row in providers if row["provider_id"] == chosen), "anyone who is free")
        shown = f"<details><summary>With {text(name)} · change</summary>{shown}</details>"
    about = next((row for row in providers if row["provider_id"] == chosen), None)
    if about and (about["about"] or about["discipline"]):
        shown += f'<p class="hint">{lines(about["about"] or about["discipline"])}</p>'
    return shown


def how(path: str, service: Row, chosen: str, provider_id: str | None) -> str:
    """In person or by video, where both are possible."""
    query = {"provider": provider_id} if provider_id else {}
    choices = [
        (mode, mode_words(mode).capitalize(), address(path, query | {"mode": mode})) for mode in modes_of(service)
    ]
    return pills("How you meet", choices, chosen) if len(choices) > 1 else ""


def address(path: str, query: dict[str, str | None]) -> str:
    """A path with its query; empty values left out."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def days(rows: Sequence[Row], today: date, one: Callable[[Row], str]) -> str:
    """Each day with its times, every time once; `one` makes what is tapped."""
    shown = []
    for on, times in groupby(rows, lambda row: row["wall_start"].date()):
        once = {row["wall_start"]: row for row in reversed(list(times))}
        items = [f"<li>{one(once[start])}</li>" for start in sorted(once)]
        listed = f'<ul class="times">{"".join(items[:FIRST_TIMES])}</ul>'
        if len(items) > FIRST_TIMES:
            more = len(items) - FIRST_TIMES
            rest = f'<ul class="times">{"".join(items[FIRST_TIMES:])}</ul>'
            listed += f"<details><summary>{more} more</summary>{rest}</details>"
        shown.append(f'<section class="day"><h2>{text(day(on, today))}</h2>{listed}</section>')
    return "".join(shown)


def seats(row: Row) -> str:
    """How many seats are left, where it is a group."""
    if row["seats_left"] is None:
        return ""
    return f"<small>{row['seats_left']} {'seat' if row['seats_left'] == 1 else 'seats'}</small>"
