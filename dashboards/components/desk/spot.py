"""Where and when a new visit is to be: what was clicked in the calendar, and the fields that change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Selection
from dashboards.components.desk import words
from dashboards.components.desk.columns import Place
from dashboards.components.desk.place import Desk
from practice.people import queries as people
from practice.scheduling.calendar_queries import hours_of_days, people_at
from practice.scheduling.model import floor_grid


@dataclass(frozen=True)
class Spot:
    """Where and when: what was clicked, or what was typed over it since. `minutes` None = as long as the service."""

    provider_id: str
    start: datetime
    minutes: int | None
    room_id: str | None


def clicked(selection: Selection) -> datetime:
    """Where a visit begins: a drawn span to five minutes, a mere click to the quarter of an hour it fell in. Pure."""
    start = floor_grid(selection.start)
    is_exact = selection.end is not None or selection.is_typed
    return start if is_exact else start - timedelta(minutes=start.minute % 15)


def team_there(desk: Desk, place: Place, selection: Selection) -> dict[str, str]:
    """Who can be booked there, by name; over a room first of all somebody who works then."""
    with runtime.current().record.read() as reader:
        rows = people_at(reader, desk.person, [place.location_id])
        names = {row["provider_id"]: row["name"] for row in rows}
        if place.provider_id is not None:
            known = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
            if place.provider_id in known:
                return {place.provider_id: known[place.provider_id]} | names
            return names
        hours = hours_of_days(reader, selection.start.date(), 1, [place.location_id], None)
    at_work = {
        row["provider_id"]: row["provider_name"]
        for row in hours
        if any(part["wall_start"] <= selection.start < part["wall_end"] for part in row["working"])
    }
    return at_work | names


def choose_spot(form: str, selection: Selection, place: Place, team: dict[str, str], desk: Desk) -> Spot:
    """One line that says where and when, and the fields to change it behind it; open at once where it is a guess."""
    start = clicked(selection)
    drawn = words.minutes(floor_grid(selection.end) - start) if selection.end is not None else None
    minutes = max(5, drawn) if drawn is not None else None
    is_guess = selection.is_typed or place.provider_id is None
    first = place.provider_id if place.provider_id in team else next(iter(team))
    spot = Spot(first, start, minutes, place.room_id)
    if f"{form}:provider" in st.session_state:
        spot = _typed(form, spot)
    room = _rooms(desk).get(spot.room_id or "")
    said = [f"**{words.plain(team[spot.provider_id])}**", words.when(spot.start, desk.today), room or ""]
    st.markdown(
        " · ".join(part for part in said if part) + f"  \n:small[:gray[{words.place(desk.zone)}]]",
    )
    with st.expander("Change time, provider or room", expanded=is_guess, key=f"{form}:spot"):
        _fields(form, spot, team, desk)
    return _typed(form, spot)


def _fields(form: str, spot: Spot, team: dict[str, str], desk: Desk) -> None:
    left, right = st.columns(2)
    for name, value in (("date", spot.start.date()), ("time", spot.start.time()), ("provider", spot.provider_id)):
        st.session_state.setdefault(f"{form}:{name}", value)
    left.date_input("Day", key=f"{form}:date", format="YYYY-MM-DD")
    right.time_input("Time", key=f"{form}:time", step=timedelta(minutes=5))
    left.selectbox("Provider", list(team), format_func=team.__getitem__, key=f"{form}:provider")
    right.number_input("Minutes", 5, 720, spot.minutes, step=5, key=f"{form}:minutes", placeholder="As the service")
    rooms = _rooms(desk)
    if rooms:
        st.session_state.setdefault(f"{form}:room", spot.room_id or "")
        st.selectbox("Room", ["", *rooms], format_func=lambda key: rooms.get(key, "Any free room"), key=f"{form}:room")


def _typed(form: str, spot: Spot) -> Spot:
    """What stands in the fields; an emptied one means what was clicked."""
    state = st.session_state
    day, at = state.get(f"{form}:date") or spot.start.date(), state.get(f"{form}:time") or spot.start.time()
    return Spot(
        state.get(f"{form}:provider") or spot.provider_id,
        floor_grid(datetime.combine(day, at)),
        state.get(f"{form}:minutes", spot.minutes),
        state.get(f"{form}:room", spot.room_id) or None,
    )


def _rooms(desk: Desk) -> dict[str, str]:
    with runtime.current().record.read() as reader:
        rows = people.rooms(reader, desk.person, desk.location["location_id"])
    return {row["room_id"]: row["name"] for row in rows}
