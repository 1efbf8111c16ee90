"""From a finished visit to an invoice: the lists *To charge* and *To invoice*."""

from __future__ import annotations

import streamlit as st

from dashboards.components.billing.common import amount, choose, plain, practice_currency, read, total
from dashboards.session import attempt
from practice.access.permissions import Actor, Permission
from practice.billing.charges import charge_visit
from practice.billing.invoices import issue_invoice
from practice.billing.queries import missed_to_charge, to_charge, to_invoice


def to_charge_part(person: Actor) -> None:
    """Completed visits without a charge; no-shows and late cancellations on demand."""
    missed = st.toggle("Missed visits instead (no-shows and late cancellations)", key="billing_missed")
    rows = read(missed_to_charge if missed else to_charge, person)
    columns = {
        "service_date": "Visit",
        "client_name": "Client",
        "provider_name": "Provider",
        "service_name": "Service",
        "fee_minor": "Fee",
    }
    picked = choose(rows, columns, key="to_charge", many=True, empty="Every finished visit is charged.")
    if not picked or not person.may(Permission.CHARGE):
        return
    currency = practice_currency()
    with st.form("charge", border=True):
        st.markdown(f"**Charge {len(picked)} visit{'s' if len(picked) > 1 else ''}** · {total(picked, 'fee_minor')}")
        own = None
        if len(picked) == 1:
            own = st.text_input(
                f"Amount, {currency.code}",
                plain(picked[0]["fee_minor"], currency),
                key=f"amount:{picked[0]['attendee_id']}",
            )
        if st.form_submit_button("Charge", type="primary", shortcut="Ctrl+Enter"):
            minor = amount(own, "amount") if own is not None else None
            if own is not None and minor is None:
                st.rerun()
            done = 0
            for row in picked:
                name = f"charge:{row['attendee_id']}"
                fee = minor if minor != row["fee_minor"] else None
                done += attempt(charge_visit, name, attendee_id=row["attendee_id"], amount_minor=fee) is not None
            if done:
                st.toast(f"{done} charged.", icon=":material/check:")
            st.rerun()


def to_invoice_part(person: Actor) -> None:
    """What clients owe and no invoice asks for; the chosen lines become one invoice for each client."""
    rows = read(to_invoice, person)
    columns = {
        "party_name": "Owed by",
        "client_name": "Seen",
        "service_date": "Visit",
        "description": "What",
        "open_minor": "Open",
        "age_days": "Days",
    }
    picked = choose(rows, columns, key="to_invoice", many=True, empty="Everything that clients owe is on an invoice.")
    if not rows or not person.may(Permission.INVOICE):
        return
    chosen = picked or rows
    parties = {row["party"]: row["party_name"] for row in chosen}
    with st.form("invoice", border=True):
        clients = f"{len(parties)} client{'s' if len(parties) > 1 else ''}"
        what = f"{len(chosen)} lines, {total(chosen, 'open_minor')}, {clients}"
        st.markdown(f"**{'Invoice the chosen lines' if picked else 'Invoice everything'}** · {what}")
        due = st.number_input("Due in days", 0, 120, 30)
        if st.form_submit_button("Issue", type="primary", shortcut="Ctrl+Enter"):
            numbers = []
            for party in parties:
                ids = [row["charge_id"] for row in chosen if row["party"] == party]
                answer = attempt(
                    issue_invoice, f"invoice:{party}:{ids[0]}", charge_ids=ids, due_days=int(due), party=party
                )
                if answer:
                    numbers.append(str(answer["number"]))
            if numbers:
                st.toast(f"Issued: invoice {', '.join(numbers[:6])}{' …' if len(numbers) > 6 else ''}")
            st.rerun()
