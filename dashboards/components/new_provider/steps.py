"""The steps of a new provider: each sends one command, so that whatever is done is kept, whenever one goes on."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, practice_currency, send, turn
from dashboards.components.set_up.common import DATE, EARLIEST, begin_anew, names_by, read, today
from dashboards.components.set_up.hours import editor_of
from dashboards.components.set_up.online import base_address
from dashboards.session import attempt, forget_refusal, form_key, keep_refusal, renew_key, say
from practice.access.permissions import Actor, Permission
from practice.access.users import create_user
from practice.calendars.feeds import hash_of, make_calendar_feed, new_secret
from practice.errors import Refusal
from practice.people import queries
from practice.people.commands import add_provider, change_provider, set_provider_services
from practice.scheduling import readiness_queries

MADE = "new_provider:made"
LINK = "new_provider:link"


def person_step(person: Actor) -> None:
    """Who it is; with services at once, since they are known by now."""
    form = "new_provider"
    services = _priced(person)
    with entry(form):
        st.markdown("**Who is it?**")
        a, b = st.columns(2)
        name = a.text_input("Name of the provider", required=True)
        discipline = b.text_input("Discipline")
        a, b, c = st.columns(3)
        code = a.text_input("Code", placeholder="The initials", help="What numbers and exports show.")
        npi = b.text_input("NPI", help="Ten digits, in the United States; may stay empty.")
        first = c.date_input("First day", today(), min_value=EARLIEST, format=DATE)
        gives = st.multiselect("Services", list(services), default=list(services), format_func=services.get)
        if st.form_submit_button("Add and go on", type="primary"):
            answer = attempt(
                add_provider, form, is_in_place=True, done=f"{name} was added; the rest follows below.", name=name,
                discipline=discipline or None, code=code or None, npi=npi or None, started_date=str(first),
                service_ids=gives,
            )  # fmt: skip
            if answer is not None:
                st.session_state[MADE] = answer["provider_id"]
                begin_anew(form)


def services_step(person: Actor, provider_id: str) -> None:
    """What they give, at which fee. Fees are the service's own."""
    form = f"new_provider_services:{provider_id}"
    services = _priced(person)
    with runtime.current().record.read() as reader:
        present = [key for key in queries.services_of(reader, provider_id) if key in services]
    with entry(form):
        gives = st.multiselect("Services", list(services), default=present, format_func=services.get)
        st.caption("A fee belongs to the service and is the same for everybody who gives it; it is set on Services.")
        if st.form_submit_button("Save the services", type="primary"):
            send(
                set_provider_services, form, provider_id=provider_id, service_ids=gives,
                done="The services were saved.",
            )  # fmt: skip


def hours_step(person: Actor, provider_id: str) -> None:
    """The week at each location, from a day on."""
    places = names_by(read(queries.locations, person), "location_id")
    if not places:
        st.info("There is no location yet; add one on Set-up.")
        return
    with runtime.current().record.read() as reader:
        started = reader.get("providers", provider_id, "provider")["started_date"]
    a, b = st.columns(2)
    site = str(a.selectbox("Location", list(places), format_func=places.get, key=f"new_provider:{provider_id}:site"))
    start = b.date_input("From", max(today(), started), key=f"new_provider:{provider_id}:from", format=DATE)
    editor_of(provider_id, site, start)


def rooms_step(person: Actor, provider_id: str) -> None:
    """Nothing to set: what rooms there are, and how the usual one is found."""
    rooms = read(queries.rooms, person)
    with runtime.current().record.read() as reader:
        usual = readiness_queries.usual_rooms(reader, provider_id)
    by_place: dict[str, list[str]] = {}
    for room in rooms:
        by_place.setdefault(room["location_name"], []).append(room["name"])
    for place, names in sorted(by_place.items()):
        st.markdown(f"**{words.plain(place)}**: {words.plain(', '.join(names))}")
    if not by_place:
        st.info("There is no room yet; rooms are added on Set-up, under Places.")
    st.caption(
        "Nobody has to be given a room: booking takes a free one and tries first the one that the provider used last "
        "for the service."
    )
    for row in usual:
        st.caption(f"At {words.plain(row['location_name'])} that is {words.plain(row['room_name'])} now.")


