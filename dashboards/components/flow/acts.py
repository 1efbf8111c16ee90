"""What the board's buttons do: one command each, said as a toast; a slip is taken back with one press."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from dashboards.session import attempt
from practice.scheduling.attendance import complete_visit, record_arrival, start_visit
from practice.scheduling.stations import record_roomed, step_back
from practice.store.record import Command
from practice.store.work import Row

GUARD_SECONDS = 0.6
_LAST = "flow:last_step"


def arrive(row: Row) -> None:
    """The client is here."""
    _step(record_arrival, row, "has arrived.")


def room(row: Row, room_id: str, room_name: str) -> None:
    """The client waits in that room."""
    _step(record_roomed, row, f"is in {room_name}.", room_id=room_id)


def start(row: Row) -> None:
    """The visit begins."""
    _step(start_visit, row, "is in session.")


def complete(row: Row) -> None:
    """The visit took place."""
    _step(complete_visit, row, "is done.")


def back(row: Row) -> None:
    """The last step was a slip."""
    _step(step_back, row, "is back where they were.")


def _step(command: Command, row: Row, done: str, **parameters: Any) -> None:
    """Cards move up when one leaves: the second press of a double click must not move the next client."""
    last = st.session_state.get(_LAST)
    if last and last[0] != row["attendee_id"] and time.monotonic() - last[1] < GUARD_SECONDS:
        return
    answer = attempt(
        command,
        f"flow:{command.name}:{row['attendee_id']}:{row['status']}:{row['roomed_at']}",
        done=f"{row['client_name'] or 'The client'} {done}",
        attendee_id=row["attendee_id"],
        **parameters,
    )
    if answer is not None:
        st.session_state[_LAST] = (row["attendee_id"], time.monotonic())
