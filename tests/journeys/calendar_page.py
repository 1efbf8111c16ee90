"""A small page with the calendar on it, for its browser tests: 4 providers, 40 appointments, a rule against overlaps."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from dashboards.components.calendar import (
    STATUS_LABELS,
    Appointment,
    Closed,
    Move,
    Resource,
    resource_calendar,
)

DAY = date(2026, 11, 18)
NOW = datetime.combine(DAY, time(11, 20))
PROVIDERS = [
    Resource("1", "Dr. Maya Chen", "Physiotherapy"),
    Resource("2", "Liam O'Connor", "Massage"),
    Resource("3", "Dr. Priya Nair", "Osteopathy"),
    Resource("4", "Sofia Rossi", "Dietetics"),
]
CLIENTS = [
    "Ruth Smith",
    "Ethan Silva",
    "Łukasz Żak",
    "Nora Okafor",
    "<img src=x onerror=alert(1)>",
    "Chloe Garcia",
    "Emma Kowalski",
]
SERVICES = ["Follow-up", "Initial assessment", "Telehealth", "Review"]
LENGTHS = [45, 30, 60, 15, 30, 45, 30, 60, 30, 45]


def made_up() -> dict[str, Appointment]:
    appointments = {}
    for column, provider in enumerate(PROVIDERS):
        start = datetime.combine(DAY, time(8, 15 * (column % 2)))
        for row, minutes in enumerate(LENGTHS):
            number = column * 10 + row
            end = start + timedelta(minutes=minutes)
            status = list(STATUS_LABELS)[(number * 7) % 9] if end <= NOW else "confirmed" if number % 2 else "scheduled"
            appointments[str(number)] = Appointment(
                id=str(number),
                resource_id=provider.id,
                start=start,
                end=end,
                client=CLIENTS[number % 7],
                service=SERVICES[number % 4],
                status=status,
                room="Room 2" if number % 3 else "",
                buffer_after_minutes=10 if number % 5 == 0 else 0,
            )
            start = end + timedelta(minutes=15 if row % 2 else 0)
    return appointments


state = st.session_state
state.setdefault("appointments", made_up())
state.setdefault("revision", 0)
state.setdefault("day", DAY)
state.setdefault("said", [])


def move(moved: Move) -> None:
    others = [a for a in state.appointments.values() if a.id != moved.id and a.resource_id == moved.resource_id]
    if any(a.start < moved.end and a.end > moved.start for a in others):
        state.revision += 1
        state.said.append(f"refused {moved}")
        return
    old = state.appointments[moved.id]
    fields = old.__dict__ | {"resource_id": moved.resource_id, "start": moved.start, "end": moved.end}
    state.appointments[moved.id] = Appointment(**fields)
    state.said.append(f"accepted {moved}")


def closed() -> list[Closed]:
    def span(provider: str, begin: time, finish: time, label: str = "") -> Closed:
        return Closed(provider, datetime.combine(DAY, begin), datetime.combine(DAY, finish), label)

    return [
        span("1", time(17), time(19)),
        span("2", time(17, 30), time(19), "Time off: training"),
        span("4", time(17), time(19)),
    ]


st.set_page_config("Schedule", layout="wide")


@st.fragment(run_every="1s" if "poll" in st.query_params else None)
def schedule() -> None:
    state["polls"] = state.get("polls", 0) + 1
    providers = PROVIDERS[:1] if "single" in st.query_params else PROVIDERS
    seen = resource_calendar(
        key="schedule",
        resources=providers,
        events=[*state.appointments.values(), *closed()],
        options={
            "date": state.day,
            "now": NOW + timedelta(minutes=state.polls if "poll" in st.query_params else 0),
            "views": ("day", "week", "list") if len(providers) == 1 else ("day", "list"),
        },
        revision=state.revision,
        on_move=move,
        on_view=lambda view: state.update(day=view.start),
    )
    state.said += [repr(thing) for thing in (seen.selection, seen.opened) if thing]
    st.code("\n".join([*state.said[-3:], f"showing {state.day}", f"polls {state.polls}"]), language=None)


schedule()
