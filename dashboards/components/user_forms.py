"""The forms of the Users page. Passwords are hashed before a command sees them; the audit trail never holds one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk.words import plain
from dashboards.components.forms import send, show_refusal, start_anew, turn
from dashboards.session import actor, forget_refusal, form_key, keep_refusal, renew_key, say
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
            format_func=lambda role: f"{role.replace('_', ' ').capitalize()}: {ROLE_MEANING[role]}",
        )
    )  # fmt: skip


def _choices() -> tuple[dict[str, str], dict[str, str]]:
    with runtime.current().record.read() as reader:
        people = {row["provider_id"]: row["name"] for row in providers(reader, SYSTEM)}
        places = {row["location_id"]: row["name"] for row in locations(reader, SYSTEM)}
    return people, places


def _scope(role: str, row: dict[str, Any], key: str) -> dict[str, Any]:
    """What narrows a role: which provider a provider is, and at which locations somebody works."""
    people, places = _choices()
    chosen: dict[str, Any] = {"provider_id": None, "location_ids": []}
    if role == "provider":
        index = list(people).index(row["provider_id"]) if row.get("provider_id") in people else None
        chosen["provider_id"] = st.selectbox(
            "Which provider is this?", list(people), index=index, format_func=people.get, key=f"{key}:provider"
        )
    if role not in ("owner", "provider") and len(places) > 1:
        chosen["location_ids"] = st.multiselect(
            "Works at (empty: every location)", list(places), format_func=places.get, key=f"{key}:places",
            default=[place for place in row.get("location_ids", []) if place in places],
        )  # fmt: skip
    return chosen


@st.dialog("Add a user", position="right")
def add_user_form() -> None:
    """The drawer around `new_user`. Who adds is asked anew: a drawer that stays open outlives its opener's session."""
    new_user(actor())


def new_user(person: Actor) -> None:
    """Name, e-mail, role, first password."""
    name_of_form = "add_user"
    key = f"{name_of_form}:{turn(name_of_form)}"
    name = st.text_input("Name", key=f"{key}:name")
    email = st.text_input("E-mail", type="email", key=f"{key}:email")
    role = _role("front_desk", f"{key}:role")
    scope = _scope(role, {}, key)
    password = st.text_input(
        "First password", type="password", key=f"{key}:password", help="Twelve characters or more; a sentence is best."
    )
    if st.button("Add", type="primary", shortcut="Ctrl+Enter", key=f"{key}:do"):
        fields = {"email": email, "name": name, "role": role, **scope}
        try:
            create_user(
                runtime.current().record, person, key=form_key(name_of_form, fields), password=password, **fields
            )
        except Refusal as refusal:
            keep_refusal(name_of_form, refusal)
        else:
            _done(name_of_form, f"{name} may sign in now.")
    show_refusal(name_of_form)


def _done(form: str, sentence: str) -> None:
    forget_refusal(form)
    renew_key(form)
    start_anew(form)
    say(sentence)
    st.rerun()


def change_user_form(person: Actor, row: dict[str, Any]) -> None:
    """What can be done to one user."""
    with st.container(border=True):
        state = "" if row["is_active"] else " · :gray[disabled]"
        st.markdown(f"**{plain(row['name'])}** · {plain(row['email'])}{state}")
        role_column, password_column, access_column = st.columns([4, 3, 2], gap="medium")
        with role_column:
            _change_role(row)
        with password_column:
            _new_password(person, row)
        with access_column:
            _access(row)


def _change_role(row: dict[str, Any]) -> None:
    form = f"role:{row['user_id']}"
    role = _role(row["role"], f"{form}:role")
    scope = _scope(role, row, form)
    present = {"role": row["role"], "provider_id": row["provider_id"], "location_ids": sorted(row["location_ids"])}
    wanted = {"role": role, **scope, "location_ids": sorted(scope["location_ids"])}
    if st.button("Change role", disabled=wanted == present, key=f"{form}:do"):
        send(change_user, form, user_id=row["user_id"], **wanted, done="The role was changed.")
    show_refusal(form)


def _new_password(person: Actor, row: dict[str, Any]) -> None:
    form = f"password:{row['user_id']}"
    password = st.text_input("New password", type="password", key=f"{form}:{turn(form)}")
    if st.button("Set password", disabled=not password, key=f"{form}:do"):
        try:
            change_password(runtime.current().record, person, user_id=row["user_id"], password=password)
        except Refusal as refusal:
            keep_refusal(form, refusal)
        else:
            _done(form, "The password was set; every session of this person has ended.")
    show_refusal(form)


def _access(row: dict[str, Any]) -> None:
    user_id, form = row["user_id"], f"access:{row['user_id']}"
    st.caption("Access")
    with st.container(horizontal=True):
        if st.button("End sessions", key=f"{form}:end"):
            send(revoke_sessions, form, user_id=user_id, done="Every session of this person has ended.")
        if row["is_active"]:
            if st.button("Disable", key=f"{form}:disable", icon=":material/block:"):
                send(disable_user, form, user_id=user_id, done=f"{row['name']} may not sign in any more.")
        elif st.button("Enable", key=f"{form}:enable"):
            send(enable_user, form, user_id=user_id, done=f"{row['name']} may sign in again.")
    show_refusal(form)
