"""One click for a payment that came back: a bounced check, a disputed card."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.forms import amount, practice_currency, send, show_refusal, turn
from practice.billing.chargebacks import record_chargeback


def bounced_popover(payment: dict[str, Any]) -> None:
    """A client's check, card or bank payment that was not refunded wholly can come back."""
    if payment["payer_id"] or payment["method"] == "cash" or payment["refunded_minor"] >= payment["amount_minor"]:
        return
    currency = practice_currency()
    name = f"bounced:{payment['payment_id']}"
    key = f"{name}:{turn(name)}"
    with st.popover("It bounced" if payment["method"] == "check" else "It was charged back", icon=":material/undo:"):
        st.caption("What it had paid is owed again; deposits and packages that it paid end.")
        why = st.text_input("Why", "Returned by the bank", key=f"{key}:why")
        typed = st.text_input(f"Fee, {currency.code}", key=f"{key}:fee", placeholder="0.00")
        if st.button("Record it", type="primary", key=f"{name}:do"):
            fee = amount(name, typed, is_zero_fine=True) if typed.strip() else 0
            if fee is not None:
                send(
                    record_chargeback, name, reason=why or None, payment_id=payment["payment_id"], fee_minor=fee,
                    done="What it had paid is owed again.",
                )  # fmt: skip
        show_refusal(name)
