"""Payers, what they allow, and referral sources."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards.components.billing.common import plain
from dashboards.components.forms import amount, entry, practice_currency
from dashboards.components.set_up.common import DATE, EARLIEST, begin_anew, choose, follow, lists, names_by, read, today
from dashboards.components.set_up.things import Thing, submit
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.money import Currency
from practice.people import queries
from practice.people.commands import add_payer, add_referral_source, change_payer, change_referral_source, set_contract
from practice.people.payers import PAYER_KINDS, REFERRAL_KINDS

MISSED = {
    "allowed": "As the cancellation policy says",
    "if_all": "Only if every client does (Medicare)",
    "none": "Never (Medicaid)",
}
PAYER = Thing("payer", "payer_id", add_payer, change_payer)
SOURCE = Thing("referral source", "referral_source_id", add_referral_source, change_referral_source)


def payers_part(person: Actor) -> None:
    """Who pays besides clients, and what they allow for a service."""
    found = read(queries.payers, person, include_inactive=True)
    left, right = lists()
    with left:
        empty = "None yet; clients pay themselves."
        columns = {"name": "Name", "kind": "Kind"}
        row = choose(PAYER.table, "Payers", found, columns, key="payer_id", empty=empty)
    with right:
        _kind_form(PAYER, row, "Name of the payer", PAYER_KINDS)
    if row and row["is_active"]:
        follow("payers", row["payer_id"], {"contract:payer": row["payer_id"]})
    open_ones = names_by([one for one in found if one["is_active"]], "payer_id")
    services = names_by(read(queries.services, person), "service_id")
    if open_ones and services:
        _contracts(person, open_ones, services)
    else:
        st.caption("Once there is a payer and a service, what the payer allows for it is said here.")


def referral_sources_part(person: Actor) -> None:
    """Where clients hear of the practice."""
    left, right = lists()
    with left:
        found = read(queries.referral_sources, person, include_inactive=True)
        columns = {"name": "Name", "kind": "Kind"}
        empty = "None yet: add where clients hear of the practice."
        row = choose(SOURCE.table, "Referral sources", found, columns, key="referral_source_id", empty=empty)
    with right:
        _kind_form(SOURCE, row, "Name of the source", REFERRAL_KINDS)


def _kind_form(thing: Thing, row: dict[str, Any] | None, label: str, kinds: tuple[str, ...]) -> None:
    with entry(thing.form(row)):
        thing.heading(row)
        name = st.text_input(label, row["name"] if row else "", required=True)
        index = kinds.index(row["kind"]) if row else 0
        kind = st.selectbox("Kind", kinds, index=index, format_func=str.capitalize)
        more = _missed_rule(row) if thing is PAYER else {}
        submit(thing, row, lambda: {"name": name, "kind": kind} | more)


def _missed_rule(row: dict[str, Any] | None) -> dict[str, Any]:
    """Whether the payer's clients may be charged for a missed visit."""
    keys = list(MISSED)
    index = keys.index(row["missed_fee_rule"] or "allowed") if row else 0
    rule = st.selectbox("Its clients pay for a missed visit", keys, index=index, format_func=MISSED.get)
    return {"missed_fee_rule": rule}


def _contracts(person: Actor, payers: dict[str, str], services: dict[str, str]) -> None:
    """What the payer allows for each service: select a line to change it from a day on."""
    currency = practice_currency()
    left, right = lists()
    with left:
        payer = str(st.selectbox("Payer", list(payers), format_func=payers.get, key="contract:payer"))
        rows = [
            row | {"name": row["service_name"], "allowed": currency.show(row["allowed_minor"])}
            for row in read(queries.contracts, person, payer)
        ]
        now = today()
        ended = [row for row in rows if row["effective_to"] and row["effective_to"] < now]
        shown = rows if st.session_state.get("contract:earlier") else [row for row in rows if row not in ended]
        columns = {"name": "Service", "allowed": "Allowed", "effective_from": "From", "effective_to": "To"}
        empty = "Nothing is agreed: the whole fee is asked of this payer."
        row = choose("contracts", "What this payer allows", shown, columns, key="payer_contract_id", empty=empty)
        if ended:
            st.toggle(f"Show earlier ones ({len(ended)})", key="contract:earlier")
    with right:
        _contract_form(payer, row, services, currency, now)


def _contract_form(
    payer: str, row: dict[str, Any] | None, services: dict[str, str], currency: Currency, now: date
) -> None:
    form = f"contract:{payer}"
    with entry(form):
        st.markdown("**Allow an amount from a day on**")
        keys = list(services)
        index = keys.index(row["service_id"]) if row and row["service_id"] in keys else 0
        service = st.selectbox("Service", keys, index=index, format_func=services.get)
        a, b = st.columns(2)
        now_allowed = plain(row["allowed_minor"], currency) if row else ""
        allowed = a.text_input(f"Allowed, {currency.code}", now_allowed, placeholder="110.00", required=True)
        start = b.date_input("From", now, min_value=EARLIEST, format=DATE)
        st.caption("What was allowed before ends the day before; charges made already keep their amounts.")
        if st.form_submit_button("Save the amount", type="primary"):
            minor = amount(form, allowed, is_zero_fine=True)
            if minor is not None:
                answer = attempt(
                    set_contract, form, is_in_place=True, payer_id=payer, service_id=service, allowed_minor=minor,
                    effective_from=str(start), done="The amount was saved.",
                )  # fmt: skip
                if answer is not None:
                    begin_anew(form, "contracts")
