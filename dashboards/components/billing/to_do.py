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
    "what": "What", "client_name": "Client", "amount_minor": "Waits", "age_days": "Days", "service_date": "Visit",
    "service_name": "Service", "owner": "Whose", "note": "Note",
}  # fmt: skip
CHARGED = ("uncharged", "missed_fee")
KIND = "to_do_kind"


def to_do_part(person: Actor) -> None:
    """The kinds with their numbers, the list, and what can be done with the selected entries."""
    exchange_box(person)
    cards_box(person)
    rows = read(to_do, person)
    kind = _kind(person, rows)
    shown = [row for row in rows if kind is None or row["kind"] == kind]
    columns = {
        name: title
        for name, title in COLUMNS.items()
        if name not in ("note", "amount_minor") or any(row[name] for row in shown)
    }
    picked = choose(shown, columns, key="to_do", many=True, empty="Nothing is left to do.")
    if picked:
        _steps(person, picked)
    elif rows:
        st.caption("An entry leaves the list as soon as its reason is gone. Select entries to work on them.")


def _kind(person: Actor, rows: Rows) -> str | None:
    """A line for each kind: how much there is of it, what to do with all of it. The one chosen, None for all."""
    numbers = Counter(row["kind"] for row in rows)
    chosen = st.session_state.get(KIND)
    if len(numbers) < 2 or chosen not in numbers:
        chosen = None
    if numbers:
        with st.container(border=True, gap="small"):
            for kind in (kind for kind in KINDS if numbers[kind]):
                _line(person, kind, [row for row in rows if row["kind"] == kind], chosen, len(numbers) > 1)
    return chosen


def _line(person: Actor, kind: str, rows: Rows, chosen: str | None, is_one_of_many: bool) -> None:
    """The kind with its number, its sum and its age; and its steps for all of it."""
    said = [f"**{KINDS[kind]}**", count(len(rows), "visit")]
    said += [plain(total(rows, "amount_minor"))] if all(row["amount_minor"] for row in rows) else []
    said += [f":gray[oldest {count(max(row['age_days'] for row in rows), 'day')}]"]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(" · ".join(said), width="content")
        st.space("stretch")
        if len(rows) > 1:
            _for_all(person, kind, rows)
        label = "Show all" if kind == chosen else "Show these"
        if is_one_of_many and st.button(label, key=f"to_do:show:{kind}", type="tertiary", help=KINDS[kind]):
            st.session_state[KIND] = None if kind == chosen else kind
            st.rerun()


def _for_all(person: Actor, kind: str, rows: Rows) -> None:
    """One step for a whole kind; many charges at once are asked about once more."""
    if kind in CHARGED and person.may(Permission.CHARGE):
        with st.popover("Charge all", icon=":material/done_all:"):
            st.markdown("Each visit is charged the fee in force on its day. A charge can be voided later.")
            label = f"Charge {count(len(rows), 'visit')}, {total(rows, 'amount_minor')}"
            if st.button(label, type="primary", key=f"to_do:all:{kind}"):
                _charge(rows)
    ready = [row for row in rows if kind == "no_diagnosis" and row["note"]]
    if ready and person.may(Permission.CHARGE) and st.button(f"Point {len(ready)} to diagnoses", key="to_do:code_all"):
        _code(ready)


def _steps(person: Actor, picked: Rows) -> None:
    """Buttons for what the selected entries need; of several kinds each takes its own."""
    to_charge = [row for row in picked if row["kind"] in CHARGED]
    to_waive = [row for row in picked if row["kind"] in (*CHARGED, "zero_fee")]
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
