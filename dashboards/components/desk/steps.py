"""What can be said of a visit now, by whom; one step is the next one. The clock offers, people state. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from practice.access.permissions import Actor, Permission
from practice.scheduling.attendance import (
    complete_visit,
    record_arrival,
    record_left_unseen,
    record_no_show,
    start_visit,
)
from practice.scheduling.commands import confirm_appointment
from practice.store.record import Command
from practice.store.work import Row


@dataclass(frozen=True)
class Step:
    """A button: its word, the command behind it, what it names (an attendee or the whole visit), what is said then."""

    label: str
    command: Command
    done: str
    names: str = "attendee_id"

    def parameters(self, row: Row) -> dict[str, str]:
        """What the command is told about this visit."""
        return {self.names: row[self.names]}

    def form(self, row: Row) -> str:
        """The form's name for the idempotency key: a step of one visit at one stage is one intention."""
        return f"step:{self.command.name}:{row[self.names]}:{row['status']}"


ARRIVED = Step("Arrived", record_arrival, "{client} has arrived.")
START = Step("Start", start_visit, "{client}: the visit has begun.")
COMPLETE = Step("Complete", complete_visit, "{client}: completed.")
CONFIRM = Step("Confirm", confirm_appointment, "{client} has confirmed.", names="appointment_id")
NO_SHOW = Step("No-show", record_no_show, "{client}: recorded as a no-show.")
LEFT_UNSEEN = Step("Left unseen", record_left_unseen, "{client}: recorded as left unseen.")


def next_step(row: Row, person: Actor, today: date) -> Step | None:
    """The one step that usually follows; None when the visit is settled or the person may not."""
    if row["status"] == "scheduled" and row["start_date"] > today:
        return CONFIRM if not row["is_confirmed"] and person.may(Permission.BOOK) else None
    if not person.may(Permission.RECORD_ATTENDANCE):
        return None
    if row["start_date"] < today:
        return COMPLETE if row["is_unresolved"] else None
    return {"scheduled": ARRIVED, "arrived": START, "in_session": COMPLETE}.get(row["status"])


def outcomes(row: Row) -> list[Step]:
    """What a person can say became of a visit whose time has passed."""
    if not row["is_unresolved"]:
        return []
    missed = {"scheduled": [NO_SHOW], "arrived": [LEFT_UNSEEN]}
    return [COMPLETE, *missed.get(row["status"], [])]


def other_steps(row: Row, person: Actor, today: date) -> list[Step]:
    """What else may be said, in the order of likelihood."""
    steps: list[Step] = []
    is_today, has_begun = row["start_date"] == today, row["is_unresolved"]
    if row["status"] == "scheduled" and not has_begun and not row["is_confirmed"] and person.may(Permission.BOOK):
        steps.append(CONFIRM)
    if person.may(Permission.RECORD_ATTENDANCE):
        if row["status"] == "scheduled" and is_today:
            steps.append(START)
        steps += outcomes(row)
        if row["status"] == "arrived" and is_today:
            steps.append(LEFT_UNSEEN)
    return [step for step in dict.fromkeys(steps) if step is not next_step(row, person, today)]


def may_change(row: Row, person: Actor) -> bool:
    """Whether the visit can be moved or cancelled by this person."""
    return person.may(Permission.BOOK) and row["status"] == "scheduled" and not row["is_charged"]


def is_empty_group(visit: Row) -> bool:
    """Whether it is a group that was opened and that nobody is in."""
    return bool(visit["is_standing"] and visit["status"] == "scheduled" and not visit["attendee_count"])


def may_correct(row: Row, person: Actor) -> bool:
    """Whether somebody stated something about it that this person may correct."""
    stated = ("arrived", "in_session", "completed", "no_show", "left_unseen", "cancelled")
    return person.may(Permission.CORRECT_ATTENDANCE) and row["status"] in stated


def may_charge(row: Row, person: Actor) -> bool:
    """Whether there is something to charge: a completed visit, or one that the client missed or cancelled late."""
    is_missed = row["status"] == "no_show" or (
        row["status"] == "cancelled" and row["cancelled_by"] == "client" and row["is_late"]
    )
    if row["billing_unit"] == "appointment" and not row["is_identified"]:
        return False  # charged once, on the identified client
    return person.may(Permission.CHARGE) and not row["is_charged"] and (row["status"] == "completed" or bool(is_missed))
