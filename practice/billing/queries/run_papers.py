"""Runs of papers: whom one would be about, what came out of it, and what was attended but is on no invoice."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.papers import document
from practice.billing.queries.worklists import invoice_document, to_invoice
from practice.store.work import Reader, Row


def run_of(reader: Reader, schedule_key: str) -> Row | None:
    """A schedule's run for a day. For commands."""
    return reader.one("select * from document_runs where schedule_key = ?", schedule_key)


def issued(reader: Reader, document_run_id: str) -> int:
    """How many papers came out of a run. For commands."""
    return int(
        reader.value("select count(*) from run_papers where document_run_id = ? and why is null", document_run_id)
    )


def parties_of(reader: Reader, document_run_id: str) -> set[str]:
    """Who has their paper of a run."""
    rows = reader.rows("select party from run_papers where document_run_id = ? and why is null", document_run_id)
    return {row["party"] for row in rows}


def to_ask(reader: Reader, actor: Actor, until: date) -> list[Row]:
    """Whom an invoice run up to a day would ask: party, party_name, charge_ids, lines, open_minor, oldest_date."""
    asked: dict[str, Row] = {}
    for row in to_invoice(reader, actor):
        if row["service_date"] <= until:
            about = {"party": row["party"], "party_name": row["party_name"], "charge_ids": [], "open_minor": 0}
            one = asked.setdefault(row["party"], about | {"oldest_date": row["service_date"]})
            one["charge_ids"].append(row["charge_id"])
            one["open_minor"] += row["open_minor"]
    return [row | {"lines": len(row["charge_ids"])} for row in asked.values()]


def moved_or_owing(reader: Reader, actor: Actor, first: date, last: date) -> list[str]:
    """Clients whose account moved between two days, or who owed something at the end: who gets a statement."""
    require(actor, Permission.SEE_MONEY)
    rows = reader.rows(
        "select party from postings where account = '1110' and post_date <= ? group by party"
        " having count(*) filter (post_date >= ?) > 0 or sum(debit_minor - credit_minor) <> 0 order by party",
        last,
        first,
    )
    return [row["party"] for row in rows]


def runs(reader: Reader, actor: Actor, limit: int = 20) -> list[Row]:
    """Runs with what came out of them so far, the newest first. One without finished_at was interrupted or goes on."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select r.* exclude (issued, refused), (select count(*) from run_papers p"
        " where p.document_run_id = r.document_run_id and p.why is null) as issued, r.refused"
        " from document_runs r order by r.started_at desc, r.document_run_id desc limit ?",
        limit,
    )


def papers_of(reader: Reader, actor: Actor, document_run_id: str) -> list[dict[str, Any]]:
    """The frozen documents of a run, in the order of their numbers."""
    rows = reader.rows(
        "select invoice_id, document_id from run_papers where document_run_id = ? and why is null", document_run_id
    )
    found = [
        invoice_document(reader, actor, row["invoice_id"])
        if row["invoice_id"]
        else document(reader, actor, row["document_id"])
        for row in rows
    ]
    return sorted(found, key=lambda one: int(one["number"]))


def left_out(reader: Reader, actor: Actor, document_run_id: str) -> list[Row]:
    """Accounts that got no paper of a run: party, party_name, why."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select p.party, c.given_name || ' ' || c.family_name as party_name, p.why from run_papers p"
        " join clients c on p.party = 'client:' || c.client_id where p.document_run_id = ? and p.why is not null",
        document_run_id,
    )


def schedules(reader: Reader, actor: Actor) -> list[Row]:
    """What is made by itself, with the client's name where it is about one, and its last run."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select s.*, c.given_name || ' ' || c.family_name as client_name,"
        " (select max(r.finished_at) from document_runs r where r.document_schedule_id = s.document_schedule_id)"
        " as last_run_at from document_schedules s left join clients c using (client_id)"
        " where s.ended_at is null order by s.known_at"
    )


def run_keys(reader: Reader) -> dict[str, bool]:
    """The schedule keys that were run: whether to the end. For the beat."""
    rows = reader.rows("select schedule_key, finished_at from document_runs where schedule_key is not null")
    return {row["schedule_key"]: row["finished_at"] is not None for row in rows}
