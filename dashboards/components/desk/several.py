"""Several clients in one booking: who else comes, whose account is charged; or a group before its clients."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import holding, words
from dashboards.components.desk.acts import MADE
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.desk.place import Desk
from dashboards.session import attempt, refused
from practice.people import queries as people
from practice.scheduling.groups import open_group
from practice.scheduling.modes import is_joinable
from practice.store.work import Row

_OF_A_GROUP = ("provider_id", "service_id", "location_id", "wall_start", "duration_minutes", "mode", "room_id")


def with_others(form: str, service: Row, wish: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """The wish for all who come, as `book_together` takes it; as it was for a client alone. Draws the choice."""
    client_id = wish["client_id"]
    if service["capacity"] == 1 or client_id is None:
        return wish
    known: list[str] = [key for key in st.session_state.get(f"{form}:others", []) if key != client_id]
    names = _names([client_id, *known], desk)
    for key in known:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/person: **{words.plain(names[key])}**", width="stretch")
            st.button(
                "", key=f"{form}:other:{key}", icon=":material/close:", type="tertiary", help="Not this one",
                on_click=_leave_out, args=(form, key),
            )  # fmt: skip
    if len(known) + 1 < service["capacity"]:
        _add(form, known, desk)
    if not known:
        return wish
    everybody = {name: value for name, value in wish.items() if name != "client_id"} | {
        "client_ids": [client_id, *known]
    }
    if service["billing_unit"] == "appointment":
        everybody["identified_client_id"] = st.selectbox(
            "Charged on", [client_id, *known], format_func=names.__getitem__, key=f"{form}:identified:{client_id}",
            help="The identified client: the visit is charged once, on this account.",
        )  # fmt: skip
    return everybody


def open_group_box(form: str, service: Row, wish: dict[str, Any]) -> None:
    """A group may stand before anybody is in it: offered where no client has been chosen yet."""
    if not is_joinable(service) or wish["client_id"] is not None:
        return
    places = st.number_input(
        "Places", 2, 100, max(2, service["capacity"]), key=f"{form}:places:{service['service_id']}"
    )  # fmt: skip
    asked = {name: wish[name] for name in _OF_A_GROUP if name in wish} | {"capacity": int(places)}
    st.button(
        "Open the group without clients", key=f"{form}:open_group", width="stretch", icon=":material/groups:",
        on_click=_open, args=(form, asked),
    )  # fmt: skip
    refusal = refused(f"open_group:{form}")
    if refusal:
        st.error(str(refusal), icon=":material/event_busy:")


def _open(form: str, asked: dict[str, Any]) -> None:
    holding.let_go()  # its own place would stand in the way
    reason = (st.session_state.get(f"{form}:reason") or "").strip() or None
    answer = attempt(
        open_group, f"open_group:{form}", reason=reason, is_in_place=True, typed=(asked, reason),
        done="The group stands; clients can be added to it.", **asked,
    )  # fmt: skip
    if answer:
        st.session_state[MADE] = answer["appointment_id"]
        st.session_state[f"{form}:booked"] = answer | {"wall_start": asked["wall_start"], "client_name": "The group"}


def _add(form: str, known: list[str], desk: Desk) -> None:
    box = st.expander(
        "Add another client", key=f"{form}:also:{len(known)}:box", icon=":material/person_add:", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        sub = f"{form}:also:{len(known)}"
        chosen = pick_client(sub, desk.person, desk.today)
        st.button("Add", key=f"{sub}:do", disabled=chosen is None, on_click=_take, args=(form, chosen))


def _take(form: str, client_id: str | None) -> None:
    others = st.session_state.setdefault(f"{form}:others", [])
    if client_id and client_id not in others:
        others.append(client_id)


def _leave_out(form: str, client_id: str) -> None:
    st.session_state[f"{form}:others"] = [key for key in st.session_state[f"{form}:others"] if key != client_id]


def _names(client_ids: list[str], desk: Desk) -> dict[str, str]:
    with runtime.current().record.read() as reader:
        return {key: str(people.client(reader, desk.person, key)["name"]) for key in client_ids}
