"""One form for each kind of thing: it adds one, or changes, closes and reopens the one that is selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import send
from dashboards.components.set_up.common import begin_anew
from dashboards.components.set_up.touched import remember
from dashboards.session import attempt, forget_refusal, say
from practice.people.queries import upcoming_appointments
from practice.store.record import Command

Row = dict[str, Any]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """A kind of thing that is set up. `column` names it in appointments; None where visits don't depend on it."""

    noun: str
    key: str
    add: Command
    change: Command
    column: str | None = None
    done: str = ""
    """What to do next, said after one was added."""

    @property
    def table(self) -> str:
        """The name of its list."""
        return f"list_{self.add.name}"

    def form(self, row: Row | None) -> str:
        """The name of the form that adds one, or changes this one."""
        return f"{self.change.name}:{row[self.key]}" if row else self.add.name

    def heading(self, row: Row | None) -> None:
        """What the form is about."""
        if row is None:
            st.markdown(f"**Add a {self.noun}**")
            return
        state = "" if row["is_active"] else " · :gray[closed]"
        st.markdown(f"**{words.plain(row['name'])}**{state}")


def submit(
    thing: Thing, row: Row | None, typed: Callable[[], Fields | None], *, also: Callable[[], bool | None] | None = None
) -> None:
    """The form's buttons and what they do. `typed` reads the fields as the commands take them (None: refused).

    `also` does what else Save means: whether it changed something; None if that was refused.
    """
    form = thing.form(row)
    if row is None:
        if st.form_submit_button(f"Add {thing.noun}", type="primary"):
            fields = typed()
            if fields is not None:
                send(thing.add, form, **fields, done=f"The {thing.noun} was added{thing.done}.")
        return
    booked = _booked(thing, row)
    if booked and row["is_active"]:
        st.caption(
            f"{words.count(booked, 'upcoming visit is', 'upcoming visits are')} booked; closing leaves what is booked."
        )
    with st.container(horizontal=True):
        is_saved = st.form_submit_button("Save", type="primary")
        verb = "Close" if row["is_active"] else "Reopen"
        is_switched = st.form_submit_button(f"{verb} this {thing.noun}")
        is_left = st.form_submit_button("Cancel", type="tertiary")
    if is_saved:
        fields = typed()
        if fields is not None:
            _save(thing, row, fields, also)
    elif is_switched:
        is_closing = bool(row["is_active"])
        done = "Reopened." if not is_closing else "Closed; nothing new can be booked with it." if booked else "Closed."
        if _send(thing, row, {"is_active": not is_closing}, done):
            _leave(thing, row)
    elif is_left:
        forget_refusal(form)
        _leave(thing, row)


def _save(thing: Thing, row: Row, fields: Fields, also: Callable[[], bool | None] | None) -> None:
    """Send what differs from what stands."""
    changed = {name: value for name, value in fields.items() if value != _as_sent(row[name])}
    done = "Saved. The new fee is for charges from now on." if "fee_minor" in changed else "Saved."
    if changed and not _send(thing, row, changed, done):
        return
    is_more = also() if also else False
    if is_more is None:
        return
    if not changed:
        say("Saved." if is_more else "Nothing was different.")
    _leave(thing, row)


def _leave(thing: Thing, row: Row) -> None:
    """Back to the list, nothing selected; the page begins anew."""
    begin_anew(thing.form(row), thing.table)


def _send(thing: Thing, row: Row, fields: Fields, done: str) -> bool:
    """Change it, and remember which visits that touches. False if it was refused."""
    answer = attempt(
        thing.change, thing.form(row), is_in_place=True, done=done, **{thing.key: row[thing.key]}, **fields
    )
    if answer is None:
        return False
    remember(answer.get("affected_appointment_ids", []), _touches(row, fields))
    return True


def _touches(row: Row, fields: Fields) -> str:
    """What is the matter with the visits that a change touches."""
    name = words.plain(row["name"])
    if fields.get("is_active") is False:
        return f"still booked with {name}, which is closed now"
    if fields.get("ended_date"):
        return f"booked with {name} after the last day"
    return f"beyond the new capacity of {name}"


def _booked(thing: Thing, row: Row) -> int:
    if thing.column is None:
        return 0
    with runtime.current().record.read() as reader:
        return len(upcoming_appointments(reader, thing.column, row[thing.key]))


def _as_sent(value: Any) -> Any:
    """A value of the record as a form gives it."""
    return str(value) if isinstance(value, date) else value
