"""The fields of a charge beside its amount: units, modifiers, and which of the client's diagnoses it is for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from practice.billing.queries import coding

Row = dict[str, Any]


def coding_fields(row: Row) -> Row:
    """Prefilled with what stands for that visit; answers them as `charge_visit` takes them."""
    key = row["attendee_id"]
    with runtime.current().record.read() as reader:
        known = coding.diagnoses_on(reader, row["client_id"], row["service_date"])
        modifiers = (reader.find("services", row["service_id"]) or {}).get("modifiers")
    words = {one["code"]: f"{one['code']} {one['description']}" for one in known}
    left, middle, right = st.columns([1, 1, 4])
    units = left.number_input("Units", 1, 999, 1, key=f"units:{key}")
    typed = middle.text_input("Modifiers", modifiers or "", key=f"modifiers:{key}", placeholder="95, GT")
    chosen = right.multiselect(
        "Diagnoses, the main one first",
        list(words),
        list(words)[:12],
        format_func=words.get,
        max_selections=12,
        key=f"diagnoses:{key}",
        placeholder="None on or before the visit" if not known else "Choose",
        help="The first four are what the charge points to.",
    )
    return {"units": int(units), "modifiers": typed, "diagnoses": list(chosen)}
