"""A popover that corrects what a posted charge says it was for."""

from __future__ import annotations

import streamlit as st

from dashboards.components.billing.common import read
from dashboards.components.forms import send, show_refusal, turn
from practice.access.permissions import Actor
from practice.billing.queries.coding import recodable
from practice.billing.recoding import recode_charge


def recoding_popover(person: Actor, charge_id: str) -> None:
    """Diagnoses in their order, and why. Nothing where the charge is of no visit, or the client has no diagnosis."""
    charge = read(recodable, person, charge_id=charge_id)
    if charge is None or not charge["known"]:
        return
    name = f"recode:{charge_id}"
    names = {one["code"]: f"{one['code']} {one['description']}" for one in charge["known"]}
    with st.popover("Correct the diagnoses", icon=":material/diagnosis:"):
        st.caption("The charge is reversed and made anew at the same amount; what was paid on it stays paid.")
        chosen = st.multiselect(
            "Diagnoses, the main one first", list(names), [code for code in charge["codes"] if code in names],
            format_func=names.get, max_selections=12, key=f"{name}:{turn(name)}:codes",
        )  # fmt: skip
        why = st.text_input("Why", key=f"{name}:{turn(name)}:why")
        if st.button("Correct", type="primary", disabled=chosen == charge["codes"], key=f"{name}:do"):
            send(recode_charge, name, reason=why or None, charge_id=charge_id, diagnoses=chosen, done="Corrected.")
        show_refusal(name)
