"""Providers, their weekly hours and their absences."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.set_up.common import added, names_by, read, table
from dashboards.session import attempt, say
from practice.access.permissions import Actor
from practice.people import queries
from practice.people.commands import add_provider, assign_service
from practice.scheduling.hours import add_exception, add_time_off, set_weekly_hours
from practice.scheduling.queries import weekly_hours

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def providers_part(person: Actor) -> None:
    """Who sees clients, and what they give."""
    found = read(queries.providers, person)
    services = names_by(read(queries.services, person), "service_id")
    people = names_by(found, "provider_id")
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown("**Providers**")
        table(found, {"name": "Name", "code": "Code", "discipline": "Discipline"}, "None yet.")
        with st.form("add_provider", border=False):
            name = st.text_input("Name of the provider", required=True)
            discipline = st.text_input("Discipline")
            npi = st.text_input("NPI (United States; may stay empty)")
            gives = st.multiselect("Services", list(services), default=list(services), format_func=services.get)
            if st.form_submit_button("Add provider", type="primary"):
                added(
                    attempt(
                        add_provider,
                        "add_provider",
                        name=name,
                        discipline=discipline or None,
                        npi=npi or None,
                        service_ids=gives,
                        done="The provider was added; set the hours next.",
                    )
                )
    if people and services:
        with right, st.container(border=True):
            st.markdown("**Give a service to a provider**")
            with st.form("assign", border=False):
                provider = st.selectbox("Provider", list(people), format_func=people.get)
                service = st.selectbox("Service", list(services), format_func=services.get)
                if st.form_submit_button("Assign"):
                    added(attempt(assign_service, "assign", provider_id=provider, service_id=service, done="Assigned."))


def hours_part(person: Actor) -> None:
    """Weekly hours from a date on; earlier weeks stay as they were."""
    people = names_by(read(queries.providers, person), "provider_id")
    sites = names_by(read(queries.locations, person), "location_id")
    if not people or not sites:
        st.info("Add a location and a provider first; then their hours.")
        return
    with st.container(border=True):
        st.markdown("**Weekly hours**")
        a, b, c = st.columns(3)
        provider = a.selectbox("Provider", list(people), format_func=people.get, key="hours_provider")
        site = b.selectbox("Location", list(sites), format_func=sites.get, key="hours_location")
        today = runtime.current().record.clock().date()
        start = c.date_input("From", today, key="hours_from")
        with runtime.current().record.read() as reader:
            known = weekly_hours(reader, person, provider, site, str(start))
        if not known:
            known = [{"weekday": day, "start_time": time(9), "end_time": time(17)} for day in range(1, 6)]
            st.caption("Nothing is set yet; this is a start to change.")
        frame = pd.DataFrame(
            [{"Day": WEEKDAYS[row["weekday"] - 1], "From": row["start_time"], "To": row["end_time"]} for row in known]
        )
        edited = st.data_editor(
            frame,
            num_rows="dynamic",
            hide_index=True,
            key=f"hours:{provider}:{site}:{start}",
            column_config={
                "Day": st.column_config.SelectboxColumn(options=WEEKDAYS, required=True),
                "From": st.column_config.TimeColumn(format="HH:mm", step=300, required=True),
                "To": st.column_config.TimeColumn(format="HH:mm", step=300, required=True),
            },
        )
        st.caption("Two rows for one day make a break, such as lunch.")
        if st.button("Save the hours", type="primary"):
            rows = [
                {
                    "weekday": WEEKDAYS.index(row["Day"]) + 1,
                    "start": f"{row['From']:%H:%M}",
                    "end": f"{row['To']:%H:%M}",
                }
                for row in edited.dropna().to_dict("records")
            ]
            added(
                attempt(
                    set_weekly_hours,
                    f"hours:{provider}:{site}",
                    provider_id=provider,
                    location_id=site,
                    hours=rows,
                    effective_from=str(start),
                    done="The hours were saved.",
                )
            )


def absences(person: Actor) -> None:
    """Time off of a provider; a day on which a location is closed."""
    people = names_by(read(queries.providers, person), "provider_id")
    sites = names_by(read(queries.locations, person), "location_id")
    if not people or not sites:
        st.info("Add a location and a provider first.")
        return
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True), st.form("time_off", border=False):
        st.markdown("**Time off**")
        provider = st.selectbox("Provider", list(people), format_func=people.get)
        days = st.date_input("First and last day", (), key="time_off_days")
        why = st.text_input("Why (seen by staff)")
        if st.form_submit_button("Add time off", type="primary"):
            if not isinstance(days, tuple) or len(days) != 2:
                say("Choose the first and the last day; for one day choose it twice.", "refusal")
            else:
                answer = attempt(
                    add_time_off,
                    "time_off",
                    reason=why or None,
                    provider_id=provider,
                    start_date=str(days[0]),
                    end_date=str(days[1]),
                    done="The time off was added.",
                )
                _warn_of_visits(answer)
    with right, st.container(border=True), st.form("closure", border=False):
        st.markdown("**Closed day**")
        site = st.selectbox("Location", list(sites), format_func=sites.get)
        day = st.date_input("Day", date(today_year(), 12, 25))
        why = st.text_input("Why")
        if st.form_submit_button("Close this day", type="primary"):
            answer = attempt(
                add_exception,
                "closure",
                reason=why or None,
                location_id=site,
                exception_date=str(day),
                is_open=False,
                done="The day was closed.",
            )
            _warn_of_visits(answer)


def today_year() -> int:
    """The year of the practice's today."""
    return runtime.current().record.clock().year


def _warn_of_visits(answer: Any) -> None:
    if not answer:
        return
    count = len(answer.get("appointment_ids", []))
    if count:
        say(f"{count} visits fall into it; move or cancel them on Today.", "refusal")
    st.rerun()
