"""Papers besides invoices, frozen when issued. The same issued again is the same paper; changed, a new version."""

from __future__ import annotations

import json

from practice.access.permissions import require_location
from practice.billing.posting import today_at
from practice.billing.queries import paper, papers
from practice.clock import stored
from practice.store.work import Row, Work


def freeze(
    work: Work, kind: str, subject: str, *, title: str, client_id: str, party: str, location_id: str, figures: Row
) -> Row:
    """Issue a paper inside a command. Answers {document_id, number, version, is_new}.

    `subject` is what it is about, such as a party and a period; `figures` what it says of that. While they are what the
    newest version on the subject says, that version is the answer; else the new one names the one it replaces.
    """
    require_location(work.actor, location_id)
    figures = json.loads(json.dumps(figures))
    last = papers.latest(work, kind, subject)
    if last:
        before = json.loads(last["content"])
        if all(before.get(name) == value for name, value in figures.items()):
            return {name: last[name] for name in ("document_id", "number", "version")} | {"is_new": False}
    issued = today_at(work, location_id)
    row = {
        "document_id": work.new_id(),
        "kind": kind,
        "number": papers.next_number(work, kind),
        "subject": subject,
        "version": last["version"] + 1 if last else 1,
        "replaces_id": last["document_id"] if last else None,
        "title": title,
        "party": party,
        "client_id": client_id,
        "location_id": location_id,
        "issued_date": issued,
        "known_at": stored(work.now),
    }
    content = {
        "kind": kind,
        "number": row["number"],
        "version": row["version"],
        "issued_date": str(issued),
        "replaces": {"number": last["number"], "issued_date": str(last["issued_date"])} if last else None,
        "currency": work.setting("currency", "USD"),
        "practice": paper.practice(work),
        "location": paper.letterhead(work, location_id),
        "party": party,
        "bill_to": {"name": paper.party_name(work, party)},
        **figures,
    }
    work.insert("documents", row | {"content": json.dumps(content, ensure_ascii=False)})
    return {name: row[name] for name in ("document_id", "number", "version")} | {"is_new": True}
