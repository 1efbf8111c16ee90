"""How far the first set-up is: what is missing, the way there, and, once booking can begin, what comes next."""

from __future__ import annotations

from typing import Any

import streamlit as st

from practice.access.permissions import Actor, Permission

PART = "set_up_part"
"""Session state: the part of the page that is open."""

_PART_OF = {
    "practice": "Places", "location": "Places", "room": "Places", "service": "Services", "provider": "Providers",
    "provider_service": "Providers", "hours": "Hours",
}  # fmt: skip


def part_of(steps: list[dict[str, Any]]) -> str:
    """The part where the first missing step is done."""
    missing = [step for step in steps if not step["is_done"]]
    return _PART_OF.get(missing[0]["step"], "Places") if missing else "Places"


def show_progress(person: Actor, steps: list[dict[str, Any]]) -> None:
    """Nothing, once everything is there."""
    needed = [step for step in steps if step["is_needed"]]
    missing = [step for step in needed if not step["is_done"]]
    if missing:
        _missing(needed, missing)
    elif not all(step["is_done"] for step in steps):
        _ready(person, {step["step"]: step["sentence"] for step in steps if not step["is_done"]})


def _missing(needed: list[dict[str, Any]], missing: list[dict[str, Any]]) -> None:
    done = len(needed) - len(missing)
    part = _PART_OF[missing[0]["step"]]
    with st.container(border=True):
        st.progress(done / len(needed), f"{done} of {len(needed)} steps to the first booking")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Next:** {missing[0]['sentence']}", width="content")
            if st.session_state.get(PART, part) != part:
                st.button(
                    f"Go to {part}", type="primary", icon=":material/arrow_forward:", on_click=_open, args=(part,)
                )
        for step in missing[1:]:
            st.caption(f":material/radio_button_unchecked: {step['sentence']}")


def _open(part: str) -> None:
    st.session_state[PART] = part


def _ready(person: Actor, left: dict[str, str]) -> None:
    with st.container(border=True):
        st.markdown(":material/task_alt: **Everything that booking needs is there.**")
        with st.container(horizontal=True):
            st.page_link("app_pages/book.py", label="Book the first visit", icon=":material/event_available:")
            if "staff" in left and person.may(Permission.MANAGE_USERS):
                st.page_link("app_pages/users.py", label=left["staff"].rstrip("."), icon=":material/person_add:")
            if "client" in left:
                st.page_link("app_pages/client.py", label=left["client"].rstrip("."), icon=":material/group:")
