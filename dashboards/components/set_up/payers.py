"""Payers, what they allow, and referral sources."""

from __future__ import annotations

import streamlit as st

from dashboards.components.forms import amount, entry, practice_currency, send
from dashboards.components.set_up.common import names_by, read, table, today
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_payer, add_referral_source, set_contract


def payers_part(person: Actor) -> None:
    """Who pays besides clients, and what they allow for a service."""
    found = read(queries.payers, person)
    names = names_by(found, "payer_id")
    services = names_by(read(queries.services, person), "service_id")
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Payers**")
        table(found, {"name": "Name", "kind": "Kind"}, "None yet; clients pay themselves.")
        with entry("add_payer"):
            name = st.text_input("Name of the payer", required=True)
            kind = st.selectbox("Kind", ["commercial", "public", "employer", "other"], key="add_payer:kind")
            if st.form_submit_button("Add payer", type="primary"):
                send(add_payer, "add_payer", name=name, kind=kind, done="The payer was added.")
    with right, st.container(border=True, height="stretch"):
        st.markdown("**What a payer allows for a service**")
        if names and services:
            _contract(person, names, services)
        else:
            st.caption("Add a payer and a service first.")


def _contract(person: Actor, names: dict[str, str], services: dict[str, str]) -> None:
    currency = practice_currency()
    payer = st.selectbox("Payer", list(names), format_func=names.get, key="contract:payer")
    known = [
        row | {"allowed": currency.show(row["allowed_minor"])} for row in read(queries.contracts, person, str(payer))
    ]
    columns = {"service_name": "Service", "allowed": "Allowed", "effective_from": "From", "effective_to": "To"}
    table(known, columns, "Nothing is agreed yet: the whole fee is asked of this payer.")
    with entry("contract"):
        a, b, c = st.columns(3)
        service = a.selectbox("Service", list(services), format_func=services.get, key="contract:service")
        allowed = b.text_input(f"Allowed, {currency.code}", placeholder="110.00")
        start = c.date_input("From", today())
        if st.form_submit_button("Save", type="primary"):
            minor = amount("contract", allowed, is_zero_fine=True)
            if minor is not None:
                send(
                    set_contract,
                    "contract",
                    payer_id=payer,
                    service_id=service,
                    allowed_minor=minor,
                    effective_from=str(start),
                    done="Saved.",
                )


def referral_sources_part(person: Actor) -> None:
    """Where clients hear of the practice."""
    left, _ = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown("**Referral sources**")
        table(read(queries.referral_sources, person), {"name": "Name", "kind": "Kind"}, "None yet.")
        with entry("add_source"):
            name = st.text_input("Name of the source", required=True)
            kinds = ["client", "professional", "payer", "web", "event", "other"]
            kind = st.selectbox("Kind", kinds, key="add_source:kind")
            if st.form_submit_button("Add source", type="primary"):
                send(add_referral_source, "add_source", name=name, kind=kind, done="The source was added.")
