"""Cash: money that is held, promised, counted, and found in the bank.

`?client=<id>` shows one client's, `?visit=<id>` asks for a deposit.
"""

from __future__ import annotations

import streamlit as st

from dashboards.components.beginning import show_first_step
from dashboards.components.billing.common import read
from dashboards.components.cash.bank import bank_part
from dashboards.components.cash.deposits import deposits_part
from dashboards.components.cash.drawer import drawer_part
from dashboards.components.cash.offers import deposit_rules_box, package_offers_box
from dashboards.components.cash.packages import packages_part
from dashboards.components.cash.plans import plans_part
from dashboards.components.desk.words import plain
from dashboards.session import actor, show_messages
from practice.access.permissions import Permission, require
from practice.errors import Refusal
from practice.people.queries import client

person = actor()
require(person, Permission.SEE_MONEY)

PARTS = ["Deposits", "Packages", "Plans", "Drawer", "Bank"]
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## Cash")
    st.space("stretch")
    part = st.segmented_control(
        "List",
        PARTS,
        default=None if "cash_part" in st.session_state else PARTS[0],
        required=True,
        label_visibility="collapsed",
        wrap=True,
        key="cash_part",
        bind="query-params",
    )
show_messages()
show_first_step(person)

chosen = None
client_id = st.query_params.get("client")
if client_id:
    with st.container(horizontal=True, vertical_alignment="center"):
        try:
            chosen = read(client, person, client_id=client_id)
            st.markdown(f"**{plain(chosen['name'])}**", width="content")
        except Refusal as refusal:
            st.error(str(refusal))
            client_id = None
        if st.button("Everybody", icon=":material/close:"):
            del st.query_params["client"]
            st.rerun()

if part == "Deposits":
    deposits_part(person, client_id, st.query_params.get("visit"))
    deposit_rules_box(person, chosen)
elif part == "Packages":
    packages_part(person, client_id)
    package_offers_box(person)
elif part == "Plans":
    plans_part(person, client_id)
elif part == "Drawer":
    drawer_part(person)
else:
    bank_part(person)
