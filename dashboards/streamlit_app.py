"""The frame around every page: who is signed in, where they may go, how fresh the numbers are."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.components.shortcuts import hand_on_shortcuts
from dashboards.pages import SECTIONS, pages_for
from dashboards.session import actor, enter_page, show_messages

st.set_page_config("Daybook", page_icon=frame.ICON, layout="wide", initial_sidebar_state="auto")
person = actor()
frame.look()
st.logo(frame.WORDMARK, size="large", icon_image=frame.ICON)

specs = pages_for(person)
first = frame.first_page(person)
made = {spec.url: st.Page(spec.path, title=spec.title, icon=spec.icon, url_path=spec.url, default=spec.url == first)
        for spec in specs}  # fmt: skip
chosen = st.navigation(
    {section: [made[spec.url] for spec in specs if spec.section == section] for section in SECTIONS
     if any(spec.section == section for spec in specs)},
    expanded=True,  # else a dozen pages end in "View more"
)  # fmt: skip

with st.sidebar:
    frame.signed_in_as(person)
    hand_on_shortcuts()
frame.notices()
frame.watch_session()
enter_page(chosen.url_path)
show_messages()
chosen.run()
show_messages()
