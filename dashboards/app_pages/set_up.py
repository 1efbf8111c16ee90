"""Set-up: an own practice in ten minutes, and everything that it is made of. What is missing stands on top."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.set_up import (
    absences,
    booking_rules,
    books,
    by_itself,
    calendars,
    cards,
    code_lists,
    connections,
    fees,
    floor,
    hours,
    needs,
    notes,
    online,
    payers,
    people,
    places,
    products,
    progress,
    recalls,
    rules,
    services,
)
from dashboards.components.set_up.touched import show_touched
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require
from practice.people.queries import setup_progress

# Who works where and when; how visits are booked; then money and payers.
PARTS = {
    "Places": places.places,
    "Services": services.services_part,
    "Providers": people.providers_part,
    "Hours": hours.hours_part,
    "Absences": absences.absences,
    "Equipment": needs.needs_part,
    "Waiting room": floor.floor_part,
    "Rules": rules.rules_part,
    "Booking rules": booking_rules.booking_rules_part,
    "Online booking": online.online_part,
    "Recalls": recalls.recalls_part,
    "Referral sources": payers.referral_sources_part,
    "Calendars": calendars.calendars_part,
    "Notes": notes.notes_part,
    "Fees": fees.fees_part,
    "Products": products.products_part,
    "Cards": cards.cards_part,
    "Payers": payers.payers_part,
    "Payers' files": connections.connections_part,
    "Code lists": code_lists.code_lists_part,
    "Books and limits": books.books_part,
    "Automatic": by_itself.by_itself_part,
}

person = actor()
require(person, Permission.SET_UP)
with runtime.current().record.read() as reader:
    steps = setup_progress(reader)

st.markdown("## Set-up")
show_messages()
progress.show_progress(person, steps)
show_touched(person)
st.session_state.setdefault(progress.PART, progress.part_of(steps))
part = st.pills("Part", list(PARTS), required=True, label_visibility="collapsed", key=progress.PART)
PARTS[part](person)
