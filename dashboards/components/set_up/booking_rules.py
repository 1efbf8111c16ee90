"""Who may book when: each rule with the practice's value and what overrides it; travel between places; buffers."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.forms import show_refusal, turn
from dashboards.components.set_up.common import DATE, Rows, begin_anew, choose, lists, names_by, read, today
from dashboards.session import attempt
from practice.access.permissions import Actor
from practice.people import queries
from practice.scheduling import rule_queries
from practice.scheduling.booking_rules import end_booking_rule, set_booking_rule, set_buffers, set_travel_time
from practice.scheduling.rules import ORDER

RULES = {
    "notice_minutes": ("Notice before a visit", "hours", 60),
    "window_days": ("How far ahead", "days", 1),
    "daily_limit": ("Visits of a provider on a day", "visits", 1),
    "client_daily_limit": ("Visits of a client on a day", "visits", 1),
    "change_notice_minutes": ("Clients change online until", "hours before", 60),
}
"""Rule → its label, the unit that people type, and how many of the stored unit that is."""

AUDIENCES = {"everyone": "Everyone", "online": "Online only"}
SCOPES = {
    "practice": "The practice",
    "location": "A location",
    "provider": "A provider",
    "service": "A service",
    "client": "A client",
}
BUFFERS = {"add": "Both count: they add up", "larger": "The larger of the two counts"}


def booking_rules_part(person: Actor) -> None:
    """The rules, inherited and local values side by side; then the ways, then the buffers."""
    now = today()
    names: dict[str, dict[str, str]] = {
        "location": names_by(read(queries.locations, person), "location_id"),
        "provider": names_by(read(queries.providers, person), "provider_id"),
        "service": names_by(read(queries.services, person), "service_id"),
    }
    _rules(person, names, now)
    _travel(names["location"])
    _buffers()


def _rules(person: Actor, names: dict[str, dict[str, str]], now: date) -> None:
    known = read(rule_queries.scope_names)
    rows = [
        row | _shown(row, known)
        for row in read(rule_queries.booking_rules)
        if row["effective_to"] is None or row["effective_to"] >= now
    ]
    rows.sort(key=lambda row: (list(RULES).index(row["rule"]), -ORDER.index(row["scope"]), row["name"]))
    left, right = lists()
    with left:
        columns = {
            "label": "Rule", "name": "Whose", "shown": "Value", "overrides": "Instead of", "whom": "For",
            "effective_from": "From", "effective_to": "To",
        }  # fmt: skip
        inherited = [row | {"overrides": _inherited(row, rows)} for row in rows]
        empty = "No rule yet: whatever is free can be booked at any time."
        row = choose("booking_rule", "Rules of booking", inherited, columns, key="booking_rule_id", empty=empty)
        st.caption(
            "The narrowest counts: a client's own, then the service's, the provider's, the location's, the practice's. "
            "Who books online must keep both what is for everyone and what is for online: the stricter of the two."
        )
        if row and st.button(f"End “{row['label']}” of {row['name']}", key="booking_rule:end"):
            done = attempt(
                end_booking_rule, "booking_rule_end", is_in_place=True, done="The rule has ended.",
                booking_rule_id=row["booking_rule_id"],
            )  # fmt: skip
            if done is not None:
                begin_anew("booking_rule")
        show_refusal("booking_rule_end")
    with right:
        _rule_form(row or {}, person, names, now)


def _shown(row: dict[str, Any], known: Any) -> dict[str, Any]:
    label, unit, size = RULES[row["rule"]]
    return {
        "label": label,
        "name": "The practice" if row["scope"] == "practice" else known.get(row["scope_id"], "One that is gone"),
        "shown": f"{row['value'] / size:g} {unit}",
        "whom": AUDIENCES[row["audience"]],
    }


def _inherited(row: dict[str, Any], rows: Rows) -> str | None:
    """The practice's value that a local rule overrides; None for the practice's own."""
    if row["scope"] == "practice":
        return None
    same = [one for one in rows if one["scope"] == "practice" and one["rule"] == row["rule"]]
    same.sort(key=lambda one: one["audience"] != row["audience"])
    return same[0]["shown"] if same else "no rule"


def _rule_form(row: dict[str, Any], person: Actor, names: dict[str, dict[str, str]], now: date) -> None:
    form = "booking_rule"
    key = f"{form}:{turn(form)}:{row.get('booking_rule_id')}"
    st.markdown("**Set a rule**")
    rule = str(_select("Rule", {name: label for name, (label, _, _) in RULES.items()}, row.get("rule"), f"{key}:rule"))
    scope = str(_select("Whose rule", SCOPES, row.get("scope"), f"{key}:scope"))
    scope_id = None
    if scope in names:
        scope_id = _select("Which", names[scope], row.get("scope_id"), f"{key}:{scope}:which")
    elif scope == "client":
        scope_id = _client(f"{key}:client", row, person, now)
    _, unit, size = RULES[rule]
    stands = row["value"] / size if row.get("rule") == rule else 24.0 if size == 60 else 30.0 if "days" in rule else 8.0
    value = st.number_input(
        unit.capitalize(), 0.0, 5000.0, float(stands), step=1.0, format="%g", key=f"{key}:{rule}:value"
    )
    audience = _select("For whom", AUDIENCES, row.get("audience"), f"{key}:audience")
    start = st.date_input("From", max(now, row.get("effective_from", now)), format=DATE, key=f"{key}:from")
    is_known = scope != "client" or scope_id is not None
    if st.button("Save the rule of booking", type="primary", disabled=not is_known):
        answer = attempt(
            set_booking_rule, form, is_in_place=True, done="The rule was saved.", rule=rule,
            value=round(value * size), scope=scope, scope_id=scope_id, audience=audience, effective_from=str(start),
        )  # fmt: skip
        if answer is not None:
            begin_anew(form)
    show_refusal(form)


def _client(form: str, row: dict[str, Any], person: Actor, now: date) -> str | None:
    """Whose rule it is: sought as at the desk; the chosen rule's client to begin with."""
    if row.get("scope") == "client" and f"{form}:client" not in st.session_state:
        st.session_state[f"{form}:client"] = row["scope_id"]
    return pick_client(form, person, now, may_add=False)


