"""What stands beneath the aging: that it ties out with the ledger, and what balance forward can be asked for."""

from __future__ import annotations

import streamlit as st

from dashboards.components.numbers.filters import WORDS
from dashboards.components.numbers.view import View
from dashboards.metrics.receivables import tie_out


def tie(view: View, clock: str) -> None:
    """Law 6, in sight."""
    found = view.read(tie_out, view.asked, clock)
    show = view.currency.show
    less = f" less credits {show(found.credits)}" if found.credits else ""
    items = f"{show(found.items)}{less if found.is_net else ''}"
    sentence = f"Buckets {show(found.buckets)} = open items {items}"
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
