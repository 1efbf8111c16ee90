"""The drawer over a free place of the calendar: provider and time are known, client and service are asked."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from dashboards import runtime
from dashboards.components.calendar import Selection
from dashboards.components.desk import words
from dashboards.components.desk.booking import ask_reason, book, habit, show_refusal, usual_service
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, desk_of
from dashboards.session import actor, show_messages
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import floor_grid, spelled
from practice.store.work import Row


@st.dialog("New visit", position="right")
def booking_drawer(selection: Selection, form: str) -> None:
    """`form` names this opening of the drawer: a double click books once, the next opening is a new intention."""
    if st.session_state.pop(f"{form}:booked", None):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()  # here, or the calendar's next beat says it and closes the drawer
    start = clicked(selection)
    with runtime.current().record.read() as reader:
        services = people.services(reader, desk.person, selection.resource_id)
        providers = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
    name = providers.get(selection.resource_id, "This provider")
    st.markdown(f"**{words.plain(name)}** · {words.when(start, desk.today)}  \n:small[:gray[{words.place(desk.zone)}]]")
    if not services:
        st.info(f"{name} offers no service yet; the owner assigns services on the Set-up page.")
        return
    client_id = pick_client(form, desk.person, desk.today)
    service, minutes = _service(form, services, client_id, desk, selection, start)
    client_name = _name(client_id, desk)
    wish = {
        "client_id": client_id,
        "provider_id": selection.resource_id,
        "service_id": service["service_id"],
        "location_id": desk.location["location_id"],
        "wall_start": spelled(start),
        "duration_minutes": None if minutes == service["duration_minutes"] else minutes,
    }
    ask_reason(form, start, desk)
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


def clicked(selection: Selection) -> datetime:
    """Where a visit begins: a drawn span to five minutes, a mere click to the quarter of an hour it fell in. Pure."""
    start = floor_grid(selection.start)
    return start if selection.end is not None else start - timedelta(minutes=start.minute % 15)


def _service(
    form: str, services: list[Row], client_id: str | None, desk: Desk, selection: Selection, start: datetime
) -> tuple[Row, int]:
    """The service, beginning with the client's last one, and the minutes: those drawn, else the service's own."""
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
    service = by_id[chosen]
    minutes = service["duration_minutes"]
    if selection.end is not None:
        minutes = max(5, words.minutes(floor_grid(selection.end) - start))
    end = start + timedelta(minutes=minutes)
    st.caption(f"{words.span(start, end)} · {words.count(minutes, 'minute')}")
    return service, minutes


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
