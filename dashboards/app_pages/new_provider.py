"""New provider: person, services, hours, rooms, sign-in, online and calendar in one guided page; says what lacks."""

from __future__ import annotations

import streamlit as st

from dashboards.components.new_provider.page import guide
from dashboards.session import actor
from practice.access.permissions import Permission, require

person = actor()
require(person, Permission.SET_UP)
st.markdown("## New provider")
guide(person)
