"""Where the desk stands: the person, their locations, the chosen one, and what its clock shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from dashboards import runtime
from dashboards.session import actor
from practice.access.permissions import Actor, Permission
from practice.clock import to_wall
from practice.money import Currency
from practice.people import queries as people
from practice.store.work import Row

LOCATION_KEY = "desk_location"


@dataclass(frozen=True)
class Desk:
    """One rerun's view of the place; `now` is the location's wall time."""

    person: Actor
    locations: list[Row]
    location: Row
    now: datetime
    currency: Currency

    @property
    def today(self) -> date:
        """The location's calendar day."""
        return self.now.date()

    @property
    def zone(self) -> str:
        """The location's zone."""
        return str(self.location["zone"])


def desk_of(person: Actor) -> Desk | None:
    """The desk at the location that was chosen last, else the person's first; None while the practice has none."""
    record = runtime.current().record
    with record.read() as reader:
        locations = people.locations(reader, person)
        currency = Currency.of(reader.setting("currency", "USD"))
    if not locations:
        return None
    chosen = st.session_state.get(LOCATION_KEY)
    location = next((row for row in locations if row["location_id"] == chosen), locations[0])
    return Desk(person, locations, location, to_wall(record.clock(), location["zone"]), currency)


def choose_location(desk: Desk) -> None:
    """A picker where there is more than one location; it is remembered from page to page."""
    if len(desk.locations) < 2:
        return
    names = {row["location_id"]: row["name"] for row in desk.locations}
    st.selectbox(
        "Location",
        list(names),
        format_func=names.__getitem__,
        key=LOCATION_KEY,
        label_visibility="collapsed",
        width=190,
        persist_state="session",
    )


def nothing_yet() -> None:
    """What a page says before the practice has a location."""
    if actor().may(Permission.SET_UP):
        st.info("This practice has no location yet. Add one in Set-up; then visits can be booked here.")
        st.page_link("app_pages/set_up.py", label="Set-up", icon=":material/tune:", width="content")
    else:
        st.info("This practice has no location yet. Its owner adds one in Set-up; then visits can be booked here.")
