"""Who sees clients: providers, and which services they give."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.forms import entry
from dashboards.components.new_provider.page import state_of
from dashboards.components.set_up.common import DATE, EARLIEST, choose, lists, names_by, read, today
from dashboards.components.set_up.identities import provider_identity_form
from dashboards.components.set_up.things import Thing, submit
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_provider, assign_service, change_provider, unassign_service

PROVIDER = Thing(
    "provider", "provider_id", add_provider, change_provider, "provider_id", done="; set the hours next"
)  # fmt: skip


def providers_part(person: Actor) -> None:
    """Who sees clients, and what they give."""
    services = names_by(read(queries.services, person), "service_id")
    everybody = read(queries.providers, person, include_inactive=True)
    ready = state_of(person, [row["provider_id"] for row in everybody if row["is_active"]])
    found = [
        row
        | {"ready": ready.get(row["provider_id"], "")}
        | {"services": ", ".join(sorted(services[key] for key in row["service_ids"] if key in services))}
        for row in everybody
    ]
    left, right = lists()
    with left:
        columns = {
            "name": "Name",
            "code": "Code",
            "discipline": "Discipline",
            "services": "Services",
            "ready": "Set-up",
        }
        if any(row["ended_date"] for row in found):
            columns["ended_date"] = "Last day"
        empty = "None yet: add who sees clients."
        row = choose(PROVIDER.table, "Providers", found, columns, key="provider_id", empty=empty)
        st.page_link(
            "app_pages/new_provider.py",
            label="What is missing, step by step" if row else "A new provider, step by step",
            icon=":material/checklist:",
            query_params={"provider": row["provider_id"]} if row else None,
        )
    with right:
        _provider_form(row, services)
        if row:
            provider_identity_form(row)


def _provider_form(row: dict[str, Any] | None, services: dict[str, str]) -> None:
    form = PROVIDER.form(row)
    known = row or {}
    with entry(form):
        PROVIDER.heading(row)
        name = st.text_input("Name of the provider", known.get("name", ""), required=True)
        discipline = st.text_input("Discipline", known.get("discipline") or "")
        a, b = st.columns(2)
        code = a.text_input(
            "Code",
            known.get("code", ""),
            placeholder="The initials",
            help="What numbers and exports show in place of the name.",
        )
        npi = b.text_input("NPI", known.get("npi") or "", help="Ten digits, in the United States; may stay empty.")
        a, b = st.columns(2)
        first = a.date_input("First day", known.get("started_date") or today(), min_value=EARLIEST, format=DATE)
        fields = {
            "name": name, "discipline": discipline or None, "code": code or None, "npi": npi or None,
            "started_date": str(first),
        }  # fmt: skip
        if row:
            last = b.date_input(
                "Last day", row["ended_date"], min_value=EARLIEST, format=DATE, help="Empty while they stay."
            )
            fields |= {"ended_date": str(last) if last else None, "code": code}
        given = [key for key in services if key in row["service_ids"]] if row else list(services)
        gives = st.multiselect("Services", list(services), default=given, format_func=services.get)
        if row:
            st.caption("When a service is taken away, its visits stay as booked.")
            submit(PROVIDER, row, lambda: fields, also=lambda: _give(row["provider_id"], form, given, gives))
        else:
            submit(PROVIDER, None, lambda: fields | {"service_ids": gives})


def _give(provider_id: str, form: str, before: list[str], after: list[str]) -> bool | None:
    """Assign what is new and take away what is gone. Whether anything changed; None if one was refused."""
    wanted = [(assign_service, key) for key in after if key not in before]
    wanted += [(unassign_service, key) for key in before if key not in after]
    for command, service_id in wanted:
        if attempt(command, form, is_in_place=True, provider_id=provider_id, service_id=service_id) is None:
            return None
    return bool(wanted)
