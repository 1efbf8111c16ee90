"""Claims that were sent: where each stands, its story, the form, and what can still be done about it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import choose, count, read, total
from dashboards.components.charts import table_height
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency, show_refusal, turn
from dashboards.components.insurance.dropping import send_file
from practice.access.permissions import Actor
from practice.insurance import sent_claim_queries as queries
from practice.insurance.claims import correct_claim, void_claim
from practice.insurance.paper_claim import boxes

COLUMNS = {
    "client_name": "Client",
    "open_minor": "Owed",
    "state_name": "State",
    "service_date": "Seen on",
    "payer_name": "Payer",
    "control_number": "Claim",
    "total_minor": "Asked for",
    "paid_minor": "Paid",
    "status_note": "Why",
}
KINDS = {"submitted": "Sent", "received": "Received", "accepted": "Accepted", "rejected": "Rejected", "noted": "Noted",
         "replaced": "Corrected by another claim", "voided": "Voided"}  # fmt: skip


def sent_part(person: Actor) -> None:
    """The list and the chosen claim."""
    is_all = st.checkbox("Also the paid, closed and replaced ones", key="claims_all")
    rows = read(queries.claims_sent, person, only_open=not is_all)
    if rows:
        rejected = sum(row["state"] == "rejected" for row in rows)
        more = f"; {count(rejected, 'rejected claim')} to send again" if rejected else ""
        st.caption(f"{count(len(rows), 'claim')}, {total(rows, 'open_minor')} owed{more}.")
    shown = [row | {"paid_minor": row["paid_minor"] or 0} for row in rows]
    picked = choose(shown, COLUMNS, key="claims_out", height=320, empty="No claim is under way.")
    if picked:
        _panel(person, picked[0])
    elif rows:
        st.caption("Select a claim to see its story, correct it or void it.")


def _panel(person: Actor, row: dict[str, Any]) -> None:
    claim_id = row["insurance_claim_id"]
    with st.container(border=True):
        st.markdown(
            f"**{words.plain(row['client_name'])}** · {words.plain(row['payer_name'])} · {row['control_number']}"
        )
        left, right = st.columns([2, 1], gap="medium")
        with left:
            for event in read(queries.events, person, insurance_claim_id=claim_id):
                said = f": {words.plain(event['note'])}" if event["note"] else ""
                st.markdown(f"- {words.date_of(event['known_at'].date())} **{KINDS[event['kind']]}**{said}")
        with right:
            _papers(person, row)
            if row["status"] in ("submitted", "accepted") and row["state"] not in ("paid", "closed"):
                _again(row)
        _form(person, claim_id)


def _papers(person: Actor, row: dict[str, Any]) -> None:
    document = read(queries.claim_document, person, insurance_claim_id=row["insurance_claim_id"])
    forms = boxes(document, practice_currency())
    with runtime.current().record.read() as reader:
        name, text = queries.file_text(reader, row["claim_file_id"])
    with st.container(horizontal=True):
        st.download_button("File (837P)", text, name, "text/plain", icon=":material/download:", key="file_837")
        st.download_button(
            "CMS-1500 data",
            json.dumps(forms, indent=1),
            f"{row['control_number']}.json",
            "application/json",
            icon=":material/description:",
            key="cms_1500",
        )


def _form(person: Actor, claim_id: str) -> None:
    forms = boxes(read(queries.claim_document, person, insurance_claim_id=claim_id), practice_currency())
    with st.expander("As the CMS-1500 form"):
        for form in forms:
            frame = pd.DataFrame([{"Box": box, "Text": said} for box, said in form.items()])
            st.dataframe(frame, hide_index=True, height=table_height(len(frame), 300))


def _again(row: dict[str, Any]) -> None:
    claim_id = row["insurance_claim_id"]
    name = f"again:{claim_id}"
    with st.popover("Correct or void", icon=":material/edit:"):
        st.caption("A correction says what the charges say today, in place of this claim; a void takes it back.")
        why = st.text_input("Why", key=f"{name}:why:{turn(name)}")
        with st.container(horizontal=True):
            if st.button("Send a correction", type="primary", key=f"{name}:correct"):
                send_file(correct_claim, name, insurance_claim_id=claim_id, reason=why or None)
            if st.button("Void it", key=f"{name}:void"):
                send_file(void_claim, name, insurance_claim_id=claim_id, reason=why or None)
        show_refusal(name)
