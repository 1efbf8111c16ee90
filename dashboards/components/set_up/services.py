"""Services: what is booked, how long it takes, what it costs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import plain
from dashboards.components.desk import words
from dashboards.components.forms import amount, entry, practice_currency
from dashboards.components.set_up.common import choose, lists, names_by, read
from dashboards.components.set_up.things import Thing, submit
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_service, change_service

UNITS = {"attendee": "Each client", "appointment": "One of them, once (couple, family)"}
MODES = {"both": "In person or by video", "in_person": "In person only", "video": "By video only"}
SERVICE = Thing("service", "service_id", add_service, change_service, "service_id")


def services_part(person: Actor) -> None:
    """The services, and the form for one."""
    currency = practice_currency()
    providers = names_by(read(queries.providers, person), "provider_id")
    found = [
        row | {"fee": currency.show(row["fee_minor"]), "buffers": _buffers(row), "room": _yes(row["needs_room"])}
        for row in read(queries.services, person, include_inactive=True)
    ]
    left, right = lists()
    with left:
        columns = {
            "name": "Service",
            "code": "Code",
            "duration_minutes": "Minutes",
            "buffers": "Buffers",
            "fee": "Fee",
            "capacity": "Clients",
            "room": "Room",
        }
        empty = "None yet: add what clients book."
        row = choose(SERVICE.table, "Services", found, columns, key="service_id", empty=empty)
        if row:
            givers = [providers[key] for key in row["provider_ids"] if key in providers]
            given = ", ".join(givers) or "nobody yet; say who on Providers"
            st.caption(f"{words.plain(row['name'])} is given by {words.plain(given)}.")
    with right:
        _service_form(row, has_rooms=bool(read(queries.rooms, person)))


def _buffers(row: dict[str, Any]) -> str:
    before, after = row["buffer_before_minutes"], row["buffer_after_minutes"]
    return f"{before} + {after}" if before else str(after) if after else ""


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _service_form(row: dict[str, Any] | None, *, has_rooms: bool) -> None:
    """A first service needs no room unless there is one: otherwise nothing could be booked."""
    currency = practice_currency()
    form = SERVICE.form(row)
    known = row or {
        "name": "", "code": None, "modifiers": None,
        "duration_minutes": 50, "buffer_before_minutes": 0, "buffer_after_minutes": 10,
        "capacity": 1, "needs_room": has_rooms, "is_for_new_clients": False, "billing_unit": "attendee",
        "modes": "both",
    }  # fmt: skip
    fee_now = plain(row["fee_minor"], currency) if row else ""
    with entry(form):
        SERVICE.heading(row)
        name = st.text_input("Name of the service", known["name"], required=True)
        a, c, b = st.columns([3, 2, 3])
        code = a.text_input("Billing code", known["code"] or "")
        modifiers = c.text_input("Modifiers", known["modifiers"] or "", placeholder="95, GT")
        fee = b.text_input(f"Fee, {currency.code}", fee_now, placeholder="150.00", required=True)
        a, b = st.columns(2)
        minutes = a.number_input("Minutes", 5, 720, known["duration_minutes"], step=5)
        capacity = b.number_input("Clients at once", 1, 100, known["capacity"], help="More than one makes it a group.")
        a, b = st.columns(2)
        before = a.number_input("Buffer before, minutes", 0, 240, known["buffer_before_minutes"], step=5)
        after = b.number_input("Buffer after, minutes", 0, 240, known["buffer_after_minutes"], step=5)
        a, b = st.columns(2)
        needs_room = a.checkbox("Needs a room", value=known["needs_room"])
        is_new = b.checkbox("For new clients", value=known["is_for_new_clients"])
        a, b = st.columns(2)
        unit = a.selectbox(
            "Who is charged", list(UNITS), index=list(UNITS).index(known["billing_unit"]), format_func=UNITS.get
        )
        modes = b.selectbox("Given", list(MODES), index=list(MODES).index(known["modes"]), format_func=MODES.get)
        if row:
            st.caption("Visits already booked keep their length; a new fee is for charges from now on.")

        def typed() -> dict[str, Any] | None:
            minor = amount(form, fee, is_zero_fine=True)
            return None if minor is None else {
                "name": name, "code": code or None, "modifiers": modifiers or None,
                "duration_minutes": int(minutes), "fee_minor": minor,
                "buffer_before_minutes": int(before), "buffer_after_minutes": int(after), "capacity": int(capacity),
                "needs_room": needs_room, "is_for_new_clients": is_new, "billing_unit": unit, "modes": modes,
            }  # fmt: skip

        submit(SERVICE, row, typed)
