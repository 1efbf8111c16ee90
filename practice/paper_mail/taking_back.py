"""What was sent is taken back: its links open nothing any more, and what has not left does not leave."""

from __future__ import annotations

from practice.clock import stored
from practice.messages.outbox import take_back
from practice.paper_mail import queries
from practice.store.work import Work


def end_links(work: Work, *, invoice_id: str | None = None, document_id: str | None = None) -> int:
    """End every link of a paper, inside a command. Answers how many there were."""
    found = keep_from_leaving(work, invoice_id=invoice_id, document_id=document_id)
    for paper_mail_id in found:
        work.update("paper_mails", paper_mail_id, withdrawn_at=stored(work.now), known_at=stored(work.now))
    return len(found)


def keep_from_leaving(work: Work, *, invoice_id: str | None = None, document_id: str | None = None) -> list[str]:
    """Take back the messages of a paper that have not left. Its links stay. Answers the links' ids."""
    found = queries.links_of(work, invoice_id, document_id)
    for row in found:
        if row["status"] in ("queued", "failed", "suppressed"):
            take_back(work, {"message_id": row["message_id"], "dedupe_key": row["dedupe_key"]}, "overtaken")
    return [row["paper_mail_id"] for row in found]
