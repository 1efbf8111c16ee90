"""The practice's own rules, dated: the notice that a cancellation needs, and who may overlap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import plain
from dashboards.components.forms import amount, entry, practice_currency, show_refusal, turn
from dashboards.components.set_up.common import DATE, Rows, begin_anew, choose, lists, names_by, read, today
from dashboards.components.set_up.touched import remember
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.money import Currency
from practice.people import queries
from practice.scheduling import booking_queries as facts
from practice.scheduling.policies import set_cancellation_policy, set_overlap_policy
from practice.store.work import Reader

KINDS = {"provider": "Providers", "room": "Rooms", "client": "Clients"}
RULES = {
    "block": "Never: a second visit at that time is refused",
    "warn": "With a reason only, which is kept",
    "capacity": "Freely, up to a number",
}


def rules_part(person: Actor) -> None:
    """Cancelling and missing visits, then overlaps."""
    services = {None: "Every service"} | names_by(read(queries.services, person), "service_id")
    now = today()
    _cancellation(services, now)
    _overlap(person, services, now)


def _standing(query: Callable[[Reader], Rows], now: date) -> Rows:
    """The versions that hold today or later."""
    with runtime.current().record.read() as reader:
        found = query(reader)
    return [row for row in found if row["effective_to"] is None or row["effective_to"] >= now]


def _cancellation(services: dict[str | None, str], now: date) -> None:
    currency = practice_currency()
    rows = [
        row
        | {
            "name": services.get(row["service_id"], "A closed service"),
            "notice": _hours(row["notice_minutes"]),
            "fee": currency.show(row["fee_minor"]),
        }
        for row in _standing(facts.cancellation_policies, now)
    ]
    left, right = lists()
    with left:
        columns = {"name": "For", "notice": "Notice", "fee": "Fee", "effective_from": "From", "effective_to": "To"}
        empty = "No rule yet: no cancellation counts as late, and a missed visit has no fee of its own."
        row = choose("notice", "Late cancellations and missed visits", rows, columns, key="cancellation_policy_id",
                     empty=empty)  # fmt: skip
        if rows:
            st.caption(
                "A service's own rule goes before the one for every service; a visit is judged by the rule of its day."
            )
    with right:
        _notice_form(row or next((one for one in rows if one["service_id"] is None), None), services, currency, now)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g} hours"


def _notice_form(row: dict[str, Any] | None, services: dict[str | None, str], currency: Currency, now: date) -> None:
    form = "notice"
    fee_now = plain(row["fee_minor"], currency) if row else ""
    with entry(form):
        st.markdown("**Set the notice and the fee**")
        keys = list(services)
        index = keys.index(row["service_id"]) if row and row["service_id"] in keys else 0
        service = st.selectbox("For", keys, index=index, format_func=services.get)
        hours = st.number_input(
            "Notice, hours", 0.0, 720.0, row["notice_minutes"] / 60 if row else 24.0, step=1.0, format="%g",
            help="A client who cancels with less notice than this cancels late.",
        )  # fmt: skip
        fee = st.text_input(f"Fee for a late or missed visit, {currency.code}", fee_now, placeholder="0.00 for none")
        start = st.date_input("From", max(now, row["effective_from"]) if row else now, format=DATE)
        if st.form_submit_button("Save the rule", type="primary"):
            minor = amount(form, fee or "0", is_zero_fine=True)
            if minor is not None:
                answer = attempt(
                    set_cancellation_policy, form, is_in_place=True, done="The rule was saved.", service_id=service,
                    notice_minutes=round(hours * 60), fee_minor=minor, effective_from=str(start),
                )  # fmt: skip
                if answer is not None:
                    begin_anew(form)


def _overlap(person: Actor, services: dict[str | None, str], now: date) -> None:
    resources: dict[str, dict[str | None, str]] = {
        "provider": {None: "Every provider"} | names_by(read(queries.providers, person), "provider_id"),
        "room": {None: "Every room"} | names_by(read(queries.rooms, person), "room_id"),
        "client": {None: "Every client"},
    }
    rows = [
        row
        | {
            "name": resources[row["resource_kind"]].get(row["resource_id"], "One that is closed"),
            "service": services.get(row["service_id"], "A closed service"),
            "meaning": _meaning(row),
        }
        for row in _standing(facts.overlap_policies, now)
    ]
    left, right = lists()
    with left:
        columns = {
            "name": "Who or what", "service": "Service", "meaning": "Two visits at once", "effective_from": "From",
            "effective_to": "To",
        }  # fmt: skip
        empty = "No rule yet: nobody is ever booked twice at a time."
        row = choose("overlap", "Visits at the same time", rows, columns, key="overlap_policy_id", empty=empty)
        st.caption(
            "Without a rule: never; a room takes as many visits at a time as Places says, a group as many clients as "
            "its service. The narrowest rule counts: one person or room goes before all, one service before every."
        )
    with right:
        _overlap_form(row or {}, resources, services, now)


def _meaning(row: dict[str, Any]) -> str:
    if row["rule"] == "block":
        return "Never"
    if row["rule"] == "warn":
        return f"With a reason, up to {row['ceiling']}"
    return f"Freely, up to {row['capacity']}"


def _overlap_form(
    row: dict[str, Any], resources: dict[str, dict[str | None, str]], services: dict[str | None, str], now: date
) -> None:
    """Not a form of Streamlit's: what can be chosen depends on the kind."""
    form = "overlap"
    key = f"{form}:{turn(form)}:{row.get('overlap_policy_id')}"
    st.markdown("**Say who may overlap**")
    kind = str(_select("Whose visits", KINDS, row.get("resource_kind"), f"{key}:kind"))
    which = _select("Which", resources[kind], row.get("resource_id"), f"{key}:{kind}:which")
    service = _select("Service", services, row.get("service_id"), f"{key}:service")
    rule = str(_select("Two visits at the same time", RULES, row.get("rule"), f"{key}:rule"))
    numbers = {}
    if rule == "warn":
        most = max(2, row.get("ceiling", 2))
        numbers["ceiling"] = int(st.number_input("At most, with a reason", 2, 100, most, key=f"{key}:ceiling"))
    elif rule == "capacity":
        most = max(2, row.get("capacity", 2))
        numbers["capacity"] = int(st.number_input("At most", 1, 100, most, key=f"{key}:capacity"))
    start = st.date_input("For visits from", now, format=DATE, key=f"{key}:from")
    if st.button("Save the overlap rule", type="primary"):
        answer = attempt(
            set_overlap_policy, form, is_in_place=True, done="The rule was saved.", resource_kind=kind,
            resource_id=which, service_id=service, rule=rule, effective_from=str(start), **numbers,
        )  # fmt: skip
        if answer is not None:
            remember(answer["over_capacity"], "where more visits overlap than the rules now allow")
            begin_anew(form)
    show_refusal(form)


def _select(label: str, options: dict[Any, str], now: Any, key: str) -> Any:
    keys = list(options)
    return st.selectbox(
        label, keys, index=keys.index(now) if now in keys else 0, format_func=options.__getitem__, key=key
    )
