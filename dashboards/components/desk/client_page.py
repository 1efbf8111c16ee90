"""One client: who they are, what is owed, what comes next, and everything that happened, newest first."""

from __future__ import annotations

import streamlit as st

from dashboards import runtime
from dashboards.components.cards.client import client_cards
from dashboards.components.cash.at_the_desk import deposit_link
from dashboards.components.desk import words
from dashboards.components.desk.acts import begin_drawer
from dashboards.components.desk.authorisations import authorisations_button, in_force
from dashboards.components.desk.client_forms import coverage_drawer, details_drawer, guarantor_drawer
from dashboards.components.desk.diagnoses import diagnoses_button, may_see, short
from dashboards.components.desk.household import household
from dashboards.components.desk.place import Desk, desk_of, nothing_yet
from dashboards.components.desk.story import FILTERS, as_table, filtered, story
from dashboards.components.desk.visit_drawer import visit_drawer
from dashboards.components.messages.client import client_messages
from dashboards.components.paper.client import client_papers
from dashboards.session import actor
from practice.access.permissions import Permission
from practice.billing.queries import client_account, coding
from practice.billing.queries.authorising import authorisations
from practice.errors import Refusal
from practice.people import queries as people
from practice.scheduling import queries as scheduling
from practice.scheduling.model import GONE
from practice.store.work import Row

SHOWN = 40


def client_page(client_id: str) -> None:
    """The whole page of one client. An id that is nobody's, or none of the person's business, says so."""
    desk = desk_of(actor())
    if desk is None:
        nothing_yet()
        return
    may_see_money = desk.person.may(Permission.SEE_MONEY)
    try:
        with runtime.current().record.read() as reader:
            client = people.client(reader, desk.person, client_id)
            visits = scheduling.client_visits(reader, desk.person, client_id)
            account = client_account(reader, desk.person, client_id) if may_see_money else None
            authorised = authorisations(reader, desk.person, client_id)
            diagnoses = coding.client_diagnoses(reader, desk.person, client_id) if may_see(desk) else []
            names = {
                row["provider_id"]: row["name"] for row in people.providers(reader, desk.person, include_inactive=True)
            }
            sources = {
                row["referral_source_id"]: row["name"]
                for row in people.referral_sources(reader, desk.person, include_inactive=True)
            }
    except Refusal as refusal:
        st.error(str(refusal), icon=":material/error:")
        _back()
        return
    client |= {
        "provider_name": names.get(client["provider_id"]),
        "source_name": sources.get(client["referral_source_id"]),
        "diagnoses": short(diagnoses, desk.today),
        "authorised": in_force(authorised, desk.today),
    }
    _header(client, desk)
    _facts(client, desk)
    if account:
        _money_strip(account, desk)
        household(client, account, desk)
        client_cards(desk.person, client, desk.zone, desk.today)
    _next_visits(visits, desk)
    if account:
        client_papers(desk.person, client_id, desk.today, account["invoices"])
    _timeline(visits, account, desk)
    client_messages(desk.person, client_id, desk.zone, desk.today)


def _back() -> None:
    st.button(
        "All clients", icon=":material/arrow_back:", type="tertiary", key="client:back", on_click=st.query_params.clear
    )


def _header(client: Row, desk: Desk) -> None:
    client_id, person = client["client_id"], desk.person
    years = words.age(client["birth_date"], desk.today)
    _back()
    with st.container(horizontal=True, vertical_alignment="center"):
        age = f" :gray[{words.count(years, 'year')}]" if years is not None else ""
        st.markdown(f"## {words.plain(client['name'])}{age}", width="content")
        if not client["is_active"]:
            st.badge("Archived", color="gray")
        st.space("stretch")
        if person.may(Permission.BOOK) and st.button("Book", type="primary", icon=":material/add:", key="client:book"):
            st.switch_page("app_pages/book.py", query_params={"client": client_id})
        if person.may(Permission.TAKE_PAYMENT) and st.button(
            "Take payment", icon=":material/payments:", key="client:pay"
        ):
            st.switch_page("app_pages/billing.py", query_params={"client": client_id})
        if person.may(Permission.EDIT_CLIENTS):
            if st.button("Edit details", key="client:edit", on_click=begin_drawer):
                details_drawer(client_id)
            if st.button("Coverage", key="client:cover", on_click=begin_drawer):
                coverage_drawer(client_id)
            if st.button("Guarantor", key="client:guarantor", on_click=begin_drawer):
                guarantor_drawer(client_id)
    with st.container(horizontal=True, gap="medium"):
        diagnoses_button(client_id, desk)
        authorisations_button(client_id, desk)


