"""Block time from the desk: a drawer for a provider, a room or a thing, and another over a block that stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.desk.scope import desk_at
from dashboards.components.forms import show_refusal
from dashboards.session import actor, attempt, refused, say
from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling.block_queries import block, things_of
from practice.scheduling.blocks import KINDS, add_block, change_block, withdraw_block
from practice.scheduling.model import ceil_grid, floor_grid, spelled
from practice.scheduling.refusing import BLOCK_NAMES
from practice.store.record import Command

STEP = timedelta(minutes=5)
FOR = BLOCK_NAMES | {"other": "Other"}


@st.dialog("Block time", position="right")
def block_drawer(
    form: str,
    *,
    location_id: str | None = None,
    resource: tuple[str, str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> None:
    """`form` names this opening of the drawer; the others are where it was opened: `resource` is (kind, id), start and
    end are wall times there."""
    if st.session_state.pop(f"{form}:done", None):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    if location_id is not None:
        desk = desk_at(desk, location_id)
    begins = floor_grid(start) if start else ceil_grid(desk.now.replace(second=0, microsecond=0))
    block_fields(form, desk, resource=resource, start=begins, end=end or begins + timedelta(hours=1))
    st.caption(words.place(desk.zone))
    st.button("Block this time", key=f"{form}:go", type="primary", on_click=_add, args=(form, desk), width="stretch")
    show_refusal(form)
    _over_visits(form, lambda: _add(form, desk, over_visits=True))


@st.dialog("Blocked time", position="right")
def blocked_drawer(block_id: str) -> None:
    """A block that stands: what it is and, where the person may, its change and its end."""
    form = f"block:{block_id}"
    if st.session_state.pop(f"{form}:done", None):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    try:
        with runtime.current().record.read() as reader:
            row = block(reader, desk.person, block_id)
    except Refusal as refusal:
        st.info(str(refusal))
        return
    day = words.day(row["wall_start"].date(), desk.today)
    st.markdown(f"**{words.plain(row['label'])}** · {words.plain(row['resource_name'])}")
    st.markdown(f"{day} {when(row)}  \n:small[:gray[{words.place(row['zone'])}]]")
    if row["is_imported"]:
        st.info("This time is busy in another calendar. Change it there, and import that calendar again.")
        return
    if not desk.person.may(Permission.BOOK):
        return
    block_fields(form, desk, start=row["wall_start"], end=row["wall_end"], kind=row["kind"], title=row["title"])
    with st.container(horizontal=True):
        st.button("Save", key=f"{form}:go", type="primary", on_click=_change, args=(form, row))
        st.button("Give the time back", key=f"{form}:withdraw", on_click=_withdraw, args=(form, row))
    show_refusal(form)
    _over_visits(form, lambda: _change(form, row, over_visits=True))


def block_fields(
    form: str,
    desk: Desk,
    *,
    start: datetime,
    end: datetime,
    resource: tuple[str, str] | None = None,
    kind: str = "meeting",
    title: str | None = None,
) -> None:
    """Whose time (for a new block), what for, and when. The inputs' values are read by `typed_block`."""
    if not form.startswith("block:"):
        with runtime.current().record.read() as reader:
            things = things_of(reader, desk.location["location_id"])
            providers = people.providers(reader, desk.person)
        names = {("provider", row["provider_id"]): row["name"] for row in providers}
        names |= {(row["kind"], row["resource_id"]): f"{row['name']} ({row['kind']})" for row in things}
        keys = list(names)
        index = keys.index(resource) if resource in names else 0
        st.selectbox("Whose time", keys, index=index, format_func=names.get, key=f"{form}:resource")
    st.segmented_control("For", KINDS, default=kind, required=True, format_func=FOR.__getitem__, key=f"{form}:kind")
    st.date_input("Day", start.date(), format="YYYY-MM-DD", key=f"{form}:day")
    a, b = st.columns(2)
    a.time_input("From", start.time(), step=STEP, key=f"{form}:from")
    b.time_input("To", end.time(), step=STEP, key=f"{form}:to")
    last = end.date() if end.date() > start.date() else None
    st.date_input("Up to (empty: the same day)", last, format="YYYY-MM-DD", key=f"{form}:last")
    st.text_input("What (seen by staff)", title or "", max_chars=120, key=f"{form}:title")


def typed_block(form: str) -> dict[str, Any]:
    """What the fields hold, as the commands take it. Midnight as an end is the day's last moment."""
    state = st.session_state
    day: date = state[f"{form}:day"]
    last: date = state.get(f"{form}:last") or day
    start, end = datetime.combine(day, state[f"{form}:from"]), datetime.combine(last, state[f"{form}:to"])
    if end.time() == time() and end <= start:
        end += timedelta(days=1)
    return {
        "wall_start": spelled(start),
        "wall_end": spelled(end),
        "kind": state[f"{form}:kind"],
        "title": (state.get(f"{form}:title") or "").strip(),
    }


def when(row: dict[str, Any]) -> str:
    """`10:00–11:00`, with the last day where that is another one."""
    start, end = row["wall_start"], row["wall_end"]
    if start.date() == end.date():
        return words.span(start, end)
    return f"{start:%H:%M} – {words.date_of(end.date())} {end:%H:%M}"


def _add(form: str, desk: Desk, *, over_visits: bool = False) -> None:
    kind, resource_id = st.session_state[f"{form}:resource"]
    fields = typed_block(form) | {"resource_kind": kind, "resource_id": resource_id}
    if kind == "provider":
        fields["location_id"] = desk.location["location_id"]
    _send(add_block, form, "The time is blocked.", fields | {"over_visits": over_visits})


def _change(form: str, row: dict[str, Any], *, over_visits: bool = False) -> None:
    _send(change_block, form, "Saved.", typed_block(form) | {"block_id": row["block_id"], "over_visits": over_visits})


def _withdraw(form: str, row: dict[str, Any]) -> None:
    _send(withdraw_block, form, "The time is free again.", {"block_id": row["block_id"]})


def _send(command: Command, form: str, done: str, fields: dict[str, Any]) -> None:
    answer = attempt(command, form, is_in_place=True, **fields)
    if answer is None:
        return
    left = answer.get("visits") or []
    stay = f" {words.count(len(left), 'visit stays', 'visits stay')} in it, to be moved." if left else ""
    say(done + stay)
    st.session_state[f"{form}:done"] = True


def _over_visits(form: str, act: Any) -> None:
    """After a refusal because of visits: the way to block the time all the same."""
    refusal = refused(form)
    if refusal is not None and refusal.rule == "visits_standing":
        st.button("Keep the visits, block the time", key=f"{form}:over", on_click=act)
