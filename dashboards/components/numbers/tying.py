"""What stands beneath the aging: that it ties out with the ledger, and what balance forward can be asked for."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components.numbers.choice import choice
from dashboards.components.numbers.filters import WORDS
from dashboards.components.numbers.view import View
from dashboards.metrics.receivables import FORWARD, put_off, tie_out

OWED_WORDS = {"all": "All", "due": "Due only"}


def due_switch(view: View, clock: str, place: DeltaGenerator) -> bool:
    """All that is open, or what is due only: where payment plans put something off on the day."""
    if clock == FORWARD or "ar_due" not in view.known or not view.read(put_off, view.asked):
        return False
    return choice("Owed", OWED_WORDS, key="owed", default="all", what="view of what is owed", place=place) == "due"


def tie(view: View, clock: str, is_due_only: bool = False) -> None:
    """Law 6, in sight."""
    found = view.read(tie_out, view.asked, clock, is_due_only)
    show = view.currency.show
    less = f" less credits {show(found.credits)}" if found.credits else ""
    items = f"{show(found.items)}{less if found.is_net else ''}"
    later = f" + put off by payment plans {show(found.put_off)}" if found.put_off else ""
    sentence = f"Buckets {show(found.buckets)}{later} = open items {items}"
    balance = f"{'' if found.is_net else less} = the ledger's balance {show(found.ledger)}"
    if found.is_even:
        st.caption(f":green[:material/check_circle:] {sentence}{balance}.")
    else:
        st.error(f"These should be even and are not: {sentence}{balance}.", icon=":material/report:")


def is_whole(view: View) -> bool:
    """Say what balance forward is; or, where the page is of a part of accounts, why it can't be shown."""
    cut = [WORDS[name] for name, _ in view.members if name != "payer"]
    if cut:
        st.info(f"Balance forward is of whole accounts, not by {cut[0]}; clear that filter to see it.")
    else:
        st.caption("Each account's payments go against its oldest service first, whichever charge they were meant for.")
    return not cut
