"""Insurance: what payers are asked for, what they sent back, and what they said no to."""

from __future__ import annotations

import streamlit as st

from dashboards.components.beginning import show_first_step
from dashboards.components.insurance.claims import claims_part
from dashboards.components.insurance.covers import covers_part
from dashboards.components.insurance.denials import denials_part
from dashboards.components.insurance.dropping import drop_waiting
from dashboards.components.insurance.exchange import exchange_bar
from dashboards.components.insurance.matching import to_match_part
from dashboards.components.insurance.remittances import remittances_part
from dashboards.components.insurance.setting_up import set_up_part
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require

person = actor()
require(person, Permission.ADJUST)

PARTS = {"Claims": claims_part, "Remittances": remittances_part, "To match": to_match_part, "Denials": denials_part,
         "Covers": covers_part, "Set-up": set_up_part}  # fmt: skip
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Insurance")
    st.space("stretch")
    part = st.segmented_control(
        "List",
        list(PARTS),
        default=None if "insurance_part" in st.session_state else "Claims",
        required=True,
        label_visibility="collapsed",
        wrap=True,
        key="insurance_part",
        bind="query-params",
    )
drop_waiting(person)
show_messages()
show_first_step(person)
exchange_bar(person)
PARTS[part or "Claims"](person)
