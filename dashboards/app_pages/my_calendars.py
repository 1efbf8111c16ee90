"""My calendars: a provider's own link for their phone, and their other calendars as busy time."""

from __future__ import annotations

import streamlit as st

from dashboards.components.set_up.calendars import calendars_part
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require

person = actor()
require(person, Permission.OWN_CALENDAR)

st.markdown("## My calendars")
show_messages()
calendars_part(person)