def sign_in_step(person: Actor, provider_id: str) -> None:
    """An account with the role provider: their own calendar and clients, nothing else."""
    if not person.may(Permission.MANAGE_USERS):
        st.info("The owner gives people their sign-in, here or on Users.")
        return
    with runtime.current().record.read() as reader:
        provider = reader.get("providers", provider_id, "provider")
        has_one = readiness_queries.has_sign_in(reader, provider_id)
    if has_one:
        st.markdown("They can sign in. Passwords and roles are changed on Users.")
        return
    form = f"new_provider_sign_in:{provider_id}"
    with entry(form):
        email = st.text_input("E-mail", type="email", placeholder="", validate="")
        password = st.text_input("First password", type="password", help="Twelve characters or more.")
        if st.form_submit_button("Give the sign-in", type="primary"):
            _give_sign_in(person, form, provider, email, password)


def online_step(person: Actor, provider_id: str) -> None:
    """Whether clients choose them online, what they read, and the provider's own video room."""
    del person
    form = f"new_provider_online:{provider_id}"
    with runtime.current().record.read() as reader:
        row = reader.get("providers", provider_id, "provider")
    with entry(form):
        is_online = st.checkbox("Clients may choose them online", value=bool(row["is_online"]))
        about = st.text_area("What clients read about them", row["about"] or "", height=110)
        link = st.text_input(
            "Own video room", row["video_link"] or "", placeholder="https://meet.example/ines-moss",
            help="Empty: each video visit gets a link of its own by the practice's template.",
        )  # fmt: skip
        st.caption("Which services and locations are online is set on Set-up, under Online booking.")
        if st.form_submit_button("Save", type="primary"):
            send(
                change_provider, form, provider_id=provider_id, is_online=is_online, about=about or None,
                video_link=link or None, done="Saved.",
            )  # fmt: skip


def calendar_step(person: Actor, provider_id: str) -> None:
    """A link that shows their visits in the calendar of their phone: initials, never names."""
    del person
    form = f"new_provider_calendar:{provider_id}"
    with entry(form):
        detail = st.segmented_control(
            "What the calendar shows", ["initials", "busy"], default="initials", required=True,
            format_func={"initials": "Clients' initials", "busy": "Only that they are busy"}.__getitem__,
        )  # fmt: skip
        if st.form_submit_button("Make a calendar link"):
            _make_link(form, provider_id, str(detail))


def show_link(provider_id: str) -> None:
    """The calendar link that was made a moment ago: the only time that it can be seen."""
    shown = st.session_state.get(LINK)
    if not shown or shown[0] != provider_id:
        return
    with st.container(border=True):
        st.markdown(":material/calendar_add_on: **The calendar link**: put it into their calendar program now.")
        st.code(shown[1], language=None)
        st.caption("It is shown only this once; the record keeps its hash. It can be revoked at any time.")
        if st.button("It is in their calendar", type="tertiary", key="new_provider:link_seen"):
            del st.session_state[LINK]
            st.rerun()


def _make_link(form: str, provider_id: str, detail: str) -> None:
    # The secret of this opening of the form: a double click makes one link, and shows the one that it made.
    secret = st.session_state.setdefault(f"{form}:{turn(form)}:secret", new_secret())
    answer = attempt(
        make_calendar_feed, form, is_in_place=True, done="The calendar link was made.", scope="provider",
        scope_id=provider_id, detail=detail, token_hash=hash_of(secret),
    )  # fmt: skip
    if answer is not None:
        st.session_state.pop(f"{form}:{turn(form)}:secret", None)
        st.session_state[LINK] = (provider_id, f"{base_address()}/calendar/{secret}.ics")
        begin_anew(form)


def _give_sign_in(person: Actor, form: str, provider: dict[str, Any], email: str, password: str) -> None:
    fields = {"email": email, "name": provider["name"], "role": "provider", "provider_id": provider["provider_id"]}
    try:
        create_user(runtime.current().record, person, key=form_key(form, fields), password=password, **fields)
    except Refusal as refusal:
        keep_refusal(form, refusal)
        return
    forget_refusal(form)
    renew_key(form)
    say(f"{provider['name']} may sign in now.")
    begin_anew(form)


def _priced(person: Actor) -> dict[str, str]:
    currency = practice_currency()
    return {
        row["service_id"]: f"{row['name']} · {row['duration_minutes']} min · {currency.show(row['fee_minor'])}"
        for row in read(queries.services, person)
    }
