"""The page: whether messages leave, and its parts."""

from __future__ import annotations

import streamlit as st

from dashboards import messaging, runtime
from dashboards.components.messages.log import log_part
from dashboards.components.messages.recalls import due_now, recalls_part
from dashboards.components.messages.settings import settings_part
from dashboards.components.messages.templates import templates_part
from dashboards.components.messages.to_do import gather, to_do_part
from dashboards.session import show_messages
from practice.access.permissions import Actor, Permission
from practice.messages.settings import message_settings

PART = "messages:part"


def messages_page(person: Actor) -> None:
    """Everything; texts and settings for those who set the practice up."""
    running = runtime.current()
    with running.record.read() as reader:
        settings = message_settings(reader)
        rows, missing = gather(reader, person)
        due = len(due_now(reader, person))
    may_set_up = person.may(Permission.SET_UP)
    st.markdown("## Messages")
    show_messages()
    if not settings.is_on:
        how = "Switch them on under Settings." if may_set_up else "A manager or the owner can switch them on."
        st.info(f"Messages are switched off: clients hear nothing of what happens to their visits. {how}")
    elif trouble := messaging.trouble(running.home, running.record):
        st.error(f"No message leaves: {trouble}.", icon=":material/error:")
    parts = {
        "Outbox": "Outbox",
        "To do": _counted("To do", len(rows) + len(missing)),
        "Recalls": _counted("Recalls", due),
    }
    if may_set_up:
        parts |= {"Texts": "Texts", "Settings": "Settings"}
    st.session_state.setdefault(PART, "Outbox" if settings.is_on or not may_set_up else "Settings")
    part = st.segmented_control(
        "Part", list(parts), required=True, label_visibility="collapsed", key=PART, format_func=parts.__getitem__
    )
    draw = {
        "Outbox": log_part, "To do": to_do_part, "Recalls": recalls_part, "Texts": templates_part,
        "Settings": settings_part,
    }  # fmt: skip
    draw[part](person, settings.zone)


def _counted(name: str, number: int) -> str:
    return f"{name} ({number})" if number else name
