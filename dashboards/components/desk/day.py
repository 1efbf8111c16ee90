"""The calendar as an island of the page: it keeps itself up to date and answers clicks and drags by itself."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Opened, Selection, View, resource_calendar
from dashboards.components.desk import acts, dragging, holding, notices, words
from dashboards.components.desk.acts import DRAWER
from dashboards.components.desk.blocks import block_drawer, blocked_drawer
from dashboards.components.desk.board import BLOCK, Board, board
from dashboards.components.desk.booking_drawer import booking_drawer
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.notes_drawer import notes_button, notes_drawer
from dashboards.components.desk.place import LOCATION_KEY, Desk, desk_of, nothing_yet
from dashboards.components.desk.scope import (
    BY,
    DAY,
    PLACES,
    VIEW,
    WEEK,
    WHO,
    Scope,
    choose_scope,
    choose_week,
    desk_at,
    layout_of,
    remember_view,
    scope_of,
    shown_locations,
    team_of,
)
from dashboards.components.desk.unresolved import SETTLED, unresolved_drawer, waiting_for_outcome
from dashboards.components.desk.visit_drawer import visit_drawer
from dashboards.components.series.ending import ending_button, ending_drawer
from dashboards.components.waitlist.hint import show_hint
from dashboards.session import actor
from practice.access.permissions import Actor, Permission
from practice.billing.queries.control import to_decide
from practice.clock import stored
from practice.scheduling import calendar_queries
from practice.store.work import Row

FRESH_UNTIL = "desk:fresh_until"
HEIGHT = 730
VIEWS: tuple[Literal["day"], Literal["week"], Literal["list"]] = ("day", "week", "list")


@st.fragment(run_every="2s")
def the_day() -> None:
    """Header, counts and calendar. Another desk's booking shows with the next beat."""
    desk = desk_of(actor(is_present=_has_looked_around()))
    if desk is None:
        nothing_yet()
        return
    holding.extend()
    team, rooms = unchanged(
        "team", (desk.person, tuple(row["location_id"] for row in shown_locations(desk))), lambda: team_of(desk)
    )
    scope = scope_of(desk, team, rooms)
    seen, waiting = _seen(desk, scope, rooms)
    _header(desk, seen, waiting, team)
    acts.say_all_as_toasts()
    show_hint(desk)
    if scope.kind == "week":
        choose_week(scope, team, rooms)
    if not seen.resources:
        st.info(f"{_nobody(desk)} yet: providers and their hours are added on the Set-up page.")
        return
    _calendar(desk, seen, scope)
    st.caption(_clocks(desk))
    _open_drawer()


def _has_looked_around() -> bool:
    """Whether somebody leafed on since the last beat. Beats alone would keep an abandoned screen signed in all day;
    whatever else a person does opens a drawer or runs a command, and either notes that they are there."""
    looked_at = [st.session_state.get(name) for name in (DAY, VIEW, LOCATION_KEY, BY, PLACES, WHO, WEEK)]
    before = st.session_state.get("desk:looked_at")
    st.session_state["desk:looked_at"] = looked_at
    return looked_at != before


def _nobody(desk: Desk) -> str:
    names = " or ".join(row["name"] for row in shown_locations(desk))
    return f"Nobody works at {names}"


def viewed(view: View) -> None:
    """The person leafed on in the calendar."""
    remember_view(view)


def open_visit(opened: Opened) -> None:
    """A click on a visit: its drawer opens with this run; with M, where it is moved."""
    acts.begin_drawer()
    if opened.id.startswith(BLOCK):
        st.session_state[DRAWER] = ("block", opened.id.removeprefix(BLOCK))
    else:
        st.session_state[DRAWER] = ("visit", opened.id, opened.action == "move")


def open_booking(selection: Selection) -> None:
    """A click on a free place, a span drawn over one, or the key for a new visit."""
    acts.begin_drawer()
    number = st.session_state.get("desk:openings", 0) + 1
    st.session_state["desk:openings"] = number
    st.session_state[DRAWER] = ("booking", selection, f"drawer{number}")


def _open_drawer() -> None:
    match st.session_state.pop(DRAWER, None):
        case ("visit", appointment_id, *is_moving):
            visit_drawer(appointment_id, is_moving=bool(is_moving and is_moving[0]))
        case ("booking", selection, form):
            booking_drawer(selection, form)
        case ("block", block_id):
            blocked_drawer(block_id)
        case ("blocking", form, where):
            block_drawer(form, **where)
        case ("unresolved",):
            unresolved_drawer()
        case ("notes",):
            notes_drawer()
        case ("ending",):
            ending_drawer()


