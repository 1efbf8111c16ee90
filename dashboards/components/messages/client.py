"""On a client's page: which messages may go where, and everything that was said."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words as desk_words
from dashboards.components.messages import words
from dashboards.components.messages.log import message_card
from dashboards.components.set_up.common import select
from dashboards.session import attempt, refused
from practice.access.permissions import Actor, Permission
from practice.clock import local_date
from practice.messages import log_queries, queries
from practice.messages.consent import is_allowed, record_consent, state_of
from practice.messages.kinds import CHANNELS, PURPOSES
from practice.store.work import Row

SOURCES = {
    "desk": "told the desk", "online": "booking online", "link": "by the link in a message", "import": "imported",
    "demo": "demo",
}  # fmt: skip


@st.fragment
def client_messages(person: Actor, client_id: str, zone: str, today: date) -> None:
    """Consent per purpose and channel, then the trail."""
    with runtime.current().record.read() as reader:
        statements = state_of(queries.consents_of(reader, client_id))
        rows = log_queries.trail(reader, person, client_id)
    st.markdown("#### Messages")
    with st.expander(_summary(statements), icon=":material/notifications:"):
        _consent(person, client_id, statements, zone)
    if not rows:
        st.caption("Nothing has been said to this client yet.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        frame = pd.DataFrame(
            {
                "What": [words.what(row) for row in rows],
                "State": [words.state(row) for row in rows],
                "By": [words.by(row["channel"]) for row in rows],
                "When": [words.at(row["sent_at"] or row["not_before_at"], zone, today) for row in rows],
                "Text": [f"v{row['version']}" if row["version"] else "" for row in rows],
            }
        )
        key = f"client:messages:{hash(tuple(row['message_id'] for row in rows))}"
        picked = select(frame, rows, key, alt="Messages to this client with kind, state, channel and time")
    with right:
        if picked is None:
            st.caption("Select a message to read it.")
        else:
            with st.container(border=True):
                message_card(person, picked["message_id"], zone)


def _summary(statements: dict[tuple[str, str], Row | None]) -> str:
    """What may be sent, in a line: it is read before a call, too."""
    allowed = [
        words.by(channel).lower()
        for channel in CHANNELS
        if is_allowed(statements[channel, "appointments"], "appointments")
    ]
    visits = " and ".join(allowed) or "nothing"
    others = [
        purpose
        for purpose in ("offers", "recalls", "news")
        if any(is_allowed(statements[channel, purpose], purpose) for channel in CHANNELS)
    ]
    names = {"offers": "offers", "recalls": "reminders to come again", "news": "news"}
    also = ", ".join(names[purpose] for purpose in others)
    return f"About visits: {visits}" + (f" · also {also}" if also else " · nothing else")


def _consent(person: Actor, client_id: str, statements: dict[tuple[str, str], Row | None], zone: str) -> None:
    may_edit = person.may(Permission.EDIT_CLIENTS)
    form = f"consent:{client_id}"
    for purpose, title in PURPOSES.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(title, width=260)
            for channel in CHANNELS:
                statement = statements[channel, purpose]
                with st.container(width=230, gap=None):
                    # The key changes with every statement, so that the switch always shows what is kept.
                    key = f"{form}:{channel}:{purpose}:{statement['consent_id'] if statement else ''}"
                    st.toggle(
                        words.by(channel), is_allowed(statement, purpose), key=key, disabled=not may_edit,
                        on_change=_record, args=(form, client_id, channel, purpose, key),
                    )  # fmt: skip
                    st.caption(_basis(statement, purpose, zone))
    refusal = refused(form)
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _basis(statement: Row | None, purpose: str, zone: str) -> str:
    if statement is None:
        return "not asked; sent unless stopped" if is_allowed(None, purpose) else "not asked; nothing is sent"
    said = "agreed" if statement["is_given"] else "stopped"
    day = desk_words.date_of(local_date(statement["effective_at"], zone))
    return f"{said} {day}, {SOURCES[statement['source']]}"


def _record(form: str, client_id: str, channel: str, purpose: str, key: str) -> None:
    attempt(
        record_consent, form, is_in_place=True, client_id=client_id, channel=channel, purpose=purpose,
        is_given=bool(st.session_state[key]),
    )  # fmt: skip
