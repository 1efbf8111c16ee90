"""The board as an island of its page: it keeps itself up to date, and each card has its one next step."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts as drawer_acts
from dashboards.components.desk import words
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import LOCATION_KEY, Desk, desk_of, nothing_yet
from dashboards.components.desk.visit_drawer import visit_drawer
from dashboards.components.flow import acts
from dashboards.components.flow.cards import TITLES, Card, FlowBoard, flow_board, initials
from dashboards.session import actor
from practice.access.permissions import Permission
from practice.clock import stored
from practice.people import queries as people
from practice.scheduling import flow_queries
from practice.scheduling.stations import SLIP, thresholds
from practice.store.work import Row

WHERE, WHO, WALL, DRAWER = "flow:location", "flow:provider", "flow:wall", "flow:drawer"
ALL = "all"
_SIGNS = {
    "calm": (":material/schedule:", "gray"),
    "amber": (":material/hourglass_top:", "orange"),
    "red": (":material/priority_high:", "red"),
    "done": (":material/check:", "green"),
}
_STYLE = """<style>
[class*="st-key-flow_card_amber"]{border-left:6px solid #d97706!important}
[class*="st-key-flow_card_red"]{border-left:6px solid #dc2626!important}
[class*="st-key-flow_open"] button{min-height:0;padding:0}
</style>"""
_WALL = """<style>
[data-testid="stSidebar"],[data-testid="stHeader"]{display:none}
[data-testid="stColumn"] p,[class*="st-key-flow_card"] .stMarkdownBadge{font-size:1.35rem!important}
</style>"""


@st.fragment(run_every="2s")
def the_board() -> None:
    """Filters, four columns, who is expected. Another desk's step, or the kiosk's, shows with the next beat."""
    desk = desk_of(actor(is_present=_has_looked_around()))
    if desk is None:
        nothing_yet()
        return
    place, is_wall = _place(desk), bool(st.session_state.get(WALL))
    board = unchanged(
        "flow", (desk.now.replace(second=0, microsecond=0), desk.person, place, _who()), lambda: read(desk)
    )
    st.html(_STYLE + (_WALL if is_wall else ""))
    _header(desk, board)
    drawer_acts.say_all_as_toasts()
    if not is_wall:
        _expected(desk, board)
    for column, (station, cards) in zip(st.columns(4), board.columns.items(), strict=True):
        with column:
            st.markdown(f"**{TITLES[station]}** :gray[{board.counts[station]}]")
            for card in cards:
                _card(desk, card, is_wall=is_wall)
            if not cards:
                st.caption("Nobody")
            hidden = board.counts[station] - len(cards)
            if hidden:
                st.caption(f"and {hidden} earlier")
    appointment_id = st.session_state.pop(DRAWER, None)
    if appointment_id:
        visit_drawer(appointment_id)


def read(desk: Desk) -> FlowBoard:
    """The board of the chosen location and provider, as the record has it now."""
    with runtime.current().record.read() as reader:
        now = stored(reader.now)
        rows = flow_queries.in_the_house(reader, desk.person, _place(desk))
        fresh = flow_queries.own_steps(reader, desk.person.user_id, now - SLIP)
        return flow_board(rows, now, thresholds(reader), provider_id=_who(), fresh=fresh)


def _place(desk: Desk) -> str | None:
    """The chosen location; None for all of the person's."""
    chosen = st.session_state.get(WHERE) or desk.location["location_id"]
    known = {row["location_id"] for row in desk.locations}
    return chosen if chosen in known else None


def _who() -> str | None:
    chosen: str | None = st.session_state.get(WHO)
    return None if chosen in (None, ALL) else chosen


def _has_looked_around() -> bool:
    """Whether somebody touched the filters since the last beat: beats alone keep nobody signed in."""
    looked_at = [st.session_state.get(name) for name in (WHERE, WHO, WALL, LOCATION_KEY)]
    before = st.session_state.get("flow:looked_at")
    st.session_state["flow:looked_at"] = looked_at
    return looked_at != before


def _header(desk: Desk, board: FlowBoard) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="flow_header"):
        st.markdown("## Flow", width="content")
        st.caption(f"{words.clock(desk.now)} · {words.place(desk.zone)}", width="content")
        st.space("stretch")
        if len(desk.locations) > 1:
            names = {ALL: "All locations"} | {row["location_id"]: row["name"] for row in desk.locations}
            st.session_state.setdefault(WHERE, desk.location["location_id"])
            st.selectbox(
                "Location", list(names), format_func=names.__getitem__, key=WHERE, label_visibility="collapsed",
                width=190, persist_state="session",
            )  # fmt: skip
        if desk.person.role != "provider":
            who = {ALL: "Every provider"} | board.providers
            if st.session_state.get(WHO) not in who:
                st.session_state[WHO] = ALL
            st.selectbox(
                "Provider", list(who), format_func=who.__getitem__, key=WHO, label_visibility="collapsed", width=190
            )
        st.toggle("Wall screen", key=WALL, help="Initials in place of names, larger, nothing to press.")


def _expected(desk: Desk, board: FlowBoard) -> None:
    """Who is still to come, behind one press: late ones first."""
    if not board.expected:
        return
    late = f", {board.late} late" if board.late else ""
    box = st.expander(f"Expected: {len(board.expected)}{late}", icon=":material/door_front:", key="flow:expected")
    with box:
        for row in board.expected:
            with st.container(horizontal=True, vertical_alignment="center", key=f"flow_expected_{row['attendee_id']}"):
                who = words.plain(row["client_name"] or "A client")
                st.markdown(
                    f"{words.clock(row['wall_start'])} **{who}** :gray[{words.plain(row['provider_name'])}]",
                    width="stretch",
                )
                if desk.person.may(Permission.RECORD_ATTENDANCE):
                    _button("Arrived", f"flow:arrive:{row['attendee_id']}", acts.arrive, row)


def _card(desk: Desk, card: Card, *, is_wall: bool) -> None:
    row, seen = card.row, card.progress
    # The key holds the level: an element keeps the class, and so the colour, of the key that it was made with.
    with st.container(border=True, key=f"flow_card_{seen.level}_{row['attendee_id']}_{seen.station}", gap="xsmall"):
        _who_and_where(card, is_wall=is_wall)
        icon, colour = _SIGNS["done" if seen.station == "done" else seen.level]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(card.minutes, icon=icon, color=colour)  # type: ignore[arg-type]
            st.caption(_since(card), width="content")
        if not is_wall and desk.person.may(Permission.RECORD_ATTENDANCE):
            _steps(card)


def _who_and_where(card: Card, *, is_wall: bool) -> None:
    row = card.row
    where = row["roomed_in_name"] or row["room_name"] or ("Video" if row["mode"] == "video" else "")
    facts = " · ".join(words.plain(fact) for fact in (row["provider_name"], where) if fact)
    if is_wall or not row["client_name"]:
        name = initials(row["client_name"]) if row["client_name"] else "A client"
        st.markdown(f"**{words.plain(name)}** {words.clock(row['wall_start'])}  \n{facts}")
        return
    _button(
        f"**{words.plain(row['client_name'])}** {words.clock(row['wall_start'])}",
        f"flow_open_{row['attendee_id']}",
        _open,
        row,
        type="tertiary",
        help="Open the visit",
    )
    st.caption(facts)


def _since(card: Card) -> str:
    seen = card.progress
    if seen.station == "done":
        return "" if seen.wait_minutes is None else f"waited {seen.wait_minutes} min"
    here = f"{seen.here_minutes} min here"
    if seen.since_arrival_minutes == seen.here_minutes or seen.since_arrival_minutes is None:
        return here
    return f"{here}, {seen.since_arrival_minutes} in the house"


def _steps(card: Card) -> None:
    """The one next step, what else may follow, and the way back from a slip: a row that fits into a column."""
    row, station = card.row, card.progress.station
    key = f"flow:{row['attendee_id']}:{station}"
    may_step_back = card.may_step_back and not row["is_charged"]
    if station == "done" and not may_step_back:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if station == "arrived" and row["room_id"]:
            name = row["room_name"]
            st.button(
                f"To {words.plain(name)}", key=f"{key}:room", type="primary", on_click=acts.room,
                args=(row, row["room_id"], name),
            )  # fmt: skip
        elif station in ("arrived", "roomed"):
            _button("Start", f"{key}:start", acts.start, row, type="primary")
        elif station == "in_session":
            _button("Complete", f"{key}:complete", acts.complete, row, type="primary")
        if station in ("arrived", "roomed") and row["mode"] == "in_person":
            with st.popover("", icon=":material/more_horiz:", help="Another room, another step", key=f"{key}:more"):
                _others(row, station, key)
        if may_step_back:
            _button("", f"{key}:back", acts.back, row, type="tertiary", icon=":material/undo:", help="Step back: undo")


def _others(row: Row, station: str, key: str) -> None:
    """What follows less often: straight into session, or into another room."""
    if station == "arrived" and row["room_id"]:
        _button("Start now", f"{key}:start", acts.start, row, width="stretch")
    with runtime.current().record.read() as reader:
        rooms = people.rooms(reader, actor(is_present=False), row["location_id"])
    usual = {row["roomed_in_id"]} if station == "roomed" else {row["room_id"]}
    for room in rooms:
        if room["room_id"] not in usual:
            st.button(
                f"To {words.plain(room['name'])}", key=f"{key}:room:{room['room_id']}", on_click=acts.room,
                args=(row, room["room_id"], room["name"]), width="stretch",
            )  # fmt: skip


def _button(label: str, key: str, does: Callable[[Row], None], row: Row, **options: str) -> None:
    st.button(label, key=key, on_click=does, args=(row,), **options)  # type: ignore[arg-type]


def _open(row: Row) -> None:
    drawer_acts.begin_drawer()
    st.session_state[DRAWER] = row["appointment_id"]
