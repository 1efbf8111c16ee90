"""What a claim's charges are for, said where the claim lacks it: the client's diagnoses, or a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send, turn
from practice.billing.code_lists import unchecked
from practice.billing.coding import diagnose_charges
from practice.billing.queries import coding


def diagnosis_form(row: dict[str, Any]) -> None:
    """One press where the client has diagnoses that day; else a code, which is recorded with the client, too."""
    day = date.fromisoformat(str(row["service_date"]))
    with runtime.current().record.read() as reader:
        known = coding.diagnoses_on(reader, row["client_id"], day)
        is_unchecked = bool(unchecked(reader, "icd10", day))
    name = f"diagnose:{row['charge_ids'][0]}"
    with entry(name, border=True):
        st.markdown("**What the visit was for**")
        given: dict[str, str | None] = {}
        if known:
            said = ", ".join(f"{one['code']} {one['description']}" for one in known)
            st.markdown(words.plain(said))
        else:
            a, b = st.columns([1, 3])
            given["code"] = a.text_input("Diagnosis", key=f"{name}:code:{turn(name)}", placeholder="F41.1") or ""
            hint = "No code list is loaded: say it in words" if is_unchecked else "Empty: as the code list says"
            meaning = b.text_input("What it means", key=f"{name}:words:{turn(name)}", placeholder=hint)
            given["description"] = meaning or None
        if st.form_submit_button("Put it on the claim" if known else "Save the diagnosis", type="primary"):
            send(diagnose_charges, name, charge_ids=row["charge_ids"], **given, done="Saved.")
