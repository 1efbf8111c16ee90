"""The scrubber's first word on each claim, kept as a fact: only what it finds at the first look makes a claim clean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from practice.access.permissions import Permission
from practice.billing.posting import today_at
from practice.clock import local_date, stored
from practice.insurance import claim_queries as queries
from practice.insurance.scrubbing import Document, Problem, scrub
from practice.store.record import command
from practice.store.work import Row, Work

Verdict = tuple[Document, Sequence[Problem]]


@command(Permission.ADJUST)
def check_claims(work: Work) -> Row:
    """Look through what is to be sent and was not looked through yet, and keep what is found. Answers {entered, clean}.

    Whoever opens the list does this before anything can be put right there. Nothing enters before the practice has
    said who bills: until then it sends no claims.
    """
    if not queries.is_billing(work):
        return {"entered": 0, "clean": 0}
    today = local_date(work.now, work.setting("zone", "UTC"))
    return enter(work, ((one, scrub(one, today)) for one in queries.waiting(work, work.actor)))


def enter(work: Work, verdicts: Iterable[Verdict]) -> Row:
    """Keep the verdicts on claims that come for the first time. What a payer sent on itself is no claim of ours.

    Several claims of one visit's day to the same payer are clean together or not.
    """
    found: dict[str, Row] = {}
    for document, problems in verdicts:
        if not document["is_crossed_over"]:
            row = found.setdefault(queries.check_key(document), _row(work, document))
            row["total_minor"] += document["total_minor"]
            row["failed"] = " ".join(dict.fromkeys([*row["failed"].split(), *(one.edit for one in problems)]))
    known = queries.checked(work, list(found))
    rows = [
        row | {"is_clean": not row["failed"], "failed": row["failed"] or None}
        for key, row in found.items()
        if key not in known
    ]
    if rows:
        work.insert_all("claim_checks", rows)
    return {"entered": len(rows), "clean": sum(row["is_clean"] for row in rows)}


def _row(work: Work, document: Document) -> Row:
    names = ("client_id", "provider_id", "location_id", "rank", "service_date")
    return {
        "claim_check_id": queries.check_key(document),
        **{name: document[name] for name in names},
        "payer_id": document["payer"]["payer_id"],
        "entered_date": today_at(work, document["location_id"]),
        "total_minor": 0,
        "is_clean": True,
        "failed": "",
        "known_at": stored(work.now),
    }
