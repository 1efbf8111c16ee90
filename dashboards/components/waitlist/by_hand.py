"""Offer any free time, not only one that a visit has left: extra hours, for example, or a meeting that fell through."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from dashboards.session import attempt, refused
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import spelled
from practice.store.work import Row
from practice.waitlist.rounds import open_round

DAYS, OFFERED = 7, 60
FORM = "offer:by_hand"


def by_hand(desk: Desk) -> None:
    """A box beneath the free places: provider, service, day, and one of the free times."""
    box = st.expander("Offer another free time", key="waitlist:by_hand", on_change="rerun")
    if not box.open:
        return
    with box:
        with runtime.current().record.read() as reader:
            services = {row["service_id"]: row for row in people.services(reader, desk.person) if row["provider_ids"]}
            providers = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
        if not services:
            st.info("No service is offered yet; services are added on the Set-up page.")
            return
        left, middle, right = st.columns(3)
        service_id = left.selectbox(
            "Service", list(services), format_func=lambda key: services[key]["name"], key=f"{FORM}:service"
        )
        giving = [key for key in providers if key in services[service_id]["provider_ids"]]
        provider_id = middle.selectbox(
            "Provider", giving, format_func=providers.__getitem__, key=f"{FORM}:provider:{service_id}"
        )
        first = right.date_input("From", desk.today, min_value=desk.today, key=f"{FORM}:first", format="YYYY-MM-DD")
        with runtime.current().record.read() as reader:
            slots = scheduling.offered_slots(
                reader, desk.person, service_id, desk.location["location_id"], provider_id=provider_id,
                first=first or desk.today, days=DAYS, limit=OFFERED,
            )  # fmt: skip
        _offer(desk, slots, {"service_id": service_id, "provider_id": provider_id})


def _offer(desk: Desk, slots: list[Row], what: dict[str, str]) -> None:
    by_start = {row["wall_start"]: row for row in slots}
    if not by_start:
        st.info("Nothing is free there in these seven days.")
        return
    start = st.selectbox(
        "Time", list(by_start), format_func=lambda wall: words.when(wall, desk.today), key=f"{FORM}:time"
    )
    st.button(
        "Offer it to whom it fits", key=f"{FORM}:do", icon=":material/outgoing_mail:", on_click=_open,
        args=(what | {"location_id": desk.location["location_id"], "wall_start": spelled(start)},),
    )  # fmt: skip
    refusal = refused(FORM)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _open(place: dict[str, str]) -> None:
    from dashboards.components.waitlist.free_places import say_begun

    answer = attempt(open_round, FORM, is_in_place=True, **place)
    if answer:
        say_begun(answer)
