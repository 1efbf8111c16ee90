"""The Waitlist page: free places, who waits, offers. It keeps itself up to date, for answers come at any time."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, desk_of, nothing_yet
from dashboards.components.waitlist import entry_form, entry_list, free_places, rounds, rules_form
from dashboards.session import actor
from practice.access.permissions import Permission
from practice.store.work import Row
from practice.waitlist.openings import freed_places
from practice.waitlist.reading import entries_seen, rounds_seen

PART = "waitlist:part"
PARTS = ("free", "waiting", "offers")


@st.fragment(run_every="3s")
def the_waitlist() -> None:
    """Header with the counts, then the chosen part."""
    desk = desk_of(actor(is_present=_has_looked_around()))
    if desk is None:
        nothing_yet()
        return
    minute = desk.now.replace(second=0, microsecond=0)
    places, entries, offered = unchanged("waitlist", (minute, desk.person), lambda: read(desk))
    _take_wish_from_address()
    _header(desk)
    acts.say_all_as_toasts()
    open_rounds = [row for row in offered if row["status"] == "open"]
    labels = {
        "free": f"Free places · {len(places)}",
        "waiting": f"Waiting · {len(entries)}",
        "offers": f"Offers · {len(open_rounds)} open",
    }
    st.session_state.setdefault(PART, "free")
    part = st.segmented_control(
        "Part", PARTS, format_func=labels.__getitem__, required=True, key=PART,
        label_visibility="collapsed",
    )  # fmt: skip
    if part == "free":
        free_places.free_places(desk, places, entries)
    elif part == "waiting":
        entry_list.entry_list(desk, entries)
    else:
        rounds.rounds(desk, offered)
    entry_form.open_if_asked()


def read(desk: Desk) -> tuple[list[Row], list[Row], list[Row]]:
    """What came free and still is, who waits, and the rounds."""
    with runtime.current().record.read() as reader:
        return freed_places(reader, desk.person), entries_seen(reader, desk.person), rounds_seen(reader, desk.person)


def _has_looked_around() -> bool:
    """Whether somebody chose another part since the last beat: beats alone keep nobody signed in."""
    shown = st.session_state.get(PART)
    before = st.session_state.get("waitlist:looked_at")
    st.session_state["waitlist:looked_at"] = shown
    return shown != before


def _header(desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("## Waitlist", width="content")
        st.space("stretch")
        if desk.person.may(Permission.SET_UP):
            rules_form.rules_form()
        st.button(
            "Put on the waitlist", type="primary", icon=":material/person_add:", key="waitlist:add",
            on_click=entry_form.begin,
        )  # fmt: skip


def _take_wish_from_address() -> None:
    """`?client=…&service=…` opens the form for somebody once: the booking form leads here when nothing suits.

    `?place=…` puts that place first: the calendar leads here after a visit has left it.
    """
    place = st.query_params.get("place")
    if place:
        st.query_params.clear()
        st.session_state[free_places.FIRST] = place
    client_id, service_id = (st.query_params.get(name) for name in ("client", "service"))
    if client_id or service_id:
        st.query_params.clear()
        entry_form.begin(client_id=client_id, service_id=service_id)
