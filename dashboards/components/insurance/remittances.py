"""Remittances: what came in, where it stands, and one of them opened to its claims and lines."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, count, read
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency, send, show_refusal
from dashboards.components.insurance.bringing_in import bring_in_part
from practice.access.permissions import Actor
from practice.insurance import worklist_queries as queries
from practice.insurance.remits import retry_remittance

COLUMNS = {
    "payer_name": "Payer",
    "amount_minor": "Deposit",
    "state": "State",
    "payment_date": "Paid on",
    "claims": "Claims",
    "unmatched": "To match",
    "denied_minor": "Denied",
    "trace_number": "Trace number",
}
CLAIM_COLUMNS = {
    "client_name": "Client",
    "charge_minor": "Charged",
    "paid_minor": "Paid",
    "service_date": "Seen on",
    "control_number": "Claim",
    "contractual_minor": "Contractual",
    "client_minor": "Client's share",
    "denied_minor": "Denied",
    "state": "State",
    "note": "Note",
}


def remittances_part(person: Actor) -> None:
    """Files in, the list, and the chosen one."""
    bring_in_part(person)
    rows = read(queries.remittances, person)
    picked = choose(rows, COLUMNS, key="remittances", height=300, empty="No remittance was read yet.")
    if picked:
        _panel(person, picked[0])
    elif rows:
        st.caption("Select a remittance to see its claims.")


def _panel(person: Actor, row: dict[str, Any]) -> None:
    remittance_id, name = row["remittance_id"], f"retry:{row['remittance_id']}"
    with st.container(border=True):
        money = practice_currency().show(row["amount_minor"])
        st.markdown(f"**{words.plain(row['payer_name'])}, {words.plain(row['trace_number'])}** · {words.plain(money)}")
        if row["state"] == "held":
            st.warning(words.plain(row["held_reason"]), icon=":material/pause_circle:")
            st.caption("Its cash waits in clearing. When the cause is put right, it is posted as it came.")
            if st.button("Try again", key=name):
                send(retry_remittance, name, remittance_id=remittance_id, done="The remittance is posted.")
            show_refusal(name)
            return
        claims = read(queries.claims, person, remittance_id=remittance_id)
        if row["claims"] > len(claims):
            st.caption(f"The first {count(len(claims), 'claim')} of {row['claims']:,}.")
        picked = choose(claims, CLAIM_COLUMNS, key=f"claims:{remittance_id}", height=260, empty="It holds no claims.")
        if picked:
            claim_lines(person, picked[0]["remittance_claim_id"])
        elif claims:
            st.caption("Select a claim to see what the payer said of each line.")


def claim_lines(person: Actor, remittance_claim_id: str) -> None:
    """What the payer said of each line, in words."""
    currency = practice_currency()
    rows = read(queries.lines, person, remittance_claim_id=remittance_claim_id)
    if not rows:
        st.caption("The payer gave no lines and no reasons.")
        return
    for row in rows:
        sums = [
            f"{currency.show(row[name])} {said}"
            for name, said in (("charge_minor", "charged"), ("paid_minor", "paid"))
            if row[name] is not None
        ]
        facts = " · ".join([words.date_of(row["service_date"]), *sums])
        why = f"  \n{words.plain(row['said'])}" if row["said"] else ""
        st.markdown(f"**{words.plain(row['code'] or 'The claim as a whole')}** · {words.plain(facts)}{why}")
    st.caption("The words for the payer's codes are ours; the official texts belong to X12.")
