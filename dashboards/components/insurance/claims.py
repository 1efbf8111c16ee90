"""Claims to send: what is ready, what is missing of the others and where it is put right, and the file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency, send, show_refusal, start_anew, turn
from dashboards.components.insurance.dropping import send_file
from dashboards.components.insurance.fixing import fix_forms
from dashboards.components.insurance.sent import sent_part
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.insurance.claim_checks import check_claims
from practice.insurance.claim_queries import to_claim
from practice.insurance.claims import leave_out_of_claims, send_claims

SOON_DAYS = 14
COLUMNS = {
    "client_name": "Client",
    "amount_minor": "Amount",
    "state": "State",
    "file_by_date": "File by",
    "service_date": "Seen on",
    "payer_name": "Payer",
    "rank": "Rank",
    "codes": "Codes",
    "problem": "What is missing",
}


def claims_part(person: Actor) -> None:
    """What is to be sent, then on demand what was."""
    is_sent = st.toggle("Sent ones instead", key="claims_sent")
    if is_sent:
        sent_part(person)
        return
    rows = read(to_claim, person)
    if not all(row["is_checked"] for row in rows):  # seen for the first time: before anything is put right
        attempt(check_claims, "check_claims")
    ready = [row for row in rows if row["state"] == "ready"]
    if rows:
        left = len(rows) - len(ready)
        st.caption(
            f"{count(len(rows), 'claim')} to send, {total(rows, 'amount_minor')};"
            f" {len(ready)} ready{f', {left} not yet' if left else ''}."
        )
    _hurry(rows)
    columns = {name: title for name, title in COLUMNS.items() if name != "rank" or any(row["rank"] > 1 for row in rows)}
    picked = choose(rows, columns, key="to_claim", many=True, empty="Every payer was asked for what it owes.")
    if rows:
        _send_button(picked or ready)
    if picked:
        _panel(person, picked)
    elif len(rows) > len(ready):
        st.caption("Select a claim to put right what is missing.")


def _hurry(rows: Rows) -> None:
    """What no payer takes any more, and what it takes for a few days only."""
    late = [row for row in rows if row["days_left"] < 0]
    soon = [row for row in rows if 0 <= row["days_left"] <= SOON_DAYS]
    said = (
        [f"{count(len(late), 'claim')}, {total(late, 'amount_minor')}, past the payer's time to file"] if late else []
    )
    said += [f"{count(len(soon), 'claim')} to file within {SOON_DAYS} days"] if soon else []
    if said:
        st.warning(f"{'; '.join(said)}.", icon=":material/hourglass_bottom:")


def _send_button(rows: Rows) -> None:
    is_ready = bool(rows) and all(row["state"] == "ready" for row in rows)
    if st.button(
        f"Send {count(len(rows), 'claim')}" if rows else "Send",
        type="primary",
        disabled=not is_ready,
        key="send_claims",
    ):
        asked = [{"charge_ids": row["charge_ids"], "payer_id": row["payer_id"]} for row in rows]
        send_file(send_claims, "send_claims", claims=asked)
    show_refusal("send_claims")


def _panel(person: Actor, picked: Rows) -> None:
    with st.container(border=True):
        first = picked[0]
        money = practice_currency().show(sum(row["amount_minor"] for row in picked))
        who = first["client_name"] if len(picked) == 1 else count(len(picked), "claim")
        st.markdown(f"**{words.plain(who)}** · {words.plain(first['payer_name'])} · {words.plain(money)}")
        if len(picked) == 1:
            for problem in first["problems"]:
                st.markdown(f"- {words.plain(problem.sentence)}")
            fix_forms(person, first)
        _leave_out(picked)


def _leave_out(picked: Rows) -> None:
    name = "leave_out"
    with st.popover("Send no claim", icon=":material/block:"):
        st.caption("Asked for from elsewhere before, or paid without a claim: it leaves this list and stays owed.")
        why = st.text_input("Why", key=f"{name}:why:{turn(name)}")
        if st.button("Leave out", type="primary", key=f"{name}:do"):
            by_payer: dict[str, list[Any]] = {}
            for row in picked:
                by_payer.setdefault(row["payer_id"], []).extend(row["charge_ids"])
            for payer_id, charge_ids in by_payer.items():
                parameters = {"charge_ids": charge_ids, "payer_id": payer_id}
                if len(by_payer) == 1:
                    send(leave_out_of_claims, name, reason=why or None, done="Left out.", **parameters)
                elif attempt(leave_out_of_claims, name, is_in_place=True, reason=why or None, **parameters) is None:
                    break
            else:
                if len(by_payer) > 1:
                    start_anew(name)
                    say("Left out.")
                    st.rerun()
        show_refusal(name)
