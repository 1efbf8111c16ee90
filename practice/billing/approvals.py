"""Requests and their second person: what is above a limit is done by approving it, in the same transaction."""

from __future__ import annotations

import json

from practice.access.permissions import Permission, require_location
from practice.billing.adjustments import adjust_charge
from practice.billing.charges import void_charge
from practice.billing.payments import take_payment
from practice.billing.posting import why
from practice.billing.refunds import refund_payment
from practice.billing.uncharged import leave_uncharged
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.scheduling.booking import book_appointment
from practice.store.record import command
from practice.store.work import Row, Work

APPROVABLE = {
    command.name: command
    for command in (adjust_charge, book_appointment, leave_uncharged, refund_payment, take_payment, void_charge)
}
"""What can wait for a second person."""


@command(Permission.APPROVE)
def approve_request(work: Work, *, approval_id: str, note: str | None = None) -> Row:
    """Do what somebody else asked for, as its second person. Answers {approval_id, asked_by, decided_by, answer}.

    The entry carries the asker's reason. Refused for one's own request, an expired or decided one, one above what the
    role may decide, and where what was asked for cannot be done any more.
    """
    request = _waiting(work, approval_id)
    _check_second(work, request)
    own_reason, work.reason, work.approval_id = work.reason, request["reason"], approval_id
    answer = APPROVABLE[request["command"]](work, **json.loads(request["parameters"]))
    work.reason, work.approval_id = own_reason, None
    return _decide(work, request, "approved", note) | {"answer": answer}


@command(Permission.APPROVE)
def reject_request(work: Work, *, approval_id: str) -> Row:
    """Say no to what somebody else asked for. Needs a reason, which the asker reads. Answers {approval_id, …}."""
    note = why(work, "reject it")
    request = _waiting(work, approval_id)
    _check_second(work, request)
    return _decide(work, request, "rejected", note)


@command(Permission.SEE_MONEY)
def withdraw_request(work: Work, *, approval_id: str) -> Row:
    """Take back what one asked for oneself. Answers {approval_id, …}."""
    request = _waiting(work, approval_id)
    if request["asked_by"] != work.actor.user_id:
        raise Refusal("Somebody else asked for this; only they can take it back.", rule="not_own_request")
    return _decide(work, request, "withdrawn", None)


def _waiting(work: Work, approval_id: str) -> Row:
    """The request, if it can still be decided."""
    request = work.get("approvals", approval_id, "request")
    if request["outcome"]:
        raise Conflict(f"This request was {request['outcome']} already; reload to see it.", rule="decided_already")
    if request["expires_at"] <= stored(work.now):
        raise Conflict(
            f"This request expired on {request['expires_at']:%Y-%m-%d}; have it asked for again.", rule="expired"
        )
    return request


def _check_second(work: Work, request: Row) -> None:
    require_location(work.actor, request["location_id"])
    if request["asked_by"] == work.actor.user_id:
        raise Refusal("You asked for this yourself; somebody else has to decide.", rule="own_request")


def _decide(work: Work, request: Row, outcome: str, note: str | None) -> Row:
    decided_by = work.actor.user_id
    work.update(
        "approvals",
        request["approval_id"],
        outcome=outcome,
        decided_by=decided_by,
        decided_at=stored(work.now),
        decision_note=checks.optional_text(note, "The note", "note"),
    )
    return {"approval_id": request["approval_id"], "asked_by": request["asked_by"], "decided_by": decided_by}
