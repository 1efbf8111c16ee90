"""Online booking: which places, services and people the public page shows, and the address to share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send
from dashboards.components.set_up.api_keys import api_keys_part
from dashboards.components.set_up.common import begin_anew, choose, lists, read
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.online import queries as online
from practice.online.setup import set_online_booking
from practice.people import queries
from practice.people.commands import change_location, change_provider, change_service
from practice.store.record import Command
from practice.store.work import Row

ONLINE = {"bookable": "Clients book it", "contact": "Shown, by phone only", "hidden": "Not shown"}
MODES = {"both": "In person or by video", "in_person": "In person", "video": "By video"}
Typed = tuple[dict[str, Any], str]
"""What a form's fields hold, as the command takes it, and what is said once that is saved."""

_SECTIONS = ("Places", "Services", "People", "API keys")


def online_part(person: Actor) -> None:
    """The address to share, then what it shows."""
    places = read(queries.locations, person)
    _address(places)
    section = st.segmented_control(
        "What is shown online", _SECTIONS, default="Places", required=True, key="online:section"
    )
    {"Places": _places, "Services": _services, "People": _people, "API keys": api_keys_part}[section](person)


def base_address() -> str:
    """Where clients reach this practice: the public address of its settings, else the one of this page."""
    with runtime.current().record.read() as reader:
        known = reader.setting("public_url")
    here = urlsplit(st.context.url or "")
    return str(known or (f"{here.scheme}://{here.netloc}" if here.netloc else ""))


def _address(places: list[dict[str, Any]]) -> None:
    """The address of the public page, to be copied, and the way to look at it as a client does."""
    open_ones = [row for row in places if row["slug"]]
    if not open_ones:
        st.info("Online booking is closed. Give a location its address below and clients can book.")
        return
    path = "/book" if len(open_ones) > 1 else f"/book/{open_ones[0]['slug']}"
    with runtime.current().record.read() as reader:
        is_any = any(
            row["online"] == "bookable"
            for place in open_ones
            for row in online.offered_services(reader, place["location_id"])
        )
    with st.container(border=True):
        st.markdown("**Share this address**: on your website, in messages, as a code on a card.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.code(base_address() + path, language=None, width=520)
            st.link_button("Preview the public page", path, icon=":material/open_in_new:")
        if not is_any:
            st.warning("No service can be booked there yet: choose some under Services.")


# --- places ----------------------------------------------------------------------------------------------------------


def _places(person: Actor) -> None:
    rows = [
        row | {"address_online": f"/book/{row['slug']}" if row["slug"] else "closed"}
        for row in read(queries.locations, person)
    ]
    left, right = lists()
    with left:
        columns = {"name": "Location", "address_online": "Public page", "phone": "Phone"}
        row = choose("online_places", "Locations", rows, columns, key="location_id", empty="None yet.")
        _details_asked()
    with right:
        row = row or (rows[0] if len(rows) == 1 else None)
        hint = "Select a location to open or close its public page."
        _change(row, hint, "online_places", "location_id", change_location, _place)


def _details_asked() -> None:
    """Whether clients have to give their date of birth."""
    with runtime.current().record.read() as reader:
        needed = bool(reader.setting("online_birth_date", False))
    form = "online_asked"
    with entry(form):
        asked = st.checkbox(
            "Everybody gives their date of birth", needed,
            help="With it, clients who have been here before are found by themselves.",
        )  # fmt: skip
        if st.form_submit_button("Save what is asked") and asked != needed:
            send(set_online_booking, form, is_birth_date_needed=asked, done="Saved.")


def _place(row: Row) -> Typed:
    is_open = st.toggle("Clients can book here", value=bool(row["slug"]))
    slug = st.text_input("Address, after /book/", row["slug"] or _slug_of(row["name"]), placeholder="elm-street")
    directions = st.text_area(
        "How to find it (on the client's page and in messages)", row["directions"] or "", height=90
    )
    if not row["phone"]:
        st.caption("Without a phone number clients cannot call to change a visit at the last minute; see Places.")
    done = "The public page is open." if is_open else "The public page is closed; what is booked stays."
    return {"slug": slug if is_open else None, "directions": directions or None}, done


def _slug_of(name: str) -> str:
    """An address that a name suggests: `Elm Street` gives `elm-street`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]


# --- services --------------------------------------------------------------------------------------------------------


def _services(person: Actor) -> None:
    rows = [
        row | {"shown": ONLINE[row["online"]], "how": MODES[row["modes"]]} for row in read(queries.services, person)
    ]
    left, right = lists()
    with left:
        columns = {"name": "Service", "shown": "Online", "how": "Takes place", "duration_minutes": "Minutes"}
        row = choose("online_services", "Services", rows, columns, key="service_id", empty="None yet.")
    with right:
        hint = "Select a service to say what clients see of it."
        _change(row, hint, "online_services", "service_id", change_service, _service)


def _service(row: Row) -> Typed:
    shown = st.selectbox("Online", list(ONLINE), list(ONLINE).index(row["online"]), format_func=ONLINE.get)
    modes = st.selectbox("Takes place", list(MODES), list(MODES).index(row["modes"]), format_func=MODES.get)
    description = st.text_area("What clients read", row["description"] or "", height=90)
    preparation = st.text_area(
        "How to prepare (on the client's page and in messages)", row["preparation"] or "", height=90
    )
    if row["is_for_new_clients"]:
        st.caption("For new clients: the public page shows it as a first visit.")
    if not row["provider_ids"]:
        st.caption("Nobody gives it yet, so it is not shown; see Providers.")
    typed = {"online": shown, "modes": modes, "description": description or None, "preparation": preparation or None}
    return typed, "Saved."


# --- people ----------------------------------------------------------------------------------------------------------


def _people(person: Actor) -> None:
    rows = [
        row | {"shown": "Clients may choose" if row["is_online"] else "Not shown"}
        for row in read(queries.providers, person)
    ]
    left, right = lists()
    with left:
        columns = {"name": "Provider", "discipline": "Discipline", "shown": "Online"}
        row = choose("online_people", "Providers", rows, columns, key="provider_id", empty="None yet.")
    with right:
        hint = "Select a provider to show or hide them online."
        _change(row, hint, "online_people", "provider_id", change_provider, _person)


def _person(row: Row) -> Typed:
    is_online = st.toggle("Clients may choose them online", value=bool(row["is_online"]))
    about = st.text_area("What clients read about them", row["about"] or "", height=90)
    return {"is_online": is_online, "about": about or None}, "Saved."


# --- what the three have in common -----------------------------------------------------------------------------------


def _change(row: Row | None, hint: str, table: str, key: str, command: Command, fields: Callable[[Row], Typed]) -> None:
    """The form of the row that is selected in `table`: `fields` draws it, `command` changes the row by its `key`."""
    if row is None:
        st.caption(hint)
        return
    form = f"{table}:{row[key]}"
    with entry(form):
        st.markdown(f"**{words.plain(row['name'])}**")
        typed, done = fields(row)
        is_saved = st.form_submit_button("Save", type="primary")
        if is_saved and attempt(command, form, is_in_place=True, done=done, **{key: row[key]}, **typed) is not None:
            begin_anew(form, table)
