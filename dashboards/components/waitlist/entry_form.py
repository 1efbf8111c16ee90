"""The drawer in which somebody is put on the waitlist, or their wish is changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import begin_drawer
from dashboards.components.desk.client_picker import choose, pick_client
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.waitlist import wording
from dashboards.components.waitlist.bands import ask_windows
from dashboards.session import actor, attempt, refused, show_messages
from practice.clock import stored
from practice.people import queries as people
from practice.store.work import Row
from practice.waitlist import queries
from practice.waitlist.entries import DAYS_KEPT, add_waitlist_entry, change_waitlist_entry

DRAWER = "waitlist:drawer"
LEAST = {  # what a new entry begins with
    "windows": [],
    "provider_ids": [],
    "location_ids": [],
    "urgency": 1,
    "notice_minutes": 120,
    "fallback_appointment_id": None,
    "note": None,
    "service_id": None,
}


def begin(entry: Row | None = None, client_id: str | None = None, service_id: str | None = None) -> None:
    """Open the drawer with this run: for a change of an entry, or a new one."""
    begin_drawer()
    number = st.session_state.get("waitlist:openings", 0) + 1
    st.session_state["waitlist:openings"] = number
    form = f"wait{number}"
    if client_id:
        choose(form, client_id)
    st.session_state[DRAWER] = (form, entry or LEAST | ({"service_id": service_id} if service_id else {}))


def open_if_asked() -> None:
    """Draw the drawer if a click of this run asked for it."""
    asked = st.session_state.pop(DRAWER, None)
    if asked:
        entry_drawer(*asked)


@st.dialog("Waitlist", position="right")
def entry_drawer(form: str, entry: Row) -> None:
    """`form` names this opening: a double click keeps one entry, the next opening is a new intention."""
    if st.session_state.pop(f"{form}:kept", None):
        st.rerun()
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    entry_id = entry.get("waitlist_entry_id")
    if entry_id:
        st.markdown(f"**{words.plain(entry['client_name'])}** · {words.plain(entry['service_name'])}")
        client_id: str | None = entry["client_id"]
    else:
        client_id = pick_client(form, desk.person, desk.today)
    with runtime.current().record.read() as reader:
        services = [row for row in people.services(reader, desk.person) if row["provider_ids"]]
        providers = {row["provider_id"]: row["name"] for row in people.providers(reader, desk.person)}
    if not services:
        st.info("No service is offered yet; services and who gives them are added on the Set-up page.")
        return
    service = _service(form, entry, services)
    fields = _wish(form, entry, service, providers, desk)
    fields |= _how(form, entry, service, client_id, desk)
    st.button(
        "Keep the change" if entry_id else "Put on the waitlist",
        key=f"{form}:keep",
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=client_id is None or fields["windows"] is None,
        on_click=keep,
        args=(form, entry_id, client_id, service["service_id"], fields),
        width="stretch",
    )
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _service(form: str, entry: Row, services: list[Row]) -> Row:
    by_id = {row["service_id"]: row for row in services}
    if entry.get("waitlist_entry_id"):
        return by_id.get(entry["service_id"]) or services[0]
    ids = list(by_id)
    chosen = st.selectbox(
        "Waits for", ids, index=ids.index(entry["service_id"]) if entry["service_id"] in by_id else 0,
        format_func=lambda key: f"{by_id[key]['name']} · {by_id[key]['duration_minutes']} min", key=f"{form}:service",
    )  # fmt: skip
    return by_id[chosen]


def _wish(form: str, entry: Row, service: Row, providers: dict[str, str], desk: Desk) -> dict[str, Any]:
    """When, with whom and where; empty means any."""
    windows = ask_windows(form, entry["windows"])
    giving = [key for key in providers if key in service["provider_ids"]]
    chosen = st.multiselect(
        "With", giving, [key for key in entry["provider_ids"] if key in giving], format_func=providers.__getitem__,
        placeholder="Anyone", key=f"{form}:providers:{service['service_id']}",
    )  # fmt: skip
    places = {row["location_id"]: row["name"] for row in desk.locations}
    elsewhere = [key for key in entry["location_ids"] if key not in places]  # another desk's: kept as they are
    at: list[str] = list(entry["location_ids"])
    if len(places) > 1:
        here = [key for key in at if key in places]
        at = elsewhere + st.multiselect(
            "At", list(places), here, format_func=places.__getitem__, placeholder="Any location", key=f"{form}:places"
        )
    return {"windows": windows, "provider_ids": chosen, "location_ids": at}


def _how(form: str, entry: Row, service: Row, client_id: str | None, desk: Desk) -> dict[str, Any]:
    """How urgently, from when to when, at what notice, and the visit that they keep meanwhile."""
    urgency = st.segmented_control(
        "How urgent", list(wording.URGENCY), default=entry["urgency"], required=True,
        format_func=wording.URGENCY.__getitem__, key=f"{form}:urgency",
    )  # fmt: skip
    fallback = _fallback(form, entry, service, client_id, desk)
    left, right = st.columns(2)
    earliest = left.date_input(
        "From", _day(entry, "earliest_date", desk.today), key=f"{form}:from", format="YYYY-MM-DD"
    )
    last = right.date_input(
        "Until", _day(entry, "expires_date", desk.today + timedelta(days=DAYS_KEPT)), key=f"{form}:until",
        format="YYYY-MM-DD", help="After this day the entry drops off; so it does on the day of the later visit.",
    )  # fmt: skip
    notices = sorted({*wording.NOTICE, entry["notice_minutes"]})
    notice = st.selectbox(
        "Notice the client needs", notices, index=notices.index(entry["notice_minutes"]), format_func=wording.notice,
        key=f"{form}:notice",
    )  # fmt: skip
    note = st.text_input("Note", entry["note"] or "", key=f"{form}:note")
    return {
        "urgency": urgency,
        "fallback_appointment_id": fallback,
        "earliest_date": str(earliest or desk.today),
        "expires_date": str(last or desk.today + timedelta(days=DAYS_KEPT)),
        "notice_minutes": notice,
        "note": note,
    }


def _fallback(form: str, entry: Row, service: Row, client_id: str | None, desk: Desk) -> str | None:
    """The later visit that an earlier place replaces, where the client has one of this service."""
    if client_id is None:
        return None
    with runtime.current().record.read() as reader:
        visits = queries.later_visits(reader, client_id, service["service_id"], stored(reader.now))
    by_id = {row["appointment_id"]: row for row in visits if row["capacity"] == 1}
    if not by_id:
        return None
    ids = [*by_id, ""]
    present = entry["fallback_appointment_id"] if entry.get("waitlist_entry_id") else ids[0]
    chosen = st.selectbox(
        "Later visit that an earlier one replaces", ids, index=ids.index(present) if present in ids else len(ids) - 1,
        format_func=lambda key: words.when(by_id[key]["wall_start"], desk.today) if key else "None: one more visit",
        key=f"{form}:fallback:{client_id}:{service['service_id']}",
    )  # fmt: skip
    return chosen or None


def _day(entry: Row, name: str, default: date) -> date:
    found: date = entry.get(name) or default
    return found


def keep(form: str, entry_id: str | None, client_id: str | None, service_id: str, fields: dict[str, Any]) -> None:
    """Add the entry, or change it."""
    if entry_id:
        answer = attempt(
            change_waitlist_entry, form, is_in_place=True, done="The wish is changed.", waitlist_entry_id=entry_id,
            **fields,
        )  # fmt: skip
    else:
        answer = attempt(
            add_waitlist_entry, form, is_in_place=True, done="Put on the waitlist.", client_id=client_id,
            service_id=service_id, **fields,
        )  # fmt: skip
    if answer:
        st.session_state[f"{form}:kept"] = True
        st.session_state["waitlist:part"] = "waiting"
