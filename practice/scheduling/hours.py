"""When providers work: weekly hours from a date on, days that differ, time off. Each says which visits it hits."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from practice.access.permissions import Permission, require, require_location
from practice.errors import Conflict, Refusal
from practice.scheduling import booking_queries as facts
from practice.scheduling.dated import a_date, a_time, ending, is_never, refuse_rewriting, today_in
from practice.scheduling.model import spelled
from practice.scheduling.working import is_inside
from practice.store.record import command
from practice.store.work import Row, Work

LONGEST_ABSENCE = 366


@command(Permission.SET_UP)
def set_weekly_hours(
    work: Work, *, provider_id: str, location_id: str, hours: list[dict[str, Any]], effective_from: str
) -> Row:
    """From that day on the provider works these hours of the week at the location: [{weekday 1–7, start, end}].

    They replace whatever held or was planned from then on; an empty list means that the provider stops working there.
    Answers {availability_ids, visits}: visits that the new hours leave outside, to be moved by a person.
    """
    location = work.get("locations", location_id, "location")
    require_location(work.actor, location_id)
    provider = work.get("providers", provider_id, "provider")
    begin = a_date(effective_from, "effective_from")
    rows = [_weekly_row(work, provider_id, location_id, entry, begin) for entry in hours]
    _refuse_double(rows)
    standing = facts.weekly_hours(work, provider_id)
    here = [row for row in standing if row["location_id"] == location_id and not is_never(row)]
    today = today_in(work, location["zone"])
    refuse_rewriting(here, begin, today, "The hours")
    _refuse_two_places(provider, location, rows, [row for row in standing if row["location_id"] != location_id])
    for row in here:
        if row["effective_to"] is None or row["effective_to"] >= begin:
            work.update("availability", row["availability_id"], **ending(row, begin))
    work.insert("availability", *rows)
    visits = visits_outside(work, [provider_id], location_id, max(begin, today), date.max)
    return {"availability_ids": [row["availability_id"] for row in rows], "visits": visits}


def _weekly_row(work: Work, provider_id: str, location_id: str, entry: dict[str, Any], begin: date) -> Row:
    weekday = entry.get("weekday")
    if not isinstance(weekday, int) or not 1 <= weekday <= 7:
        raise Refusal("A weekday is a number from 1 (Monday) to 7 (Sunday).", rule="weekday", field="hours")
    start, end = a_time(entry.get("start", ""), "hours"), a_time(entry.get("end", ""), "hours")
    if end <= start:
        raise Refusal(
            f"Hours must end after they start; {start:%H:%M}–{end:%H:%M} do not.", rule="order", field="hours"
        )
    return {
        "availability_id": work.new_id(),
        "provider_id": provider_id,
        "location_id": location_id,
        "weekday": weekday,
        "start_time": start,
        "end_time": end,
        "effective_from": begin,
        "effective_to": None,
    }


def _refuse_double(rows: list[Row]) -> None:
    ordered = sorted(rows, key=lambda row: (row["weekday"], row["start_time"]))
    for one, next_ in pairwise(ordered):
        if one["weekday"] == next_["weekday"] and next_["start_time"] < one["end_time"]:
            raise Refusal(
                f"Two stretches of weekday {one['weekday']} overlap at {next_['start_time']:%H:%M}; join them.",
                rule="overlap",
                field="hours",
            )


def _refuse_two_places(provider: Row, location: Row, rows: list[Row], elsewhere: list[Row]) -> None:
    """Nobody works at two places at once. Across zones wall times cannot be compared; visits are still guarded."""
    for row in rows:
        for other in elsewhere:
            if (
                other["zone"] == location["zone"]
                and other["weekday"] == row["weekday"]
                and not is_never(other)
                and (other["effective_to"] is None or other["effective_to"] >= row["effective_from"])
                and other["start_time"] < row["end_time"]
                and row["start_time"] < other["end_time"]
            ):
                raise Conflict(
                    f"{provider['name']} works at {other['location_name']} on weekday {row['weekday']} from "
                    f"{other['start_time']:%H:%M} to {other['end_time']:%H:%M}; end those hours first.",
                    rule="two_places",
                    field="hours",
                )


@command(Permission.BOOK)
def add_exception(
    work: Work,
    *,
    location_id: str,
    exception_date: str,
    provider_id: str | None = None,
    start_time: str | None = None,
    end_time: str | None = None,
    is_open: bool = False,
) -> Row:
    """One day that differs: closed (the default; without times all day) or extra hours. Without a provider it is the
    whole location's, which takes the permission to set up.

    Answers {availability_exception_id, visits}: visits that it leaves outside, to be moved by a person.
    """
    if provider_id is None:
        require(work.actor, Permission.SET_UP)
    else:
        work.get("providers", provider_id, "provider")
    location = work.get("locations", location_id, "location")
    require_location(work.actor, location_id)
    day = a_date(exception_date, "exception_date")
    if day < today_in(work, location["zone"]):
        raise Refusal("The hours of past days stay as they were; choose today or later.", rule="past")
    if (start_time is None) != (end_time is None) or (is_open and start_time is None):
        raise Refusal("Give both a start and an end; extra hours need them.", rule="times", field="start_time")
    start = None if start_time is None else a_time(start_time, "start_time")
    end = None if end_time is None else a_time(end_time, "end_time")
    if start is not None and end is not None and end <= start:
        raise Refusal("The end must come after the start.", rule="order", field="end_time")
    row = {
        "availability_exception_id": work.new_id(),
        "provider_id": provider_id,
        "location_id": location_id,
        "exception_date": day,
        "start_time": start,
        "end_time": end,
        "is_open": is_open,
        "reason": work.reason,
        "is_withdrawn": False,
    }
    work.insert("availability_exceptions", row)
    providers = [provider_id] if provider_id else _everybody(work, location_id)
    visits = visits_outside(work, providers, location_id, day, day)
    return {"availability_exception_id": row["availability_exception_id"], "visits": visits}


@command(Permission.BOOK)
def withdraw_exception(work: Work, *, availability_exception_id: str) -> Row:
    """Take a coming exception back. Answers {availability_exception_id, visits} like `add_exception`."""
    row = work.get("availability_exceptions", availability_exception_id, "exception")
    require_location(work.actor, row["location_id"])
    if row["provider_id"] is None:
        require(work.actor, Permission.SET_UP)
    location = work.get("locations", row["location_id"], "location")
    if row["is_withdrawn"] or row["exception_date"] < today_in(work, location["zone"]):
        raise Conflict("This exception is withdrawn or past; there is nothing to take back.", rule="past")
    work.update("availability_exceptions", availability_exception_id, is_withdrawn=True)
    providers = [row["provider_id"]] if row["provider_id"] else _everybody(work, row["location_id"])
    visits = visits_outside(work, providers, row["location_id"], row["exception_date"], row["exception_date"])
    return {"availability_exception_id": availability_exception_id, "visits": visits}


@command(Permission.BOOK)
def add_time_off(work: Work, *, provider_id: str, start_date: str, end_date: str) -> Row:
    """The provider is away on these days, both included. Answers {time_off_id, visits}: visits that fall into it."""
    provider = work.get("providers", provider_id, "provider")
    first, last = a_date(start_date, "start_date"), a_date(end_date, "end_date")
    if last < first or (last - first).days > LONGEST_ABSENCE:
        raise Refusal("Time off ends on or after its first day, within a year.", rule="order", field="end_date")
    if first < today_in(work):
        raise Refusal("Past days stay as they were; let the time off begin today or later.", rule="past")
    if any(row["start_date"] <= last and first <= row["end_date"] for row in _time_off(work, provider_id, first, last)):
        raise Conflict(f"{provider['name']} has time off in these days already; choose others.", rule="overlap")
    row = {
        "time_off_id": work.new_id(),
        "provider_id": provider_id,
        "start_date": first,
        "end_date": last,
        "reason": work.reason,
        "is_withdrawn": False,
    }
    work.insert("time_off", row)
    return {"time_off_id": row["time_off_id"], "visits": visits_outside(work, [provider_id], None, first, last)}


@command(Permission.BOOK)
def withdraw_time_off(work: Work, *, time_off_id: str) -> Row:
    """Take time off back that is not over. Answers {time_off_id, visits}: visits in those days still outside hours."""
    row = work.get("time_off", time_off_id, "time off")
    today = today_in(work)
    if row["is_withdrawn"] or row["end_date"] < today:
        raise Conflict("This time off is withdrawn or past; there is nothing to take back.", rule="past")
    if row["start_date"] < today:
        # The days that were taken stay taken: the rest is given back.
        work.update("time_off", time_off_id, end_date=today - timedelta(days=1))
    else:
        work.update("time_off", time_off_id, is_withdrawn=True)
    first = max(row["start_date"], today)
    return {
        "time_off_id": time_off_id,
        "visits": visits_outside(work, [row["provider_id"]], None, first, row["end_date"]),
    }


def visits_outside(work: Work, provider_ids: list[str], location_id: str | None, first: date, last: date) -> list[Row]:
    """Scheduled visits of these days outside working hours: appointment_id, provider_id, location_id, wall_start."""
    visits = [
        row
        for row in facts.visits_between(work, provider_ids, first, last)
        if location_id in (None, row["location_id"])
    ]
    if not visits:
        return []
    hours = facts.hours(work, provider_ids, visits[0]["start_date"], visits[-1]["start_date"])
    return [
        {name: row[name] for name in ("appointment_id", "provider_id", "location_id")}
        | {"wall_start": spelled(row["wall_start"])}
        for row in visits
        if not is_inside(
            hours.on(row["provider_id"], row["location_id"], row["start_date"]), row["wall_start"], row["wall_end"]
        )
    ]


def _time_off(work: Work, provider_id: str, first: date, last: date) -> list[Any]:
    return list(facts.hours(work, [provider_id], first, last).time_off)


def _everybody(work: Work, location_id: str) -> list[str]:
    return [row["provider_id"] for row in facts.providers_working_at(work, location_id)]