def _header(desk: Desk, seen: Board, waiting: int, team: list[Row]) -> None:
    """How the day stands, what waits for somebody's word, and whose, where and when one looks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="desk_header"):
        st.markdown("## Calendar", width="content")
        _strip(seen, waiting, desk.person)
        ending_button(desk, DRAWER)
        notes_button(desk, DRAWER)
        st.space("stretch")
        choose_scope(desk, team)
        st.date_input("Day", key=DAY, format="YYYY-MM-DD", label_visibility="collapsed", width=145)
        if desk.person.may(Permission.BOOK) and st.button(
            "Book", type="primary", icon=":material/add:", key="desk:book"
        ):
            st.switch_page("app_pages/book.py")


def _strip(seen: Board, waiting: int, person: Actor) -> None:
    st.markdown(f":small[{counted(seen.counts)}]", width="content")
    if waiting:
        st.button(
            f"{waiting:,} {'needs' if waiting == 1 else 'need'} an outcome",
            icon=":material/help:",
            type="tertiary",
            key="desk:unresolved",
            on_click=_open_unresolved,
        )
    with runtime.current().record.read() as reader:
        asked = to_decide(reader, person)
    if asked:
        st.page_link(
            "app_pages/billing.py", label=f"{asked:,} {'request waits' if asked == 1 else 'requests wait'} for you",
            icon=":material/approval_delegation:", query_params={"billing_part": "Approvals"}, width="content",
        )  # fmt: skip


def counted(counts: dict[str, int]) -> str:
    """The strip of counts: `12 booked · 3 confirmed · …`; what nobody is in is left out."""
    return " :gray[·] ".join(
        f"**{counts[status]}** :gray[{status.replace('_', ' ')}]"
        for status in ("booked", "confirmed", "arrived", "in_session", "completed")
        if counts[status] or status == "booked"
    )


def _seen(desk: Desk, scope: Scope, rooms: list[Row]) -> tuple[Board, int]:
    """The board, and how many visits wait for their outcome. Read anew only if the record or the minute has changed, or
    a hold has ended by itself: most beats of most desks find nothing new."""
    minute = desk.now.replace(second=0, microsecond=0)
    ends: datetime | None = st.session_state.get(FRESH_UNTIL)
    has_ended = ends is not None and ends <= stored(runtime.current().record.clock())
    key = (minute, scope, desk.person, ends if has_ended else None)
    return unchanged("day", key, lambda: (read(desk, scope, rooms), len(waiting_for_outcome(desk))))


def read(desk: Desk, scope: Scope, rooms: list[Row]) -> Board:
    """What is on show."""
    layout = layout_of(desk, scope, rooms)
    who: list[str] | None = None
    if scope.by == "provider":
        who = [key.partition("@")[0] for key in scope.week_of] or list(scope.who) or None
    with runtime.current().record.read() as reader:
        days = calendar_queries.days(
            reader, desk.person, scope.first, scope.end - timedelta(days=1), scope.location_ids, who
        )
    st.session_state[FRESH_UNTIL] = days.fresh_until
    return board(days, layout, may_move=desk.person.may(Permission.BOOK), me=desk.person.user_id)


def _open_unresolved() -> None:
    acts.begin_drawer()
    st.session_state.pop(SETTLED, None)
    st.session_state[DRAWER] = ("unresolved",)


def _calendar(desk: Desk, seen: Board, scope: Scope) -> None:
    may_book = desk.person.may(Permission.BOOK)
    resource_calendar(
        key="desk_calendar",
        resources=seen.resources,
        events=seen.events,
        options={
            "date": st.session_state[DAY] or desk.today,
            "now": desk.now.replace(second=0, microsecond=0),
            "view": st.session_state[VIEW].kind if VIEW in st.session_state else "day",
            "views": VIEWS,
            "week_of": scope.week_of or [resource.id for resource in seen.resources[:1]],
            "hidden_days": [day.isoweekday() % 7 for day in seen.free_days if day.isoweekday() > 5],
            "day_start": seen.opens,
            "day_end": seen.closes or time.max,
            "editable": may_book,
            "selectable": may_book,
            "hour12": False,
            "ask": dragging.question(scope.by),
            "focus": st.session_state.get(acts.MADE),
        },
        bar=notices.bar(),
        revision=st.session_state.get(acts.REVISION, 0),
        height=HEIGHT,
        on_move=dragging.move_by_hand,
        on_select=open_booking,
        on_open=open_visit,
        on_press=notices.pressed,
        on_view=viewed,
    )


def _clocks(desk: Desk) -> str:
    """What the time is at each location on show, and whose time the columns are in."""
    shown = shown_locations(desk)
    said = []
    for row in shown:
        there = desk_at(desk, row["location_id"])
        said.append(f"{words.when(there.now, desk.today)} at {words.plain(row['name'])} · {words.place(there.zone)}")
    zones = {row["zone"] for row in shown}
    if len(zones) > 1:
        said.append("Each column shows the time on its own location's wall.")
    elif len(shown) > 1:
        said = [f"{words.when(desk.now, desk.today)} · {words.place(desk.zone)}"]
    return "  \n".join(said)
