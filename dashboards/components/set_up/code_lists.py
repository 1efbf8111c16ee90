"""The practice's lists of codes: which are in force, and the form that loads one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.charts import table_height
from dashboards.components.forms import entry, send, turn
from dashboards.components.set_up.common import DATE, EARLIEST, lists, read, today
from dashboards.session import keep_refusal
from practice.access.permissions import Actor
from practice.billing.code_files import KINDS
from practice.billing.code_lists import last_change, load_codes
from practice.billing.queries.coding import code_lists
from practice.errors import Refusal


def code_lists_part(person: Actor) -> None:
    """What was loaded, the newest first; the form beside it."""
    left, right = lists()
    with left:
        st.markdown("**Code lists**")
        rows = read(code_lists, person)
        shown = [
            {
                "List": KINDS[row["kind"]],
                "From": row["from_date"],
                "Codes": row["code_count"],
                "File": row["file_name"],
                "Loaded by": row["loaded_by_name"],
            }
            for row in rows
        ]
        if shown:
            days = {"From": st.column_config.DateColumn(format="D MMM YYYY")}
            st.dataframe(
                pd.DataFrame(shown), hide_index=True, placeholder="–", column_config=days,
                height=table_height(len(shown), 360),
            )  # fmt: skip
        else:
            st.caption("None yet: codes are taken as they are typed.")
        st.caption(
            "A code on a diagnosis or a charge must be in the list in force on that day. ICD-10-CM is public: its order"
            " file (icd10cm_order_2026.txt) says which codes can be billed. CPT is licensed: load your own list, a line"
            " a code, such as 90834,Psychotherapy 45 minutes."
        )
    with right:
        _load_form()


def _load_form() -> None:
    name = "load_codes"
    key = f"{name}:{turn(name)}"
    with entry(name):
        st.markdown("**Load a list**")
        kind = str(st.selectbox("List", list(KINDS), format_func=KINDS.get, key=f"{key}:kind"))
        begins = st.date_input(
            "In force from", None, EARLIEST, format=DATE, key=f"{key}:from",
            help="Empty: since its last yearly change, 1 October for ICD-10-CM and 1 January for CPT.",
        )  # fmt: skip
        file = st.file_uploader("File", type=["txt", "csv"], key=f"{key}:file", max_upload_size=40)
        if st.form_submit_button("Load", type="primary"):
            if file is None:
                keep_refusal(name, Refusal("Choose the file of the list.", field="text"))
                st.rerun()
            text = file.getvalue().decode("utf-8", errors="replace")
            since = str(begins or last_change(kind, today()))
            send(
                load_codes, name, kind=kind, text=text, from_date=since, file_name=file.name,
                done=f"{KINDS[kind]} is loaded and in force from {since}.",
            )  # fmt: skip
