"""Reads of papers that were sent: what became of each, and what of a run is still to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Actor, Permission, require
from practice.store.work import Reader, Row

_SENT = (
    "select m.*, s.status, s.channel, s.sent_at, coalesce(m.invoice_id, m.document_id) as paper_id"
    " from paper_mails m join messages s using (message_id)"
)
_LEFT = "s.status not in ('withdrawn', 'suppressed')"
"""Whether a message left, or is about to: what was taken back, or nobody could hear, may be sent again."""


def mail_behind(reader: Reader, token_hash: str) -> Row | None:
    """The row of a link's secret."""
    return reader.one("select * from paper_mails where token_hash = ?", token_hash)


def newest(reader: Reader, actor: Actor, paper_ids: Sequence[str]) -> dict[str, Row]:
    """Paper (invoice_id or document_id) → how it was sent last, with status, channel and sent_at of its message."""
    require(actor, Permission.SEE_MONEY)
    rows = reader.rows(
        f"{_SENT} where m.invoice_id in (select unnest(?)) or m.document_id in (select unnest(?))"
        " order by m.created_at, m.paper_mail_id",
        list(paper_ids),
        list(paper_ids),
    )
    return {row["paper_id"]: row for row in rows}


def last_of(reader: Reader, invoice_id: str | None, document_id: str | None) -> Row | None:
    """How a paper was sent last. For commands."""
    return reader.one(
        f"{_SENT} where m.invoice_id is not distinct from ? and m.document_id is not distinct from ?"
        " order by m.created_at desc, m.paper_mail_id desc limit 1",
        invoice_id,
        document_id,
    )


def links_of(reader: Reader, invoice_id: str | None, document_id: str | None) -> list[Row]:
    """The links of a paper that were not taken back, with status and dedupe_key of their messages. For commands."""
    return reader.rows(
        "select m.paper_mail_id, m.message_id, s.status, s.dedupe_key from paper_mails m join messages s"
        " using (message_id) where m.invoice_id is not distinct from ? and m.document_id is not distinct from ?"
        " and m.withdrawn_at is null",
        invoice_id,
        document_id,
    )


def is_replaced(reader: Reader, document_id: str | None) -> bool:
    """Whether a newer version names this paper as the one before it."""
    return bool(reader.value("select 1 from documents where replaces_id = ?", document_id))


def unsent(reader: Reader, actor: Actor, document_run_id: str) -> list[Row]:
    """The papers of a run that never left, void and replaced ones aside: invoice_id, document_id, party."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select p.invoice_id, p.document_id, p.party from run_papers p left join invoices i using (invoice_id)"
        " where p.document_run_id = ? and p.why is null and coalesce(i.status, '') <> 'void'"
        " and not exists (select 1 from documents d where d.replaces_id = p.document_id)"
        " and not exists (select 1 from paper_mails m join messages s using (message_id)"
        f" where {_LEFT} and (m.invoice_id = p.invoice_id or m.document_id = p.document_id))"
        " order by p.known_at, p.run_paper_id",
        document_run_id,
    )


def counts(reader: Reader, actor: Actor, document_run_id: str) -> Row:
    """Of a run's papers: sent, how many left or are about to; opened, how many of those somebody looked at."""
    require(actor, Permission.SEE_MONEY)
    found = reader.one(
        "select count(distinct p.run_paper_id) as sent,"
        " count(distinct p.run_paper_id) filter (m.opened_at is not null) as opened"
        " from run_papers p join paper_mails m on m.invoice_id = p.invoice_id or m.document_id = p.document_id"
        f" join messages s using (message_id) where p.document_run_id = ? and {_LEFT}",
        document_run_id,
    )
    assert found is not None
    return found


def runs_to_send(reader: Reader) -> list[str]:
    """Runs of schedules whose papers are sent by themselves, to their end made and not sent yet. For the beat."""
    rows = reader.rows(
        "select r.document_run_id from document_runs r join document_schedules s using (document_schedule_id)"
        " where s.mails_since is not null and r.finished_at > s.mails_since and r.mailed_at is null"
        " order by r.finished_at, r.document_run_id"
    )
    return [row["document_run_id"] for row in rows]
