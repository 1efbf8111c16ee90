"""The list *To do*: what is left before money can come. Each entry has its step here, and closes by itself."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.billing.uncharging import uncharged_popover
from dashboards.components.cards.tasks import cards_box
from dashboards.components.desk.words import plain
from dashboards.components.insurance.exchange import exchange_box
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.charges import charge_visit
from practice.billing.coding import code_charge
from practice.billing.to_do import KINDS, to_do

COLUMNS = {
    "what": "What", "client_name": "Client", "service_date": "Visit", "service_name": "Service", "age_days": "Days",
    "owner": "Whose", "amount_minor": "Waits", "note": "Note",
}  # fmt: skip


def to_do_part(person: Actor) -> None:
    """The kinds with their numbers, the list, and what can be done with the selected entries."""
    exchange_box(person)
    cards_box(person)
    rows = read(to_do, person)
    kind = _kind(rows)
    shown = [row for row in rows if kind is None or row["kind"] == kind]
    columns = COLUMNS if any(row["note"] for row in shown) else {n: t for n, t in COLUMNS.items() if n != "note"}
    picked = choose(shown, columns, key="to_do", many=True, empty="Nothing is left to do.")
    if picked:
        _steps(person, picked)
    elif rows:
        st.caption("An entry leaves the list as soon as its reason is gone. Select entries to work on them.")


def _kind(rows: Rows) -> str | None:
    """One kind, chosen by its number; None for all."""
    numbers = Counter(row["kind"] for row in rows)
    if len(numbers) < 2:
        return None
    labels = {kind: f"{title} ({numbers[kind]})" for kind, title in KINDS.items() if numbers[kind]}
    return st.pills(
        "Kind", list(labels), format_func=labels.get, label_visibility="collapsed",
        key="to_do_kind",
    )  # fmt: skip


def _steps(person: Actor, picked: Rows) -> None:
    """Buttons for what the selected entries need; of several kinds each takes its own."""
    to_charge = [row for row in picked if row["kind"] in ("uncharged", "missed_fee")]
    to_waive = [row for row in picked if row["kind"] in ("uncharged", "missed_fee", "zero_fee")]
    to_code = [row for row in picked if row["kind"] == "no_diagnosis" and row["note"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        if to_charge and person.may(Permission.CHARGE):
            label = f"Charge {count(len(to_charge), 'visit')}, {total(to_charge, 'amount_minor')}"
            if st.button(label, type="primary", key="to_do:charge"):
                _charge(to_charge)
        if to_code and person.may(Permission.CHARGE):
            label = f"Point {count(len(to_code), 'charge')} to the client's diagnoses"
            if st.button(label, type="primary", key="to_do:code"):
                _code(to_code)
        if to_waive and person.may(Permission.ADJUST):
            uncharged_popover(to_waive)
        for client_id, name in {row["client_id"]: row["client_name"] for row in picked[:6]}.items():
            st.page_link(
                "app_pages/client.py", label=plain(name), icon=":material/person:", query_params={"client": client_id}
            )
    _what_next(picked)


def _what_next(picked: Rows) -> None:
    """Where the step is somebody else's, or elsewhere."""
    kinds = {row["kind"] for row in picked if not (row["kind"] == "no_diagnosis" and row["note"])}
    said = {
        "zero_fee": "A visit without a fee gets one in Set-up, Fees; or say that it is not to be charged.",
        "no_diagnosis": "Diagnoses are recorded on the client's page; then the charge can point to them.",
        "unsigned_note": "Notes are signed by who saw the client, in the visit's drawer of the calendar.",
    }
    for kind, sentence in said.items():
        if kind in kinds:
            st.caption(sentence)


def _charge(rows: Rows) -> None:
    done = sum(
        bool(attempt(charge_visit, f"charge:{row['attendee_id']}", attendee_id=row["attendee_id"])) for row in rows
    )
    if done:
        say(f"{count(done, 'visit')} charged.")
    st.rerun()


def _code(rows: Rows) -> None:
    done = sum(bool(attempt(code_charge, f"code:{row['charge_id']}", charge_id=row["charge_id"])) for row in rows)
    if done:
        say(f"{count(done, 'charge')} coded.")
    st.rerun()
