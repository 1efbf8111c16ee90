"""Clients: find one, then everything about them on one page. `?client=<id>` opens one."""

from __future__ import annotations

import streamlit as st

from dashboards.components.desk.client_list import client_list
from dashboards.components.desk.client_page import client_page
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.SEE_CLIENTS)
client_id = st.query_params.get("client")
if client_id:
    client_page(client_id)
else:
    client_list()
