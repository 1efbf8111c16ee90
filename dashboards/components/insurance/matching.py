"""Claims that nobody knows a charge for: what they say, whom they may be about, and one click to match."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, count, read, total
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency, send, show_refusal
from practice.access.permissions import Actor
from practice.insurance import worklist_queries as queries
from practice.insurance.remits import match_claim
from practice.insurance.remittance import Claim
from practice.insurance.suggesting import Suggestion

COLUMNS = {
    "payer_name": "Payer",
    "paid_minor": "Paid",
    "service_date": "Seen on",
    "control_number": "Claim",
    "charge_minor": "Charged",
    "note": "Why it waits",
}
OTHERS = {"service_date": "Seen on", "client_name": "Client", "code": "Code", "amount_minor": "Charged",
          "open_minor": "Open"}  # fmt: skip


def to_match_part(person: Actor) -> None:
    """The queue; the oldest is open already."""
    rows = read(queries.unmatched, person)
    if rows:
        st.caption(f"{count(len(rows), 'claim')} to match; {total(rows, 'paid_minor')} waits in clearing.")
    picked = choose(rows, COLUMNS, key="unmatched", height=260, empty="Every claim that was paid found its charge.")
    for row in (picked or rows)[:1]:
        _panel(person, row)


def _panel(person: Actor, row: dict[str, Any]) -> None:
    claim_id, name = row["remittance_claim_id"], f"match:{row['remittance_claim_id']}"
    claim, found = read(queries.suggestions, person, remittance_claim_id=claim_id)
    with st.container(border=True):
        st.markdown(f"**{_about(claim)}**")
        st.caption(words.plain(row["note"] or ""))
        for line in claim.lines:
            st.markdown(f"- {_line(line)}")
        for number, one in enumerate(found):
            _suggestion(one, name, claim_id, is_best=number == 0 and one.is_same_person)
        if not found:
            st.info("Nothing that this payer owes looks like it. Choose by hand:", icon=":material/search_off:")
        _by_hand(person, claim_id, name, len(claim.lines), is_open=not found)
        show_refusal(name)


def _suggestion(one: Suggestion, name: str, claim_id: str, *, is_best: bool) -> None:
    currency = practice_currency()
    parts = [
        f"{charge['code'] or charge['description']} of {words.date_of(charge['service_date'])},"
        f" {currency.show(charge['amount_minor'])}"
        for charge in one.charges
    ]
    # On a phone the button stands below its line; the border says which line that is.
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"**{words.plain(one.client_name)}** · {words.plain('; '.join(parts))} · {words.plain(one.why)}")
        pressed = st.button(
            "Match",
            type="primary" if is_best else "secondary",
            key=f"{name}:{one.charge_ids[0]}",
            icon=":material/link:",
        )
    if pressed:
        done = f"Matched to {one.client_name}."
        send(match_claim, name, remittance_claim_id=claim_id, charge_ids=one.charge_ids, done=done)


def _by_hand(person: Actor, claim_id: str, name: str, lines: int, *, is_open: bool) -> None:
    with st.expander("Choose the charges by hand", expanded=is_open):
        text = st.text_input("Client", placeholder="Any part of a name", type="search", key=f"{name}:text")
        rows = read(queries.owed, person, remittance_claim_id=claim_id, text=text)
        picked = choose(rows, OTHERS, key=f"{name}:owed", many=True, height=220, empty="Nothing is owed by this payer.")
        if lines > 1 and picked:
            st.caption(f"Select {lines} charges: one for each line, in the order of the table.")
        if st.button("Match to the selected", disabled=not picked, key=f"{name}:hand"):
            charge_ids = [one["charge_id"] for one in picked]
            send(match_claim, name, remittance_claim_id=claim_id, charge_ids=charge_ids, done="Matched.")


def _about(claim: Claim) -> str:
    person = " ".join(part for part in (claim.given_name.title(), claim.family_name.title()) if part)
    said = [person, f"member {claim.member_number}" if claim.member_number else "", f"claim {claim.control_number}"]
    return words.plain(" · ".join(part for part in said if part))


def _line(line: Any) -> str:
    currency = practice_currency()
    what = f"{line.code or 'No code'} of {words.date_of(line.service_date) or 'no date'}"
    return words.plain(f"{what}: {currency.show(line.charge_minor)} charged, {currency.show(line.paid_minor)} paid")
