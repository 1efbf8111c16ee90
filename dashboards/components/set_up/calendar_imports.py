"""Files of other calendars as a provider's busy time: what came in, what did not and why, which visits stand in it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from dashboards import runtime
from dashboards.components.desk import words
from dashboards.components.forms import entry, send, show_refusal, turn
from dashboards.components.set_up.common import begin_anew, choose, lists
from dashboards.components.set_up.touched import show_visit
from dashboards.session import attempt, forget_refusal, keep_refusal, say
from practice.access.permissions import Actor
from practice.calendars.importing import (
    add_external_calendar,
    calendars_of,
    load_calendar,
    remove_external_calendar,
    what_file_brings,
)
from practice.clock import to_wall
from practice.errors import Refusal

SHOWN = 5
VERDICTS = {"loaded": "busy", "merged": "known already", "rejected": "not understood", "ignored": "left out"}


def imports(person: Actor, people: dict[str, str]) -> None:
    """The calendars, the form that adds one, and, for the one that is selected, its file and its report."""
    with runtime.current().record.read() as reader:
        zone = str(reader.setting("zone", "UTC"))
        rows = [row | _columns(row, zone) for row in calendars_of(reader, person)]
    left, right = lists()
    with left:
        columns = {
            "provider_name": "Provider",
            "name": "Calendar",
            "zone": "Time zone",
            "last": "Imported",
            "visits": "Visits in it",
        }
        if len(people) == 1:
            del columns["provider_name"]
        row = choose(
            "external_calendars",
            "Busy time from other calendars",
            rows,
            columns,
            key="external_calendar_id",
            empty="None yet. A calendar that is imported keeps its times free of visits.",
        )
        if row is None and len(rows) == 1:
            row = rows[0]
        if row is not None:
            _file(person, row)
    with right:
        _new_calendar(people, zone)
    if row is not None:
        _report(row, zone)


def _columns(row: dict[str, Any], zone: str) -> dict[str, Any]:
    at = row["last_imported_at"]
    return {"last": f"{to_wall(at, zone):%-d %b %H:%M}" if at else "never", "visits": len(row["clashes"]) or None}


def _new_calendar(people: dict[str, str], own: str) -> None:
    with entry("add_external_calendar"):
        st.markdown("**Add another calendar**")
        provider = next(iter(people))
        if len(people) > 1:
            provider = st.selectbox("Provider", list(people), format_func=people.get, key="external:provider")
        name = st.text_input("Name of the calendar", placeholder="Private", required=True)
        zones = sorted({zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")} | {own})
        zone = st.selectbox("Time zone of times that name none", zones, index=zones.index(own), key="external:zone")
        if st.form_submit_button("Add calendar", type="primary"):
            send(
                add_external_calendar,
                "add_external_calendar",
                provider_id=provider,
                name=name,
                zone=zone,
                done="The calendar was added; choose its file next.",
            )


def _file(person: Actor, row: dict[str, Any]) -> None:
    """The file of one calendar. A newer export takes the place of the older one."""
    key = row["external_calendar_id"]
    form = f"load_calendar:{key}"
    st.markdown(f"**{words.plain(row['name'])}** of {words.plain(row['provider_name'])}")
    file = st.file_uploader(
        "Export of that calendar (.ics)",
        type=["ics"],
        key=f"{form}:file:{turn(form)}",
        max_upload_size=5,
        help="What is in the file is busy; what was busy and is not in it any more becomes free. A year ahead counts.",
    )
    with st.container(horizontal=True):
        if st.button("Import", type="primary", key=f"{form}:go", disabled=file is None) and file is not None:
            bring_in(person, key, file.getvalue(), form)
        if st.button("Remove this calendar", key=f"{form}:remove"):
            gone = attempt(remove_external_calendar, form, is_in_place=True, external_calendar_id=key)
            if gone is not None:
                say(f"Removed: {words.count(gone['withdrawn'], 'busy time is', 'busy times are')} free again.")
                begin_anew("external_calendars")
    show_refusal(form)


def bring_in(person: Actor, external_calendar_id: str, data: bytes, form: str) -> None:
    """Read the file, then compare and write. Refused, the file stays chosen and the sentence says why."""
    try:
        with runtime.current().record.read() as reader:
            brought = what_file_brings(reader, person, external_calendar_id, data)
    except Refusal as refusal:
        keep_refusal(form, refusal)
        return
    report = attempt(load_calendar, form, is_in_place=True, typed=(external_calendar_id, hash(data)), **brought)
    if report is None:
        return
    forget_refusal(form)
    say(f"{words.count(report['read'], 'event')} read: {_counted(report)}.")
    begin_anew(form, "external_calendars")


def _counted(report: dict[str, Any]) -> str:
    return ", ".join(f"{report[name]:,} {said}" for name, said in VERDICTS.items() if report[name]) or "nothing in it"


def _report(row: dict[str, Any], zone: str) -> None:
    """What became of the last file's events, and the visits that stand in the busy time."""
    report = row["report"]
    if report is None:
        return
    with st.container(border=True):
        events = words.count(report["read"], "event")
        st.markdown(f"**{words.plain(row['name'])}**, imported {row['last']} · {events}: {_counted(report)}")
        told = [reason for reason in report["reasons"] if reason["verdict"] in ("rejected", "ignored")]
        if told:
            st.markdown(
                "\n".join(f"- {one['count']:,} {VERDICTS[one['verdict']]}: {words.plain(one['why'])}" for one in told)
            )
        st.caption(f"Imported by {words.place(zone)}. A newer export of the calendar takes the place of this one.")
        _clashes(row["clashes"])


def _clashes(visits: list[dict[str, Any]]) -> None:
    if not visits:
        return
    stay = (
        "stays until somebody moves or cancels it" if len(visits) == 1 else "stay until somebody moves or cancels them"
    )
    st.warning(
        f"**{words.count(len(visits), 'visit stands', 'visits stand')}** in this busy time and {stay}.",
        icon=":material/event_busy:",
    )
    for visit in visits[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{visit['wall_start']:%a %-d %b %Y %H:%M}** · "
                f"{words.plain(', '.join(visit['client_names']))} · :gray[{words.plain(visit['service_name'])}]",
                width="stretch",
            )
            if st.button(
                "Show", key=f"clash:{visit['appointment_id']}", type="tertiary", icon=":material/arrow_forward:"
            ):
                show_visit(visit)
    zones = " and ".join(words.place(zone) for zone in dict.fromkeys(visit["zone"] for visit in visits[:SHOWN]))
    more = f"and {len(visits) - SHOWN:,} more, later than these · " if len(visits) > SHOWN else ""
    st.caption(f"{more}{zones}")
