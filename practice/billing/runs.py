"""Papers for many accounts in one go. A run goes on where it stopped, and finds nothing to do the second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission
from practice.billing.invoices import LONGEST_DUE_DAYS, issue_invoices
from practice.billing.posting import day
from practice.billing.queries import run_papers as queries
from practice.billing.queries.worklists import today
from practice.billing.statements import issue_statements
from practice.clock import stored
from practice.errors import Refusal
from practice.store.record import Record, command
from practice.store.work import Row, Work

AT_ONCE = 25
"""Papers in a transaction: a desk that books meanwhile waits for one of them at most."""

Told = Callable[[int, int], None]
"""Hears how many accounts are done, of how many."""


@command(Permission.INVOICE)
def begin_run(
    work: Work,
    *,
    kind: str,
    until_date: str,
    from_date: str | None = None,
    due_days: int = 30,
    document_schedule_id: str | None = None,
    schedule_key: str | None = None,
) -> Row:
    """Open a run of invoices (everything uninvoiced up to a day) or of statements (from one day to another).

    A schedule's run for a day is opened once: asked again, it is the same run. Answers {document_run_id}.
    """
    known = queries.run_of(work, schedule_key) if schedule_key else None
    if known:
        return {"document_run_id": known["document_run_id"]}
    if kind not in ("invoices", "statements"):
        raise Refusal("A run makes invoices or statements.", field="kind", alternatives=("invoices", "statements"))
    first, last = day(from_date, "from_date") if from_date else None, day(until_date, "until_date")
    if last > today(work):
        raise Refusal(f"What is still to come cannot be on paper; use {today(work)} or before.", field="until_date")
    if kind == "statements" and (first is None or first > last):
        raise Refusal("Statements are of a time; say from which day to which.", field="from_date")
    if type(due_days) is not int or not 0 <= due_days <= LONGEST_DUE_DAYS:
        raise Refusal(f"Due days are a whole number from 0 to {LONGEST_DUE_DAYS}, such as 30.", field="due_days")
    run_id = work.new_id()
    work.insert(
        "document_runs",
        {
            "document_run_id": run_id,
            "kind": kind,
            "from_date": first,
            "until_date": last,
            "due_days": due_days,
            "document_schedule_id": document_schedule_id,
            "schedule_key": schedule_key,
            "started_at": stored(work.now),
            "finished_at": None,
            "issued": 0,
            "refused": 0,
        },
    )
    return {"document_run_id": run_id}


@command(Permission.INVOICE)
def run_papers(work: Work, *, document_run_id: str, asks: list[dict[str, Any]]) -> Row:
    """Some accounts' papers of a run, noted with it. `asks` is [{party, charge_ids}]; statements need no charges.

    Answers {issued: how many, refused: [{party, why}]}.
    """
    run = work.get("document_runs", document_run_id, "run")
    if run["kind"] == "invoices":
        answer = issue_invoices(work, asks=asks, due_days=run["due_days"])
        for one in answer["issued"]:
            _note(work, document_run_id, one["party"], invoice_id=one["invoice_id"], document_id=None, why=None)
        return {"issued": len(answer["issued"]), "refused": answer["refused"]}
    about = {"from_date": str(run["from_date"]), "to_date": str(run["until_date"])}
    answer = issue_statements(work, parties=[ask["party"] for ask in asks], **about)
    for one in answer["issued"]:
        _note(work, document_run_id, one["party"], invoice_id=None, document_id=one["document_id"], why=None)
    return {"issued": len(answer["issued"]), "refused": answer["refused"]}


@command(Permission.INVOICE)
def end_run(work: Work, *, document_run_id: str, refused: list[dict[str, str]]) -> Row:
    """Close a run; `refused` has the accounts that got no paper [{party, why}]. Answers {issued, refused, …}."""
    for one in refused:
        _note(work, document_run_id, one["party"], invoice_id=None, document_id=None, why=one["why"])
    issued = queries.issued(work, document_run_id)
    about = {"finished_at": stored(work.now), "issued": issued, "refused": len(refused)}
    work.update("document_runs", document_run_id, **about)
    return {"document_run_id": document_run_id, "issued": issued, "refused": len(refused)}


def go(record: Record, actor: Actor, document_run_id: str, *, only: str | None = None, tell: Told | None = None) -> Row:
    """Make every paper of a run that is still to be made, a few in each transaction, and close the run.

    `only` is the one party that it is about. The desk works on between them; whoever cannot have a paper is noted.
    """
    with record.read() as reader:
        run = reader.get("document_runs", document_run_id, "run")
        wanted = _wanted(reader, actor, run, only)
    refused = []
    for done in range(0, len(wanted), AT_ONCE):
        asks = wanted[done : done + AT_ONCE]
        answer = record.run(run_papers, actor, document_run_id=document_run_id, asks=asks)
        refused += answer["refused"]
        if tell:
            tell(done + len(asks), len(wanted))
    ended: Row = record.run(end_run, actor, document_run_id=document_run_id, refused=refused)
    return ended


def _wanted(reader: Any, actor: Actor, run: Row, only: str | None) -> list[dict[str, Any]]:
    """Who gets a paper: [{party, charge_ids}]. Whoever has theirs in this run is left out."""
    if run["kind"] == "invoices":
        found = queries.to_ask(reader, actor, run["until_date"])
        wanted = [{"party": row["party"], "charge_ids": row["charge_ids"]} for row in found]
    else:
        parties = queries.moved_or_owing(reader, actor, run["from_date"], run["until_date"])
        have = queries.parties_of(reader, run["document_run_id"])
        wanted = [{"party": party, "charge_ids": []} for party in parties if party not in have]
    return [one for one in wanted if only in (None, one["party"])]


def _note(work: Work, run_id: str, party: str, **made: str | None) -> None:
    row = {"run_paper_id": work.new_id(), "document_run_id": run_id, "party": party, "known_at": stored(work.now)}
    work.insert("run_papers", row | made)


def month_before(on: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = date.fromordinal(on.replace(day=1).toordinal() - 1)
    return last.replace(day=1), last
