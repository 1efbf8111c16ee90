"""The papers of one client: a statement of any time in two clicks, and everything that was handed out before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import practice_currency
from dashboards.components.paper.estimates import estimate_form
from dashboards.components.paper.handing import data_buttons, fresh, invoice, pdf_button, stored
from dashboards.components.paper.sending import Sending, end_button, send_button, send_fresh, sending
from practice.access.permissions import Actor, Permission
from practice.billing.queries import documents
from practice.billing.queries.attended import superbill_choices
from practice.billing.queries.papers import may_state
from practice.billing.statements import issue_statement
from practice.billing.superbills import issue_superbill, why_not

SHOWN = 6
PERIODS = ("Last month", "This month", "This year", "Last year", "Other days")


@st.fragment
def client_papers(person: Actor, client_id: str, today: date, asked: list[dict[str, Any]]) -> None:
    """Statement, superbill, estimate, and the list of papers with their PDF. `asked` are the client's invoices."""
    st.markdown("#### Documents")
    party = f"client:{client_id}"
    with runtime.current().record.read() as reader:
        rows = _listed(documents(reader, person, client_id), asked)
        visits = superbill_choices(reader, client_id) if person.may(Permission.INVOICE) else []
        post = sending(reader, person, client_id, rows)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        statement_bar(person, party, today, post)
        if visits:
            _superbill(person, client_id, visits, post)
    is_american = person.may(Permission.INVOICE) and practice_currency().code == "USD"
    # A toggle and no expander: what nobody opens is not asked for.
    if is_american and st.toggle("Write a good-faith estimate", key="papers:estimate"):
        with st.container(border=True):
            estimate_form(person, client_id, today)
    st.caption(f":material/mail: {post.whom('statement')}" if rows else "Nothing was handed out yet.")
    is_all = len(rows) <= SHOWN or st.session_state.get("papers:all", False)
    with st.container(gap=None):
        for row in rows if is_all else rows[:SHOWN]:
            _line(person, row, post)
    if not is_all and st.button(f"Show all {len(rows)}", key="papers:more"):
        st.session_state["papers:all"] = True
        st.rerun(scope="fragment")


def statement_bar(person: Actor, party: str, today: date, post: Sending | None = None) -> None:
    """A statement of an account in two clicks: the days, and the paper or its message. For whoever may issue one."""
    with runtime.current().record.read() as reader:
        if not may_state(reader, person, party):
            return
        post = post or sending(reader, person, party.removeprefix("client:"), [])
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        period = st.selectbox("Statement of", PERIODS, key="papers:period", width=180)
        first, last = _days(str(period), today)
        if period == "Other days":
            chosen = st.date_input(
                "From, to", (first, last), max_value=today, format="YYYY-MM-DD", key="papers:days", width=260
            )
            if not isinstance(chosen, tuple) or len(chosen) != 2:
                st.caption("Choose the last day too.")
                return
            first, last = chosen
        about = {"party": party, "from_date": str(first), "to_date": str(last)}
        find = fresh(person, issue_statement, **about)
        name = f"statement-{first}-{last}"
        pdf_button("Statement", find, name, key="papers:statement", help=f"{first} to {last}")
        send_fresh(post, "statement", issue_statement, key="papers:statement", **about)
        data_buttons(find, name, key="papers:statement")


def _superbill(person: Actor, client_id: str, visits: list[dict[str, Any]], post: Sending) -> None:
    """Of a month or of one visit. What an insurer would miss is said in place of the button."""
    months = dict.fromkeys(f"{row['service_date']:%Y-%m}" for row in visits)
    choices: dict[str, tuple[str, dict[str, str]]] = {}
    for month in months:
        named = f"{date.fromisoformat(month + '-01'):%B %Y}"
        choices[month] = (named, {"client_id": client_id, "month": month})
        for row in visits:
            if f"{row['service_date']:%Y-%m}" == month:
                label = f"{words.date_of(row['service_date'])}, {row['description']}"
                choices[row["attendee_id"]] = (label, {"attendee_id": row["attendee_id"]})
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        chosen = st.selectbox(
            "Superbill of", list(choices), format_func=lambda key: choices[key][0], key="papers:superbill", width=260
        )
        about = choices[str(chosen)][1]
        with runtime.current().record.read() as reader:
            lacking = why_not(reader, **({"client_id": client_id} | about))
        if lacking:
            st.button("Superbill", key="papers:superbill:off", disabled=True, help=lacking)
        else:
            find = fresh(person, issue_superbill, **about)
            pdf_button("Superbill", find, f"superbill-{chosen}", key="papers:superbill")
            send_fresh(post, "superbill", issue_superbill, key="papers:superbill", **about)
            data_buttons(find, f"superbill-{chosen}", key="papers:superbill")
    if lacking:
        st.caption(f":material/info: {words.plain(lacking)}")


def _days(period: str, today: date) -> tuple[date, date]:
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return {
        "Last month": (before.replace(day=1), before),
        "This month": (month, today),
        "This year": (today.replace(month=1, day=1), today),
        "Last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }.get(period, (before.replace(day=1), today))


def _listed(papers: list[dict[str, Any]], asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Invoices and other papers as one list, the newest first."""
    bills = [
        {
            "kind": "invoice",
            "invoice_id": row["invoice_id"],
            "number": row["number"],
            "issued_date": row["issued_date"],
            "known_at": row["known_at"],
            "title": "void" if row["status"] == "void" else row["status"].replace("_", " "),
            "is_replaced": row["status"] == "void",
            "document_id": None,
        }
        for row in asked
    ]
    return sorted([*papers, *bills], key=lambda row: row["known_at"], reverse=True)


def _line(person: Actor, row: dict[str, Any], post: Sending) -> None:
    ids = {name: row.get(name) for name in ("invoice_id", "document_id")}
    paper_id = ids["document_id"] or ids["invoice_id"]
    key = f"papers:{paper_id}"
    find = stored(person, row["document_id"]) if row["document_id"] else invoice(person, row["invoice_id"])
    what = f"{row['kind'].capitalize()} {row['number']}"
    title = row["title"] + (", replaced by a newer one" if row["is_replaced"] and row["kind"] != "invoice" else "")
    said = post.said(paper_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        pdf_button(what, find, what.lower().replace(" ", "-"), key=key, type="tertiary")
        about = [words.plain(title), words.date_of(row["issued_date"]), *([said] if said else [])]
        st.markdown(f":small[:gray[{' · '.join(about)}]]", width="content")
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
            if not row["is_replaced"]:
                send_button(post, row["kind"], what, **ids)
            ends = (lambda: end_button(paper_id, **ids)) if said else None
            data_buttons(find, what.lower().replace(" ", "-"), key=key, more=ends)
