"""Payment plans: agree on one over what is open, see how each stands, take its next instalment, end it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components.beginning import nothing
from dashboards.components.billing.common import Rows, choose, count, read, total
from dashboards.components.billing.payment_form import payment_form
from dashboards.components.desk import words
from dashboards.components.desk.client_picker import pick_client
from dashboards.components.forms import entry, practice_currency, send, turn
from dashboards.session import attempt, say
from practice.access.permissions import Actor, Permission
from practice.billing.plans import EVERY, MOST, agree_plan, end_plan, in_instalments
from practice.billing.queries import open_items
from practice.billing.queries.plans import instalments_of, items_of, plans
from practice.people.queries import client
from practice.people.setup import practice_today

STATES = {"missed": "instalment missed", "due": "due today", "kept": "kept"}


def plans_part(person: Actor, client_id: str | None) -> None:
    """Live plans, the broken ones first; below, the form that agrees on another one."""
    party = _party(person, client_id) if client_id else None
    rows = read(plans, person, party=party)
    if rows:
        missed = [row for row in rows if row["state"] == "missed"]
        broken = f"; {count(len(missed), 'plan')} with a missed instalment" if missed else ""
        said = f"{count(len(rows), 'plan')}, {total(rows, 'open_minor')} open, {total(rows, 'due_minor')} of it due"
        st.caption(f"{said}{broken}.")
    columns = {
        "party_name": "Client",
        "due_minor": "Due now",
        "state": "State",
        "missed_date": "Missed",
        "next_date": "Next",
        "next_minor": "Amount",
        "open_minor": "Open",
        "total_minor": "Of",
    }
    shown = [row | {"state": STATES[row["state"]]} for row in rows]
    picked = choose(shown, columns, key="plans", empty="No payment plan is running.")
    if picked:
        _panel(person, next(row for row in rows if row["payment_plan_id"] == picked[0]["payment_plan_id"]))
    elif person.may(Permission.INVOICE):
        _agree(person, client_id)


def _party(person: Actor, client_id: str) -> str:
    found = read(client, person, client_id=client_id)
    return f"client:{found['guarantor_client_id'] or client_id}"


def _panel(person: Actor, plan: dict[str, Any]) -> None:
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown(f"**{words.plain(plan['party_name'])}** · agreed {plan['agreed_date']:%-d %b %Y}")
        columns = {"due_date": "Due", "amount_minor": "Amount", "covered_minor": "Paid", "state": "State"}
        choose(read(instalments_of, person, plan=plan), columns, key="instalments", height=260)
    with right:
        if person.may(Permission.TAKE_PAYMENT):
            on_plan = {item["charge_id"] for item in read(lambda r, _: items_of(r, plan["payment_plan_id"]), person)}
            items = [row for row in read(open_items, person, party=plan["party"]) if row["charge_id"] in on_plan]
            wanted = plan["due_minor"] or plan["next_minor"]
            payment_form(person, plan["party"], "Take an instalment", items, wanted_minor=wanted)
        if person.may(Permission.INVOICE):
            _end(plan)


def _end(plan: dict[str, Any]) -> None:
    name = f"end_plan:{plan['payment_plan_id']}"
    with entry(name, border=True):
        st.markdown("**End the plan** · all that is open is due at once")
        why = st.text_input("Why end it", key=f"{name}:why:{turn(name)}")
        if st.form_submit_button("End the plan"):
            send(
                end_plan, name, reason=why or None, payment_plan_id=plan["payment_plan_id"], done="The plan has ended."
            )


def _agree(person: Actor, client_id: str | None) -> None:
    with st.container(border=True):
        st.markdown("**Agree on a plan**")
        today = read(lambda reader, _: practice_today(reader), person)
        who = client_id or pick_client("agree_plan", person, today, may_add=False)
        if not who:
            return
        party = _party(person, who)
        running = {
            item["charge_id"]
            for plan in read(plans, person, party=party)
            for item in read(lambda reader, _, key=plan["payment_plan_id"]: items_of(reader, key), person)
        }
        items = [row for row in read(open_items, person, party=party) if row["charge_id"] not in running]
        if not items:
            nothing("Nothing is open that is not on a plan.")
            return
        columns = {"service_date": "Visit", "client_name": "Seen", "description": "What", "open_minor": "Open"}
        st.caption("For which charges? Choose none for all of them.")
        chosen = choose(items, columns, key="plan_items", many=True, height=220) or items
        _terms(party, chosen, today)


def _terms(party: str, chosen: Rows, today: date) -> None:
    """How many, how often, from when: with the instalments as they would be before anything is agreed."""
    currency = practice_currency()
    name = f"agree_plan:{party}"
    key = f"{name}:{turn(name)}"
    a, b, c = st.columns(3)
    number = int(a.number_input("Instalments", 1, MOST, 3, key=f"{key}:count"))
    every = str(b.selectbox("Every", EVERY, EVERY.index("month"), key=f"{key}:every", format_func=str.capitalize))
    first = c.date_input(
        "First on",
        today,
        min_value=today,
        max_value=today + timedelta(days=366),
        format="YYYY-MM-DD",
        key=f"{key}:first",
    )
    owed = sum(row["open_minor"] for row in chosen)
    if not isinstance(first, date) or number > owed:
        return
    dated = in_instalments(owed, number, first, every)
    days = ", ".join(f"{date.fromisoformat(one['due_date']):%-d %b}" for one in dated[:6])
    rounding = f", the last {currency.show(dated[-1]['amount_minor'])}" if number > 1 else ""
    each = f"{count(number, 'instalment')} of {currency.show(dated[0]['amount_minor'])}{rounding}"
    st.markdown(f"**{currency.show(owed)}** in {each}: {days}{' …' if number > 6 else ''}")
    with entry(name):
        if st.form_submit_button("Agree", type="primary"):
            answer = attempt(
                agree_plan, name, is_in_place=True, party=party, charge_ids=[row["charge_id"] for row in chosen],
                instalments=dated,
            )  # fmt: skip
            if answer is not None:
                say(f"A plan over {currency.show(owed)} is agreed.")
                st.session_state.pop("agree_plan:client", None)
                st.rerun()
