"""Whether visits need a signed note, and when a signed one locks."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import entry, send
from dashboards.components.set_up.common import DATE, EARLIEST, lists
from practice.access.permissions import Actor
from practice.notes.commands import LOCK_DAYS, SINCE, set_notes


def notes_part(person: Actor) -> None:
    """One form, and what it means."""
    del person
    name = "set_notes"
    with runtime.current().record.read() as reader:
        since, days = reader.setting(SINCE), int(reader.setting(LOCK_DAYS, 7))
    left, right = lists()
    with left:
        st.markdown("**Notes of visits**")
        stands = f"Completed visits since {since} need a signed note." if since else "Visits need no note."
        st.caption(
            f"{stands} A note is written and signed in the visit's drawer by who saw the client; what is not signed"
            " stands on the provider's calendar and in Billing, To do. The provider and the owner alone read its text,"
            " which leaves the record nowhere."
        )
    with right, entry(name):
        first = st.date_input(
            "Needed for visits from", date.fromisoformat(since) if since else None, EARLIEST, format=DATE
        )
        lock = st.number_input("Locks, days after it was signed", 0, 365, days)
        if st.form_submit_button("Save", type="primary"):
            send(set_notes, name, since=str(first) if first else None, lock_days=int(lock), done="Saved.")
