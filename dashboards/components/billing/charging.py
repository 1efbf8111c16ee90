"""From a finished visit to an invoice: the lists *To charge* and *To invoice*."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.billing.coding_fields import coding_fields
from dashboards.components.billing.common import Rows, choose, count, go_to, plain, read, total
from dashboards.components.billing.uncharging import left_uncharged_box, uncharged_popover
from dashboards.components.cash.redeeming import offered_packages
from dashboards.components.forms import amount, entry, practice_currency
from dashboards.session import attempt, refused, say
from practice.access.permissions import Actor, Permission
from practice.billing.charges import charge_visit
from practice.billing.invoices import issue_invoice
from practice.billing.packages import redeem_session
from practice.billing.queries import missed_to_charge, to_charge, to_invoice
from practice.billing.suggesting import priced

DUE_DAYS = 30
FRESH_INVOICE = "billing_fresh_invoice"
"""Session state: the invoice that was issued last, so that *Unpaid* opens it and its payment is one click away."""


def to_charge_part(person: Actor) -> None:
    """Completed visits without a charge; no-shows and late cancellations on demand."""
    missed = st.toggle("Missed visits instead (no-shows and late cancellations)", key="billing_missed")
    with runtime.current().record.read() as reader:
        found = missed_to_charge(reader, person) if missed else to_charge(reader, person)
        rows = priced(reader, found, missed=missed)
    columns = {
        "service_date": "Visit",
        "client_name": "Client",
        "amount_minor": "Fee by the policy" if missed else "Fee",
        "provider_name": "Provider",
        "service_name": "Service",
    }
    if any(row["note"] for row in rows):
        columns["note"] = "Note"
    empty = "No missed visit waits for a charge." if missed else "Every finished visit is charged."
    picked = choose(rows, columns, key="to_charge", many=True, empty=empty)
    if not person.may(Permission.CHARGE):
        return
    if person.may(Permission.ADJUST) and not picked:
        left_uncharged_box(person)
    if picked:
        _charge_form(person, picked, missed)
        if person.may(Permission.ADJUST):
            uncharged_popover(picked)
    elif rows:
        st.caption("Select the visits to charge; the box in the table's head selects all.")


def _charge_form(person: Actor, picked: Rows, missed: bool) -> None:
    currency = practice_currency()
    lower = refused(f"charge:{picked[0]['attendee_id']}") if len(picked) == 1 else None
    with entry("charge", border=True):
        fees = (
            "at the cancellation policy's fee"
            if missed
            else total([row for row in picked if row["amount_minor"]], "amount_minor")
        )
        st.markdown(f"**Charge {count(len(picked), 'visit')}** · {fees}")
        own, coded, why = None, {}, ""
        if len(picked) == 1:
            own = st.text_input(
                f"Amount, {currency.code}",
                "",
                placeholder=plain(picked[0]["amount_minor"] or 0, currency),
                help="Empty: the fee times the units, as its payer, day and minutes say.",
                key=f"amount:{picked[0]['attendee_id']}",
                width=240,
            )
            if lower and lower.rule == "lower_fee":
                why = st.text_input("Why less than the fee", key=f"why:{picked[0]['attendee_id']}", width=480)
            coded = {} if missed else coding_fields(picked[0])
        redeemed = {} if missed else offered_packages(person, picked)
        with st.container(horizontal=True):
            only = st.form_submit_button("Charge", type="primary", shortcut="Ctrl+Enter")
            both = person.may(Permission.INVOICE) and st.form_submit_button(
                "Charge and invoice", help="What the client owes goes on an invoice at once; a payer's share does not."
            )
        if only or both:
            minor = amount("charge", own) if own else None
            if minor is not None or not own:
                _charge(picked, minor, coded, redeemed, why, is_invoiced=bool(both))


def _charge(
    picked: Rows, minor: int | None, coded: dict[str, Any], redeemed: dict[str, str], why: str, *, is_invoiced: bool
) -> None:
    """Charge each; a refused one stays in the list with its sentence, the others go on."""
    charged: dict[str, list[str]] = {}
    sessions = 0
    for row in picked:
        name = f"charge:{row['attendee_id']}"
        package_id = redeemed.get(row["attendee_id"])
        if package_id:
            used = attempt(redeem_session, name, attendee_id=row["attendee_id"], package_id=package_id, coding=coded)
            sessions += bool(used)
            continue
        answer = attempt(
            charge_visit, name, reason=why or None, attendee_id=row["attendee_id"], amount_minor=minor, **coded
        )
        if answer:
            charged.setdefault(answer["party"], []).append(answer["charge_id"])
    if sessions:
        say(f"{count(sessions, 'visit')} paid by package.")
    if charged:
        say(f"{count(sum(map(len, charged.values())), 'visit')} charged.")
    clients = {party: ids for party, ids in charged.items() if party.startswith("client:")}
    if is_invoiced and clients:
        _issue(clients, DUE_DAYS)
    st.rerun()


def to_invoice_part(person: Actor) -> None:
    """What clients owe and no invoice asks for; the chosen lines become one invoice for each client."""
    rows = read(to_invoice, person)
    columns = {
        "party_name": "Owed by",
        "open_minor": "Open",
        "age_days": "Days",
        "service_date": "Visit",
        "client_name": "Seen",
        "description": "What",
    }
    if rows:
        st.caption("What clients owe and no invoice asks for yet. Select lines, or invoice them all.")
    picked = choose(rows, columns, key="to_invoice", many=True, empty="Everything that clients owe is on an invoice.")
    if not rows or not person.may(Permission.INVOICE):
        return
    chosen = picked or rows
    parties: dict[str, list[str]] = {}
    for row in chosen:
        parties.setdefault(row["party"], []).append(row["charge_id"])
    with entry("invoice", border=True):
        what = f"{count(len(chosen), 'line')}, {total(chosen, 'open_minor')}, {count(len(parties), 'client')}"
        st.markdown(f"**{'Invoice the selected lines' if picked else 'Invoice everything in this list'}** · {what}")
        due = st.number_input("Due in days", 0, 120, DUE_DAYS, width=180)
        if st.form_submit_button("Issue", type="primary", shortcut="Ctrl+Enter"):
            _issue(parties, int(due))
            st.rerun()


def _issue(parties: dict[str, list[str]], due_days: int) -> None:
    """One invoice for each party. A single one is opened in *Unpaid*."""
    issued = []
    for party, ids in parties.items():
        name = f"invoice:{party}:{ids[0]}"
        answer = attempt(issue_invoice, name, charge_ids=ids, due_days=due_days, party=party)
        if answer:
            issued.append(answer)
    if issued:
        numbers = ", ".join(str(answer["number"]) for answer in issued[:6])
        say(f"Issued: invoice {numbers}{' …' if len(issued) > 6 else ''}.")
    if len(issued) == 1 and len(parties) == 1:
        st.session_state[FRESH_INVOICE] = issued[0]["invoice_id"]
        go_to("Unpaid")
