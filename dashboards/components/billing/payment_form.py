"""Taking a payment: how much, how, where, and towards what."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.billing.common import Rows, plain, post_on, read
from dashboards.components.forms import amount, entry, practice_currency, start_anew, turn
from dashboards.components.paper.handing import FRESH_PAYMENT
from dashboards.session import WAITS, attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.payments import take_payment
from practice.billing.small_balances import most_small
from practice.people.queries import locations

CLIENT_METHODS = ["card", "cash", "bank", "check"]
PAYER_METHODS = ["remittance", "bank", "check"]


def payment_form(person: Actor, party: str, title: str, items: Rows, *, wanted_minor: int | None = None) -> None:
    """Take a payment and put it towards open items, the oldest first; what is left over stays as credit.

    It begins with all that is open of them, or with the `wanted_minor` of it.
    """
    currency = practice_currency()
    owed = sum(row["open_minor"] for row in items)
    wanted = owed if wanted_minor is None else min(wanted_minor, owed)
    name = f"pay:{party}:{title}"
    key = f"{name}:{turn(name)}"
    with entry(name, border=True):
        st.markdown(f"**{title}** · open {currency.show(owed)}")
        a, b, c = st.columns(3)
        typed = a.text_input(f"Amount, {currency.code}", plain(wanted, currency) if wanted else "", key=f"{key}:amount")
        methods = CLIENT_METHODS if party.startswith("client:") else PAYER_METHODS
        by_hand = "How it came in. This form writes it down; no card is charged by it."
        method = b.selectbox("How", methods, key=f"{key}:method", format_func=str.capitalize, help=by_hand)
        place = _place(c, person, items, key)
        reference = st.text_input("Reference (receipt or check number)", key=f"{key}:reference")
        with st.expander("Post on an earlier day"):
            d, e = st.columns([1, 2])
            with d:
                on = post_on(key)
            why = e.text_input("Why that day", key=f"{key}:why")
        is_applied = bool(items) and st.checkbox(
            "Put it towards the oldest items first" if len(items) > 1 else "Put it towards this item",
            value=True,
            key=f"{key}:apply",
        )
        is_rest_off = person.may(Permission.ADJUST) and _asks_for_rest(person, items, key)
        if not st.form_submit_button("Take payment", type="primary", shortcut="Ctrl+Enter"):
            return
        minor = amount(name, typed)
        if minor is None:
            return
        split = oldest_first(items, minor)
        answer = attempt(
            take_payment,
            name,
            is_in_place=True,
            # The split is derived from what is open, which the first of two clicks has changed.
            typed=(party, minor, method, place, reference, is_applied, is_rest_off, on, why),
            reason=why or (None if on or not is_rest_off else "Small difference"),
            party=party,
            amount_minor=minor,
            method=method,
            location_id=place,
            reference=reference or None,
            charges=split if is_applied else None,
            write_off=_rest_of_last(items, split) if is_applied and is_rest_off else None,
            post_date=on,
        )
        if answer is not None:
            rest = answer.get("unapplied_minor")
            kept = f"; {currency.show(rest)} is kept as credit." if rest else "."
            if party.startswith("client:"):
                st.session_state[FRESH_PAYMENT] = answer.get("payment_id")
            off = [one for one in answer.get("written_off", []) if "waits" in one]
            later = " The write-off waits for a second person." if off else ""
            say(WAITS if "waits" in answer else f"{currency.show(minor)} taken{kept}{later}")
            start_anew(name)
            st.rerun()


def _asks_for_rest(person: Actor, items: Rows, key: str) -> bool:
    """Whether a few cents that stay open on the last item are written off with it."""
    most = read(lambda reader, _: most_small(reader), person)
    if not items or not most:
        return False
    limit = practice_currency().show(most)
    return st.checkbox(f"Write off a rest of up to {limit}", key=f"{key}:rest_off", help="As a small balance.")


def _rest_of_last(items: Rows, split: list[dict[str, Any]]) -> list[str]:
    """The item that the money ends in, if something of it stays open."""
    last = split[-1] if split else {"charge_id": None, "amount_minor": 0}
    return [
        row["charge_id"]
        for row in items
        if row["charge_id"] == last["charge_id"] and row["open_minor"] > last["amount_minor"]
    ]


def _place(column: Any, person: Actor, items: Rows, key: str) -> str:
    """Where the money came in: where the oldest item was seen, unless somebody chooses another place."""
    places = {row["location_id"]: row["name"] for row in read(locations, person)}
    keys = list(places)
    seen_at = items[0]["location_id"] if items else None
    first = keys.index(seen_at) if seen_at in places else 0
    return str(column.selectbox("Where", keys, index=first, format_func=places.get, key=f"{key}:place"))


def oldest_first(items: Rows, minor: int) -> list[dict[str, Any]]:
    """How a payment is split over open items: the oldest service first, until the money ends. Pure."""
    split = []
    for item in sorted(items, key=lambda row: (row["service_date"], row["charge_id"])):
        part = min(minor, item["open_minor"])
        if part > 0:
            split.append({"charge_id": item["charge_id"], "amount_minor": part})
            minor -= part
    return split
