"""Prior authorisations of a client: what is left of each, a form for a new one, a line where a visit is booked."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.desk.acts import begin_drawer
from dashboards.components.desk.place import Desk, desk_of
from dashboards.components.forms import entry, show_refusal, start_anew, turn
from dashboards.session import actor, attempt, show_messages
from practice.access.permissions import Permission
from practice.billing.authorisations import (
    add_authorisation,
    change_authorisation,
    what_is_left,
    withdraw_authorisation,
)
from practice.billing.queries.authorising import authorisations
from practice.people import queries as people
from practice.store.record import Command
from practice.store.work import Row


def authorisations_button(client_id: str, desk: Desk) -> None:
    """Opens the drawer, for whoever charges."""
    if desk.person.may(Permission.CHARGE) and st.button(
        "Authorisations",
        key="client:authorisations",
        icon=":material/verified:",
        type="tertiary",
        on_click=begin_drawer,
    ):
        authorisations_drawer(client_id)


def in_force(rows: list[Row], today: date) -> str:
    """`Harbor Health: 7 of 10 left until 31 Dec 2026`, for those in force."""
    return ", ".join(
        f"{row['payer_name']}: {max(row['units'] - row['used'], 0)} of {row['units']} left until"
        f" {words.date_of(row['until_date'])}"
        for row in rows
        if row["from_date"] <= today <= row["until_date"]
    )


def authorisation_line(client_id: str | None, service_id: str, day: date) -> None:
    """What is left of what the payer authorised, where somebody books; nothing where it authorised nothing."""
    if client_id is None:
        return
    with runtime.current().record.read() as reader:
        left = what_is_left(reader, client_id, service_id, day)
    if left:
        has_room, sentence = left
        if has_room:
            st.caption(f":material/verified: {words.plain(sentence)}")
        else:
            st.warning(words.plain(sentence), icon=":material/policy_alert:")


@st.dialog("Authorisations", position="right", width="medium")
def authorisations_drawer(client_id: str) -> None:
    """Each with its units; then the form."""
    desk = desk_of(actor())
    if desk is None:
        return
    show_messages()
    with runtime.current().record.read() as reader:
        rows = authorisations(reader, desk.person, client_id)
        payers = {row["payer_id"]: row["name"] for row in people.payers(reader, desk.person)}
        services: dict[str | None, str] = {None: "Any service"} | {
            row["service_id"]: row["name"] for row in people.services(reader, desk.person)
        }
        covered = [row["payer_id"] for row in people.policies_of(reader, client_id)]
    for row in rows:
        _one(row)
    if not rows:
        st.caption(
            "None yet. A payer that wants to be asked beforehand says how many visits it pays for, and until when."
        )
    if not payers:
        st.info("No payer is known yet; payers are added on the Set-up page.")
        return
    _new(client_id, desk, payers, services, next((key for key in covered if key in payers), next(iter(payers))))


def _one(row: Row) -> None:
    key = row["authorisation_id"]
    left = max(row["units"] - row["used"], 0)
    with st.container(border=True, gap="small"):
        span = f"{words.date_of(row['from_date'])} to {words.date_of(row['until_date'])}"
        st.markdown(
            f"**{words.plain(row['payer_name'])}** · {words.plain(row['number'])}  \n"
            f":small[:gray[{words.plain(row['service_name'] or 'Any service')} · {span}]]"
        )
        st.progress(
            min(row["used"] / row["units"], 1.0),
            f"{row['used']} of {row['units']} used, {left} left;"
            f" {words.count(row['booked'], 'visit')} booked or to charge",
        )
        with st.container(horizontal=True):
            with st.popover("Change"):
                units = st.number_input("Units", 1, 9999, row["units"], key=f"auth:units:{key}")
                last = st.date_input("Until", row["until_date"], key=f"auth:until:{key}", format="YYYY-MM-DD")
                st.button(
                    "Save", type="primary", key=f"auth:save:{key}", on_click=_do, args=(change_authorisation, key),
                    kwargs={"units": int(units), "until_date": str(last)},
                )  # fmt: skip
            with st.popover("A mistake"):
                why = st.text_input("Why", key=f"auth:why:{key}")
                st.button(
                    "Take it back", type="primary", key=f"auth:withdraw:{key}", on_click=_do,
                    args=(withdraw_authorisation, key), kwargs={"reason": why or None},
                )  # fmt: skip
        show_refusal(f"auth:{key}")


def _do(command: Command, authorisation_id: str, **said: object) -> None:
    attempt(command, f"auth:{authorisation_id}", is_in_place=True, authorisation_id=authorisation_id, **said)  # type: ignore[arg-type]


def _new(client_id: str, desk: Desk, payers: dict[str, str], services: dict[str | None, str], usual: str) -> None:
    form = f"auth:new:{client_id}"
    key = f"{form}:{turn(form)}"
    with entry(form):
        st.markdown("**New authorisation**")
        left, right = st.columns(2)
        keys = list(payers)
        payer = left.selectbox("Payer", keys, keys.index(usual), format_func=payers.get, key=f"{key}:payer")
        service = right.selectbox("Service", list(services), format_func=services.get, key=f"{key}:service")
        number = left.text_input("The payer's number", key=f"{key}:number", autocomplete="off")
        units = right.number_input("Units", 1, 9999, 10, key=f"{key}:units")
        first = left.date_input("From", desk.today, key=f"{key}:from", format="YYYY-MM-DD")
        last = right.date_input("Until", desk.today + timedelta(days=180), key=f"{key}:until", format="YYYY-MM-DD")
        if st.form_submit_button("Add", type="primary"):
            answer = attempt(
                add_authorisation, form, is_in_place=True, done="The authorisation was recorded.", client_id=client_id,
                payer_id=payer, service_id=service, number=number, units=int(units), from_date=str(first),
                until_date=str(last),
            )  # fmt: skip
            if answer:
                start_anew(form)
                st.rerun(scope="fragment")
