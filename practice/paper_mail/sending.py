"""Sending a paper to whom it is for: one by hand, or a run's. The message names no service and no diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from practice.access.permissions import Actor, Permission
from practice.billing.accounts import client_of
from practice.billing.posting import show
from practice.cards.autopay import covers
from practice.cards.links import due_under
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.messages import outbox
from practice.online.links import hashed, new_secret
from practice.paper_mail import queries
from practice.paper_mail.taking_back import end_links
from practice.paper_mail.whom import KIND, TO_PAY, WHY_NOT, WORDS, Paper, addressee, paper_of, ways
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

BY_ITSELF = "Your saved card is charged for it by itself; you need do nothing."
LINK_LIFE = timedelta(days=90)
Told = Callable[[int, int], None]
"""Hears how many papers are done, of how many."""

AT_ONCE = 5
"""Papers in a transaction: a desk that books meanwhile waits for one of them at most."""


@command(Permission.SEE_MONEY)
def send_paper(work: Work, *, invoice_id: str | None = None, document_id: str | None = None) -> Row:
    """Send an invoice, or another paper, to whom it is for: a message with a link, which leaves in three minutes.

    Refused for a void or replaced paper, while the last message with it has not left, and where none may go to them.
    Answers {paper_mail_id, message_id, client_id}.
    """
    return _send(work, paper_of(work, work.actor, invoice_id, document_id))


@command(Permission.SEE_MONEY)
def end_paper_links(work: Work, *, invoice_id: str | None = None, document_id: str | None = None) -> Row:
    """Take back every link under which a paper was sent; a message that has not left does not leave. Answers {ended}.

    The paper itself stays as it is, and can be sent anew.
    """
    paper_of(work, work.actor, invoice_id, document_id)
    ended = end_links(work, invoice_id=invoice_id, document_id=document_id)
    if not ended:
        raise Conflict("No link to this paper is out any more; reload to see it.", rule="no_link")
    return {"ended": ended}


@command(Permission.INVOICE)
def send_some(work: Work, *, papers: list[dict[str, Any]]) -> Row:
    """Some papers at once, each as `send_paper` would: `papers` is [{invoice_id, document_id, party}].

    Answers {sent: how many, left: [{party, why}]}: one that is refused stops no other.
    """
    answer: Row = {"sent": 0, "left": []}
    for one in papers:
        try:
            _send(work, paper_of(work, work.actor, one["invoice_id"], one["document_id"]))
        except Refusal as refusal:  # whatever is refused is refused before anything is written
            answer["left"].append({"party": one["party"], "why": str(refusal)})
        else:
            answer["sent"] += 1
    return answer


@command(Permission.INVOICE)
def note_sent(work: Work, *, document_run_id: str) -> Row:
    """The papers of a run were sent to whomever they could be."""
    work.update("document_runs", document_run_id, mailed_at=stored(work.now))
    return {"document_run_id": document_run_id}


class ToSend(NamedTuple):
    """Of a run: the papers that can be sent, and for whom nothing can be, with the sentence why."""

    ready: list[Row]
    left: list[Row]


def to_send(reader: Reader, actor: Actor, document_run_id: str) -> ToSend:
    """What of a run never left: `ready` as `send_some` wants it, `left` as [{client_id, why}]."""
    papers = [row | {"client_id": client_of(row["party"])} for row in queries.unsent(reader, actor, document_run_id)]
    found = ways(reader, [row["client_id"] for row in papers])
    ready = [row for row in papers if not found[row["client_id"]].reason]
    left = [
        {"client_id": row["client_id"], "why": WHY_NOT[reason]}
        for row in papers
        if (reason := found[row["client_id"]].reason)
    ]
    return ToSend(ready, left)


def send_run(record: Record, actor: Actor, document_run_id: str, *, tell: Told | None = None) -> Row:
    """Send every paper of a run that never left, a few in each transaction. The second time there is nothing to do.

    `tell` hears how far it is. Answers {sent, left: [{party, why}]}.
    """
    with record.read() as reader:
        papers = queries.unsent(reader, actor, document_run_id)
    answer: Row = {"sent": 0, "left": []}
    for done in range(0, len(papers), AT_ONCE):
        some = record.run(send_some, actor, papers=papers[done : done + AT_ONCE])
        answer = {"sent": answer["sent"] + some["sent"], "left": [*answer["left"], *some["left"]]}
        if tell:
            tell(min(done + AT_ONCE, len(papers)), len(papers))
    record.run(note_sent, actor, document_run_id=document_run_id)
    return answer


def _send(work: Work, paper: Paper) -> Row:
    """Check, then write."""
    what = f"{WORDS[paper.kind].capitalize()} {paper.number}"
    if paper.is_void:
        raise Conflict(f"{what} is void, so nothing is sent for it; issue a new one first.", rule="void")
    if paper.is_replaced:
        raise Conflict(f"A newer version has taken the place of {what.lower()}; send that one.", rule="replaced")
    last = queries.last_of(work, paper.invoice_id, paper.document_id)
    if last and last["status"] in ("queued", "sending"):
        raise Conflict(f"{what} is on its way already; it need not be sent twice.", rule="under_way")
    client_id = addressee(work, paper.kind, paper.party, paper.client_id)
    way = ways(work, [client_id])[client_id]
    if way.reason:
        raise Conflict(WHY_NOT[way.reason], rule=way.reason)
    secret, paper_mail_id = new_secret(), work.new_id()
    context: dict[str, Any] = {"paper": WORDS[paper.kind], "paper_link": f"/paper/{secret}"}
    if paper.kind in TO_PAY:
        asked = due_under(work, paper.party, paper.invoice_id)
        if asked:
            context["amount"] = show(work, sum(row["due_minor"] for row in asked))
            context |= {"autopay": BY_ITSELF} if covers(work, paper.party, asked) else {"due": paper.due_date}
    [message_id] = outbox.queue(
        work, kind=KIND, client_id=client_id, context=context, dedupe_key=f"paper:{paper_mail_id}"
    )
    now = stored(work.now)
    row = {
        "paper_mail_id": paper_mail_id,
        "invoice_id": paper.invoice_id,
        "document_id": paper.document_id,
        "party": paper.party,
        "client_id": client_id,
        "message_id": message_id,
        "token_hash": hashed(secret),
        "wrong_tries": 0,
        "created_by": work.actor.user_id,
        "created_at": now,
        "expires_at": now + LINK_LIFE,
        "withdrawn_at": None,
        "opened_at": None,
        "known_at": now,
    }
    work.insert("paper_mails", row)
    return {"paper_mail_id": paper_mail_id, "message_id": message_id, "client_id": client_id}
