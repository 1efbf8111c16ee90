"""Set-up: an own practice in ten minutes. What is missing stands on top; each part adds with one short form."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.set_up import hours, payers, people, places
from dashboards.pages import FOLDER
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require
from practice.people.queries import setup_progress

person = actor()
require(person, Permission.SET_UP)
with runtime.current().record.read() as reader:
    steps = setup_progress(reader)

st.markdown("## Set-up")
show_messages()
missing = [step for step in steps if not step["is_done"]]
with st.container(border=True):
    st.progress(
        (len(steps) - len(missing)) / len(steps),
        f"{len(steps) - len(missing)} of {len(steps)} steps done"
        if missing
        else "Everything that booking needs is there.",
    )
    if missing:
        st.markdown(f"**Next:** {missing[0]['sentence']}")
        for step in missing[1:]:
            st.caption(f":material/radio_button_unchecked: {step['sentence']}")
    else:
        st.page_link(
            st.Page(FOLDER / "today.py", url_path="today"), label="Open the schedule", icon=":material/calendar_month:"
        )

PARTS = {
    "Places": (places.places, {"practice", "location", "room"}),
    "Services": (places.services_part, {"service"}),
    "Providers": (people.providers_part, {"provider", "provider_service"}),
    "Hours": (hours.hours_part, {"hours"}),
    "Absences": (hours.absences, set()),
    "Payers": (payers.payers_part, set()),
    "Referral sources": (payers.referral_sources_part, set()),
}
wanted = next((name for name, (_, of) in PARTS.items() if missing and missing[0]["step"] in of), "Places")
part = st.segmented_control(
    "Part", list(PARTS), default=wanted, required=True, label_visibility="collapsed", key="set_up_part"
)
PARTS[part][0](person)
