"""The forms of the Users page. Passwords are hashed before a command sees them; the audit trail never holds one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.session import attempt, form_key, renew_key, say
from practice.access.permissions import PEOPLE_ROLES, SYSTEM, Actor
from practice.access.users import change_password, change_user, create_user, disable_user, enable_user, revoke_sessions
from practice.errors import Refusal
from practice.people.queries import locations, providers

ROLE_MEANING = {
    "owner": "everything",
    "manager": "everything but users",
    "front_desk": "book, check in, charge, take payments",
    "provider": "own schedule, own clients, attendance",
    "biller": "all money, the numbers",
    "analyst": "the numbers and SQL",
}


def _role(default: str, key: str) -> str:
    return str(
        st.selectbox(
            "Role", PEOPLE_ROLES, index=PEOPLE_ROLES.index(default), key=key,
            format_func=lambda role: f"{role.replace('_', ' ')}: {ROLE_MEANING[role]}",
        )
    )  # fmt: skip


def _choices() -> tuple[dict[str, str], dict[str, str]]:
    with runtime.current().record.read() as reader:
        people = {row["provider_id"]: row["name"] for row in providers(reader, SYSTEM)}
        places = {row["location_id"]: row["name"] for row in locations(reader, SYSTEM)}
    return people, places


@st.dialog("Add a user", position="right")
def add_user_form(person: Actor) -> None:
    """Name, e-mail, role, first password."""
    people, places = _choices()
    with st.form("add_user", border=False):
        name = st.text_input("Name", required=True)
        email = st.text_input("E-mail", type="email", required=True)
        role = _role("front_desk", "add_role")
        provider = st.selectbox(
            "Which provider is this? (role provider only)", list(people), index=None, format_func=people.get
        )
        only = st.multiselect("Works at (empty: every location)", list(places), format_func=places.get)
        password = st.text_input("First password", type="password", help="Twelve characters or more.")
        if st.form_submit_button("Add", type="primary", shortcut="Ctrl+Enter"):
            try:
                create_user(
                    runtime.current().record, person, key=form_key("add_user"), email=email, name=name, role=role,
                    password=password, provider_id=provider if role == "provider" else None, location_ids=only,
                )  # fmt: skip
            except Refusal as refusal:
                st.error(str(refusal), icon=":material/error:")
            else:
                renew_key("add_user")
                say(f"{name} may sign in now.")
                st.rerun()


def change_user_form(person: Actor, row: dict[str, Any]) -> None:
    """What can be done to one user."""
    user_id = row["user_id"]
    with st.container(border=True):
        st.markdown(f"**{row['name']}** · {row['email']}")
        role_column, password_column, access_column = st.columns(3, vertical_alignment="bottom")
        with role_column:
            role = _role(row["role"], f"role:{user_id}")
            if st.button("Change role", disabled=role == row["role"], key=f"change:{user_id}"):
                attempt(change_user, f"role:{user_id}", user_id=user_id, role=role, done="The role was changed.")
                st.rerun()
        with password_column:
            password = st.text_input("New password", type="password", key=f"password:{user_id}")
            if st.button("Set password", disabled=not password, key=f"set:{user_id}"):
                try:
                    change_password(runtime.current().record, person, user_id=user_id, password=password)
                    say("The password was set; every session of this person has ended.")
                    st.rerun()
                except Refusal as refusal:
                    st.error(str(refusal), icon=":material/error:")
        with access_column, st.container(horizontal=True):
            if st.button("End sessions", key=f"end:{user_id}"):
                attempt(revoke_sessions, f"end:{user_id}", user_id=user_id, done="Every session has ended.")
                st.rerun()
            verb, command = ("Disable", disable_user) if row["is_active"] else ("Enable", enable_user)
            if st.button(verb, key=f"able:{user_id}"):
                attempt(command, f"able:{user_id}", user_id=user_id, done=f"{verb}d.")
                st.rerun()
