"""The day as an island of the page: it keeps itself up to date and answers clicks and drags without a full rerun."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Move, Opened, Selection, View, resource_calendar
from dashboards.components.desk import acts, words
from dashboards.components.desk.board import Board, board
from dashboards.components.desk.booking_drawer import booking_drawer
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import LOCATION_KEY, Desk, choose_location, desk_of, nothing_yet
from dashboards.components.desk.unresolved import SETTLED, unresolved_drawer, waiting_for_outcome
from dashboards.components.desk.visit_drawer import visit_drawer
from dashboards.session import actor
from practice.access.permissions import Permission
from practice.scheduling import queries as scheduling

DAY = "desk_day"
SPAN = "desk:span"
DRAWER = "desk:drawer"
HEIGHT = 730


@st.fragment(run_every="2s")
def the_day() -> None:
    """Header, counts and calendar. Another desk's booking shows with the next beat."""
    desk = desk_of(actor(is_present=_has_looked_around()))
    if desk is None:
        nothing_yet()
        return
    st.session_state.setdefault(DAY, desk.today)
    shown: date = st.session_state[DAY] or desk.today
    seen, waiting = _seen(desk, shown)
    _header(desk, seen, waiting)
    acts.say_all_as_toasts()
    if not seen.resources:
        st.info(f"Nobody works at {desk.location['name']} yet: providers and their hours are added on the Set-up page.")
        return
    _calendar(desk, seen, shown)
    st.caption(f"{words.when(desk.now, desk.today)} at {words.plain(desk.location['name'])} · {words.place(desk.zone)}")
    _open_drawer()


def _has_looked_around() -> bool:
    """Whether somebody leafed on since the last beat. Beats alone would keep an abandoned screen signed in all day;
    whatever else a person does opens a drawer or runs a command, and either notes that they are there."""
    looked_at = [st.session_state.get(name) for name in (DAY, SPAN, LOCATION_KEY)]
    before = st.session_state.get("desk:looked_at")
    st.session_state["desk:looked_at"] = looked_at
    return looked_at != before


def viewed(view: View) -> None:
    """The person leafed on in the calendar: the date beside it follows."""
    st.session_state[SPAN] = (view.start, view.end)
    if not view.start <= (st.session_state.get(DAY) or date.min) < view.end:
        st.session_state[DAY] = view.start


def open_visit(opened: Opened) -> None:
    """A click on a visit: its drawer opens with this run."""
    acts.begin_drawer()
    st.session_state[DRAWER] = ("visit", opened.id)


def open_booking(selection: Selection) -> None:
    """A click on a free place, or a span drawn over one."""
    acts.begin_drawer()
    number = st.session_state.get("desk:openings", 0) + 1
    st.session_state["desk:openings"] = number
    st.session_state[DRAWER] = ("booking", selection, f"drawer{number}")


def _open_drawer() -> None:
    match st.session_state.pop(DRAWER, None):
        case ("visit", appointment_id):
            visit_drawer(appointment_id)
        case ("booking", selection, form):
            booking_drawer(selection, form)
        case ("unresolved",):
            unresolved_drawer()


def _header(desk: Desk, seen: Board, waiting: int) -> None:
    """How the day stands, what waits for somebody's word, and where and when one looks: a row if it fits, else two."""
    is_one_row = len(desk.locations) == 1
    with st.container(horizontal=True, vertical_alignment="center", key="desk_header"):
        st.markdown("## Today", width="content")
        if is_one_row:
            _strip(seen, waiting)
        st.space("stretch")
        choose_location(desk)
        st.date_input("Day", key=DAY, format="YYYY-MM-DD", label_visibility="collapsed", width=150)
        if desk.person.may(Permission.BOOK) and st.button(
            "Book", type="primary", icon=":material/add:", key="desk:book"
        ):
            st.switch_page("app_pages/book.py")
    if not is_one_row:
        with st.container(horizontal=True, vertical_alignment="center", key="desk_counts"):
            _strip(seen, waiting)


def _strip(seen: Board, waiting: int) -> None:
    st.markdown(f":small[{counted(seen.counts)}]", width="content")
    if waiting:
        st.button(
            f"{words.count(waiting, 'visit needs', 'visits need')} an outcome",
            icon=":material/help:",
            type="tertiary",
            key="desk:unresolved",
            on_click=_open_unresolved,
        )


def counted(counts: dict[str, int]) -> str:
    """The strip of counts: `12 booked · 3 confirmed · …`."""
    return " :gray[·] ".join(
        f"**{counts[status]}** :gray[{status.replace('_', ' ')}]"
        for status in ("booked", "confirmed", "arrived", "in_session", "completed")
    )


def _seen(desk: Desk, shown: date) -> tuple[Board, int]:
    """The board, and how many visits wait for their outcome. Read anew only if the record or the minute has changed:
    most beats of most desks find nothing new."""
    first, end = st.session_state.get(SPAN) or (shown, shown + timedelta(days=1))
    if not first <= shown < end:
        first, end = shown, shown + timedelta(days=1)
    minute = desk.now.replace(second=0, microsecond=0)
    key = (minute, first, end, desk.location["location_id"], desk.person)
    return unchanged("day", key, lambda: (read(desk, first, end), len(waiting_for_outcome(desk))))


def read(desk: Desk, first: date, end: date) -> Board:
    """What is on show from the first day up to, not including, the end."""
    location_id = desk.location["location_id"]
    last = end - timedelta(days=1)
    with runtime.current().record.read() as reader:
        visits = scheduling.day(reader, desk.person, first, location_id, last=last, include_gone=True)
        hours: list[dict[str, Any]] = []
        for number in range(min((end - first).days, 7)):
            hours += scheduling.hours_of_day(reader, desk.person, first + timedelta(days=number), location_id)
    return board(visits, hours, may_move=desk.person.may(Permission.BOOK))


def _open_unresolved() -> None:
    acts.begin_drawer()
    st.session_state.pop(SETTLED, None)
    st.session_state[DRAWER] = ("unresolved",)


def _calendar(desk: Desk, seen: Board, shown: date) -> None:
    may_book = desk.person.may(Permission.BOOK)
    now: datetime = desk.now.replace(second=0, microsecond=0)
    resource_calendar(
        key="desk_calendar",
        resources=seen.resources,
        events=seen.events,
        options={
            "date": shown,
            "now": now,
            "views": ("day", "week", "list") if len(seen.resources) == 1 else ("day", "list"),
            "day_start": seen.opens,
            "day_end": seen.closes or time.max,
            "editable": may_book,
            "selectable": may_book,
            "hour12": False,
        },
        revision=st.session_state.get(acts.REVISION, 0),
        height=HEIGHT,
        on_move=_moved,
        on_select=open_booking,
        on_open=open_visit,
        on_view=viewed,
    )


def _moved(move: Move) -> None:
    acts.move_by_hand(move)
