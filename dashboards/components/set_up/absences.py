"""Days that differ from the week: time off, closed days, extra hours. Each can be withdrawn while it is to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, show_refusal
from dashboards.components.set_up.blocked import blocked_time
from dashboards.components.set_up.common import DATE, Rows, begin_anew, choose, lists, names_by, read, today
from dashboards.components.set_up.hours import OUTSIDE
from dashboards.components.set_up.touched import remember
from dashboards.session import attempt, keep_refusal
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.scheduling.booking_queries import hours as hours_between
from practice.scheduling.hours import add_exception, add_time_off, withdraw_exception, withdraw_time_off
from practice.store.record import Command

LONGEST_CLOSURE = 31
KINDS = {False: "Closed", True: "Extra hours"}


def absences(person: Actor) -> None:
    """What is to come, and the forms to add to it."""
    people = names_by(read(queries.providers, person), "provider_id")
    sites = names_by(read(queries.locations, person), "location_id")
    if not people or not sites:
        st.info("Add a location and a provider first.")
        return
    now = today()
    with runtime.current().record.read() as reader:
        known = hours_between(reader, list(people), now, date.max)
    left, right = lists()
    with left:
        _standing_time_off(sorted(known.time_off, key=lambda row: row["start_date"]), people)
    with right:
        _new_time_off(people, now)
    left, right = lists()
    with left:
        here = [row for row in known.exceptions if row["location_id"] in sites]
        _standing_exceptions(sorted(here, key=lambda row: row["exception_date"]), people, sites)
    with right:
        _new_exception(people, sites, now)
    blocked_time(person)


def _standing_time_off(rows: Any, people: dict[str, str]) -> None:
    shown = [dict(row) | {"name": people[row["provider_id"]]} for row in rows]
    columns = {"name": "Provider", "start_date": "From", "end_date": "To", "reason": "Why"}
    empty = "Nobody is away in the days to come."
    row = choose("time_off", "Time off", shown, columns, key="time_off_id", empty=empty)
    if row:
        _withdraw("time_off", withdraw_time_off, "time_off_id", row, f"{row['name']}: {_span(row)}")


def _standing_exceptions(rows: Any, people: dict[str, str], sites: dict[str, str]) -> None:
    shown = [
        dict(row)
        | {
            "whom": people.get(row["provider_id"], "Everybody"),
            "place": sites[row["location_id"]],
            "what": KINDS[row["is_open"]],
            "time": f"{row['start_time']:%H:%M}–{row['end_time']:%H:%M}" if row["start_time"] else "all day",
        }
        for row in rows
    ]
    columns = {
        "exception_date": "Day", "what": "What", "time": "When", "whom": "For", "place": "Location", "reason": "Why"
    }  # fmt: skip
    if len(sites) == 1:
        del columns["place"]
    empty = "No day to come differs from the week."
    row = choose("closure", "Closed days and extra hours", shown, columns, key="availability_exception_id", empty=empty)
    if row:
        what = f"{row['what']}, {words.date_of(row['exception_date'])}"
        _withdraw("closure", withdraw_exception, "availability_exception_id", row, what)


def _span(row: dict[str, Any]) -> str:
    first, last = row["start_date"], row["end_date"]
    return words.date_of(first) if first == last else f"{words.date_of(first)} – {words.date_of(last)}"


def _withdraw(name: str, command: Command, key: str, row: dict[str, Any], what: str) -> None:
    form = f"{command.name}:{row[key]}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words.plain(what), width="content")
        if st.button("Withdraw", key=form):
            _send(command, form, [{key: row[key]}], list_name=name, done="Withdrawn; the usual hours hold again.")
    show_refusal(form)


def _new_time_off(people: dict[str, str], now: date) -> None:
    with entry("add_time_off"):
        st.markdown("**Add time off**")
        provider = st.selectbox("Provider", list(people), format_func=people.get, key="time_off:provider")
        a, b = st.columns(2)
        first = a.date_input("First day", now, format=DATE)
        last = b.date_input("Last day (empty: one day)", None, format=DATE)
        why = st.text_input("Why (seen by staff)")
        if st.form_submit_button("Add time off", type="primary"):
            fields = {"provider_id": provider, "start_date": str(first), "end_date": str(last or first)}
            _send(add_time_off, "add_time_off", [fields], reason=why or None, done="The time off was added.")


def _new_exception(people: dict[str, str], sites: dict[str, str], now: date) -> None:
    with entry("add_exception"):
        st.markdown("**Add a closed day or extra hours**")
        a, b = st.columns(2)
        is_open = a.selectbox("What", list(KINDS), format_func=KINDS.get, key="closure:what")
        whom = b.selectbox("For", [None, *people], format_func=lambda key: people.get(key, "Everybody there"))
        site = st.selectbox("Location", list(sites), format_func=sites.get, key="closure:location")
        c, d = st.columns(2)
        first = c.date_input("Day", now, format=DATE)
        last = d.date_input("Up to (empty: one day)", None, format=DATE)
        start = c.time_input("From (empty: all day)", None, step=timedelta(minutes=15))
        end = d.time_input("To (empty: all day)", None, step=timedelta(minutes=15))
        why = st.text_input("Why", placeholder="A public holiday, for example")
        if st.form_submit_button("Add", type="primary"):
            fields = {
                "location_id": site, "provider_id": whom, "is_open": is_open,
                "start_time": f"{start:%H:%M}" if start else None, "end_time": f"{end:%H:%M}" if end else None,
            }  # fmt: skip
            days = _days("add_exception", first, last or first)
            wanted = [fields | {"exception_date": str(day)} for day in days]
            _send(add_exception, "add_exception", wanted, reason=why or None, done="The schedule was changed.")


def _days(form: str, first: date, last: date) -> list[date]:
    """The days from first to last; none, and the form's refusal, if that is no short stretch."""
    count = (last - first).days + 1
    if 1 <= count <= LONGEST_CLOSURE:
        return [first + timedelta(days=number) for number in range(count)]
    keep_refusal(form, Refusal(f"The last day is on or after the first, within {LONGEST_CLOSURE} days.", field="last"))
    return []


def _send(
    command: Command, form: str, wanted: Rows, *, done: str, reason: str | None = None, list_name: str | None = None
) -> None:
    """Send each; after a success begin anew, and remember the visits that a person has to move."""
    touched: list[str] = []
    for fields in wanted:
        answer = attempt(
            command, form, is_in_place=True, reason=reason, done=done if fields is wanted[-1] else None, **fields
        )
        if answer is None:
            break
        touched += [row["appointment_id"] for row in answer["visits"]]
    else:
        if wanted:
            remember(touched, OUTSIDE)
            begin_anew(form, *([list_name] if list_name else []))
