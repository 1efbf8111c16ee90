"""A file of the bank or the processor: its columns as they are remembered or guessed, a look, and loading it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.billing.common import count, read
from dashboards.components.forms import practice_currency, show_refusal
from dashboards.session import attempt, keep_refusal, say
from practice.access.permissions import Actor
from practice.billing.bank import load_bank_file
from practice.billing.bank_files import (
    DATE_ORDERS,
    FIELDS,
    LABELS,
    Sheet,
    guess_columns,
    guess_date_order,
    lines_of,
    read_sheet,
)
from practice.billing.queries.bank import columns_for
from practice.errors import Refusal

KINDS = {"bank": "Bank statement", "payout": "Card processor's payouts"}
NAME = "bank_file"
REFUSED_SHOWN = 20


def load_box(person: Actor, *, is_open: bool) -> None:
    """Choose a file; the rest is filled in already where a file like it was loaded before."""
    with st.expander("Load a file", icon=":material/upload_file:", expanded=is_open):
        kind = str(
            st.segmented_control("What it is", list(KINDS), default="bank", format_func=KINDS.get, key="bank:kind")
        )
        if kind not in KINDS:
            return
        file = st.file_uploader("CSV", type=["csv", "txt"], key=f"bank:file:{st.session_state.get('bank:turn', 0)}")
        if file is None:
            show_refusal(NAME)
            return
        try:
            sheet = read_sheet(file.getvalue())
        except Refusal as refusal:
            st.error(str(refusal), icon=":material/error:")
            return
        columns, order = _columns(person, kind, sheet, file.name)
        _preview(sheet, kind, columns, order)
        if st.button(f"Load {count(len(sheet.rows), 'line')}", type="primary", key="bank:load"):
            _load(kind, file.name, file.getvalue(), columns, order)
        show_refusal(NAME)


def _columns(person: Actor, kind: str, sheet: Sheet, name: str) -> tuple[dict[str, str], str]:
    remembered = read(columns_for, person, key=sheet.key(kind))
    guess = remembered[0] if remembered else guess_columns(kind, sheet.header)
    order = remembered[1] if remembered else guess_date_order(sheet, guess.get("date"))
    grid = st.grid(4, min_column_width=140)
    choices = ["", *sheet.header]
    found = {}
    for field in FIELDS[kind]:
        place = choices.index(guess[field]) if guess.get(field) in choices else 0
        key = f"bank:column:{kind}:{name}:{field}"
        chosen = grid.selectbox(LABELS[field], choices, place, format_func=lambda text: text or "not there", key=key)
        if chosen:
            found[field] = str(chosen)
    orders = list(DATE_ORDERS)
    written = grid.selectbox(
        "Dates like", orders, orders.index(order), format_func=DATE_ORDERS.get, key=f"bank:order:{kind}:{name}"
    )
    return found, str(written)


def _preview(sheet: Sheet, kind: str, columns: dict[str, str], order: str) -> None:
    """What the first lines would be, and how many rows are none."""
    currency = practice_currency()
    try:
        lines, refused = lines_of(sheet, kind, columns, order, currency)
    except Refusal as refusal:
        st.info(str(refusal))
        return
    size = 10**currency.exponent
    shown = [
        {
            "Day": line["line_date"],
            "Text": line["description"],
            "Reference": line["reference"],
            "Amount": line["gross_minor"] / size,
        }
        | ({"Fee": line["fee_minor"] / size, "Net": line["net_minor"] / size} if kind == "payout" else {})
        for line in lines[:3]
    ]
    if shown:
        money: Any = st.column_config.NumberColumn(format=f"%,.{currency.exponent}f")
        st.dataframe(pd.DataFrame(shown), hide_index=True, column_config={"Amount": money, "Fee": money, "Net": money})
    if refused:
        _say_refused(refused)


def _say_refused(refused: list[dict[str, Any]]) -> None:
    more = f"; and {len(refused) - REFUSED_SHOWN} more" if len(refused) > REFUSED_SHOWN else ""
    rows = "; ".join(f"row {one['row']}: {one['why']}" for one in refused[:REFUSED_SHOWN])
    st.warning(f"{count(len(refused), 'row')} would not be loaded: {rows}{more}", icon=":material/warning:")


def _load(kind: str, name: str, data: bytes, columns: dict[str, str], order: str) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if not columns:
        keep_refusal(NAME, Refusal("Choose which column is what.", field="columns"))
        return
    answer = attempt(
        load_bank_file, NAME, is_in_place=True, kind=kind, name=name, text=text, columns=columns, date_order=order
    )
    if answer is not None:
        known = f", {answer['known']} known already" if answer["known"] else ""
        refused = f", {len(answer['refused'])} refused" if answer["refused"] else ""
        say(f"{count(answer['loaded'], 'line')} loaded{known}{refused}.")
        st.session_state["bank:turn"] = st.session_state.get("bank:turn", 0) + 1
        st.rerun()
