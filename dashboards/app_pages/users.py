"""Users: who may sign in, as what. Disabling somebody ends their sessions at once."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.user_forms import ROLE_MEANING, add_user_form, change_user_form
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require
from practice.access.queries import users
from practice.clock import stored, system_clock, to_wall

person = actor()
require(person, Permission.MANAGE_USERS)
with runtime.current().record.read() as reader:
    rows = users(reader, person)
    zone = reader.setting("zone", "UTC")
now = stored(system_clock())  # sessions live by the real clock

with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Users")
    st.space("stretch")
    st.page_link("app_pages/new_provider.py", label="New provider", icon=":material/checklist:", width="content")
    if st.button("Add a user", type="primary", icon=":material/person_add:"):
        add_user_form()
show_messages()

shown = pd.DataFrame(
    [
        {
            "Name": row["name"],
            "E-mail": row["email"],
            "Role": row["role"].replace("_", " ").capitalize(),
            "May": ROLE_MEANING[row["role"]],
            "Last seen": to_wall(row["last_seen_at"], zone) if row["last_seen_at"] else None,
            "State": "locked"
            if row["locked_until"] and row["locked_until"] > now
            else "active"
            if row["is_active"]
            else "disabled",
        }
        for row in rows
    ]
)
# Above the table, whose own toolbar would cover the button there while a row is selected.
st.caption("Select a row to change the role, set a new password, end sessions or disable the person.")
picked = st.dataframe(
    shown,
    hide_index=True,
    on_select="rerun",
    selection_mode="single-row",
    key="users_table",
    placeholder="–",
    column_config={"Last seen": st.column_config.DatetimeColumn(format="D MMM, HH:mm")},
    alt="Everyone who may sign in, with role and state",
)
if picked.selection.rows:
    change_user_form(person, rows[picked.selection.rows[0]])
