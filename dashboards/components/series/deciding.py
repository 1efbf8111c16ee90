"""The dates of a series, and what becomes of each that is not free: one press takes another time or leaves it out.

What was decided stays when the list is read anew, so a clash that arose meanwhile adds a line and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import streamlit as st

from dashboards.components.desk import words
from practice.scheduling.model import spelled
from practice.store.work import Row

TALL = 26
"""Lines beyond which the list scrolls; a date to decide on is as tall as four."""

Plan = Callable[[Mapping[str, Mapping[str, Any]]], Row]


@dataclass(frozen=True)
class Terms:
    """What can be said of a date in this list: names, the words for leaving it out, whether overriding is allowed."""

    rooms: Mapping[str, str]
    providers: Mapping[str, str]
    today: date
    leave_out: tuple[str, str] = ("skip", "Leave out")
    may_override: bool = False
    may_leave_free_ones: bool = True


@dataclass(frozen=True)
class Decided:
    """The plan under the choices made, and the choices."""

    plan: Row
    choices: dict[str, dict[str, Any]]

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.plan["clashes"] and bool(self.plan["free"] or self.plan["left"])


def decide(form: str, plan: Plan, terms: Terms) -> Decided:
    """Draw the list and what can be chosen. `plan` is asked without choices for the clashes, then with them."""
    bare = plan({})
    choices = _choices(form, bare["lines"], terms)
    planned = plan(choices) if choices else bare
    lines = list(zip(bare["lines"], planned["lines"], strict=True))
    with st.container(horizontal=True, vertical_alignment="center"):
        _summary(planned)
        if bare["clashes"] > 1:
            st.button(
                f"{terms.leave_out[1]} all {bare['clashes']}",
                key=f"{form}:leave_all",
                type="tertiary",
                icon=":material/event_busy:",
                on_click=leave_all,
                args=(form, [line for line in bare["lines"] if line["status"] == "clash"], terms.leave_out[0]),
            )
    _absent(planned)
    with st.container(
        height=460 if len(lines) + 3 * bare["clashes"] > TALL else "content",
        border=False,
        gap="small",
        key=f"{form}:dates",
    ):
        for is_open, some in groupby(
            lines, key=lambda pair: pair[0]["status"] == "clash" or pair[1]["status"] == "clash"
        ):
            if is_open:
                for first, now in some:
                    _open_line(form, first, now, terms)
            else:
                st.markdown("  \n".join(settled_line(now, terms) for _, now in some))
    if terms.may_leave_free_ones and len(lines) > 1:
        _leave_free_ones(form, bare["lines"], terms)
    return Decided(planned, choices)


def leave_all(form: str, lines: Sequence[Row], what: str) -> None:
    """Leave out every date that is not free."""
    for line in lines:
        st.session_state[_key(form, line)] = (what,)


def settled_line(line: Row, terms: Terms) -> str:
    """A date that needs nobody: `✓ Tue 3 Mar 10:00 · Room 1`. Pure."""
    at = words.when(line["wall_start"], terms.today)
    if line["status"] == "skipped":
        return f":gray[:material/remove: ~~{at}~~ left out]"
    facts = [words.plain(terms.rooms.get(line["room_id"] or "", "")), words.plain(line["note"] or "")]
    more = "".join(f" :gray[· {fact}]" for fact in facts if fact)
    kept = " :gray[· stays as it is]" if line["status"] == "left" else ""
    return f":green[:material/check:] {at}{more}{kept}"


def _summary(plan: Row) -> None:
    first, last = plan["lines"][0]["wall_start"], plan["lines"][-1]["wall_start"]
    parts = [f"**{words.count(plan['free'], 'visit')}**" + f" :gray[{first:%-d %b} – {last:%-d %b %Y}]"]
    if plan["clashes"]:
        parts.append(f":orange[**{words.count(plan['clashes'], 'date is', 'dates are')} not free**]")
    if plan["skipped"]:
        parts.append(f":gray[{plan['skipped']} left out]")
    if plan["left"]:
        parts.append(f":gray[{plan['left']} stay as they are]")
    st.markdown(" · ".join(parts), width="content")


def _absent(plan: Row) -> None:
    """Months that have no such date are said, not passed over."""
    absent = plan.get("missing") or []
    if absent:
        st.caption(f"No visit in {', '.join(f'{month:%B}' for month in absent)}: the month has no such date.")


def _open_line(form: str, first: Row, now: Row, terms: Terms) -> None:
    """A date that is not free: who is there, and what would do."""
    key = _key(form, first)
    with st.container(border=True, gap="small", key=f"{key}:box"):
        mark = ":orange[:material/warning:]" if now["status"] == "clash" else ":green[:material/check:]"
        st.markdown(f"{mark} **{words.when(first['wall_start'], terms.today)}** {_outcome(first, now, terms)}")
        st.caption(words.plain(now["sentence"] or first["sentence"]))
        options = options_of(first, terms)
        if st.session_state.get(key) not in (None, *options):
            st.session_state[key] = None
        st.pills(
            f"What becomes of {first['wall_start']:%A %-d %B}",
            options,
            format_func=lambda option: label_of(option, first, terms),
            required=True,  # a second press on the choice made is none against it
            key=key,
            label_visibility="collapsed",
        )
        chosen = st.session_state.get(key)
        if chosen == ("other",):
            left, right = st.columns(2)
            left.date_input("Day", first["wall_start"].date(), key=f"{key}:day", format="YYYY-MM-DD")
            right.time_input("Time", first["wall_start"].time(), step=timedelta(minutes=5), key=f"{key}:time")
        if chosen == ("keep",):
            st.text_input("Reason to book it all the same", key=f"{key}:reason", help="It is kept with the visit.")


def options_of(line: Row, terms: Terms) -> list[tuple[str, ...]]:
    """What may be chosen for a date that is not free, the likeliest first. Pure."""
    options: list[tuple[str, ...]] = [("room", room_id) for room_id in line["rooms"]]
    options += [("move", text) for text in line["alternatives"]]
    options += [("other",), (terms.leave_out[0],)]
    if terms.may_override and line["rule"] in ("provider_taken", "room_taken", "client_taken", "outside_hours"):
        options.append(("keep",))
    return options


def label_of(option: tuple[str, ...], line: Row, terms: Terms) -> str:
    """What stands on the choice: a room's name, a time (with its day if it is another one). Pure."""
    match option:
        case ("room", room_id):
            return terms.rooms.get(room_id, "Another room")
        case ("move", text):
            at = datetime.fromisoformat(text)
            return f"{at:%H:%M}" if at.date() == line["wall_start"].date() else f"{at:%a %-d %b %H:%M}"
        case ("other",):
            return "Another time"
        case ("keep",):
            return "Book all the same"
    return terms.leave_out[1]


