"""When providers work: everybody's week at a glance, and the hours of one of them from a day on."""

from __future__ import annotations

from datetime import date, time

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import show_refusal, turn
from dashboards.components.set_up.common import DATE, Rows, begin_anew, names_by, read, today
from dashboards.components.set_up.touched import remember
from dashboards.session import attempt, keep_refusal
from practice.access.permissions import Actor
from practice.errors import Refusal
from practice.people import queries
from practice.scheduling.booking_queries import hours as hours_between
from practice.scheduling.dated import is_never
from practice.scheduling.hours import set_weekly_hours

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
USUAL = [{"weekday": day, "start_time": time(9), "end_time": time(17)} for day in range(1, 6)]
OUTSIDE = "outside the hours now"


def hours_part(person: Actor) -> None:
    """Weekly hours from a date on; earlier weeks stay as they were."""
    people = names_by(read(queries.providers, person), "provider_id")
    sites = names_by(read(queries.locations, person), "location_id")
    if not people or not sites:
        st.info("Add a location and a provider first; then their hours.")
        return
    now = today()
    with st.container(border=True):
        st.markdown("**The week now**")
        _glance(people, sites, now)
    with st.container(border=True):
        st.markdown("**Hours of one provider**")
        a, b, c = st.columns(3)
        provider = str(a.selectbox("Provider", list(people), format_func=people.get, key="hours_provider"))
        site = str(b.selectbox("Location", list(sites), format_func=sites.get, key="hours_location"))
        start = c.date_input("From", now, key="hours_from", format=DATE)
        editor_of(provider, site, start)


def _glance(people: dict[str, str], sites: dict[str, str], now: date) -> None:
    """A line for each provider and location: the stretches of each weekday; and which changes are to come."""
    standing = [row for row in _versions(list(people), now, date.max) if row["location_id"] in sites]
    lines: dict[tuple[str, str], Rows] = {}
    for row in standing:
        if row["effective_from"] <= now:
            lines.setdefault((row["provider_id"], row["location_id"]), []).append(row)
    for key in people.keys() - {provider for provider, _ in lines}:
        lines[key, ""] = []
    frame = pd.DataFrame(
        [
            {"Provider": words.plain(people[provider]), "Location": words.plain(sites.get(site))}
            | {name[:3]: _stretches(lines[provider, site], day) for day, name in enumerate(WEEKDAYS, 1)}
            for provider, site in sorted(lines, key=lambda line: (people[line[0]], sites.get(line[1], "")))
        ]
    )
    st.table(
        frame if len(sites) > 1 else frame.drop(columns="Location"),
        border="horizontal",
        hide_index=True,
        alt="The weekly hours of every provider as they hold today",
    )
    coming = sorted(
        {(row["effective_from"], people[row["provider_id"]]) for row in standing if row["effective_from"] > now}
    )
    for begin, name in coming[:5]:
        st.caption(f":material/event_upcoming: {words.plain(name)}: other hours from {words.date_of(begin)} on.")


def _stretches(rows: Rows, weekday: int) -> str:
    """A line for each stretch of the day."""
    day = sorted((row["start_time"], row["end_time"]) for row in rows if row["weekday"] == weekday)
    return "  \n".join(f"{start:%H:%M}\u2060–\u2060{end:%H:%M}" for start, end in day) or "–"


def _versions(provider_ids: list[str], first: date, last: date) -> Rows:
    """Weekly hours that hold on a day between the two, without those that were superseded before they began."""
    with runtime.current().record.read() as reader:
        found = hours_between(reader, provider_ids, first, last).weekly
    return [dict(row) for row in found if not is_never(row)]


def editor_of(provider: str, site: str, start: date) -> None:
    """The week of one provider at one location from a day on, to be changed and saved."""
    form = f"hours:{provider}:{site}"
    known = sorted(
        (row for row in _versions([provider], start, start) if row["location_id"] == site),
        key=lambda row: (row["weekday"], row["start_time"]),
    )
    edited = _editor(known or USUAL, f"{form}:{start}:{turn(form)}")
    hint = "" if known else "Nothing is set here yet: this is a start to change. "
    st.caption(
        f"{hint}Two rows for one day make a break, such as lunch. Days without a row are free; without any row the "
        "provider stops working here. Earlier weeks stay as they were."
    )
    if st.button("Save the hours", type="primary"):
        try:
            hours = _rows(edited)
        except Refusal as refusal:
            keep_refusal(form, refusal)
        else:
            answer = attempt(
                set_weekly_hours, form, is_in_place=True, done="The hours were saved.", provider_id=provider,
                location_id=site, hours=hours, effective_from=str(start),
            )  # fmt: skip
            if answer is not None:
                remember([row["appointment_id"] for row in answer["visits"]], OUTSIDE)
                begin_anew(form)
    show_refusal(form)


def _editor(known: Rows, key: str) -> pd.DataFrame:
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


def _rows(edited: pd.DataFrame) -> Rows:
    """The editor's rows as the command takes them. Refuses a row with a gap; an empty one is none."""
    whole = edited.dropna(how="all")
    if whole.isna().to_numpy().any():
        raise Refusal("Each row needs a day, a start and an end; fill the gaps, or delete the row.", field="hours")
    return [
        {"weekday": WEEKDAYS.index(row["Day"]) + 1, "start": f"{row['From']:%H:%M}", "end": f"{row['To']:%H:%M}"}
        for row in whole.to_dict("records")
    ]
