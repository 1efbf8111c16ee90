"""Time that is blocked for meetings, breaks and maintenance: what is to come, and the way to block more."""

from __future__ import annotations

import streamlit as st

from dashboards.components.desk import words
from dashboards.components.desk.blocks import block_drawer, blocked_drawer, when
from dashboards.components.set_up.common import choose, read
from dashboards.session import forget_refusal
from practice.access.permissions import Actor
from practice.scheduling.block_queries import coming_blocks

OPENINGS = "blocked:openings"


def blocked_time(person: Actor) -> None:
    """Coming blocks; a selected one opens in the drawer."""
    rows = [
        row | {"day": row["wall_start"].date(), "time": when(row), "zone_name": words.place(row["zone"])}
        for row in read(coming_blocks, person)
    ]
    with st.container(border=True):
        picked = choose(
            "blocked",
            "Blocked time",
            rows,
            {"day": "Day", "time": "When", "resource_name": "Whose", "label": "What", "zone_name": "Time zone"},
            key="block_id",
            empty="Nothing is blocked: meetings, breaks and maintenance keep their time free of visits.",
        )
        with st.container(horizontal=True):
            if st.button("Block time", icon=":material/block:", key="blocked:new"):
                st.session_state[OPENINGS] = st.session_state.get(OPENINGS, 0) + 1
                block_drawer(f"blocked{st.session_state[OPENINGS]}")
            if picked and st.button("Change or free this time", key="blocked:change"):
                forget_refusal(f"block:{picked['block_id']}")
                blocked_drawer(picked["block_id"])