def _outcome(first: Row, now: Row, terms: Terms) -> str:
    if now["status"] == "skipped":
        return ":gray[left out]"
    if now["status"] == "left":
        return ":gray[stays as it is]"
    if now["status"] == "clash":
        return ""
    if now["wall_start"] != first["wall_start"]:
        return f"→ **{words.when(now['wall_start'], terms.today)}**"
    if now["choice"] == "room":
        return f"→ **{words.plain(terms.rooms.get(now['room_id'] or '', 'another room'))}**"
    return ":gray[booked all the same]" if now["choice"] == "keep" else ""


def _leave_free_ones(form: str, lines: Sequence[Row], terms: Terms) -> None:
    free = [spelled(line["original_start"]) for line in lines if line["status"] == "free"]
    if not free:
        return
    with st.expander("Leave out other dates", key=f"{form}:leave:box"):
        st.pills(
            "Dates to leave out",
            free,
            selection_mode="multi",
            format_func=lambda text: words.day(datetime.fromisoformat(text).date(), terms.today),
            key=f"{form}:leave",
            label_visibility="collapsed",
        )


def _choices(form: str, lines: Sequence[Row], terms: Terms) -> dict[str, dict[str, Any]]:
    """What has been decided so far, as the commands take it."""
    found: dict[str, dict[str, Any]] = {}
    left = set(st.session_state.get(f"{form}:leave") or [])
    for line in lines:
        name, key = spelled(line["original_start"]), _key(form, line)
        if line["status"] == "free":
            if name in left and terms.may_leave_free_ones:
                found[name] = {"do": terms.leave_out[0]}
            continue
        match st.session_state.get(key):
            case ("room", room_id):
                found[name] = {"do": "room", "room_id": room_id}
            case ("move", text):
                found[name] = {"do": "move", "wall_start": text}
            case ("other",):
                day = st.session_state.get(f"{key}:day") or line["wall_start"].date()
                at = st.session_state.get(f"{key}:time") or line["wall_start"].time()
                found[name] = {"do": "move", "wall_start": spelled(datetime.combine(day, at))}
            case ("keep",):
                reason = (st.session_state.get(f"{key}:reason") or "").strip()
                if reason:
                    found[name] = {"do": "keep", "reason": reason}
            case (what,):
                found[name] = {"do": what}
    return found


def _key(form: str, line: Row) -> str:
    return f"{form}:date:{spelled(line['original_start'])}"
