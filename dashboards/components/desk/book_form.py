"""The Book page's form: who, what, with whom, and the free times beside it. One island: no step reruns the page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.cash.at_the_desk import deposit_link
from dashboards.components.desk import holding, words
from dashboards.components.desk.authorisations import authorisation_line
from dashboards.components.desk.booking import Habit, ask_reason, book, choose_mode, habit, show_refusal, usual_service
from dashboards.components.desk.client_picker import choose, pick_client
from dashboards.components.desk.free_times import free_times
from dashboards.components.desk.memo import unchanged
from dashboards.components.desk.place import Desk, choose_location, desk_of, nothing_yet
from dashboards.components.desk.several import open_group_box, with_others
from dashboards.components.desk.times import choose_time
from dashboards.components.series.booking import series_panel
from dashboards.components.series.repeats import choose_repeats
from dashboards.components.waitlist.hint import instead_of_booking
from dashboards.session import actor, refused, show_messages
from practice.clock import to_wall
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import spelled
from practice.store.work import Row

ANYONE = "anyone"


@st.fragment
def book_form() -> None:
    """Search, client, time, Book: four interactions for somebody who has been here before."""
    desk = desk_of(actor())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("## Book", width="content")
        st.space("stretch")
        if desk:
            choose_location(desk)
    if desk is None:
        nothing_yet()
        return
    form = _form()
    _take_client_from_address(form)
    show_messages()
    booked = st.session_state.get(f"{form}:booked")
    if booked:
        _booked(form, booked, desk)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        client = _client(form, desk)
        asked = _service_and_provider(form, desk, client)
        if asked and client and not asked["repeats"]:
            asked["who"] = with_others(form, asked["service"], {"client_id": client["client_id"]}, desk)
    if asked is None:
        st.info("No service is offered yet; services and who gives them are added on the Set-up page.")
        return
    with right:
        _times(form, desk, client, asked)


def _form() -> str:
    """The name of this opening of the form; the next booking has another, so that nothing of it is carried over."""
    return f"book{st.session_state.setdefault('book:openings', 0)}"


def start_anew(client_id: str | None = None) -> None:
    """Another booking; for the same client if one is given."""
    st.session_state["book:openings"] = st.session_state.get("book:openings", 0) + 1
    if client_id:
        choose(_form(), client_id)


def _take_client_from_address(form: str) -> None:
    """`?client=<id>&service=<id>` chooses the client and the service once; afterwards the person may change them."""
    client_id, service_id = st.query_params.get("client"), st.query_params.get("service")
    if client_id and st.session_state.get("book:from_address") != (client_id, service_id):
        st.session_state["book:from_address"] = (client_id, service_id)
        st.session_state[f"{form}:wanted:{client_id}"] = service_id
        choose(form, client_id)


def _client(form: str, desk: Desk) -> Row | None:
    try:
        client_id = pick_client(form, desk.person, desk.today)
        if client_id is None:
            return None
        client = unchanged("client", (client_id, desk.person), lambda: _with_habit(client_id, desk))
    except Refusal as refusal:  # an id in the address that is nobody's, or somebody else's client
        choose(form, None)
        st.error(str(refusal), icon=":material/error:")
        return None
    return client


def _with_habit(client_id: str, desk: Desk) -> Row:
    with runtime.current().record.read() as reader:
        client = people.client(reader, desk.person, client_id)
        return client | {"habit": habit(scheduling.client_visits(reader, desk.person, client_id), client)}


def _service_and_provider(form: str, desk: Desk, client: Row | None) -> dict[str, Any] | None:
    known: Habit = client["habit"] if client else Habit()
    with runtime.current().record.read() as reader:
        services = [row for row in people.services(reader, desk.person) if row["provider_ids"]]
        names = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
    if not services:
        return None
    by_id = {row["service_id"]: row for row in services}
    who = client["client_id"] if client else ""
    service_id = st.selectbox(
        "Service",
        list(by_id),
        index=usual_service(services, st.session_state.get(f"{form}:wanted:{who}") or known.service_id),
        key=f"{form}:service:{who}",
        format_func=lambda key: (
            f"{by_id[key]['name']} · {by_id[key]['duration_minutes']} min"
            f" · {desk.currency.show(by_id[key]['fee_minor'])}"
        ),
    )
    giving = [ANYONE, *(key for key in names if key in by_id[service_id]["provider_ids"])]
    usual = giving.index(known.provider_id) if known.provider_id in giving else 0
    provider_id = st.selectbox(
        "Provider",
        giving,
        index=usual,
        format_func=lambda key: names.get(key, "Anyone"),
        key=f"{form}:provider:{who}:{service_id}",
    )
    first = st.date_input("From", desk.today, min_value=desk.today, key=f"{form}:first", format="YYYY-MM-DD")
    authorisation_line(who or None, service_id, first or desk.today)
    mode = choose_mode(form, by_id[service_id])
    repeats = choose_repeats(form, desk.today)
    return {
        "repeats": repeats,
        "service_id": service_id,
        "service": by_id[service_id],
        "who": {"client_id": client["client_id"] if client else None},
        "provider_id": None if provider_id == ANYONE else provider_id,
        "first": first or desk.today,
        "mode": mode,
        "usual": known.usual,
    }


def _times(form: str, desk: Desk, client: Row | None, asked: dict[str, Any]) -> None:
    minute = desk.now.replace(second=0, microsecond=0)
    sought = tuple(value for name, value in asked.items() if name not in ("repeats", "service", "who"))
    key = (minute, desk.person, desk.location["location_id"], client and client["client_id"], sought)
    slots, best, held = unchanged("times", key, lambda: free_times(form, desk, client, asked))
    summary = st.container(border=True, horizontal=True, vertical_alignment="center")
    if not slots and not held:
        st.info("Nothing is free in these four weeks. Choose another provider or a later date.")
    # What is offered depends on the question: another question has other times, and nothing chosen.
    question = f"{form}:{asked['service_id']}:{asked['provider_id']}:{asked['first']}"
    usual = asked["usual"].provider_id
    slot = choose_time(
        question,
        slots,
        desk.today,
        usual_provider_id=usual,
        best=best,
        held=held,
        is_refused=refused(f"book:{form}") is not None,
    )
    st.caption(words.place(desk.zone))
    client_id = client["client_id"] if client else None
    label = "Nothing suits? Put them on the waitlist" if slots else "Put them on the waitlist"
    instead_of_booking(form, client_id, asked["service_id"], label=label)
    with summary:
        _confirm(form, desk, client, slot, asked)
    if client and slot:
        ask_reason(form, slot["wall_start"], desk)


def _confirm(form: str, desk: Desk, client: Row | None, slot: Row | None, asked: dict[str, Any]) -> None:
    name = client["name"] if client else ""
    wish = {
        "client_id": client["client_id"] if client else None,
        "provider_id": slot["provider_id"] if slot else None,
        "service_id": asked["service_id"],
        "location_id": desk.location["location_id"],
        "wall_start": spelled(slot["wall_start"]) if slot else None,
        "mode": asked["mode"],
    }
    with st.container():
        if slot:
            end, seats = slot["wall_end"], slot.get("seats_left")
            more = f" · {words.count(seats, 'place')} left in the group" if seats else ""
            text = f"**{words.day(slot['wall_start'].date(), desk.today)}, {words.span(slot['wall_start'], end)}**"
            text += f"  \nwith {words.plain(slot['provider_name'])}{more}"
        else:
            text = "Choose a client and a time." if client is None else f"Choose a time for **{words.plain(name)}**."
        st.markdown(text)
        if asked["repeats"]:
            series_panel(form, name, wish, asked["repeats"], desk)
            return
        if slot:
            _hold(form, wish, desk)
            if slot["appointment_id"] is None:
                open_group_box(form, asked["service"], wish)
        show_refusal(form, name, desk)
    st.button(
        "Book",
        type="primary",
        key=f"{form}:book",
        shortcut="Ctrl+Enter",
        disabled=client is None or slot is None,
        on_click=book,
        args=(form, name, {key: value for key, value in wish.items() if key != "client_id"} | asked["who"]),
    )


def _hold(form: str, wish: dict[str, Any], desk: Desk) -> None:
    """The chosen time is kept while the rest is typed; if somebody was quicker, that is said at once."""
    held = holding.keep(form, wish)
    if held.expires_at is not None:
        st.caption(f"Held for you until {to_wall(held.expires_at, desk.zone):%H:%M}")
    elif held.refusal is not None and refused(f"book:{form}") is None:
        st.warning(str(held.refusal), icon=":material/event_busy:")


def _booked(form: str, booked: Row, desk: Desk) -> None:
    with runtime.current().record.read() as reader:
        visit = scheduling.visit(reader, desk.person, booked["appointment_id"])
    start, end = visit["wall_start"], visit["wall_end"]
    room = f", {words.plain(visit['room_name'])}" if visit["room_name"] else ""
    st.success(
        f"**{words.plain(booked['client_name'])}** · {start:%A %-d %B}, {words.span(start, end)} with"
        f" {words.plain(visit['provider_name'])}{room} · {words.plain(visit['service_name'])}",
        icon=":material/event_available:",
    )
    if booked.get("series"):
        st.caption(booked["series"])
    client_id = booked.get("client_id")
    for attendee in (row for row in visit["attendees"] if row["client_id"] == client_id):
        deposit_link(desk.person, attendee)
    if client_id and visit["capacity"] == 1:
        instead_of_booking(form, client_id, visit["service_id"], label="Wait for an earlier visit meanwhile")
    with st.container(horizontal=True):
        st.button("Book another client", type="primary", key=f"{form}:anew", on_click=start_anew)
        if client_id:
            st.button("Another visit for the same client", key=f"{form}:same", on_click=start_anew, args=(client_id,))
        if st.button("Show that day", key=f"{form}:day", type="tertiary"):
            st.session_state["desk_day"] = start.date()
            st.switch_page("app_pages/today.py")
