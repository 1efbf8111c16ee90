"""Papers that are made by themselves, daily or monthly, for everybody or for one client.

Somebody calls `beat` now and then, or `daybook run-documents` does. A schedule runs once for each of its days, however
often it is looked at; what was missed while nothing ran is made up for with the newest day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from practice.access.permissions import SYSTEM, Permission
from practice.billing.accounts import client_party
from practice.billing.invoices import LONGEST_DUE_DAYS
from practice.billing.queries import run_papers as queries
from practice.billing.queries.worklists import today
from practice.billing.runs import begin_run, go, month_before
from practice.clock import stored, to_wall
from practice.errors import Conflict, Refusal
from practice.paper_mail.queries import runs_to_send
from practice.paper_mail.sending import send_run
from practice.people import checks
from practice.store.record import Record, command
from practice.store.work import Row, Work

KINDS = ("invoices", "statements")
RHYTHMS = ("daily", "monthly")


@command(Permission.INVOICE)
def add_schedule(
    work: Work,
    *,
    kind: str,
    rhythm: str,
    day_of_month: int | None = None,
    at_hour: int = 18,
    client_id: str | None = None,
    due_days: int = 30,
) -> Row:
    """Make papers by themselves from today on, from an hour (practice's zone) of each day or of a day of the month.

    Daily invoices ask for what was charged up to that day; monthly papers are about the month before. Answers
    {document_schedule_id}.
    """
    checks.one_of(kind, "The kind of paper", "kind", KINDS)
    checks.one_of(rhythm, "How often", "rhythm", RHYTHMS)
    if kind == "statements" and rhythm == "daily":
        raise Refusal("Statements are of a month; make them monthly.", field="rhythm", alternatives=("monthly",))
    if rhythm == "monthly":
        checks.whole(day_of_month, "The day of the month", "day_of_month", 1, 28)
    if client_id:
        client = work.get("clients", client_id, "client")
        if client["guarantor_client_id"] not in (None, client_id):
            raise Refusal("Somebody else owes for this client; choose the guarantor.", field="client_id")
    same = [row for row in queries.schedules(work, work.actor) if (row["kind"], row["client_id"]) == (kind, client_id)]
    if same:
        raise Conflict(f"These {kind} are made by themselves already; end that first.", rule="scheduled")
    row = {
        "document_schedule_id": work.new_id(),
        "kind": kind,
        "rhythm": rhythm,
        "day_of_month": day_of_month if rhythm == "monthly" else None,
        "at_hour": checks.whole(at_hour, "The hour", "at_hour", 0, 23),
        "client_id": client_id,
        "due_days": checks.whole(due_days, "Due days", "due_days", 0, LONGEST_DUE_DAYS),
        "starts_date": today(work),
        "ended_at": None,
        "known_at": stored(work.now),
    }
    work.insert("document_schedules", row)
    return {"document_schedule_id": row["document_schedule_id"]}


@command(Permission.INVOICE)
def end_schedule(work: Work, *, document_schedule_id: str) -> Row:
    """Make these papers by hand again. What came out of it stays."""
    schedule = work.get("document_schedules", document_schedule_id, "schedule")
    if schedule["ended_at"]:
        raise Conflict("That has ended already.", rule="ended")
    work.update("document_schedules", document_schedule_id, ended_at=stored(work.now))
    return {"document_schedule_id": document_schedule_id}


@command(Permission.INVOICE)
def set_schedule_mails(work: Work, *, document_schedule_id: str, is_on: bool) -> Row:
    """Whether what a schedule makes from now on is also sent to whom it is for. Answers {is_on}."""
    schedule = work.get("document_schedules", document_schedule_id, "schedule")
    if schedule["ended_at"]:
        raise Conflict("That has ended already.", rule="ended")
    since = stored(work.now) if checks.flag(is_on, "Whether they are sent", "is_on") else None
    if bool(since) != bool(schedule["mails_since"]):
        work.update("document_schedules", document_schedule_id, mails_since=since)
    return {"is_on": is_on}


def beat(record: Record) -> list[Row]:
    """Run what is due and was not run to its end, and send what is to be sent by itself. Twice changes nothing.

    Answers the runs: [{document_run_id, issued, refused}].
    """
    with record.read() as reader:
        plans = queries.schedules(reader, SYSTEM)
        if not plans:
            return []
        wall = to_wall(reader.now, reader.setting("zone", "UTC"))
        done = queries.run_keys(reader)
    ended = []
    for plan in plans:
        due = due_on(plan, wall)
        if due is None or done.get(key := f"{plan['document_schedule_id']}|{due}"):
            continue
        first, last = month_before(due) if plan["rhythm"] == "monthly" else (due, due)
        run = record.run(
            begin_run,
            SYSTEM,
            kind=plan["kind"],
            from_date=str(first) if plan["kind"] == "statements" else None,
            until_date=str(last),
            due_days=plan["due_days"],
            document_schedule_id=plan["document_schedule_id"],
            schedule_key=key,
        )
        only = client_party(plan["client_id"]) if plan["client_id"] else None
        ended.append(go(record, SYSTEM, run["document_run_id"], only=only))
    with record.read() as reader:
        to_send = runs_to_send(reader)
    for document_run_id in to_send:
        send_run(record, SYSTEM, document_run_id)
    return ended


def due_on(plan: Row, wall: datetime) -> date | None:
    """The newest day on which the schedule should have run by that time on the practice's wall; None before its first.

    Pure: a daily one is due each day from its hour on, a monthly one on its day.
    """
    day = wall.date() if wall.hour >= plan["at_hour"] else wall.date() - timedelta(days=1)
    if plan["rhythm"] == "monthly":
        this = day.replace(day=plan["day_of_month"])
        day = this if this <= day else month_before(day)[0].replace(day=plan["day_of_month"])
    return day if day >= plan["starts_date"] else None
