"""Billing: what to charge, what to invoice, who has not paid, what came in. Each list leads to the next step."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.beginning import show_first_step
from dashboards.components.billing.approving import approvals_part
from dashboards.components.billing.books import books_part
from dashboards.components.billing.charging import to_charge_part, to_invoice_part
from dashboards.components.billing.common import read
from dashboards.components.billing.owing import owing_part
from dashboards.components.billing.receiving import payments_part, unpaid_part
from dashboards.components.billing.selling import sell_part
from dashboards.components.billing.to_do import to_do_part
from dashboards.components.cards.bar import card_bar
from dashboards.components.desk.words import plain
from dashboards.components.paper.client import statement_bar
from dashboards.components.paper.handing import fresh_receipt
from dashboards.components.paper.runs import documents_part
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require
from practice.errors import Refusal
from practice.people.queries import client, search_clients
from practice.people.setup import practice_today

person = actor()
require(person, Permission.SEE_MONEY)

PARTS = ["To do", "To charge", "To invoice", "Unpaid", "Open items", "Payments", "Documents"]
if person.may(Permission.CHARGE) and person.may(Permission.TAKE_PAYMENT):
    PARTS.append("Sell")
PARTS.append("Approvals")
if person.may(Permission.EXPORT_BOOKS):
    PARTS.append("Books")
if "billing_next" in st.session_state:
    st.session_state["billing_part"] = st.session_state.pop("billing_next")
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Billing")
    st.space("stretch")
    part = st.segmented_control(
        "List",
        PARTS,
        default=None if "billing_part" in st.session_state else "To charge",
        required=True,
        label_visibility="collapsed",
        wrap=True,
        key="billing_part",
        bind="query-params",
    )
show_messages()
show_first_step(person)
fresh_receipt(person)

party = None
if part in ("Open items", "Payments"):
    chosen = st.query_params.get("client")
    with st.container(horizontal=True, vertical_alignment="center" if chosen else "bottom"):
        if chosen:
            try:
                with runtime.current().record.read() as reader:
                    found = client(reader, person, chosen)
                owes = found["guarantor_client_id"] or found["client_id"]
                party = f"client:{owes}"
                st.markdown(f"**{plain(found['name'])}**")
            except Refusal as refusal:
                st.error(str(refusal))
            if st.button("Everybody", icon=":material/close:"):
                del st.query_params["client"]
                st.rerun()
        else:
            text = st.text_input(
                "Only one client", placeholder="Any part of a name, phone or birth date", type="search", width=380
            )
            for row in read(search_clients, person, text=text, limit=4) if text else []:
                if st.button(plain(row["name"]), key=f"only:{row['client_id']}"):
                    st.query_params["client"] = row["client_id"]
                    st.rerun()

if party:
    card_bar(person, party)
if part == "To do":
    to_do_part(person)
elif part == "Sell":
    sell_part(person)
elif part == "To charge":
    to_charge_part(person)
elif part == "To invoice":
    to_invoice_part(person)
elif part == "Unpaid":
    unpaid_part(person)
elif part == "Open items":
    owing_part(person, party)
    if party:
        statement_bar(person, party, read(lambda reader, _: practice_today(reader), person))
elif part == "Approvals":
    approvals_part(person)
elif part == "Documents":
    documents_part(person)
elif part == "Books":
    books_part(person)
else:
    payments_part(person, party)
