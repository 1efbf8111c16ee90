"""What superbills and estimates say of the practice and of a provider."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import entry, send
from practice.people.identities import (
    PRACTICE,
    identity,
    sends_claims,
    set_practice_identity,
    set_provider_identity,
)


def practice_identity_form() -> None:
    """The tax id and the practice's own NPI."""
    with runtime.current().record.read() as reader:
        known = identity(reader, PRACTICE)
        is_elsewhere = bool(sends_claims(reader))
    if is_elsewhere:
        tax_id, npi = known["tax_id"], known["npi"]
        st.caption(f"Superbills and estimates show tax id {tax_id} and NPI {npi}, under which claims are sent.")
        return
    with st.container(border=True), entry("identity"):
        st.markdown("**On superbills and estimates**")
        a, b = st.columns(2)
        tax_id = a.text_input("Tax id (EIN)", known["tax_id"] or "", placeholder="12-3456789")
        npi = b.text_input("The practice's own NPI", known["npi"] or "", help="May stay empty.")
        if st.form_submit_button("Save"):
            done = "It stands on superbills and estimates from now on."
            send(set_practice_identity, "identity", tax_id=tax_id or None, npi=npi or None, done=done)


def provider_identity_form(provider: dict[str, Any]) -> None:
    """What stands behind a provider's name, and their license."""
    key = provider["provider_id"]
    with runtime.current().record.read() as reader:
        known = identity(reader, f"provider:{key}")
    name = f"identity:{key}"
    with entry(name, border=True):
        st.markdown("**On superbills and estimates**")
        a, b, c = st.columns([2, 2, 1])
        credentials = a.text_input(
            "Credentials", known["credentials"] or "", placeholder="PhD, LCSW", key=f"{name}:who"
        )
        number = b.text_input("License number", known["license_number"] or "", key=f"{name}:number")
        state = c.text_input("State", known["license_state"] or "", placeholder="NY", key=f"{name}:state")
        if st.form_submit_button("Save for papers"):
            send(
                set_provider_identity,
                name,
                provider_id=key,
                credentials=credentials or None,
                license_number=number or None,
                license_state=state or None,
                done="It stands on superbills and estimates from now on.",
            )
