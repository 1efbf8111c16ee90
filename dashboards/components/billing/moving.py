"""Move money: where a payment went, and the one form that takes it back and puts it elsewhere, with a preview."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, choose, count, plain, read
from dashboards.components.billing.payment_form import oldest_first
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency, show_refusal, start_anew, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.moving import move_money
from practice.billing.queries import allocations, open_items
from practice.billing.small_balances import most_small
from practice.errors import Refusal


def where_it_went(person: Actor, payment: dict[str, Any]) -> Rows:
    """The payment's allocations, to choose from; what is chosen can be moved. Answers the chosen ones."""
    payment_id = payment["payment_id"]
    live = [row for row in read(allocations, person, payment_id=payment_id) if row["is_live"]]
    columns = {"post_date": "On", "amount_minor": "Amount", "description": "What", "client_name": "Client"}
    with st.container(border=True):
        st.markdown("**Where it went**")
        if payment["held_minor"]:
            held = practice_currency().show(payment["held_minor"])
            st.markdown(f"{words.plain(held)} is held, for a visit to come or a package.")
            st.page_link(
                "app_pages/cash.py", label="Held money", icon=":material/savings:", width="content",
                query_params={"client": payment["client_id"]} if payment["client_id"] else {},
            )  # fmt: skip
        if not live:
            if not payment["held_minor"]:
                st.caption("Nowhere yet.")
            return []
        picked = choose(live, columns, key=f"allocations:{payment_id}", many=True, height=220)
        if picked and person.may(Permission.ALLOCATE):
            _move(person, payment, picked)
    return picked


def _move(person: Actor, payment: dict[str, Any], picked: Rows) -> None:
    """Take back what is chosen; put as much of it as is said towards the items that are chosen, the oldest first."""
    currency = practice_currency()
    name = f"move:{payment['payment_id']}"
    key = f"{name}:{turn(name)}"
    sources = {row["charge_id"] for row in picked}
    items = [row for row in read(open_items, person, party=payment["party"]) if row["charge_id"] not in sources]
    most = sum(row["amount_minor"] for row in picked)
    st.markdown(f"**Move {currency.show(most)}**")
    a, b = st.columns(2)
    chosen = ",".join(sorted(row["allocation_id"] for row in picked))
    typed = a.text_input(f"Of it, {currency.code}", plain(most, currency), key=f"{key}:amount:{chosen}")
    why = b.text_input("Why move it", key=f"{key}:why")
    to: Rows = []
    if items:
        st.caption("To which items? Choose none to keep it as credit.")
        columns = {"service_date": "Visit", "open_minor": "Open", "description": "What", "client_name": "Client"}
        to = choose(items, columns, key=f"targets:{payment['payment_id']}", many=True, height=220)
    try:
        minor = currency.parse(typed)
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/error:")
        return
    if not 0 < minor <= most:
        st.error(f"Only {currency.show(most)} can be moved; write an amount up to that.", icon=":material/error:")
        return
    split = oldest_first(to, minor)
    _preview(to, split, minor)
    rests = _small_rests(person, to, split)
    is_written_off = bool(rests) and st.checkbox(
        f"Write off the small rest of {count(len(rests), 'item')}", key=f"{key}:rests"
    )
    if st.button("Move" if to else "Take back", type="primary", key=f"{key}:do"):
        answer = attempt(
            move_money,
            name,
            is_in_place=True,
            typed=(payment["payment_id"], chosen, minor, [row["charge_id"] for row in to], is_written_off, why),
            reason=why or None,
            payment_id=payment["payment_id"],
            out_of=oldest_first_of(picked, minor),
            to=split,
            write_off=rests if is_written_off else [],
        )
        if answer is not None:
            say(_said(currency.show(minor), bool(to), answer))
            start_anew(name)
            st.rerun()
    show_refusal(name)


def oldest_first_of(picked: Rows, minor: int) -> list[dict[str, Any]]:
    """Which allocations an amount comes out of: the newest visit's first, so that the oldest stay paid. Pure."""
    parts = []
    for row in sorted(picked, key=lambda row: (row["service_date"], row["allocation_id"]), reverse=True):
        part = min(minor, row["amount_minor"])
        if part > 0:
            parts.append({"allocation_id": row["allocation_id"], "amount_minor": part})
            minor -= part
    return parts


def _preview(to: Rows, split: list[dict[str, Any]], minor: int) -> None:
    """What would be open afterwards, before anything is done."""
    currency = practice_currency()
    gets = {one["charge_id"]: one["amount_minor"] for one in split}
    lines = [
        f"- {words.plain(row['description'])}, {row['service_date']:%-d %b}: {currency.show(row['open_minor'])} →"
        f" **{currency.show(row['open_minor'] - gets.get(row['charge_id'], 0))}** open"
        for row in to
    ]
    rest = minor - sum(gets.values())
    if rest or not to:
        lines.append(f"- Kept as credit: **{currency.show(rest)}**")
    st.markdown("\n".join(lines))


def _small_rests(person: Actor, to: Rows, split: list[dict[str, Any]]) -> list[str]:
    """The charges whose rest would be small enough to write off, if the person may."""
    if not person.may(Permission.ADJUST):
        return []
    most = read(lambda reader, _: most_small(reader), person)
    gets = {one["charge_id"]: one["amount_minor"] for one in split}
    rests = {row["charge_id"]: row["open_minor"] - gets[row["charge_id"]] for row in to if row["charge_id"] in gets}
    return [charge_id for charge_id, rest in rests.items() if 0 < rest <= most]


def _said(amount_text: str, is_moved: bool, answer: dict[str, Any]) -> str:
    what = f"{amount_text} moved." if is_moved else "Taken back; the money is unapplied."
    waits = sum("waits" in one for one in answer["written_off"])
    return what + (f" {count(waits, 'write-off')} waits for a second person." if waits else "")
