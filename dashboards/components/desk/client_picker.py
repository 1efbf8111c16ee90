"""Find a client as one types, or add a new one on the spot; nothing that was typed is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.focus import focus_on
from dashboards.components.desk.place import desk_of
from dashboards.session import actor, attempt, forget_refusal, refused
from practice.access.permissions import Actor, Permission
from practice.people import queries as people
from practice.people.commands import add_client
from practice.store.work import Row

SHOWN = 7
HINT = "Name, phone or date of birth"


def pick_client(form: str, person: Actor, today: date, *, may_add: bool = True) -> str | None:
    """The client of this form, or None while nobody is chosen. Somebody who is the only match counts as chosen.

    `may_add`: a new client may be entered on the spot.
    """
    chosen = st.session_state.get(f"{form}:client")
    if chosen:
        _chosen(form, chosen, person, today)
        return str(chosen)
    if st.session_state.get(f"{form}:is_new"):
        add_form(form, person)
        return None
    text = st.text_input("Client", key=f"{form}:search", type="search", live="150ms", placeholder=HINT)
    focus_on(f"{form}:search")
    found = _search(person, text or "")
    with st.container(gap=None):
        for row in found[:SHOWN]:
            is_only = len(found) == 1
            st.button(
                f"**{words.plain(row['name'])}**  :gray[{words.plain(words.who(row))}]",
                key=f"{form}:pick:{row['client_id']}",
                on_click=choose,
                args=(form, row["client_id"]),
                icon=":material/check_circle:" if is_only else ":material/person:",
                type="tertiary",
            )
    if len(found) > SHOWN:
        st.caption("More match: type another part of the name, or the date of birth.")
    if text and not found:
        st.caption("Nobody matches that in what you may see.")
    if may_add and person.may(Permission.EDIT_CLIENTS):
        st.button(
            "New client",
            icon=":material/person_add:",
            type="tertiary",
            key=f"{form}:new",
            on_click=begin_new,
            args=(form, text),
        )
    return found[0]["client_id"] if len(found) == 1 else None


def choose(form: str, client_id: str | None) -> None:
    """Take this client into the form, or with None let another be sought."""
    st.session_state[f"{form}:client"] = client_id
    st.session_state[f"{form}:is_new"] = False
    forget_refusal(f"add_client:{form}")


def begin_new(form: str, typed: str | None) -> None:
    """Open the form for a new client, with the name that was sought already in it."""
    parts = [part for part in (typed or "").split() if not any(sign.isdigit() for sign in part)]
    st.session_state[f"{form}:is_new"] = True
    st.session_state[f"{form}:given_name"] = parts[0].capitalize() if parts else ""
    st.session_state[f"{form}:family_name"] = " ".join(part.capitalize() for part in parts[1:])


def add(form: str, *, is_duplicate_accepted: bool = False) -> None:
    """Send the form for a new client; on success the client is chosen."""
    desk = desk_of(actor())
    typed: dict[str, Any] = {
        name: (st.session_state.get(f"{form}:{name}") or "").strip() or None
        for name in ("given_name", "family_name", "phone", "email")
    }
    born, source = (st.session_state.get(f"{form}:{name}") for name in ("birth_date", "referral_source_id"))
    answer = attempt(
        add_client,
        f"add_client:{form}",
        is_in_place=True,
        done="The client has been added.",
        **typed | {"given_name": typed["given_name"] or "", "family_name": typed["family_name"] or ""},
        birth_date=born.isoformat() if born else None,
        referral_source_id=source,
        location_id=desk.location["location_id"] if desk else None,
        is_duplicate_accepted=is_duplicate_accepted,
    )
    if answer:
        choose(form, answer["client_id"])


def _search(person: Actor, text: str) -> list[Row]:
    if not text.strip():
        return []
    with runtime.current().record.read() as reader:
        return people.search_clients(reader, person, text, limit=SHOWN + 1)


def _chosen(form: str, client_id: str, person: Actor, today: date) -> None:
    with runtime.current().record.read() as reader:
        client = people.client(reader, person, client_id)
    years = words.age(client["birth_date"], today)
    facts = [f"{years} years" if years is not None else "", client["phone"] or "", client["email"] or ""]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        known = words.plain(" · ".join(fact for fact in facts if fact))
        st.markdown(f"**{words.plain(client['name'])}**  \n:small[:gray[{known}]]")
        st.space("stretch")
        st.button("Change", key=f"{form}:change", type="tertiary", on_click=choose, args=(form, None))


def add_form(form: str, person: Actor) -> None:
    """The form for a new client; likely duplicates are shown, to be used or to be told apart."""
    with runtime.current().record.read() as reader:
        sources = {row["referral_source_id"]: row["name"] for row in people.referral_sources(reader, person)}
    with st.form(f"{form}:new_client", enter_to_submit=False):
        st.markdown("**New client**")
        left, right = st.columns(2)
        left.text_input("Given name", key=f"{form}:given_name", autocomplete="off")
        right.text_input("Family name", key=f"{form}:family_name", autocomplete="off")
        left.date_input(
            "Date of birth", value=None, min_value=date(1900, 1, 1), key=f"{form}:birth_date", format="YYYY-MM-DD"
        )
        right.text_input("Phone", key=f"{form}:phone", type="phone", placeholder="", autocomplete="off")
        left.text_input("Email", key=f"{form}:email", type="email", placeholder="", validate="", autocomplete="off")
        right.selectbox(
            "Referred by",
            list(sources),
            index=None,
            format_func=sources.__getitem__,
            key=f"{form}:referral_source_id",
            placeholder="Unknown",
        )
        with st.container(horizontal=True):
            st.form_submit_button("Add client", type="primary", on_click=add, args=(form,))
            st.form_submit_button("Search instead", type="tertiary", on_click=choose, args=(form, None))
    refusal = refused(f"add_client:{form}")
    if refusal:
        st.error(str(refusal), icon=":material/error:")
        if refusal.rule == "possible_duplicate":
            _resembling(form, person, list(refusal.alternatives))


def _resembling(form: str, person: Actor, client_ids: list[str]) -> None:
    with runtime.current().record.read() as reader:
        rows = people.duplicates(reader, person, client_ids)
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{words.plain(row['name'])}**  :gray[{words.plain(words.who(row))}]")
            st.button(
                "Use this one", key=f"{form}:use:{row['client_id']}", on_click=choose, args=(form, row["client_id"])
            )
    st.button(
        "It is another person: still add",
        key=f"{form}:still",
        on_click=add,
        args=(form,),
        kwargs={"is_duplicate_accepted": True},
    )
