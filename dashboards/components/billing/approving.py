"""The one queue of what waits for a second person, and what became of the rest."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, count, read
from dashboards.components.billing.written_off import written_off_part
from dashboards.components.desk import words
from dashboards.components.forms import entry, practice_currency, send, show_refusal, turn
from practice.access.permissions import Actor, Permission
from practice.billing.approvals import approve_request, reject_request, withdraw_request
from practice.billing.limits import OVERBOOK, WAITING
from practice.billing.queries.control import approvals

COLUMNS = {
    "kind_name": "What",
    "amount_minor": "Amount",
    "about": "About",
    "reason": "Why",
    "asked_by_name": "Asked by",
}


def approvals_part(person: Actor) -> None:
    """What waits, the oldest first; on demand what was decided or has expired, and the report of write-offs."""
    if person.may(Permission.ADJUST):
        views = ["Requests", "Write-offs"]
        view = st.pills(
            "Show", views, default="Requests", required=True, label_visibility="collapsed", key="approvals_view"
        )
        if view == "Write-offs":
            written_off_part(person)
            return
    is_past = st.toggle("Decided and expired ones instead", key="billing_decided")
    rows = [_shown(row) for row in read(approvals, person, is_open=not is_past)]
    if is_past:
        columns = COLUMNS | {"state": "State", "decided_by_name": "By", "decision_note": "Note"}
        choose(rows, columns, key="decided", empty="Nothing has been decided yet.")
        return
    whose = "" if person.may(Permission.APPROVE) else "yours; "
    if rows:
        st.caption(f"{count(len(rows), 'request')}: {whose}each waits for somebody else than its asker.")
    picked = choose(
        rows, COLUMNS | {"expires_date": "Expires"}, key="approvals", empty="Nothing waits for a second person."
    )
    if picked or len(rows) == 1:  # the only one is open already
        _panel(person, (picked or rows)[0])
    elif rows:
        st.caption("Select a request to decide on it.")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    day = row["service_date"] or row["received_date"]
    when = f"{row['wall_start']:%-d %b %Y, %H:%M}" if row["wall_start"] else f"{day:%-d %b %Y}" if day else None
    about = [row["client_name"], row["description"], row["provider_name"], when]
    late = f", {count(row['days_behind'], 'day')} behind the lock date" if row["days_behind"] else ""
    return row | {
        "kind_name": f"{WAITING[row['kind']]} ({row['reason_class'].replace('_', ' ')}){late}",
        "amount_minor": row["amount_minor"] or None,
        "about": " · ".join(part for part in about if part) or "A payer's payment",
        "expires_date": row["expires_at"].date(),
        "asked_by_name": row["asked_by_name"] or "Somebody who is gone",
    }


def _panel(person: Actor, request: dict[str, Any]) -> None:
    approval_id = request["approval_id"]
    name = f"decide:{approval_id}"
    is_booking = request["kind"] == OVERBOOK
    money = "" if is_booking else practice_currency().show(request["amount_minor"])
    with st.container(border=True):
        st.markdown(f"**{request['kind_name']}{f', {money}' if money else ''}** · {words.plain(request['about'])}")
        st.caption(f"{words.plain(request['asked_by_name'])}: {words.plain(request['reason'])}")
        if request["asked_by"] == person.user_id:
            if st.button("Take it back", key=f"{name}:withdraw"):
                send(withdraw_request, name, approval_id=approval_id, done="Taken back.")
            show_refusal(name)
        elif person.may(Permission.APPROVE):
            _decision(name, approval_id, money)


def _decision(name: str, approval_id: str, money: str) -> None:
    with entry(name):
        note = st.text_input("Note (needed to reject)", key=f"{name}:note:{turn(name)}")
        with st.container(horizontal=True):
            yes = st.form_submit_button("Approve and post" if money else "Approve and book", type="primary")
            no = st.form_submit_button("Reject")
        if yes:
            done = f"Approved: {money} is posted." if money else "Approved: the visit is booked."
            send(approve_request, name, approval_id=approval_id, note=note or None, done=done)
        elif no:
            send(reject_request, name, reason=note or None, done="Rejected.", approval_id=approval_id)
