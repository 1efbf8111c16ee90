"""Who is overdue, which reminder is next, and what stops it. `steps` and `stops` are for commands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.plans import plans
from practice.billing.queries.worklists import invoices, today
from practice.store.work import Reader, Row

REST_DAYS = 7
"""After a reminder a client is left alone for so long, however far behind the steps are."""


def steps(reader: Reader) -> list[Row]:
    """The steps, in their order, inactive ones too."""
    return reader.rows("select * from dunning_steps order by number")


def stops(reader: Reader, party: str | None = None) -> list[Row]:
    """Promises and disputes that were not ended, one for a party."""
    return reader.rows("select * from dunning_stops where not is_ended and (? is null or party = ?)", party, party)


def standings(reader: Reader, actor: Actor) -> list[Row]:
    """Clients with overdue invoices, whose next reminder is due first.

    Each has party_name, invoice_id and due_date of the oldest overdue invoice, overdue_minor of all of them, days,
    last_number and last_date of its reminders so far, next_step (None after the last) and step_date, is_due,
    stopped_by (in words, or None), stop (its row) and is_broken: a promise whose day is over.
    """
    require(actor, Permission.SEE_MONEY)
    day = today(reader)
    overdue: dict[str, list[Row]] = {}
    for row in invoices(reader, actor, only_unpaid=True):
        if row["is_overdue"] and row["party"].startswith("client:"):
            overdue.setdefault(row["party"], []).append(row)
    if not overdue:
        return []
    active = [row for row in steps(reader) if row["is_active"]]
    stopped = {row["party"]: row for row in stops(reader)}
    on_plan = {row["party"] for row in plans(reader, actor) if row["state"] != "missed"}
    said: dict[str, list[Row]] = {}
    for row in reader.rows("select * from dunning_reminders order by number"):
        said.setdefault(row["invoice_id"], []).append(row)
    rows = []
    for party, asked in overdue.items():
        oldest = min(asked, key=lambda row: (row["due_date"], row["number"]))
        total = sum(row["due_minor"] for row in asked)
        row = {name: oldest[name] for name in ("party", "party_name", "invoice_id", "number", "due_date")}
        row |= {"overdue_minor": total, "days": (day - oldest["due_date"]).days}
        row |= _next(active, said.get(oldest["invoice_id"], []), oldest["due_date"], total)
        row |= _stopped(stopped.get(party), party in on_plan, day)
        row["is_due"] = bool(row["next_step"] and row["step_date"] <= day and not row["stopped_by"])
        rows.append(row)
    return sorted(rows, key=lambda row: (not row["is_due"], -row["days"], row["party"]))


def _next(active: list[Row], said: list[Row], due: date, total: int) -> dict[str, Any]:
    """The step that follows the last one that was said, if as much is overdue as it asks for. Pure."""
    last = said[-1] if said else None
    found: dict[str, Any] = {"last_number": last["number"] if last else None}
    found |= {"last_date": last["sent_date"] if last else None, "next_step": None, "step_date": None}
    for step in active:
        if (last is None or step["number"] > last["number"]) and total >= step["least_minor"]:
            rested = last["sent_date"] + timedelta(days=REST_DAYS) if last else date.min
            return found | {
                "next_step": step["number"], "step_date": max(due + timedelta(days=step["days"]), rested),
            }  # fmt: skip
    return found


def _stopped(stop: Row | None, is_on_plan: bool, day: date) -> dict[str, Any]:
    words, is_broken = None, False
    if stop and stop["kind"] == "dispute":
        words = "disputed"
    elif stop and stop["until_date"] >= day:
        words = f"promised by {stop['until_date']}"
    elif stop:
        is_broken = True
    if not words and is_on_plan:
        words = "on a payment plan"
    return {"stopped_by": words, "stop": stop, "is_broken": is_broken}
