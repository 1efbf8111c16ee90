"""When providers work: weekly hours from a day on, time off, and days on which a location is closed."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.forms import entry, show_refusal, start_anew, turn
from dashboards.components.set_up.common import names_by, read, today
from dashboards.session import attempt, keep_refusal, say
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.scheduling.booking_queries import weekly_hours
from practice.scheduling.hours import add_exception, add_time_off, set_weekly_hours

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
USUAL = [{"weekday": day, "start_time": time(9), "end_time": time(17)} for day in range(1, 6)]


def hours_part(person: Actor) -> None:
    """Weekly hours from a date on; earlier weeks stay as they were."""
    people, sites = _whom_and_where(person)
    if not people or not sites:
        st.info("Add a location and a provider first; then their hours.")
        return
    with st.container(border=True):
        st.markdown("**Weekly hours**")
        a, b, c = st.columns(3)
        provider = a.selectbox("Provider", list(people), format_func=people.get, key="hours_provider")
        site = b.selectbox("Location", list(sites), format_func=sites.get, key="hours_location")
        start = c.date_input("From", today(), key="hours_from")
        form = f"hours:{provider}:{site}"
        known = _in_force(str(provider), str(site), start)
        edited = _editor(known or USUAL, f"{form}:{start}:{turn(form)}")
        hint = "" if known else "Nothing is set here yet: this is a start to change. "
        st.caption(f"{hint}Two rows for one day make a break, such as lunch. Days without a row are free.")
        if st.button("Save the hours", type="primary"):
            try:
                hours = _rows(edited)
            except Refusal as refusal:
                keep_refusal(form, refusal)
            else:
                _send_and_warn(
                    set_weekly_hours,
                    form,
                    provider_id=provider,
                    location_id=site,
                    hours=hours,
                    effective_from=str(start),
                    done="The hours were saved.",
                )
        show_refusal(form)


def _whom_and_where(person: Actor) -> tuple[dict[str, str], dict[str, str]]:
    people = names_by(read(queries.providers, person), "provider_id")
    return people, names_by(read(queries.locations, person), "location_id")


def _in_force(provider_id: str, location_id: str, day: date) -> list[dict[str, Any]]:
    """The provider's hours at the location as they hold on that day."""
    with runtime.current().record.read() as reader:
        versions = weekly_hours(reader, provider_id)
    return sorted(
        (
            row
            for row in versions
            if row["location_id"] == location_id
            and row["effective_from"] <= day
            and (row["effective_to"] is None or row["effective_to"] >= day)
        ),
        key=lambda row: (row["weekday"], row["start_time"]),
    )


def _editor(known: list[dict[str, Any]], key: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        [{"Day": WEEKDAYS[row["weekday"] - 1], "From": row["start_time"], "To": row["end_time"]} for row in known]
    )
    edited: pd.DataFrame = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={
            "Day": st.column_config.SelectboxColumn(options=WEEKDAYS, required=True),
            "From": st.column_config.TimeColumn(format="HH:mm", step=300, required=True),
            "To": st.column_config.TimeColumn(format="HH:mm", step=300, required=True),
        },
    )
    return edited


def _rows(edited: pd.DataFrame) -> list[dict[str, Any]]:
    """The editor's rows as the command takes them. Refuses a row with a gap; an empty one is none."""
    whole = edited.dropna(how="all")
    if whole.isna().to_numpy().any():
        raise Refusal("Each row needs a day, a start and an end; fill the gaps, or delete the row.", field="hours")
    return [
        {"weekday": WEEKDAYS.index(row["Day"]) + 1, "start": f"{row['From']:%H:%M}", "end": f"{row['To']:%H:%M}"}
        for row in whole.to_dict("records")
    ]


def absences(person: Actor) -> None:
    """Time off of a provider; a day on which a location is closed."""
    people, sites = _whom_and_where(person)
    if not people or not sites:
        st.info("Add a location and a provider first.")
        return
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, height="stretch"):
        st.markdown("**Time off**")
        _time_off(people)
    with right, st.container(border=True, height="stretch"):
        st.markdown("**Closed day**")
        _closed_day(sites)


def _time_off(people: dict[str, str]) -> None:
    with entry("time_off"):
        provider = st.selectbox("Provider", list(people), format_func=people.get, key="time_off:provider")
        a, b = st.columns(2)
        first = a.date_input("First day", today())
        last = b.date_input("Last day", today())
        why = st.text_input("Why (seen by staff)")
        if st.form_submit_button("Add time off", type="primary"):
            _send_and_warn(
                add_time_off,
                "time_off",
                reason=why or None,
                provider_id=provider,
                start_date=str(first),
                end_date=str(last),
                done="The time off was added.",
            )


def _closed_day(sites: dict[str, str]) -> None:
    with entry("closure"):
        site = st.selectbox("Location", list(sites), format_func=sites.get, key="closure:location")
        day = st.date_input("Day", today())
        why = st.text_input("Why", placeholder="A public holiday, for example")
        if st.form_submit_button("Close this day", type="primary"):
            _send_and_warn(
                add_exception,
                "closure",
                reason=why or None,
                location_id=site,
                exception_date=str(day),
                done="The day was closed.",
            )


def _send_and_warn(command: Any, form: str, **parameters: Any) -> None:
    """Send it; after a success begin anew, and say how many visits a person has to move."""
    answer = attempt(command, form, is_in_place=True, **parameters)
    if answer is None:
        return
    count = len(answer["visits"])
    if count:
        visits = "1 visit falls" if count == 1 else f"{count} visits fall"
        say(f"{visits} outside the hours now; move or cancel on Today.", "refusal")
    start_anew(form)
    st.rerun()
