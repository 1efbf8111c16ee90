"""Denials as tasks: the most urgent first, and what can be done about each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import choose, count, read, total
from dashboards.components.desk import words
from dashboards.components.forms import entry, practice_currency, send, turn
from dashboards.components.insurance.remittances import claim_lines
from dashboards.session import WAITS
from practice.access.permissions import Actor
from practice.insurance import denial_queries as queries
from practice.insurance.denials import (
    OUTCOMES,
    appeal_denial,
    assign_denial,
    pass_denial_to_client,
    write_off_denial,
)

COLUMNS = {
    "clients": "Client",
    "open_minor": "Owed",
    "days_left": "Days left",
    "deadline_date": "Until",
    "reasons": "Why",
    "owner_name": "Whose task",
    "payer_name": "Payer",
    "state_name": "State",
    "service_date": "Seen on",
}
STATES = {"open": "Open", "waiting": "Waits for a second person", "settled": "Settled"} | OUTCOMES


def denials_part(person: Actor) -> None:
    """What waits, then on demand what is done."""
    is_past = st.toggle("Done ones instead", key="denials_done")
    rows = read(queries.denials, person, only_open=not is_past)
    rows = [row | {"state_name": STATES[row["state"]]} for row in rows if bool(row["open_minor"]) != is_past]
    if rows and not is_past:
        late = sum(row["days_left"] < 0 for row in rows)
        soon = sum(0 <= row["days_left"] <= 14 for row in rows)
        said = [f"{late} past the deadline" if late else "", f"{soon} within two weeks" if soon else ""]
        more = "".join(f", {one}" for one in said if one)
        st.caption(f"{count(len(rows), 'denial')}, {total(rows, 'open_minor')} owed{more}.")
    empty = "No denial was worked yet." if is_past else "No denial waits for anybody."
    picked = choose(rows, COLUMNS, key="denials", empty=empty)
    if picked:
        _panel(person, picked[0], is_past=is_past)
    elif rows:
        st.caption("Select a denial to work on it.")


def _panel(person: Actor, row: dict[str, Any], *, is_past: bool) -> None:
    claim_id = row["remittance_claim_id"]
    name = f"denial:{claim_id}"
    money = practice_currency().show(row["open_minor"] or row["denied_minor"])
    with st.container(border=True):
        about = f"{row['clients'] or row['control_number']} · {row['payer_name']} · {money}"
        st.markdown(f"**{words.plain(about)}**")
        if row["note"] and row["state"] != "waiting":
            st.caption(f"{STATES[row['state']]}: {words.plain(row['note'])}")
        claim_lines(person, claim_id)
        if is_past:
            return
        left, right = st.columns([2, 1], gap="medium")
        with left:
            if row["state"] == "waiting":
                st.info(f"To write off {money} is for a second person to decide.", icon=":material/how_to_reg:")
                st.page_link("app_pages/billing.py", label="Approvals", query_params={"billing_part": "Approvals"})
            else:
                _decision(name, claim_id, row)
        with right:
            _task(person, row)


def _decision(name: str, claim_id: str, row: dict[str, Any]) -> None:
    money = practice_currency().show(row["open_minor"])
    with entry(name):
        why = st.text_input("What was done, and why", key=f"{name}:why:{turn(name)}")
        with st.container(horizontal=True):
            appeal = st.form_submit_button("Appealed", type="primary")
            give_up = st.form_submit_button("Write off")
            client = st.form_submit_button("Client owes it")
        given = {"reason": why or None, "remittance_claim_id": claim_id}
        if appeal:
            send(appeal_denial, name, done="Noted; it stays here until the payer answers.", **given)
        elif give_up:
            send(write_off_denial, name, done=_written_off, **given)
        elif client:
            send(pass_denial_to_client, name, done=f"{money} moved to the client.", **given)


def _written_off(answer: dict[str, Any]) -> str:
    show = practice_currency().show
    if not answer["waiting_minor"]:
        return f"{show(answer['written_off_minor'])} written off."
    if not answer["written_off_minor"]:
        return WAITS
    done, waits = show(answer["written_off_minor"]), show(answer["waiting_minor"])
    return f"{done} written off; {waits} waits for a second person (Billing, Approvals)."


def _task(person: Actor, row: dict[str, Any]) -> None:
    claim_id = row["remittance_claim_id"]
    name = f"task:{claim_id}"
    people = {one["user_id"]: one["name"] for one in read(queries.owners, person)}
    with entry(name):
        ids = list(people)
        mine = ids.index(row["owner_id"]) if row["owner_id"] in people else None
        owner = st.selectbox("Whose task", ids, index=mine, format_func=people.get, key=f"{name}:owner:{turn(name)}")
        until = st.date_input("Until", row["deadline_date"], format="YYYY-MM-DD", key=f"{name}:until:{turn(name)}")
        if st.form_submit_button("Save"):
            deadline = str(until) if until else None
            send(assign_denial, name, remittance_claim_id=claim_id, owner_id=owner, deadline=deadline, done="Saved.")
