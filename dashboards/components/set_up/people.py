"""Who sees clients: providers, and which services they give."""

from __future__ import annotations

import streamlit as st

from dashboards.components.forms import entry, send
from dashboards.components.set_up.common import names_by, read, table
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_provider, assign_service


def providers_part(person: Actor) -> None:
    """Who sees clients, and what they give."""
    services = names_by(read(queries.services, person), "service_id")
    found = [
        row | {"services": ", ".join(services[key] for key in row["service_ids"] if key in services)}
        for row in read(queries.providers, person)
    ]
    people = names_by(found, "provider_id")
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Providers**")
        columns = {"name": "Name", "code": "Code", "discipline": "Discipline", "services": "Services"}
        table(found, columns, "None yet.")
        _new_provider(services)
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Give a service to a provider**")
        if not people or not services:
            st.caption("Add a provider and a service first.")
            return
        with entry("assign"):
            provider = st.selectbox("Provider", list(people), format_func=people.get, key="assign:provider")
            service = st.selectbox("Service", list(services), format_func=services.get, key="assign:service")
            if st.form_submit_button("Assign"):
                send(assign_service, "assign", provider_id=provider, service_id=service, done="Assigned.")


def _new_provider(services: dict[str, str]) -> None:
    with entry("add_provider"):
        a, b = st.columns(2)
        name = a.text_input("Name of the provider", required=True)
        discipline = b.text_input("Discipline")
        code = a.text_input("Code (empty: the initials)", help="What numbers and exports show in place of the name.")
        npi = b.text_input("NPI (United States; may stay empty)")
        gives = st.multiselect("Services", list(services), default=list(services), format_func=services.get)
        if st.form_submit_button("Add provider", type="primary"):
            send(
                add_provider,
                "add_provider",
                name=name,
                code=code or None,
                discipline=discipline or None,
                npi=npi or None,
                service_ids=gives,
                done="The provider was added; set the hours next.",
            )
