"""The practice's name, its locations and their rooms."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send
from dashboards.components.set_up.common import choose, lists, names_by, read
from dashboards.components.set_up.identities import practice_identity_form
from dashboards.components.set_up.logo import logo_form
from dashboards.components.set_up.things import Thing, submit
from practice.access.permissions import Actor
from practice.money import CURRENCIES
from practice.people import queries
from practice.people.commands import (
    add_location,
    add_room,
    change_location,
    change_room,
    set_practice,
)

LOCATION = Thing("location", "location_id", add_location, change_location, "location_id")
ROOM = Thing("room", "room_id", add_room, change_room, "room_id")


def places(person: Actor) -> None:
    """The practice, its locations, and their rooms."""
    found = read(queries.locations, person, include_inactive=True)
    with runtime.current().record.read() as reader:
        is_named = bool(reader.setting("currency"))
    if not is_named:
        _practice()
    left, right = lists()
    with left:
        columns = {"name": "Name", "zone": "Time zone", "address": "Address", "phone": "Phone"}
        empty = "None yet: add the place where clients are seen."
        location = choose(LOCATION.table, "Locations", found, columns, key="location_id", empty=empty)
    with right:
        _location_form(location)
    if any(row["is_active"] for row in found):
        _rooms(person, found)
    if is_named:
        _practice()
        logo_form()
        practice_identity_form()


def _rooms(person: Actor, locations: list[dict[str, Any]]) -> None:
    left, right = lists()
    with left:
        rooms = read(queries.rooms, person, include_inactive=True)
        columns = {"name": "Room", "location_name": "Location", "capacity": "Visits at a time"}
        empty = "None yet; services that need a room cannot be booked without one."
        room = choose(ROOM.table, "Rooms", rooms, columns, key="room_id", empty=empty)
    with right:
        _room_form(room, names_by([row for row in locations if row["is_active"]], "location_id"))


def _practice() -> None:
    """The name on invoices and the sign-in page. Zone and currency are asked once: what is recorded depends on them."""
    with runtime.current().record.read() as reader:
        known = queries.practice(reader)
    with st.container(border=True), entry("practice"):
        st.markdown("**The practice**")
        name = st.text_input(
            "Name of the practice (on invoices)", known.get("practice_name") or "", required=True, width=480
        )
        if known.get("currency"):
            zone, currency = known["zone"], known["currency"]
            st.caption(f"Money in {currency}, {words.place(zone)}. Both stay as they are.")
        else:
            zones = _zones("America/New_York")
            zone = st.selectbox("Time zone", zones, index=zones.index("America/New_York"))
            currency = st.selectbox("Currency (stays)", CURRENCIES, index=CURRENCIES.index("USD"))
        if st.form_submit_button("Save the practice"):
            send(set_practice, "practice", name=name, zone=zone, currency=currency, done="The practice was saved.")


def _zones(own: str) -> list[str]:
    return sorted({zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")} | {own})


def _location_form(row: dict[str, Any] | None) -> None:
    with runtime.current().record.read() as reader:
        own = str(row["zone"] if row else reader.setting("zone", "America/New_York"))
    known = row or {}
    zones = _zones(own)
    with entry(LOCATION.form(row)):
        LOCATION.heading(row)
        name = st.text_input("Name of the location", known.get("name", ""), required=True)
        address = st.text_input("Address (on invoices)", known.get("address") or "")
        phone = st.text_input("Phone", known.get("phone") or "")
        zone = st.selectbox("Time zone", zones, index=zones.index(own))
        fields = {"name": name, "zone": zone, "address": address or None, "phone": phone or None}
        submit(LOCATION, row, lambda: fields)


def _room_form(row: dict[str, Any] | None, locations: dict[str, str]) -> None:
    with entry(ROOM.form(row)):
        ROOM.heading(row)
        location = None if row else st.selectbox("At", list(locations), format_func=locations.get)
        name = st.text_input("Name of the room", row["name"] if row else "", required=True)
        capacity = st.number_input("Visits at a time", 1, 100, row["capacity"] if row else 1)
        fields = {"name": name, "capacity": int(capacity)}
        submit(ROOM, row, lambda: fields if row else fields | {"location_id": location})
