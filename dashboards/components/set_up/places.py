"""Locations, rooms and services."""

from __future__ import annotations

from zoneinfo import available_timezones

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import amount, entry, practice_currency, send
from dashboards.components.set_up.common import names_by, read, table
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_location, add_room, add_service


def places(person: Actor) -> None:
    """Locations and their rooms."""
    found = read(queries.locations, person)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Locations**")
        table(found, {"name": "Name", "zone": "Time zone", "address": "Address"}, "None yet.")
        _new_location()
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Rooms**")
        table(
            read(queries.rooms, person),
            {"name": "Room", "location_name": "Location", "capacity": "Visits at a time"},
            "None yet; services that need a room cannot be booked without one.",
        )
        if found:
            _new_room(names_by(found, "location_id"))


def _new_location() -> None:
    with runtime.current().record.read() as reader:
        own = reader.setting("zone", "America/New_York")
    zones = sorted({zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")} | {own})
    with entry("add_location"):
        name = st.text_input("Name of the location", required=True)
        zone = st.selectbox("Time zone", zones, index=zones.index(own))
        address = st.text_input("Address (on invoices)")
        if st.form_submit_button("Add location", type="primary"):
            send(
                add_location,
                "add_location",
                name=name,
                zone=zone,
                address=address or None,
                done="The location was added.",
            )


def _new_room(locations: dict[str, str]) -> None:
    with entry("add_room"):
        location = st.selectbox("At", list(locations), format_func=locations.get)
        room = st.text_input("Name of the room", required=True)
        capacity = st.number_input("Visits at a time", 1, 50, 1)
        if st.form_submit_button("Add room", type="primary"):
            send(
                add_room,
                "add_room",
                location_id=location,
                name=room,
                capacity=int(capacity),
                done="The room was added.",
            )


def services_part(person: Actor) -> None:
    """What is booked: how long, for how much."""
    currency = practice_currency()
    found = [row | {"fee": currency.show(row["fee_minor"])} for row in read(queries.services, person)]
    with st.container(border=True):
        st.markdown("**Services**")
        columns = {
            "name": "Service",
            "code": "Code",
            "duration_minutes": "Minutes",
            "buffer_before_minutes": "Buffer before",
            "buffer_after_minutes": "Buffer after",
            "fee": "Fee",
            "capacity": "Clients at once",
            "needs_room": "Needs a room",
        }
        table(found, columns, "None yet.")
        _new_service(currency.code)


def _new_service(currency_code: str) -> None:
    with entry("add_service"):
        a, b, c, d = st.columns(4)
        name = a.text_input("Name of the service", required=True)
        code = b.text_input("Billing code")
        minutes = c.number_input("Minutes", 5, 720, 50, step=5)
        fee = d.text_input(f"Fee, {currency_code}", placeholder="150.00", required=True)
        e, f, g, h = st.columns(4)
        before = e.number_input("Buffer before, minutes", 0, 240, 0, step=5)
        after = f.number_input("Buffer after, minutes", 0, 240, 10, step=5)
        capacity = g.number_input("Clients at once (group)", 1, 100, 1)
        with h:
            needs_room = st.checkbox("Needs a room", value=True)
            is_new = st.checkbox("For new clients")
        if st.form_submit_button("Add service", type="primary"):
            minor = amount("add_service", fee, is_zero_fine=True)
            if minor is not None:
                send(
                    add_service,
                    "add_service",
                    name=name,
                    code=code or None,
                    duration_minutes=int(minutes),
                    fee_minor=minor,
                    buffer_before_minutes=int(before),
                    buffer_after_minutes=int(after),
                    capacity=int(capacity),
                    needs_room=needs_room,
                    is_for_new_clients=is_new,
                    done="The service was added.",
                )
