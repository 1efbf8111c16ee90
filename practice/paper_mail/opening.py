"""What a client finds behind the link of a paper, and what they may do there: see it, keep it, pay what is open.

Whoever has the link sees what the message said: the kind of paper and what is open now. The paper itself is handed out
for the reader's date of birth, where one is on record.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from practice.access.permissions import SYSTEM, Permission
from practice.billing.queries import document, invoice_document
from practice.billing.queries.plans import due_items
from practice.cards import link_queries
from practice.cards import queries as cards
from practice.cards.autopay import covers
from practice.cards.links import LINKS_ON, new_link
from practice.clock import stored
from practice.errors import Conflict, NotFound
from practice.online.links import derived, hashed
from practice.paper_mail import queries
from practice.paper_mail.whom import CLINICAL, TO_PAY, Paper, paper_of
from practice.store.record import command
from practice.store.work import Reader, Row, Work

MOST_TRIES = 5
"""Dates of birth that may be wrong one after the other; then the link is over."""

OVER = "This link does not work any more. Ask the practice for a new one."


class Behind(NamedTuple):
    """What stands behind a link now. Of `open_minor`, `due_minor` is due: the rest of a plan is not. `may_pay`: clients
    can pay by link; `is_autopaid`: a saved card is charged for it by itself."""

    paper: Paper
    due_minor: int
    open_minor: int
    may_pay: bool
    is_autopaid: bool
    asks_birth_date: bool


def mail_behind(reader: Reader, token_hash: str) -> Row | None:
    """The row of `paper_mails` behind a secret, while its link works."""
    mail = queries.mail_behind(reader, token_hash)
    if mail is None or mail["withdrawn_at"] or mail["expires_at"] <= stored(reader.now):
        return None
    return mail


def behind(reader: Reader, mail: Row) -> Behind:
    """The paper as it stands, and what is open now; nothing is of a void one."""
    paper = paper_of(reader, SYSTEM, mail["invoice_id"], mail["document_id"])
    is_asking = paper.kind in TO_PAY and not paper.is_void
    items = due_items(reader, SYSTEM, party=paper.party) if is_asking else []
    asked = [row for row in items if paper.invoice_id in (None, row["invoice_id"])]
    due, still = (sum(row[name] for row in asked) for name in ("due_minor", "open_minor"))
    born = reader.get("clients", mail["client_id"], "client")["birth_date"]
    is_autopaid = covers(reader, paper.party, [row for row in asked if row["due_minor"] > 0])
    return Behind(paper, due, still, bool(reader.setting(LINKS_ON)), is_autopaid, asks_birth_date(paper.kind, born))


def content(reader: Reader, mail: Row) -> Row:
    """What is on the paper, as it was issued."""
    if mail["invoice_id"]:
        return invoice_document(reader, SYSTEM, mail["invoice_id"])
    return document(reader, SYSTEM, mail["document_id"])


@command(Permission.PAY_ONLINE)
def note_opened(work: Work, *, token_hash: str) -> Row:
    """Somebody looks at the page of a paper: the first time is kept, for the desk. Answers {opened_at}."""
    mail = _live(work, token_hash)
    if mail["opened_at"] is None:
        mail = work.update("paper_mails", mail["paper_mail_id"], opened_at=stored(work.now), known_at=stored(work.now))
    return {"opened_at": mail["opened_at"].isoformat()}


@command(Permission.PAY_ONLINE)
def tell_birth_date(work: Work, *, token_hash: str, birth_date: date) -> Row:
    """Whoever has the link tells their date of birth. Answers {is_right, tries_left}.

    After MOST_TRIES wrong ones in a row the link is over. A right one begins the count anew, and is looking at it.
    """
    mail = _live(work, token_hash)
    born = work.get("clients", mail["client_id"], "client")["birth_date"]
    paper, now = paper_of(work, SYSTEM, mail["invoice_id"], mail["document_id"]), stored(work.now)
    if born == birth_date or not asks_birth_date(paper.kind, born):
        work.update(
            "paper_mails", mail["paper_mail_id"], wrong_tries=0, opened_at=mail["opened_at"] or now, known_at=now
        )
        return {"is_right": True, "tries_left": MOST_TRIES}
    tries = mail["wrong_tries"] + 1
    over = now if tries >= MOST_TRIES else None
    work.update("paper_mails", mail["paper_mail_id"], wrong_tries=tries, withdrawn_at=over, known_at=now)
    return {"is_right": False, "tries_left": MOST_TRIES - tries}


@command(Permission.PAY_ONLINE)
def open_paper_payment(work: Work, *, token_hash: str, pay_hash: str) -> Row:
    """From the page of a paper on to paying what is open under it. The same step twice is one link.

    Answers {pay_link_id}.
    """
    mail = _live(work, token_hash)
    known = cards.pay_link(work, pay_hash)
    if known:
        return {"pay_link_id": known["pay_link_id"]}
    found = behind(work, mail)
    if not found.due_minor or not found.may_pay:
        raise Conflict("Nothing is open under this link any more.", rule="nothing_due")
    return {"pay_link_id": new_link(work, mail["party"], pay_hash, "pay", mail["invoice_id"])}


def pay_secret(reader: Reader, secret: str, due_minor: int) -> str:
    """The secret of the link to pay what is open under a paper's link now: it follows from that one's.

    A link to pay that was paid is over, so what is open again after it has the next one.
    """
    for number in range(1_000):
        onward = derived(f"paper:{due_minor}:{number}", secret)
        link = cards.pay_link(reader, hashed(onward))
        if link is None or not link_queries.is_paid_by(reader, link["closed_by"]):
            return onward
    raise NotFound(OVER)


def kind_for(reader: Reader, token_hash: str, link: Row) -> str | None:
    """The kind of the paper behind a link, if that link to pay is of its account and invoice."""
    mail = mail_behind(reader, token_hash)
    if mail is None or (mail["party"], mail["invoice_id"]) != (link["party"], link["invoice_id"]):
        return None
    return paper_of(reader, SYSTEM, mail["invoice_id"], mail["document_id"]).kind


def asks_birth_date(kind: str, born: date | None) -> bool:
    """Whether a paper asks for the date of birth: what may name a diagnosis does, even once it was removed. Pure."""
    return born is not None or kind in CLINICAL


def _live(work: Work, token_hash: str) -> Row:
    mail = mail_behind(work, token_hash)
    if mail is None:
        raise NotFound(OVER)
    return mail
