"""Who asks that a visit is cancelled or moved, and why: one press each, and room for words."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from practice.scheduling.reasons import CANCEL_CODES, CODES_OF

WHO = {"client": "Client", "provider": "Provider", "practice": "Practice"}
"""Who can ask for a change, as commands and people name them."""


@dataclass(frozen=True)
class Why:
    """What was chosen and typed; a code or a reason is enough for the commands."""

    by: str
    code: str | None
    reason: str | None


def words_of(code: str) -> str:
    """A code as a person reads it on a button."""
    return CANCEL_CODES[code].capitalize()


def who_and_why(form: str, question: str) -> None:
    """The fields of a form; read what they hold with `why_of`."""
    who = st.segmented_control(
        question, list(WHO), default="client", required=True, format_func=WHO.__getitem__, key=f"{form}:by"
    )
    st.pills("Why", CODES_OF[str(who)], format_func=words_of, key=f"{form}:code:{who}")
    st.text_input("In words", key=f"{form}:reason", placeholder="Optional once a reason is chosen")


def why_of(form: str) -> Why:
    """What the form's fields hold."""
    state = st.session_state
    by = state.get(f"{form}:by") or "client"
    return Why(by, state.get(f"{form}:code:{by}"), (state.get(f"{form}:reason") or "").strip() or None)
