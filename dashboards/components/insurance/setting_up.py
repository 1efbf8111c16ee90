"""How the practice and its payers work together: who bills, payers in files, what their reasons mean."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, read
from dashboards.components.forms import entry, send, turn
from dashboards.components.insurance.fixing import payer_form, sender_form
from practice.access.permissions import Actor, Permission
from practice.insurance import claim_facts
from practice.insurance import worklist_queries as queries
from practice.insurance.claim_queries import sender_kept
from practice.insurance.denial_queries import USUAL_APPEAL_DAYS
from practice.insurance.filing_queries import USUAL_FILING_DAYS
from practice.insurance.reasons import GROUPS
from practice.insurance.remits import set_remittance_rule
from practice.people.queries import payers

CLASSES = {
    "contractual": "Contractual: lowers what is owed",
    "sequestration": "Sequestration: lowers it, apart",
    "denial": "Denial: stays owed, to be worked",
    "client_share": "The client's, or the next payer's",
    "prior_payer": "What the payer before has done",
    "nothing": "Only told, changes nothing",
}


def set_up_part(person: Actor) -> None:
    """Everybody here sees it; who may set the practice up changes it, a biller the payers' codes."""
    if person.may(Permission.SET_UP):
        with st.expander("Who bills, and who takes the files"):
            sender_form(read(sender_kept, person))
    _payers(person)
    _rules(person)


def _payers(person: Actor) -> None:
    st.markdown("**Payers in files**")
    rows = read(queries.payers_in_files, person)
    shown = [
        row
        | {
            "kind": claim_facts.FILING_CODES.get(row["filing_code"], ""),
            "filing_days": row["filing_days"] or USUAL_FILING_DAYS,
            "appeal_days": row["appeal_days"] or USUAL_APPEAL_DAYS,
        }
        for row in rows
    ]
    columns = {
        "name": "Payer",
        "code": "Code",
        "kind": "Kind of cover",
        "filing_days": "Days to file",
        "appeal_days": "Days for an appeal",
    }
    picked = choose(shown, columns, key="payers_in_files", height=220, empty="There are no payers yet; see Set-up.")
    if not picked:
        return
    left, right = st.columns([3, 1], gap="medium")
    with left:
        payer_form(picked[0])
    if person.may(Permission.SET_UP):
        with right:
            _days(picked[0])


def _days(payer: dict[str, Any]) -> None:
    name = f"payer_days:{payer['payer_id']}"
    with entry(name, border=True):
        st.markdown("**Time it gives**")
        filing = st.number_input(
            "Days to file a claim", 1, 1_095, int(payer["filing_days"]), key=f"{name}:filing:{turn(name)}",
            help="Counted from the visit; where another payer comes first, from its answer.",
        )  # fmt: skip
        appeal = st.number_input(
            "Days for an appeal", 1, 730, int(payer["appeal_days"]), key=f"{name}:appeal:{turn(name)}",
            help="Counted from the remittance that said no.",
        )  # fmt: skip
        if st.form_submit_button("Save the days"):
            send(
                claim_facts.set_payer_days, name, payer_id=payer["payer_id"], filing_days=int(filing),
                appeal_days=int(appeal), done="Saved.",
            )  # fmt: skip


def _rules(person: Actor) -> None:
    st.markdown("**What payers' reasons mean**")
    rows = [
        row
        | {
            "payer": row["payer_name"] or "Every payer",
            "reason": f"{row['group_code']}-{row['reason_code']}" if row["reason_code"] else row["group_code"],
            "meaning": CLASSES[row["class"]],
        }
        for row in read(queries.rules, person)
    ]
    columns = {"payer": "Payer", "reason": "Code", "said": "In our words", "meaning": "What it means"}
    choose(rows, columns, key="reasons", height=240)
    st.caption(
        "A payer's own line goes before the general one, a reason before its group; from the next remittance on."
    )
    if person.may(Permission.SET_UP):
        _rule_form(person)


def _rule_form(person: Actor) -> None:
    name = "remittance_rule"
    names = {row["payer_id"]: row["name"] for row in read(payers, person)}
    with entry(name, border=True):
        a, b, c, d = st.columns([3, 2, 2, 4])
        payer_id = a.selectbox(
            "Payer",
            [None, *names],
            format_func=lambda one: names[one] if one else "Every payer",
            key=f"{name}:p:{turn(name)}",
        )
        group = b.selectbox(
            "Group", list(GROUPS), format_func=lambda one: f"{one}, {GROUPS[one]}", key=f"{name}:g:{turn(name)}"
        )
        reason = c.text_input("Reason", placeholder="Empty: any other", key=f"{name}:r:{turn(name)}")
        meaning = d.selectbox("Means", list(CLASSES), format_func=CLASSES.get, key=f"{name}:m:{turn(name)}")
        if st.form_submit_button("Save what it means"):
            send(
                set_remittance_rule,
                name,
                group_code=group,
                reason_code=reason or None,
                rule_class=meaning,
                payer_id=payer_id,
                done="Saved; it counts from the next remittance on.",
            )
