"""The drawer over a free place of the calendar: who and what is asked; where and when is known, and can be changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Selection
from dashboards.components.desk import holding, words
from dashboards.components.desk.acts import DRAWER
from dashboards.components.desk.authorisations import authorisation_line
from dashboards.components.desk.booking import ask_reason, book, choose_mode, habit, show_refusal, usual_service
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.desk.columns import Place, place_of
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.desk.scope import desk_at, shown_locations
from dashboards.components.desk.several import open_group_box, with_others
from dashboards.components.desk.spot import Spot, choose_spot, team_there
from dashboards.components.series.booking import series_panel
from dashboards.components.series.repeats import choose_repeats
from dashboards.session import actor, refused, show_messages
from practice.clock import to_wall
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import spelled
from practice.store.work import Row


@st.dialog("New visit", position="right", on_dismiss=holding.let_go)
def booking_drawer(selection: Selection, form: str) -> None:
    """`form` names this opening of the drawer: a double click books once, the next opening is a new intention."""
    if st.session_state.pop(f"{form}:booked", None):
        st.rerun()
    here = desk_of(actor())
    if here is None:
        return
    show_messages()  # here, or the calendar's next beat says it and closes the drawer
    place = place_of(selection.resource_id, shown_locations(here)[0]["location_id"])
    desk = desk_at(here, place.location_id)
    team = team_there(desk, place, selection)
    if not team:
        st.info(f"Nobody works at {desk.location['name']} yet; hours are added on the Set-up page.")
        return
    spot = choose_spot(form, selection, place, team, desk)
    with runtime.current().record.read() as reader:
        services = people.services(reader, desk.person, spot.provider_id)
    if not services:
        st.info(f"{team[spot.provider_id]} offers no service yet; the owner assigns services on the Set-up page.")
        return
    client_id = pick_client(form, desk.person, desk.today)
    service = _service(form, services, client_id, desk)
    mode = _mode(form, service, spot)
    repeats = choose_repeats(form, desk.today)
    end = spot.start + timedelta(minutes=spot.minutes or service["duration_minutes"])
    wish = {
        "client_id": client_id,
        "provider_id": spot.provider_id,
        "service_id": service["service_id"],
        "location_id": desk.location["location_id"],
        "wall_start": spelled(spot.start),
        "duration_minutes": None if spot.minutes == service["duration_minutes"] else spot.minutes,
        "mode": mode,
        "room_id": spot.room_id if mode == "in_person" else None,
    }
    _hold(form, wish, desk, spot, end)
    client_name = _name(client_id, desk)
    if repeats:
        series_panel(form, client_name, wish, repeats, desk)
        return
    wish = with_others(form, service, wish, desk)
    authorisation_line(client_id, service["service_id"], spot.start.date())
    ask_reason(form, spot.start, desk)
    st.button(
        "Book",
        key=f"{form}:book",
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=client_id is None,
        on_click=book,
        args=(form, client_name, wish),
        width="stretch",
    )
    show_refusal(form, client_name, desk)
    open_group_box(form, service, wish | {"client_id": client_id})
    st.button(
        "Block this time instead",
        key=f"{form}:block",
        type="tertiary",
        icon=":material/block:",
        on_click=_block_instead,
        args=(form, place, spot, end),
    )


def _hold(form: str, wish: dict[str, Any], desk: Desk, spot: Spot, end: datetime) -> None:
    """Keep the place while the person types, and say so; or say at once who is there and what is free nearby."""
    span = f"{words.span(spot.start, end)} · {words.count(words.minutes(end - spot.start), 'minute')}"
    if spot.start < desk.now:
        st.caption(span)  # a late entry: nobody else wants that time
        return
    held = holding.keep(form, wish)
    if held.expires_at is not None:
        until = to_wall(held.expires_at, desk.zone)
        st.caption(f"{span} · held for you until {until:%H:%M}")
        return
    st.caption(span)
    if held.refusal is None or refused(f"book:{form}") is not None:
        return
    st.warning(str(held.refusal), icon=":material/event_busy:")
    times = [datetime.fromisoformat(text) for text in held.refusal.alternatives if "T" in text]
    with st.container(horizontal=True):
        for at in times[:3]:
            st.button(
                words.when(at, desk.today), key=f"{form}:take:{spelled(at)}", on_click=_take_time, args=(form, at)
            )


def _block_instead(form: str, place: Place, spot: Spot, end: datetime) -> None:
    """Nobody is to be booked there: the drawer gives way to the one that blocks the same time."""
    holding.let_go()
    resource = ("provider", spot.provider_id) if place.provider_id or not place.room_id else ("room", place.room_id)
    where = {"location_id": place.location_id, "resource": resource, "start": spot.start, "end": end}
    st.session_state[DRAWER] = ("blocking", f"{form}:blocking", where)
    st.session_state[f"{form}:booked"] = True


def _take_time(form: str, at: datetime) -> None:
    st.session_state[f"{form}:date"], st.session_state[f"{form}:time"] = at.date(), at.time()


def _service(form: str, services: list[Row], client_id: str | None, desk: Desk) -> Row:
    """The service, beginning with the client's last one."""
    last = unchanged("habit", (client_id, desk.person), lambda: _last_service(client_id, desk)) if client_id else None
    by_id = {row["service_id"]: row for row in services}
    # The key holds the client: another client's habit is another default.
    chosen = st.selectbox(
        "Service",
        list(by_id),
        index=usual_service(services, last),
        format_func=lambda key: _priced(by_id[key], desk),
        key=f"{form}:service:{client_id}",
    )
    return by_id[chosen]


def _mode(form: str, service: Row, spot: Spot) -> str:
    """In person or by video; a room that was clicked has decided."""
    if service["modes"] == "both" and spot.room_id is not None:
        return "in_person"
    return choose_mode(form, service, label_visibility="collapsed")


def _last_service(client_id: str, desk: Desk) -> str | None:
    with runtime.current().record.read() as reader:
        client = people.client(reader, desk.person, client_id)
        return habit(scheduling.client_visits(reader, desk.person, client_id), client).service_id


def _priced(service: Row, desk: Desk) -> str:
    return f"{service['name']} · {service['duration_minutes']} min · {desk.currency.show(service['fee_minor'])}"


def _name(client_id: str | None, desk: Desk) -> str:
    if client_id is None:
        return ""
    with runtime.current().record.read() as reader:
        return str(people.client(reader, desk.person, client_id)["name"])