def _facts(client: Row, desk: Desk) -> None:
    cover = [
        f"{policy['payer_name']} ({policy['member_number']})"
        for policy in client["policies"]
        if policy["effective_from"] <= desk.today
        and (policy["effective_to"] is None or desk.today <= policy["effective_to"])
    ]
    guarantor = client["guarantor"]["name"] if client["guarantor"] else "Pays for themselves"
    owes_for = ", ".join(row["name"] for row in client["owes_for"])
    facts = [
        ("Born", words.date_of(client["birth_date"])),
        ("Contact", "  \n".join(part for part in (client["phone"], client["email"]) if part)),
        ("Coverage", ", ".join(cover) or ("Self-pay" if client["is_self_pay"] else "None on file")),
        ("Authorised", client["authorised"]),
        ("Guarantor", guarantor),
        ("Owes for", owes_for),
        ("Usual provider", client["provider_name"] or ""),
        ("Referred by", client["source_name"] or ""),
        ("Diagnoses", client["diagnoses"]),
    ]
    with st.container(border=True):
        grid = st.grid("auto", min_column_width=150)
        for label, value in facts:
            if value:
                grid.markdown(f":small[:gray[{label}]]  \n{words.plain(value)}")


def _money_strip(account: Row, desk: Desk) -> None:
    amounts = [
        ("Owed by the client", account["balance_minor"]),
        ("Owed by payers", account["payer_open_minor"]),
        ("Owed by the guarantor", account["guarantor_open_minor"]),
        ("Unapplied credit", account["unapplied_minor"]),
        ("Deposits and packages", account["held_minor"]),
    ]
    shown = [pair for pair in amounts if pair[1] or pair[0] in ("Owed by the client", "Unapplied credit")]
    grid = st.grid(len(shown), min_column_width=150)
    for label, minor in shown:
        grid.metric(label, desk.currency.show(minor), border=True)


def _next_visits(visits: list[Row], desk: Desk) -> None:
    coming = [
        row
        for row in visits[::-1]
        if row["status"] not in GONE and row["start_date"] >= desk.today and not row["outcome_at"]
    ]
    waiting = [row for row in visits if row["is_unresolved"] and row["start_date"] < desk.today]
    if waiting:
        st.markdown("#### Need an outcome")
        with st.container(gap=None):
            for row in waiting[:5]:
                _visit_line(row, desk)
    st.markdown("#### Next visits")
    if not coming:
        st.caption("Nothing is booked.")
    with st.container(gap="small"):
        for row in coming[:6]:
            _visit_line(row, desk)


def _visit_line(row: Row, desk: Desk) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        label = f"{words.day(row['start_date'], desk.today)}, {words.span(row['wall_start'], row['wall_end'])}"
        with st.container(width=220):
            if st.button(
                label,
                key=f"client:visit:{row['attendee_id']}",
                type="tertiary",
                icon=":material/event:",
                on_click=begin_drawer,
            ):
                visit_drawer(row["appointment_id"])
        facts = " · ".join(fact for fact in (row["service_name"], row["provider_name"], row["room_name"]) if fact)
        st.markdown(f":small[:gray[{words.plain(facts)}]]", width="content")
        deposit_link(desk.person, row, is_asked_only=True)


@st.fragment
def _timeline(visits: list[Row], account: Row | None, desk: Desk) -> None:
    past = [row for row in visits if row["start_date"] < desk.today or row["outcome_at"]]
    entries = story(past, account["timeline"] if account else [], desk.zone)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("#### History", width="content")
        st.space("stretch")
        names = list(FILTERS) if account else ["Visits"]
        name = names[0]
        if account:
            name = st.segmented_control(
                "Show", names, default=names[0], required=True, label_visibility="collapsed", key="client:filter"
            )
    entries = filtered(entries, name or names[0])
    if not entries:
        st.caption("Nothing has happened yet.")
        return
    is_all = len(entries) <= SHOWN or st.session_state.get("client:all", False)
    with st.container(key="story"):
        st.markdown(as_table(entries if is_all else entries[:SHOWN], desk.currency))
    if not is_all:
        st.button(
            f"Show all {len(entries)}",
            key="client:more",
            on_click=st.session_state.update,
            args=({"client:all": True},),
        )
    st.caption(words.place(desk.zone))
