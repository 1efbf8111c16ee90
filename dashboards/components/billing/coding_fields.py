"""The fields of a charge beside its amount: units, modifiers, and which of the client's diagnoses it is for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.session import actor
from practice.billing.queries import coding
from practice.billing.suggesting import suggestion

Row = dict[str, Any]


def coding_fields(row: Row) -> Row:
    """Prefilled with what stands for that visit; answers them as `charge_visit` takes them."""
    key = row["attendee_id"]
    with runtime.current().record.read() as reader:
        known = coding.diagnoses_on(reader, row["client_id"], row["service_date"])
        found = suggestion(reader, actor(), key)
    words = {one["code"]: f"{one['code']} {one['description']}" for one in known}
    answer: Row = {}
    for note in [found["refusal"], *found["notes"]]:
        if note:
            st.caption(f":material/info: {note}")
    first, left, middle, right = st.columns([1, 1, 1, 4])
    if found["is_by_time"] or found["refusal"]:
        minutes = first.number_input("Minutes", 1, 1440, found["minutes"], key=f"minutes:{key}")
        answer["minutes"] = int(minutes) if minutes and minutes != found["minutes"] else None
    else:
        first.text_input("Code", found["code"] or "–", disabled=True, key=f"code:{key}")
    units = left.number_input("Units", 1, 999, found["units"] or 1, key=f"units:{key}")
    typed = middle.text_input("Modifiers", found["modifiers"] or "", key=f"modifiers:{key}", placeholder="95, GT")
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
    if units != (found["units"] or 1):
        answer["units"] = int(units)
    return answer | {"modifiers": typed, "diagnoses": list(chosen)}
