"""Beside a payment: that a refund by card goes back by the processor, and what became of each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import read
from dashboards.components.cards.common import processor
from dashboards.components.forms import practice_currency
from practice.access.permissions import Actor
from practice.cards.people_queries import card_refunds
from practice.cards.processor import state_words

STATES = {
    "requested": "is sent within a minute",
    "processing": "is on its way",
    "succeeded": "went back to the card",
    "failed": "was not taken by the card",
    "paid_otherwise": "was paid in another way",
}


def refund_note(person: Actor, payment: dict[str, Any]) -> None:
    """Nothing for a payment that did not come by the processor."""
    rows = read(card_refunds, person, payment_id=payment["payment_id"]) if payment["method"] == "card" else None
    if rows is None:
        return
    found, show = processor(), practice_currency().show
    if found:
        st.caption(f":material/credit_card: It came by {found.name}: a refund by card goes back to the same card.")
    else:
        st.caption(":material/credit_card_off: It came by a processor that is not connected now: refunds by card wait.")
    for row in rows:
        why = f": {state_words(row['refusal'])}" if row["refusal"] else ""
        booked = "" if row["refund_id"] else ", and is not in the books yet: refund it by card to book it"
        st.caption(f"{show(row['amount_minor'])} {STATES[row['state']]}{why}{booked}.")
