"""In the drawer: how a visit takes place, its video link, where the client is; changed until it begins."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts
from dashboards.components.desk.place import Desk
from dashboards.session import attempt, refused
from practice.access.permissions import Permission
from practice.scheduling.hybrid import change_mode, set_client_place
from practice.scheduling.modes import HOME
from practice.store.work import Row

_OTHER = {"in_person": "video", "video": "in_person"}
_LABEL = {"in_person": "Make it in person", "video": "Make it a video visit"}
_ICON = {"in_person": ":material/meeting_room:", "video": ":material/videocam:"}
_NOW = {"in_person": "It takes place in person now.", "video": "It takes place by video now."}


def mode_box(visit: Row, desk: Desk) -> None:
    """Nothing for a visit in person that cannot change."""
    is_ahead = visit["status"] == "scheduled"
    may_book = desk.person.may(Permission.BOOK)
    if visit["mode"] == "video" and is_ahead | (visit["status"] == "in_session"):
        _link(visit)
        if desk.person.may(Permission.SEE_CLIENTS):
            _place(visit, may_change=may_book and is_ahead)
    if is_ahead and may_book and _is_free_to_choose(visit):
        other = _OTHER[visit["mode"]]
        form = f"mode:{visit['appointment_id']}:{visit['mode']}"
        st.button(
            _LABEL[other], key=f"{form}:do", icon=_ICON[other], type="tertiary",
            on_click=_change, args=(visit, form, other),
        )  # fmt: skip
        refusal = refused(form)
        if refusal:
            st.error(str(refusal), icon=":material/error:")


def _is_free_to_choose(visit: Row) -> bool:
    with runtime.current().record.read() as reader:
        service = reader.get("services", visit["service_id"], "service")
    return service["modes"] in ("both", _OTHER[visit["mode"]])


def _link(visit: Row) -> None:
    if not visit["video_link"]:
        st.caption(
            ":material/videocam_off: No video link: a provider's own, or the practice's template, is set on Set-up."
        )
        return
    st.link_button("Open the video room", visit["video_link"], icon=":material/videocam:", width="stretch")
    st.code(visit["video_link"], language=None)


def _place(visit: Row, *, may_change: bool) -> None:
    """Where the client will be: it says which place of service a claim states, and where help would be sent."""
    form = f"place:{visit['appointment_id']}"
    st.text_input(
        "Where the client will be",
        visit["client_place"] or "",
        key=f"{form}:{visit['client_place']}",
        placeholder=f"{HOME}, or the address",
        disabled=not may_change,
        on_change=_keep_place,
        args=(visit, form),
        help=f"“{HOME}” means at home. It is kept with the visit and never leaves the record.",
    )
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _change(visit: Row, form: str, mode: str) -> None:
    attempt(
        change_mode, form, is_in_place=True, done=_NOW[mode], appointment_id=visit["appointment_id"], mode=mode
    )  # fmt: skip


def _keep_place(visit: Row, form: str) -> None:
    attempt(
        set_client_place,
        form,
        is_in_place=True,
        done="Kept.",
        appointment_id=visit["appointment_id"],
        client_place=acts.typed(f"{form}:{visit['client_place']}"),
    )
