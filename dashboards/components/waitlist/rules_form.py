"""How the practice offers free places: on a click or of themselves, to how many at once, with how long to answer."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.session import attempt, refused
from practice.messages.settings import message_settings
from practice.waitlist.rules import MODES, rules_of, set_waitlist_rules

_WORDS = {"suggested": "When the desk says so", "automatic": "Of themselves"}


def rules_form() -> None:
    """A popover for whoever may change the practice's set-up."""
    with runtime.current().record.read() as reader:
        rules, messages = rules_of(reader), message_settings(reader)
    with st.popover("How places are offered", icon=":material/tune:", key="waitlist:rules"):
        mode = st.segmented_control(
            "Free places are offered", MODES, default=rules.mode, required=True, format_func=_WORDS.__getitem__,
            key="waitlist:mode",
        )  # fmt: skip
        if mode == "automatic":
            st.caption(
                "Three minutes after a visit was cancelled or moved, to whom its place fits best. Not if the provider "
                "cancelled, and not what came free before you switch this on."
            )
        left, right = st.columns(2)
        batch = left.number_input("Ask at once", 1, 50, rules.batch_size, key="waitlist:batch")
        minutes = right.number_input("Minutes to answer", 5, 2880, rules.answer_minutes, step=5, key="waitlist:answer")
        st.button("Keep", key="waitlist:rules:keep", type="primary", on_click=_keep, args=(mode, batch, minutes))
        refusal = refused("waitlist:rules")
        if refusal:
            st.error(str(refusal), icon=":material/error:")
        if not messages.is_on:
            st.caption(":material/info: Messages are switched off: nobody can be asked until they are on, but called.")
        elif not messages.public_url:
            st.caption(":material/info: No public address is set, so offers hold no link; people have to call back.")


def _keep(mode: str, batch: int, minutes: int) -> None:
    attempt(
        set_waitlist_rules,
        "waitlist:rules",
        is_in_place=True,
        done="Places are offered so from now on.",
        mode=mode,
        batch_size=int(batch),
        answer_minutes=int(minutes),
    )
