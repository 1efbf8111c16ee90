"""Payers, what they allow, and referral sources."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.set_up.common import added, names_by, practice_currency, read, table
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.people.commands import add_payer, add_referral_source, set_contract


def payers_part(person: Actor) -> None:
    """Who pays besides clients, and what they allow for a service."""
    currency = practice_currency()
    found = read(queries.payers, person)
    names = names_by(found, "payer_id")
    services = names_by(read(queries.services, person), "service_id")
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown("**Payers**")
        table(found, {"name": "Name", "kind": "Kind"}, "None yet; clients pay themselves.")
        with st.form("add_payer", border=False):
            name = st.text_input("Name of the payer", required=True)
            kind = st.selectbox("Kind", ["commercial", "public", "employer", "other"])
            if st.form_submit_button("Add payer", type="primary"):
                added(attempt(add_payer, "add_payer", name=name, kind=kind, done="The payer was added."))
    if names and services:
        with right, st.container(border=True), st.form("contract", border=False):
            st.markdown("**What a payer allows**")
            payer = st.selectbox("Payer", list(names), format_func=names.get)
            service = st.selectbox("Service", list(services), format_func=services.get)
            allowed = st.text_input(f"Allowed, {currency.code}", placeholder="110.00")
            start = st.date_input("From", runtime.current().record.clock().date())
            if st.form_submit_button("Save", type="primary"):
                try:
                    minor = currency.parse(allowed, field="allowed")
                except Refusal as refusal:
                    say(str(refusal), "refusal")
                else:
                    added(
                        attempt(
                            set_contract,
                            "contract",
                            payer_id=payer,
                            service_id=service,
                            allowed_minor=minor,
                            effective_from=str(start),
                            done="Saved.",
                        )
                    )


def referral_sources_part(person: Actor) -> None:
    """Where clients hear of the practice."""
    with st.container(border=True):
        st.markdown("**Referral sources**")
        table(read(queries.referral_sources, person), {"name": "Name", "kind": "Kind"}, "None yet.")
        with st.form("add_source", border=False):
            name = st.text_input("Name of the source", required=True)
            kind = st.selectbox("Kind", ["client", "professional", "payer", "web", "event", "other"])
            if st.form_submit_button("Add source", type="primary"):
                added(attempt(add_referral_source, "add_source", name=name, kind=kind, done="The source was added."))
