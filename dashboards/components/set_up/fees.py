"""What visits cost: fees by payer and day, codes by minutes, and when charges are posted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import plain
from dashboards.components.forms import amount, entry, practice_currency, send, turn
from dashboards.components.set_up.common import DATE, EARLIEST, begin_anew, choose, lists, names_by, read, today
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.billing.fees import AT_COMPLETION, set_charging, set_fee, set_time_codes
from practice.billing.pricing import FOR_ALL
from practice.billing.queries import pricing
from practice.billing.timed import EIGHT_MINUTES, PSYCHOTHERAPY, UNIT, words
from practice.people import queries

COLUMNS = {
    "code": "Code", "minutes_from": "From, minutes", "minutes_to": "To, minutes", "unit_minutes": "A unit, minutes",
    "fee": "Fee",
}  # fmt: skip
REHAB = ({"code": "97110", "minutes_from": EIGHT_MINUTES, "unit_minutes": UNIT},)


def fees_part(person: Actor) -> None:
    """Fees, then codes by minutes, then what is charged when."""
    services = names_by(read(queries.services, person), "service_id")
    if not services:
        st.caption("Once there is a service, its fees by payer and day are said here.")
        return
    payers: dict[str | None, str] = {None: "Everybody"} | names_by(read(queries.payers, person), "payer_id")
    left, right = lists()
    with left:
        row = _fees(payers)
    with right:
        _fee_form(row, services, payers)
    left, right = lists()
    with left:
        _time_codes(services)
    with right:
        _charging_form()


def _fees(payers: dict[str | None, str]) -> dict[str, Any] | None:
    currency, now = practice_currency(), today()
    rows = [
        row | {"for": payers.get(row["payer_id"], row["payer_name"]), "fee": currency.show(row["fee_minor"])}
        for row in read(pricing.fees_of)
    ]
    ended = [row for row in rows if row["effective_to"] and row["effective_to"] < now]
    shown = rows if st.session_state.get("fees:earlier") else [row for row in rows if row not in ended]
    columns = {
        "service_name": "Service", "for": "Asked of", "fee": "Fee", "effective_from": "From", "effective_to": "To",
    }  # fmt: skip
    empty = "None now: each service costs the fee that stands on Services."
    row = choose("fees", "Fees by payer and day", shown, columns, key="fee_id", empty=empty)
    if ended:
        st.toggle(f"Show earlier ones ({len(ended)})", key="fees:earlier")
    st.caption("A payer's own fee goes before everybody's, that before the service's. Charges made keep their amounts.")
    return row


def _fee_form(row: dict[str, Any] | None, services: dict[str, str], payers: dict[str | None, str]) -> None:
    form, currency = "set_fee", practice_currency()
    with entry(form):
        st.markdown("**Set a fee from a day on**")
        keys, who = list(services), list(payers)
        at = keys.index(row["service_id"]) if row and row["service_id"] in keys else 0
        service = st.selectbox("Service", keys, index=at, format_func=services.get)
        at = who.index(row["payer_id"]) if row and row["payer_id"] in who else 0
        payer = st.selectbox("Asked of", who, index=at, format_func=payers.get)
        a, b = st.columns(2)
        fee = a.text_input(
            f"Fee, {currency.code}", plain(row["fee_minor"], currency) if row else "", placeholder="150.00"
        )
        start = b.date_input("From", today(), min_value=EARLIEST, format=DATE)
        if st.form_submit_button("Save the fee", type="primary"):
            minor = amount(form, fee, is_zero_fine=True)
            if minor is not None:
                answer = attempt(
                    set_fee, form, is_in_place=True, service_id=service, payer_id=payer, fee_minor=minor,
                    effective_from=str(start), done="The fee was saved.",
                )  # fmt: skip
                if answer is not None:
                    begin_anew(form, "fees")


def _time_codes(services: dict[str, str]) -> None:
    """A small table for one service; the two usual ones are a click away."""
    name, currency = "time_codes", practice_currency()
    st.markdown("**Codes by the actual minutes**")
    service = str(st.selectbox("Of the service", list(services), format_func=services.get, key=f"{name}:service"))
    stand = read(pricing.time_codes, service)
    key = f"{name}:{service}:{turn(name)}"
    proposed = st.session_state.get(f"{key}:proposed", stand)
    st.caption(f"Now: {words(stand)}." if stand else "Now: by its own code, however long it takes.")
    with st.container(horizontal=True):
        for label, rows in (("Psychotherapy 90832–90837", PSYCHOTHERAPY), ("Quarter hours, 8-minute rule", REHAB)):
            if st.button(label, key=f"{key}:{label}", type="tertiary", icon=":material/add:"):
                st.session_state[f"{key}:proposed"] = rows
                st.session_state[f"{key}:round"] = st.session_state.get(f"{key}:round", 0) + 1
                st.rerun()
    shown = [
        {column: row.get(column) for column in COLUMNS if column != "fee"}
        | {"fee": plain(row["fee_minor"], currency) if row.get("fee_minor") is not None else None}
        for row in proposed
    ]
    frame = pd.DataFrame(shown, columns=list(COLUMNS)).astype(
        {"minutes_from": "Int64", "minutes_to": "Int64", "unit_minutes": "Int64", "code": "string", "fee": "string"}
    )
    with entry(f"{name}:{service}"):
        edited = st.data_editor(
            frame, num_rows="dynamic", hide_index=True, placeholder="",
            key=f"{key}:{st.session_state.get(f'{key}:round', 0)}",
            column_config=_columns(),
        )  # fmt: skip
        st.caption("Without rows the service is billed by its own code. An empty fee is the service's.")
        if st.form_submit_button("Save the codes", type="primary"):
            _save(f"{name}:{service}", service, edited)


def _columns() -> dict[str, Any]:
    helps = {
        "unit_minutes": "Empty: once, however many minutes. 15: as many quarter hours as the minutes hold.",
        "fee": "Of this code, or of one unit.",
    }  # fmt: skip
    return {
        name: st.column_config.TextColumn(title, help=helps.get(name))
        if name in ("code", "fee")
        else st.column_config.NumberColumn(title, min_value=0, max_value=1440, step=1, help=helps.get(name))
        for name, title in COLUMNS.items()
    }


def _save(form: str, service: str, edited: pd.DataFrame) -> None:
    rows: list[dict[str, Any]] = []
    for record in edited.to_dict("records"):
        row: dict[str, Any] = {
            str(name): None if pd.isna(value) else value for name, value in record.items() if name != "fee"
        }
        row = {name: int(value) if name != "code" and value is not None else value for name, value in row.items()}
        fee = record["fee"]
        if not pd.isna(fee) and str(fee).strip():
            row["fee_minor"] = amount(form, str(fee), is_zero_fine=True)
            if row["fee_minor"] is None:
                return
        rows.append(
            {name: value for name, value in row.items() if name in ("code", "minutes_from") or value is not None}
        )
    answer = attempt(
        set_time_codes, form, is_in_place=True, service_id=service, rows=rows, done="The codes were saved."
    )
    if answer is not None:
        begin_anew("time_codes", form)


def _charging_form() -> None:
    name = "set_charging"
    with runtime.current().record.read() as reader:
        at_completion, for_all = bool(reader.setting(AT_COMPLETION, False)), bool(reader.setting(FOR_ALL, False))
    with entry(name):
        st.markdown("**When charges are posted**")
        posts = st.checkbox(
            "Charge a visit as soon as it is completed", at_completion,
            help="What cannot be charged stays on the list To charge, with its reason.",
        )  # fmt: skip
        alike = st.checkbox(
            "Missed visits cost every client alike", for_all,
            help="Some payers (Medicare) let a missed visit be charged only then; say so at the payer.",
        )  # fmt: skip
        if st.form_submit_button("Save", type="primary"):
            send(set_charging, name, at_completion=posts, missed_fee_for_all=alike, done="Saved.")
