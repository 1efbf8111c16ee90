"""What is done without a press, once a practice has switched it on: reminders of payment, packages that expire.

Somebody calls `beat` now and then. Each errand has its hour in the practice's zone and is run once a day, however often
it is looked at; what one client refuses does not hold up the others, and is counted and tried again the next day.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from practice.access.permissions import SYSTEM, Permission
from practice.billing.dunning import send_payment_reminder
from practice.billing.packages import expire_package
from practice.billing.queries.dunning import standings
from practice.billing.queries.packages import packages
from practice.clock import to_wall
from practice.errors import Refusal
from practice.people import checks
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

SETTING = "by_itself"
LAST = "errand:"
REMINDERS, EXPIRY, COVERS = "reminders", "expiry", "covers"
HOURS = {REMINDERS: 9, EXPIRY: 1, COVERS: 6}
"""Errand → the hour from which it is done: nobody is reminded at night, questions leave before the first visit."""


class ByItself(NamedTuple):
    """What a practice has switched on; at first nothing. `cover_days`: who comes within so many days is asked about."""

    reminds: bool = False
    expires: bool = False
    reads_files: bool = False
    cover_days: int | None = None


@command(Permission.SET_UP)
def set_by_itself(work: Work, *, reminds: bool, expires: bool, reads_files: bool, cover_days: int | None = None) -> Row:
    """Switch on or off what is done without a press. Answers what is on now."""
    kept = ByItself(
        checks.flag(reminds, "Whether reminders leave by themselves", "reminds"),
        checks.flag(expires, "Whether packages expire by themselves", "expires"),
        checks.flag(reads_files, "Whether payers' files are read by themselves", "reads_files"),
        None if cover_days is None else checks.whole(cover_days, "The days before a visit", "cover_days", 1, 30),
    )
    work.keep_setting(SETTING, kept._asdict())
    return kept._asdict()


@command(Permission.OPERATE)
def note_errand(work: Work, *, errand: str, done: int, left: int) -> Row:
    """An errand was run today: so many were done, so many refused. Answers {date, done, left}."""
    row = {"date": str(to_wall(work.now, work.setting("zone", "UTC")).date()), "done": done, "left": left}
    work.keep_setting(LAST + errand, row)
    return row


def by_itself(reader: Reader) -> ByItself:
    """What is switched on."""
    return ByItself(**reader.setting(SETTING, {}))


def last_run(reader: Reader, errand: str) -> Row | None:
    """When an errand was run last, and what came of it: {date, done, left}."""
    found: Row | None = reader.setting(LAST + errand)
    return found


def is_due(reader: Reader, errand: str) -> bool:
    """Whether its hour has come and it was not run today."""
    wall = to_wall(reader.now, reader.setting("zone", "UTC"))
    last = last_run(reader, errand)
    return wall.hour >= HOURS[errand] and (last is None or last["date"] < str(wall.date()))


def beat(record: Record) -> dict[str, Row]:
    """Run what is switched on and due: errand → {date, done, left}. Twice on a day changes nothing."""
    with record.read() as reader:
        on = by_itself(reader)
        is_reminding = on.reminds and is_due(reader, REMINDERS)
        is_expiring = on.expires and is_due(reader, EXPIRY)
        due = [row["party"] for row in standings(reader, SYSTEM) if row["is_due"]] if is_reminding else []
        over = [row["package_id"] for row in packages(reader, SYSTEM) if row["state"] == "over"] if is_expiring else []
    ended = {}
    if is_reminding:
        ended[REMINDERS] = run_errand(record, REMINDERS, due, lambda one: record.run(
            send_payment_reminder, SYSTEM, reason="By itself: the step is due", party=one))  # fmt: skip
    if is_expiring:
        ended[EXPIRY] = run_errand(record, EXPIRY, over, lambda one: record.run(
            expire_package, SYSTEM, reason="By itself: the last day is over", package_id=one))  # fmt: skip
    return ended


def run_errand(record: Record, errand: str, things: list[str], do: Callable[[str], object]) -> Row:
    """Do it for each, and note how many were done and how many refused."""
    done = 0
    for one in things:
        try:
            do(one)
        except Refusal as refusal:
            if refusal.rule == "storage":
                raise
        else:
            done += 1
    answer: Row = record.run(note_errand, SYSTEM, errand=errand, done=done, left=len(things) - done)
    return answer
