"""Keys of the booking API: made and shown once, listed with their scopes and last use, revoked for good."""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry
from dashboards.components.set_up.common import begin_anew, choose, lists, names_by, read
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.clock import to_wall
from practice.online.keys import PREFIX, SCOPES, api_keys, make_api_key, revoke_api_key
from practice.online.links import hashed
from practice.people import queries

_SHOWN = "api_key:shown"
_FORM = "api_key"


def api_keys_part(person: Actor) -> None:
    """The keys there are, and the form for a new one."""
    places = names_by(read(queries.locations, person, include_inactive=True), "location_id")
    with runtime.current().record.read() as reader:
        zone = str(reader.setting("zone", "UTC"))
    rows = [_words(row, places, zone) for row in read(api_keys, person)]
    left, right = lists()
    with left:
        columns = {"name": "For", "may": "May", "where": "Where", "used": "Last used"}
        row = choose("api_keys", "Keys of the booking API", rows, columns, key="api_key_id", empty="No key yet.")
        if row and row["is_active"] and st.button(f"Revoke the key for {words.plain(row['name'])}"):
            done = "The key is revoked; it opens nothing any more."
            key_id = row["api_key_id"]
            if attempt(revoke_api_key, f"revoke:{key_id}", done=done, api_key_id=key_id) is not None:
                begin_anew("api_keys")
        st.markdown("Programs book by the same rules as clients: [what the API takes and answers](/api).")
    with right:
        _new_key(places)


def _words(row: dict[str, Any], places: dict[str, str], zone: str) -> dict[str, Any]:
    used = row["last_used_at"]
    return row | {
        "may": ", ".join(row["scopes"]),
        "where": ", ".join(places.get(key, "a closed location") for key in row["location_ids"]) or "everywhere",
        "used": f"{to_wall(used, zone):%-d %b %Y, %H:%M}" if used else "never",
        "is_active": row["revoked_at"] is None,
    }


def _new_key(places: dict[str, str]) -> None:
    """A form; the key it makes is shown until the page is left, and never again."""
    shown = st.session_state.get(_SHOWN)
    if shown:
        st.success("Copy the key now: it is shown this once.", icon=":material/key:")
        st.code(shown, language=None)
        if st.button("I have it", type="primary"):
            del st.session_state[_SHOWN]
            st.rerun()
        return
    with entry(_FORM):
        st.markdown("**Make a key**")
        name = st.text_input("What it is for", placeholder="Our website", required=True)
        scopes = st.multiselect(
            "It may", list(SCOPES), default=list(SCOPES), format_func=lambda scope: f"{scope}: {SCOPES[scope]}"
        )
        where = st.multiselect("At (empty: every location)", list(places), format_func=places.get)
        if st.form_submit_button("Make the key", type="primary"):
            # The double click's second run must send the same hash.
            key = st.session_state.setdefault("api_key:fresh", PREFIX + secrets.token_urlsafe(32))
            answer = attempt(
                make_api_key, _FORM, is_in_place=True, typed=(name, scopes, where), name=name, key_hash=hashed(key),
                scopes=scopes, location_ids=where,
            )  # fmt: skip
            if answer is not None:
                st.session_state[_SHOWN] = st.session_state.pop("api_key:fresh")
                begin_anew(_FORM)
