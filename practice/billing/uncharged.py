"""Visits that are not charged, because …: waived fees of missed visits, sessions given for nothing."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.billing.charges import charged_as, kind_of
from practice.billing.limits import WAIVER, WRITE_OFF, second_person
from practice.billing.posting import why
from practice.billing.pricing import missed_fee, payers_objection, price
from practice.billing.queries import facts, pricing
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.ADJUST)
def leave_uncharged(work: Work, *, attendee_id: str) -> Row:
    """This visit is not to be charged. Needs a reason; what it would have cost counts against the role's limit.

    Answers {attendee_id, amount_minor}, or {approval_id, waits} above the limit: of a waiver for a missed visit, of a
    write-off for one that took place.
    """
    reason = why(work, "leave it uncharged")
    attendee, appointment = charged_as(work, attendee_id)
    require_location(work.actor, appointment["location_id"])
    kind = kind_of(attendee)
    if facts.live_charge_of(work, attendee):
        raise Conflict("This visit is charged already; void that charge, or write it off.", rule="charged")
    key = attendee["attendee_id"]
    if pricing.uncharged(work, key):
        raise Conflict("This visit is marked as not to be charged already.", rule="uncharged")
    amount = _worth(work, attendee, appointment, kind)
    about = {"location_id": appointment["location_id"], "client_id": attendee["client_id"]}
    limit = WAIVER if kind == "missed_visit" else WRITE_OFF
    waiting = amount and second_person(
        work,
        "leave_uncharged",
        {"attendee_id": key},
        about=about,
        amount_minor=amount,
        reason_class="waiver" if kind == "missed_visit" else "courtesy",
        quantities={limit: amount},
    )
    if waiting:
        return waiting
    said = {"kind": kind, "amount_minor": amount, "reason": reason, "decided_by": work.actor.user_id}
    said |= {"known_at": stored(work.now), "is_withdrawn": False}
    if work.find("uncharged_visits", key):
        work.update("uncharged_visits", key, **said)
    else:
        work.insert("uncharged_visits", {"attendee_id": key} | said)
    return {"attendee_id": key, "amount_minor": amount}


@command(Permission.ADJUST)
def charge_after_all(work: Work, *, attendee_id: str) -> Row:
    """Take back that a visit is not charged: it waits for its charge again. Answers {attendee_id}."""
    attendee, appointment = charged_as(work, attendee_id)
    require_location(work.actor, appointment["location_id"])
    if not pricing.uncharged(work, attendee["attendee_id"]):
        raise Conflict("This visit is not marked as not to be charged.", rule="not_uncharged")
    work.update("uncharged_visits", attendee["attendee_id"], is_withdrawn=True, known_at=work.now)
    return {"attendee_id": attendee["attendee_id"]}


def _worth(work: Work, attendee: Row, appointment: Row, kind: str) -> int:
    """What it would have cost; nothing where nothing could have been asked."""
    if kind == "missed_visit":
        forbids = payers_objection(work, attendee["client_id"], appointment["start_date"])
        return 0 if forbids else missed_fee(work, attendee, appointment)
    try:
        return price(work, attendee, appointment, kind).amount_minor
    except Refusal:
        return 0
