"""Why a visit is cancelled or moved: one choice that can be counted, and room for words."""

from __future__ import annotations

import streamlit as st

from practice.scheduling.reasons import CANCEL_CODES


def why_fields(form: str) -> None:
    """Two fields, `<form>:code` and `<form>:reason`; one of them is enough."""
    left, right = st.columns(2)
    left.selectbox(
        "Why",
        list(CANCEL_CODES),
        index=None,
        format_func=lambda code: CANCEL_CODES[code].capitalize(),
        placeholder="Choose",
        key=f"{form}:code",
    )
    right.text_input("Reason", key=f"{form}:reason", placeholder="Optional once chosen")
