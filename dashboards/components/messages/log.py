"""The outbox: what was said, to whom, when, in which words, and what can still be done about it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.charts import table_height
from dashboards.components.desk import words as desk_words
from dashboards.components.messages import words
from dashboards.components.set_up.common import select
from dashboards.session import attempt, refused
from practice.access.permissions import Actor, Permission
from practice.clock import local_date
from practice.errors import Refusal
from practice.messages import log_queries
from practice.messages.handling import mark_sent, mark_told, resend_message, withdraw_message
from practice.messages.kinds import ABOUT_A_VISIT
from practice.store.record import Command

SHOWN = {
    "All": (),
    "Waiting": ("queued", "sending"),
    "Sent": ("sent",),
    "Not delivered": ("failed", "suppressed"),
    "Withdrawn": ("withdrawn",),
}
LIMIT = 200


def log_part(person: Actor, zone: str) -> None:
    """The newest messages, and beside them the one that is selected."""
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.segmented_control(
            "Show",
            list(SHOWN),
            default="All",
            required=True,
            label_visibility="collapsed",
            key="messages:shown",
            wrap=True,
        )
        st.space("stretch")
        text = st.text_input(
            "Client",
            key="messages:client",
            placeholder="Part of a client's name",
            label_visibility="collapsed",
            width=240,
        )
    with runtime.current().record.read() as reader:
        rows = log_queries.log(reader, person, statuses=SHOWN[shown or "All"], text=text or "", limit=LIMIT)
        today = local_date(reader.now, zone)
    if not rows:
        st.info("No message yet." if shown == "All" and not text else "No message is in that state.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        frame = pd.DataFrame(
            {
                "Client": [row["name"] for row in rows],
                "What": [words.what(row) for row in rows],
                "State": [words.state(row) for row in rows],
                "By": [words.by(row["channel"]) for row in rows],
                "When": [words.at(row["sent_at"] or row["not_before_at"], zone, today) for row in rows],
                "Text": [f"v{row['version']}" if row["version"] else "" for row in rows],
            }
        )
        key = f"messages:table:{hash(tuple(row['message_id'] for row in rows))}"
        picked = select(
            frame,
            rows,
            key,
            height=table_height(len(rows), 560),
            alt="Messages with client, kind, state, channel and time",
        )
        more = f" The newest {LIMIT} are shown." if len(rows) == LIMIT else ""
        st.caption(f"Times are {desk_words.place(zone)}. Select a message to read it.{more}")
    with right.container(border=True):
        if picked is None:
            st.caption("Select a message to read its words and see what can be done about it.")
        else:
            message_card(person, picked["message_id"], zone)


def message_card(person: Actor, message_id: str, zone: str) -> None:
    """One message: its state and why, its words, and the buttons that its state allows."""
    try:
        with runtime.current().record.read() as reader:
            row = log_queries.message(reader, person, message_id)
            today = local_date(reader.now, zone)
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/error:")
        return
    title, color, icon = words.STATES[row["status"]]
    del title
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(words.state(row), color=color, icon=icon)
        if row["status"] == "queued":
            st.caption(f"Leaves {words.at(row['not_before_at'], zone, today)} at the earliest.", width="content")
        elif row["sent_at"]:
            st.caption(f"{words.at(row['sent_at'], zone, today)}, version {row['version']}", width="content")
    if said := words.reason(row):
        st.caption(said)
    if row["address"]:
        st.markdown(f":small[:gray[To]] {desk_words.plain(row['address'])}")
    if row["body"]:
        if row["subject"]:
            st.markdown(f"**{desk_words.plain(row['subject'])}**")
        st.code(row["body"], language=None, wrap_lines=True)
    elif row["status"] == "queued":
        st.caption("It is put into words when it leaves, from the visit as it stands then.")
    if row["carried_by"]:
        st.caption("It left in one message together with others to this client.")
    if person.may(Permission.BOOK):
        buttons(row, "card")


def buttons(row: dict[str, Any], place: str) -> None:
    """What can be done about a message in its state."""
    acts: list[tuple[str, str, Command, str]] = []
    if row["status"] == "queued":
        acts.append(("Withdraw", ":material/undo:", withdraw_message, "The message was withdrawn."))
    if row["status"] in ("failed", "suppressed"):
        is_worded = row["status"] == "failed" or row["kind"] in ABOUT_A_VISIT
        if is_worded:
            acts.append(("Send again", ":material/send:", resend_message, "The message leaves in a moment."))
        if row["status_reason"] == "interrupted":
            acts.append(("It arrived", ":material/check:", mark_sent, "Marked as sent."))
        acts.append(("Told", ":material/call:", mark_told, "Marked as told in another way."))
    if not acts:
        return
    form = f"message:{place}:{row['message_id']}"
    with st.container(horizontal=True):
        for label, icon, command, done in acts:
            st.button(
                label, key=f"{form}:{label}", icon=icon, on_click=act, args=(command, form, row["message_id"], done)
            )
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def act(command: Command, form: str, message_id: str, done: str) -> None:
    """Run one of them."""
    attempt(command, form, is_in_place=True, done=done, message_id=message_id)
