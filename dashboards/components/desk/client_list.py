"""The list of clients: searched as one types; a new one is added here too."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.client_picker import HINT, add_form, begin_new, choose
from dashboards.components.desk.focus import focus_on
from dashboards.components.desk.online_reviews import online_reviews
from dashboards.components.desk.place import Desk, desk_of, nothing_yet
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission
from practice.people import queries as people
from practice.store.work import Row

FORM = "clients"
SHOWN = 25


@st.fragment
def client_list() -> None:
    """Search, and a row for each client; the newest ones before anything is typed."""
    desk = desk_of(actor())
    st.markdown("## Clients")
    if desk is None:
        nothing_yet()
        return
    show_messages()
    added = st.session_state.pop(f"{FORM}:client", None)
    if added:
        open_client(added)
    if st.session_state.get(f"{FORM}:is_new"):
        add_form(FORM, desk.person)
        return
    online_reviews(desk)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Find a client", key=f"{FORM}:search", type="search", live="150ms", placeholder=HINT)
        focus_on(f"{FORM}:search")
        if desk.person.may(Permission.EDIT_CLIENTS):
            st.button(
                "New client", icon=":material/person_add:", key=f"{FORM}:new", on_click=begin_new, args=(FORM, text)
            )
    with runtime.current().record.read() as reader:
        rows = people.search_clients(reader, desk.person, text or "", limit=SHOWN + 1)
        names = {
            row["provider_id"]: row["name"] for row in people.providers(reader, desk.person, include_inactive=True)
        }
    if not rows:
        st.info("Nobody matches that in what you may see." if text else "There are no clients yet.")
        return
    st.caption("Search results" if (text or "").strip() else "Added last")
    with st.container(gap=None):
        for row in rows[:SHOWN]:
            _row(row, desk, names)
    if len(rows) > SHOWN:
        st.caption(f"The first {SHOWN} are shown; type more to narrow them down.")


def open_client(client_id: str) -> None:
    """Go to that client's page: only the id stands in the address."""
    choose(FORM, None)
    st.query_params["client"] = client_id
    st.rerun()


def _row(row: Row, desk: Desk, names: dict[str, str]) -> None:
    years = words.age(row["birth_date"], desk.today)
    facts = [
        f"{words.date_of(row['birth_date'])} ({years})" if years is not None else "",
        row["phone"] or "",
        names.get(row["provider_id"], ""),
        "" if row["is_active"] else "archived",
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # A button as wide as its column would centre the name.
        with st.container(width=230):
            name = f"**{words.plain(row['name'])}**"
            if st.button(name, key=f"{FORM}:open:{row['client_id']}", type="tertiary"):
                open_client(row["client_id"])
        st.markdown(f":small[:gray[{words.plain(' · '.join(fact for fact in facts if fact))}]]", width="content")