def _travel(locations: dict[str, str]) -> None:
    if len(locations) < 2:
        return
    rows = read(rule_queries.travel_times)
    left, right = lists()
    with left:
        columns = {"from_name": "Between", "to_name": "And", "minutes": "Minutes"}
        empty = "No way is set: a provider may go from one place to the other at once, but is never at two."
        row = choose("travel", "Ways between locations", rows, columns, key="travel_time_id", empty=empty)
    with right:
        form = "travel"
        key = f"{form}:{turn(form)}:{(row or {}).get('travel_time_id')}"
        st.markdown("**Set how long a way takes**")
        one = _select("From", locations, (row or {}).get("from_location_id"), f"{key}:one")
        others = {place: name for place, name in locations.items() if place != one}
        other = _select("To", others, (row or {}).get("to_location_id"), f"{key}:other")
        minutes = st.number_input("Minutes", 0, 480, (row or {}).get("minutes", 30), step=5, key=f"{key}:minutes")
        if st.button("Save the way", type="primary"):
            answer = attempt(
                set_travel_time, form, is_in_place=True, done="The way was saved.", from_location_id=one,
                to_location_id=other, minutes=int(minutes),
            )  # fmt: skip
            if answer is not None:
                begin_anew(form)
        show_refusal(form)


def _buffers() -> None:
    with runtime.current().record.read() as reader:
        stands = reader.setting("buffers", "add")
    st.markdown("**Buffers of two visits that follow each other**")
    chosen = st.radio(
        "Buffers", list(BUFFERS), index=list(BUFFERS).index(stands), format_func=BUFFERS.__getitem__,
        key=f"buffers:{turn('buffers')}", horizontal=True, label_visibility="collapsed",
    )  # fmt: skip
    st.caption("A buffer after 10 minutes and one before 15: together 25 minutes, or the 15 alone.")
    if chosen != stands and st.button("Save how buffers meet", type="primary"):
        done = attempt(
            set_buffers, "buffers", is_in_place=True, done="Saved: it counts from now on.", buffers=str(chosen)
        )
        if done is not None:
            begin_anew("buffers")
    show_refusal("buffers")


def _select(label: str, options: dict[Any, str], now: Any, key: str) -> Any:
    keys = list(options)
    return st.selectbox(
        label, keys, index=keys.index(now) if now in keys else 0, format_func=options.__getitem__, key=key
    )
