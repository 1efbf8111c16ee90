"""Who pays for whom: what a guarantor owes for each person, or with whom the account of somebody else's client is."""

from __future__ import annotations

import streamlit as st

from dashboards.components.desk import words
from dashboards.components.desk.place import Desk
from practice.store.work import Row


def household(client: Row, account: Row, desk: Desk) -> None:
    """For a guarantor each person with what is open; for others the way to the account. Nothing for one alone."""
    if client["guarantor"]:
        payer = client["guarantor"]
        st.page_link(
            "app_pages/client.py", label=f"{words.plain(payer['name'])} pays; invoices and statements are there",
            icon=":material/family_restroom:", query_params={"client": payer["client_id"]}, width="content",
        )  # fmt: skip
        return
    open_minor = per_person(account)
    others = {row["client_id"]: row["name"] for row in client["owes_for"]}
    if not others.keys() | open_minor.keys() - {client["client_id"]}:
        return
    names = {charge["client_id"]: charge["client_name"] for charge in account["charges"]} | others
    names[client["client_id"]] = client["name"]
    with st.container(border=True):
        st.markdown("**Household** · what this account owes for whom; one statement says it all")
        grid = st.grid("auto", min_column_width=180)
        for key in sorted(names, key=lambda one: (one != client["client_id"], names[one])):
            owed = open_minor.get(key, 0)
            if key not in others and key != client["client_id"] and not owed:
                continue  # somebody they paid for once
            with grid.container(gap=None):
                st.button(
                    words.plain(names[key]), type="tertiary", key=f"household:{key}",
                    disabled=key == client["client_id"], on_click=st.query_params.from_dict, args=({"client": key},),
                )  # fmt: skip
                st.markdown(f"**{desk.currency.show(owed)}**")


def per_person(account: Row) -> dict[str, int]:
    """What the account owes for each client it was charged for, in minor units. Pure."""
    found: dict[str, int] = {}
    for charge in account["charges"]:
        found[charge["client_id"]] = found.get(charge["client_id"], 0) + charge["client_open_minor"]
    return {key: minor for key, minor in found.items() if minor}
