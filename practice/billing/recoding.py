"""Diagnoses and modifiers of a posted charge, corrected: it is reversed and made anew, and stays paid as it was."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.billing.adjustments import move
from practice.billing.allocations import apply
from practice.billing.charges import post_charge, withdraw
from practice.billing.posting import posted_charge, posted_payment, why
from practice.billing.queries import coding, facts
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work

ASKED = "a payer was asked for it; void the claim in Insurance, Claims, and send it anew afterwards"
PACKAGE = "it is a session of a package; give the session back in Cash, Packages, first"
ADJUSTED = "it was adjusted; take the adjustment back first"


@command(Permission.VOID)
def recode_charge(
    work: Work,
    *,
    charge_id: str,
    diagnoses: Sequence[str],
    pointers: Sequence[int] | None = None,
    modifiers: str | None = None,
) -> Row:
    """Void a visit's charge and charge it anew with other diagnoses, at the same amount. Needs a reason.

    `diagnoses` are codes of the client's on that day, the main one first; `modifiers` stay unless given. Who owes which
    part, and the payments that were put towards it, are on the new charge as they were on the old one. Refused while a
    live invoice or claim holds it, or a package or an adjustment. Answers {charge_id, replaces_id}.
    """
    why(work, "correct what the charge says")
    old = posted_charge(work, charge_id)
    require_location(work.actor, old["location_id"])
    if old["kind"] != "service" or old["attendee_id"] is None:
        raise Refusal("Only a visit that took place has diagnoses; this charge is none.", rule="not_a_service")
    binds = _binds(work, charge_id)
    if binds:
        raise Conflict(f"This charge cannot be corrected: {binds}.", rule="bound")
    moved, paid = facts.live_transfers(work, charge_id), facts.live_allocations(work, charge_id=charge_id)
    withdraw(work, old)
    new = post_charge(
        work,
        old["attendee_id"],
        amount_minor=old["amount_minor"],
        units=old["units"],
        minutes=old["minutes"] if old["minutes_basis"] == "stated" else None,
        modifiers=modifiers if modifiers is not None else old["modifiers"] or "",
        diagnoses=list(diagnoses),
        pointers=pointers,
    )
    charge = posted_charge(work, new["charge_id"])
    for transfer in reversed(moved):
        move(work, charge, transfer["from_party"], transfer["to_party"], transfer["amount_minor"])
    for allocation in reversed(paid):
        apply(work, posted_payment(work, allocation["payment_id"]), charge, allocation["amount_minor"])
    return {"charge_id": charge["charge_id"], "replaces_id": charge_id}


def _binds(work: Work, charge_id: str) -> str | None:
    """What holds the charge as it is, and where that is undone."""
    if coding.is_claimed(work, charge_id):
        return ASKED
    if coding.is_of_package(work, charge_id):
        return PACKAGE
    return ADJUSTED if facts.live_adjustments(work, charge_id) else None
