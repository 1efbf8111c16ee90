"""Charging from the visit's drawer: what it will be, and one click."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import acts, words
from dashboards.components.desk.place import Desk
from dashboards.session import refused
from practice.billing.suggesting import fee_if_cancelled_now, suggestion
from practice.store.work import Row


def charge_box(row: Row, desk: Desk, form: str, *, is_first: bool = True) -> None:
    """The suggestion in a line, and its button; else why not. `is_first`: nothing better is offered."""
    with runtime.current().record.read() as reader:
        found = suggestion(reader, desk.person, row["attendee_id"])
    if found["refusal"]:
        st.caption(f":material/info: {words.plain(found['refusal'])}")
        return
    amount = desk.currency.show(found["amount_minor"])
    is_visit = found["kind"] == "service"
    if is_visit:
        st.caption(_in_words(found))
    st.button(
        f"Charge {amount}" if is_visit else f"Charge the missed-visit fee, {amount}",
        key=f"{form}:charge",
        type="primary" if is_visit and is_first else "secondary",
        width="stretch",
        on_click=acts.charge,
        args=(row,),
        kwargs={"form": f"charge:{row['attendee_id']}", "amount": amount},
    )
    refusal = refused(f"charge:{row['attendee_id']}")
    if refusal:
        st.error(str(refusal), icon=":material/error:")


def _in_words(found: Row) -> str:
    """`90834-95 · 47 minutes · F41.1 · Harbor Health`, then what a biller should know before."""
    code = "-".join([found["code"] or "", *(found["modifiers"] or "").split(",")]).strip("-")
    parts = [
        code,
        words.count(found["units"], "unit") if found["units"] > 1 else "",
        f"{found['minutes']} minutes" if found["minutes"] is not None else "",
        ", ".join(one["code"] for one in found["diagnoses"][:4]),
        words.plain(found["payer_name"] or ""),
    ]
    notes = "".join(f"  \n:material/info: {words.plain(note)}" for note in found["notes"])
    return " · ".join(part for part in parts if part) + notes


def late_fee_line(row: Row, desk: Desk) -> None:
    """Said before somebody cancels: what it costs a client who cancels just now."""
    if row["outcome_at"] or row["start_date"] < desk.today:
        return
    with runtime.current().record.read() as reader:
        fee = fee_if_cancelled_now(reader, row["client_id"], row)
    if fee:
        st.warning(f"A client who cancels now is late and pays {desk.currency.show(fee)}.", icon=":material/schedule:")
