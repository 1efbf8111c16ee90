"""Payments meet charges: allocate, undo an allocation. An item never goes below zero, nor does a payment's money."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.posting import (
    estimate_to_undo,
    heading,
    minor,
    post_mirror,
    posted_charge,
    posted_payment,
    posting_date,
    show,
    why,
)
from practice.billing.queries import facts
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.ALLOCATE)
def allocate_payment(work: Work, *, payment_id: str, charge_id: str, amount_minor: int) -> Row:
    """Put unapplied money of a payment towards a charge that the payment's party owes.

    At most what is open, and at most what is unapplied. Answers {allocation_id, transaction_id}.
    """
    payment, charge = posted_payment(work, payment_id), posted_charge(work, charge_id)
    require_location(work.actor, payment["location_id"])
    require_location(work.actor, charge["location_id"])
    return apply(work, payment, charge, minor(amount_minor))


@command(Permission.ALLOCATE)
def deallocate(work: Work, *, allocation_id: str) -> Row:
    """Take an allocation back: the charge is open again and the money unapplied. Needs a reason."""
    why(work, "take the allocation back")
    allocation = work.get("allocations", allocation_id, "allocation")
    require_location(work.actor, work.get("charges", allocation["charge_id"], "charge")["location_id"])
    if not facts.is_live_allocation(work, allocation_id):
        raise Conflict("This allocation was taken back before; there is nothing left to undo.", rule="already_reversed")
    return release(work, allocation)


def apply(work: Work, payment: Row, charge: Row, amount_minor: int, *, on: date | None = None) -> Row:
    """Allocate inside a command that has checked who may, on the earlier day that it asked for. Answers {allocation_id,
    transaction_id}."""
    party = payment["party"]
    open_minor = facts.item_balances(work, charge["charge_id"]).get(party, 0)
    waiting = facts.pots(work, payment["payment_id"])
    unapplied = sum(waiting.values())
    if amount_minor > open_minor:
        raise Refusal(
            f"Only {show(work, open_minor)} of this charge is open for who paid; allocate at most that.",
            rule="more_than_open",
            field="amount_minor",
            alternatives=(str(open_minor),),
        )
    if amount_minor > unapplied:
        raise Refusal(
            f"Only {show(work, unapplied)} of this payment is unapplied; allocate at most that.",
            rule="more_than_unapplied",
            field="amount_minor",
            alternatives=(str(unapplied),),
        )
    allocation_id = work.new_id()
    post_date = posting_date(
        work, charge["location_id"], charge_id=charge["charge_id"], payment_id=payment["payment_id"], on=on
    )
    in_clearing = waiting.get(accounts.REMITTANCE_CLEARING, 0)
    entry = ledger.allocation_entry(
        heading(work, "allocation", allocation_id, post_date),
        payment,
        charge,
        amount_minor,
        from_credit_minor=max(amount_minor - in_clearing, 0) if payment["payer_id"] else 0,
        estimate_minor=estimate_to_undo(work, charge, party, leaves_minor=open_minor - amount_minor),
    )
    ledger.post(work, entry)
    _write(work, allocation_id, payment["payment_id"], charge["charge_id"], party, amount_minor, entry.heading)
    return {"allocation_id": allocation_id, "transaction_id": entry.heading.transaction_id}


def release(work: Work, allocation: Row) -> Row:
    """Undo a live allocation inside a command: a negative row and the mirrored entry, both naming what they undo."""
    charge = work.get("charges", allocation["charge_id"], "charge")
    charge_id, payment_id = allocation["charge_id"], allocation["payment_id"]
    on = posting_date(work, charge["location_id"], charge_id=charge_id, payment_id=payment_id)
    row_id = work.new_id()
    transaction_id = post_mirror(work, allocation["transaction_id"], "deallocation", row_id, on)
    work.insert(
        "allocations",
        allocation
        | {
            "allocation_id": row_id,
            "amount_minor": -allocation["amount_minor"],
            "post_date": on,
            "reverses_id": allocation["allocation_id"],
            "reason": work.reason,
            "transaction_id": transaction_id,
            "known_at": stored(work.now),
        },
    )
    return {"allocation_id": row_id, "transaction_id": transaction_id}


def _write(
    work: Work, allocation_id: str, payment_id: str, charge_id: str, party: str, amount: int, head: ledger.Heading
) -> None:
    work.insert(
        "allocations",
        {
            "allocation_id": allocation_id,
            "payment_id": payment_id,
            "charge_id": charge_id,
            "party": party,
            "amount_minor": amount,
            "post_date": head.post_date,
            "reverses_id": None,
            "reason": work.reason,
            "transaction_id": head.transaction_id,
            "known_at": head.known_at,
        },
    )
