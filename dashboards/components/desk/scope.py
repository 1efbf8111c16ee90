"""What the calendar shows: which days, which locations, whose columns; kept for the session, chosen in its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import View
from dashboards.components.desk.columns import By, Layout, provider_column
from dashboards.components.desk.place import LOCATION_KEY, Desk
from practice.clock import to_wall
from practice.people import queries as people
from practice.scheduling.calendar_queries import people_at
from practice.store.work import Row

DAY = "desk_day"
VIEW = "desk:view"
BY = "desk_columns"
PLACES = "desk_locations"
WHO = "desk_who"
WEEK = "desk_week_of"
MOST_IN_A_WEEK = 3
_FOLLOWED = "desk:followed_location"


@dataclass(frozen=True)
class Scope:
    """What is on show: `first` up to, not including, `end`. `who` empty means everybody. `week_of` are columns."""

    kind: str
    first: date
    end: date
    by: By
    location_ids: tuple[str, ...]
    who: tuple[str, ...] = ()
    week_of: tuple[str, ...] = ()


def shown_day(desk: Desk) -> date:
    """The day that the person looks at."""
    st.session_state.setdefault(DAY, desk.today)
    chosen: date = st.session_state[DAY] or desk.today
    return chosen


def remember_view(view: View) -> None:
    """The person leafed on, or changed the view, in the calendar: the date beside it follows."""
    st.session_state[VIEW] = view
    if not view.start <= (st.session_state.get(DAY) or date.min) < view.end:
        st.session_state[DAY] = view.start


def scope_of(desk: Desk, team: Sequence[Row], rooms: Sequence[Row]) -> Scope:
    """From what was chosen; what is no longer there is left out."""
    shown = shown_day(desk)
    view: View | None = st.session_state.get(VIEW)
    kind = view.kind if view else "day"
    first, end = _span(kind, shown)
    places = tuple(row["location_id"] for row in shown_locations(desk))
    by: By = st.session_state.get(BY) or "provider"
    known = {row["provider_id"] for row in team}
    who = tuple(key for key in st.session_state.get(WHO) or () if key in known) if by == "provider" else ()
    possible = columns_for_a_week(team, rooms, by, places)
    week_of = tuple(key for key in st.session_state.get(WEEK) or () if key in possible)
    if not week_of:
        wanted = [key for key in possible if not who or key.partition("@")[0] in who]
        week_of = tuple((wanted or list(possible))[:1])
    return Scope(kind, first, end, by, places, () if kind == "week" else who, week_of if kind == "week" else ())


def _span(kind: str, shown: date) -> tuple[date, date]:
    if kind == "week":
        monday = shown - timedelta(days=shown.weekday())
        return monday, monday + timedelta(days=7)
    return shown, shown + timedelta(days=1)


def shown_locations(desk: Desk) -> list[Row]:
    """The locations on show: those chosen here, or the one that was chosen on another page since."""
    followed = desk.location["location_id"]
    if st.session_state.get(_FOLLOWED) != followed:
        st.session_state[_FOLLOWED] = followed
        if followed not in (st.session_state.get(PLACES) or ()):
            st.session_state[PLACES] = [followed]
    chosen = st.session_state.get(PLACES) or [followed]
    return [row for row in desk.locations if row["location_id"] in chosen] or [desk.location]


def columns_for_a_week(team: Sequence[Row], rooms: Sequence[Row], by: By, places: Sequence[str]) -> dict[str, str]:
    """The columns that a week can be shown of, with their names. Pure."""
    if by == "room":
        return {f"room:{row['room_id']}@{row['location_id']}": row["name"] for row in rooms}
    several = len(places) > 1
    return {
        provider_column(row["provider_id"], row["location_id"], places[0]): (
            f"{row['name']} · {row['location_name']}" if several else row["name"]
        )
        for row in team
    }


def team_of(desk: Desk) -> tuple[list[Row], list[Row]]:
    """Who and what can have a column at the locations on show: providers (with the location's name) and rooms."""
    shown = shown_locations(desk)
    names = {row["location_id"]: row["name"] for row in shown}
    with runtime.current().record.read() as reader:
        team = people_at(reader, desk.person, list(names))
        rooms = [row for key in names for row in people.rooms(reader, desk.person, key)]
    return [row | {"location_name": names[row["location_id"]]} for row in team], rooms


def layout_of(desk: Desk, scope: Scope, rooms: Sequence[Row]) -> Layout:
    """The columns' ground: locations in order, each with its own clock."""
    locations = [row for row in desk.locations if row["location_id"] in scope.location_ids]
    now = runtime.current().record.clock()
    walls: dict[str, datetime] = {
        row["location_id"]: to_wall(now, row["zone"]).replace(second=0, microsecond=0) for row in locations
    }
    return Layout(scope.by, locations, walls, rooms)


def desk_at(desk: Desk, location_id: str) -> Desk:
    """The same desk as it stands at another of its locations."""
    location = next((row for row in desk.locations if row["location_id"] == location_id), desk.location)
    return replace(desk, location=location, now=to_wall(runtime.current().record.clock(), location["zone"]))


def choose_scope(desk: Desk, team: Sequence[Row]) -> None:
    """The header's one button for it: columns, locations, people. Its label says what is on show."""
    by = st.session_state.get(BY) or "provider"
    names = {row["provider_id"]: row["name"] for row in team}
    chosen = [names[key] for key in st.session_state.get(WHO) or () if key in names]
    who = "Rooms" if by == "room" else ", ".join(name.split()[-1] for name in chosen) if chosen else "Everyone"
    places = shown_locations(desk)
    if len(desk.locations) > 1:
        is_all = len(places) == len(desk.locations)
        where = "all locations" if is_all else ", ".join(row["name"] for row in places)
        who = f"{who} · {where}"
    with st.popover(_short(who), icon=":material/tune:", key="desk_scope", help="Whose columns are shown, and where"):
        st.segmented_control(
            "Columns",
            ["provider", "room"],
            default="provider",
            required=True,
            format_func={"provider": "Providers", "room": "Rooms"}.__getitem__,
            key=BY,
            persist_state="session",
        )
        if len(desk.locations) > 1:
            _choose_locations(desk)
        if by == "provider" and len(names) > 1:
            st.pills(
                "Providers (none chosen: everyone)",
                list(names),
                selection_mode="multi",
                format_func=names.__getitem__,
                key=WHO,
                persist_state="session",
            )


def _short(label: str) -> str:
    return label if len(label) <= 34 else label[:33] + "…"


def _choose_locations(desk: Desk) -> None:
    names = {row["location_id"]: row["name"] for row in desk.locations}
    st.pills(
        "Locations",
        list(names),
        selection_mode="multi",
        format_func=names.__getitem__,
        key=PLACES,
        on_change=_follow_location,
        persist_state="session",
    )
    st.button("All locations", key="desk:all_locations", type="tertiary", on_click=_all, args=(list(names),))


def _all(location_ids: list[str]) -> None:
    st.session_state[PLACES] = location_ids


def _follow_location() -> None:
    """The other pages follow to a single location."""
    chosen = st.session_state.get(PLACES) or []
    if len(chosen) == 1:
        st.session_state[LOCATION_KEY] = st.session_state[_FOLLOWED] = chosen[0]


def choose_week(scope: Scope, team: Sequence[Row], rooms: Sequence[Row]) -> None:
    """Whose week: one, or up to three side by side on each day."""
    possible = columns_for_a_week(team, rooms, scope.by, scope.location_ids)
    if len(possible) < 2:
        return
    st.session_state[WEEK] = [key for key in possible if key in scope.week_of]
    st.pills(
        "Whose week; up to three stand side by side",
        list(possible),
        selection_mode="multi",
        format_func=possible.__getitem__,
        key=WEEK,
        on_change=_at_most_three,
        args=(scope.week_of,),
        label_visibility="collapsed",
        persist_state="session",
    )


def _at_most_three(before: tuple[str, ...]) -> None:
    """A fourth takes the place of the first; the last one stays."""
    chosen = st.session_state.get(WEEK) or []
    fresh = [key for key in chosen if key not in before]
    kept = [key for key in before if key in chosen]
    st.session_state[WEEK] = [*kept, *fresh][-MOST_IN_A_WEEK:] or list(before)
