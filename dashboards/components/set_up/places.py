"""Locations, rooms and services."""

from __future__ import annotations

from zoneinfo import available_timezones

import streamlit as st

from dashboards import runtime
from dashboards.components.set_up.common import added, names_by, practice_currency, read, table
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.people.commands import add_location, add_room, add_service


def places(person: Actor) -> None:
    """Locations and their rooms."""
    found = read(queries.locations, person)
    rooms = read(queries.rooms, person)
    names = names_by(found, "location_id")
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown("**Locations**")
        table(found, {"name": "Name", "zone": "Time zone", "address": "Address"}, "None yet.")
        with st.form("add_location", border=False):
            name = st.text_input("Name of the location", required=True)
            zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
            with runtime.current().record.read() as reader:
                own = reader.setting("zone", "America/New_York")
            zone = st.selectbox("Time zone", zones, index=zones.index(own) if own in zones else 0)
            address = st.text_input("Address (on invoices)")
            if st.form_submit_button("Add location", type="primary"):
                added(
                    attempt(
                        add_location,
                        "add_location",
                        name=name,
                        zone=zone,
                        address=address or None,
                        done="The location was added.",
                    )
                )
    with right, st.container(border=True):
        st.markdown("**Rooms**")
        shown = [row | {"location": names.get(row["location_id"], "")} for row in rooms]
        table(
            shown,
            {"name": "Room", "location": "Location", "capacity": "People"},
            "None yet; needed by services in person.",
        )
        if found:
            with st.form("add_room", border=False):
                location = st.selectbox("At", list(names), format_func=names.get)
                room = st.text_input("Name of the room", required=True)
                capacity = st.number_input("Visits at a time", 1, 50, 1)
                if st.form_submit_button("Add room", type="primary"):
                    added(
                        attempt(
                            add_room,
                            "add_room",
                            location_id=location,
                            name=room,
                            capacity=int(capacity),
                            done="The room was added.",
                        )
                    )


def services_part(person: Actor) -> None:
    """What is booked: how long, for how much."""
    currency = practice_currency()
    found = [row | {"fee": currency.show(row["fee_minor"])} for row in read(queries.services, person)]
    with st.container(border=True):
        st.markdown("**Services**")
        table(
            found,
            {
                "name": "Service",
                "code": "Code",
                "duration_minutes": "Minutes",
                "buffer_after_minutes": "Buffer after",
                "fee": "Fee",
                "capacity": "Clients",
            },
            "None yet.",
        )
        with st.form("add_service", border=False):
            a, b, c, d = st.columns(4)
            name = a.text_input("Name of the service", required=True)
            code = b.text_input("Billing code")
            minutes = c.number_input("Minutes", 5, 720, 50, step=5)
            fee = d.text_input(f"Fee, {currency.code}", placeholder="150.00", required=True)
            e, f, g, h = st.columns(4)
            before = e.number_input("Buffer before, minutes", 0, 240, 0, step=5)
            after = f.number_input("Buffer after, minutes", 0, 240, 10, step=5)
            capacity = g.number_input("Clients at once (group)", 1, 100, 1)
            with h:
                needs_room = st.checkbox("Needs a room", value=True)
                is_new = st.checkbox("For new clients")
            if st.form_submit_button("Add service", type="primary"):
                try:
                    minor = currency.parse(fee, field="fee")
                except Refusal as refusal:
                    say(str(refusal), "refusal")
                else:
                    added(
                        attempt(
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
                    )
