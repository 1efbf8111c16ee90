"""Good-faith estimates: whose is due and by when, writing one from what is booked, and bills far above theirs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.common import choose, count, read
from dashboards.components.desk import words
from dashboards.components.forms import entry, practice_currency, send, turn
from dashboards.components.paper.handing import pdf_button, stored
from dashboards.components.paper.sending import send_button, sending
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.billing.estimate_clocks import LONGEST_DAYS
from practice.billing.estimate_tasks import SAID, estimates_due, far_above
from practice.billing.estimates import expected, issue_estimate, note_estimate_request
from practice.billing.queries import documents
from practice.people import queries as people


def estimates_part(person: Actor, today: date) -> None:
    """The estimates that are due, the form of the chosen client, and the bills that may be disputed."""
    rows = read(estimates_due, person)
    late = sum(row["is_late"] for row in rows)
    if rows:
        st.caption(f"{count(len(rows), 'estimate')} to write, for clients who pay themselves; {late} overdue.")
    columns = {
        "client_name": "Client",
        "due_date": "Due",
        "state": "State",
        "why": "Why",
        "about_date": "Visit, request or end",
    }
    shown = [row | {"why": SAID[row["why"]], "state": "overdue" if row["is_late"] else "to write"} for row in rows]
    empty = "Everybody who pays themselves and has booked ahead has an estimate."
    picked = choose(shown, columns, key="estimates", height=300, empty=empty)
    if picked and person.may(Permission.INVOICE):
        with st.container(border=True):
            st.markdown(f"**{words.plain(picked[0]['client_name'])}**")
            estimate_form(person, picked[0]["client_id"], today)
    above = read(far_above, person)
    if above:
        currency = practice_currency()
        st.markdown("#### Far above the estimate")
        for row in above:
            amounts = [currency.show(row[f"{name}_minor"]) for name in ("charged", "estimated", "above")]
            said = f"{amounts[0]} charged, {amounts[1]} estimated (No. {row['number']}): {amounts[2]} above"
            st.warning(f"**{words.plain(row['client_name'])}**: {words.plain(said)}. The client may dispute it.")


def estimate_form(person: Actor, client_id: str, today: date) -> None:
    """An estimate, begun with what is booked. The newest one is handed out beside it."""
    plans = {plan["provider_id"]: plan for plan in read(expected, person, client_id=client_id, first=today)}
    providers = {row["provider_id"]: row["name"] for row in read(people.providers, person)}
    names = {key: plan["provider_name"] for key, plan in plans.items()} | providers
    services = {row["service_id"]: row["name"] for row in read(people.services, person)}
    places = {row["location_id"]: row["name"] for row in read(people.locations, person)}
    if not names or not services or not places:
        st.caption("Set up a provider, a service and a place first.")
        return
    key = f"estimate:{client_id}:{turn(f'estimate:{client_id}')}"
    a, b = st.columns(2)
    usual = read(people.client, person, client_id=client_id)["provider_id"]
    order = list(dict.fromkeys([*plans, *([usual] if usual in names else []), *names]))
    provider_id = str(a.selectbox("With", order, format_func=names.get, key=f"{key}:with"))
    plan = plans.get(provider_id, {"lines": [], "location_id": next(iter(places))})
    often = {line["service_id"]: line["count"] for line in plan["lines"]}
    chosen = b.multiselect(
        "Services", list(services), default=[one for one in often if one in services], format_func=services.get,
        key=f"{key}:{provider_id}:services",
    )  # fmt: skip
    _fields(client_id, provider_id, plan["location_id"], chosen, often, services, places, key, today)
    with st.container(horizontal=True, vertical_alignment="center"):
        _newest(person, client_id)
        if st.button(
            "They asked for one today", key=f"{key}:asked", type="tertiary", help="It is due in three business days."
        ) and attempt(
            note_estimate_request, f"{key}:asked", client_id=client_id, done="Noted: due in three business days."
        ):
            st.rerun()


def _fields(
    client_id: str,
    provider_id: str,
    place: str,
    chosen: list[str],
    often: dict[str, int],
    services: dict[str, str],
    places: dict[str, str],
    key: str,
    today: date,
) -> None:
    name = f"estimate:{client_id}"
    with entry(name):
        columns = st.columns(max(len(chosen), 1))
        lines = []
        for column, service_id in zip(columns, chosen, strict=False):
            label = f"Visits: {services[service_id]}"
            asked = column.number_input(
                label, 1, 400, often.get(service_id, 1), key=f"{key}:{provider_id}:{service_id}"
            )
            lines.append({"service_id": service_id, "count": int(asked)})
        a, b, c = st.columns(3)
        keys = list(places)
        at = a.selectbox(
            "Where", keys, index=keys.index(place) if place in keys else 0, format_func=places.get, key=f"{key}:at"
        )
        latest = today + timedelta(days=LONGEST_DAYS - 2)
        first = b.date_input("From", today, format="YYYY-MM-DD", key=f"{key}:from")
        last = c.date_input("To", latest, format="YYYY-MM-DD", help="At most twelve months.", key=f"{key}:to")
        separate = st.text_input("To be booked apart, if anything", key=f"{key}:apart")
        if st.form_submit_button("Issue the estimate", type="primary"):
            about: dict[str, Any] = {"client_id": client_id, "provider_id": provider_id, "location_id": at}
            days = {"from_date": str(first), "until_date": str(last)}
            done = "The estimate is issued: hand it out or send it below."
            send(issue_estimate, name, lines=lines, separate=separate or None, done=done, **about, **days)


def _newest(person: Actor, client_id: str) -> None:
    mine = [row for row in read(documents, person, client_id=client_id) if row["kind"] == "estimate"]
    if mine:
        row = mine[0]
        label = f"Estimate {row['number']}"
        pdf_button(
            label, stored(person, row["document_id"]), f"estimate-{row['number']}", key=f"estimate:{client_id}:pdf"
        )
        with runtime.current().record.read() as reader:
            post = sending(reader, person, client_id, [row])
        send_button(post, "estimate", label, document_id=row["document_id"], place="newest")
        if said := post.said(row["document_id"]):
            st.caption(said)
