"""Refunds: money that goes back. Applied money is taken back, its charge corrected and paid out in one command."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.adjustments import lower
from practice.billing.allocations import apply, release
from practice.billing.charges import withdraw
from practice.billing.limits import REFUND, second_person
from practice.billing.posting import heading, minor, posted_charge, posted_payment, posting_date, show, why
from practice.billing.queries import facts
from practice.cards.refunding import to_the_card
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work

REFUND_METHODS = ("cash", "card", "bank", "check")
CORRECTIONS = ("courtesy", "void")


@command(Permission.REFUND)
def refund_payment(
    work: Work,
    *,
    payment_id: str,
    amount_minor: int,
    method: str,
    allocation_ids: Sequence[str] = (),
    correction: str = "courtesy",
) -> Row:
    """Pay money of a payment back to its party. Needs a reason. Answers {refund_id, transaction_id}, or
    {approval_id, waits} where it is above what the role may do alone.

    Without `allocation_ids` it comes out of what is unapplied. With them it comes out of those allocations: they are
    taken back, the charge is corrected so that nobody is asked for the refunded part again ('courtesy' adjusts it by
    4110; 'void' voids the whole charge), and the money is paid out, so it never becomes credit to spend. What the
    allocations held beyond the refund is allocated to the charge again.
    """
    why(work, "refund")
    amount = minor(amount_minor)
    _check_choices(method, correction)
    payment = posted_payment(work, payment_id)
    require_location(work.actor, payment["location_id"])
    left = payment["amount_minor"] - facts.refunded(work, payment_id)
    if amount > left:
        raise Refusal(
            f"Only {show(work, left)} of this payment has not been refunded yet; refund at most that.",
            rule="more_than_paid",
            field="amount_minor",
            alternatives=(str(left),),
        )
    allocations = _allocations(work, payment, amount, list(dict.fromkeys(allocation_ids)))
    if not allocations:
        _check_unapplied(work, payment_id, amount)
    waiting = second_person(
        work,
        "refund_payment",
        {
            "payment_id": payment_id,
            "amount_minor": amount,
            "method": method,
            "allocation_ids": list(allocation_ids),
            "correction": correction,
        },
        about=payment,
        amount_minor=amount,
        reason_class=correction if allocations else "credit",
        quantities={REFUND: facts.refunded(work, payment_id) + amount},
    )
    if waiting:
        return waiting
    _take_back(work, payment, amount, allocations, correction)
    return _pay_out(work, payment, amount, method)


def _check_choices(method: str, correction: str) -> None:
    if method not in REFUND_METHODS:
        raise Refusal(
            f"{method!r} is not a way to refund; use one of {', '.join(REFUND_METHODS)}.",
            rule="unknown_method",
            field="method",
            alternatives=REFUND_METHODS,
        )
    if correction not in CORRECTIONS:
        raise Refusal(
            "A refunded charge is corrected by a courtesy adjustment or by its void; say courtesy or void.",
            field="correction",
            alternatives=CORRECTIONS,
        )


def _allocations(work: Work, payment: Row, amount: int, allocation_ids: list[str]) -> list[Row]:
    """The live allocations of the payment that the refund comes out of."""
    allocations = [work.get("allocations", allocation_id, "allocation") for allocation_id in allocation_ids]
    for allocation in allocations:
        if allocation["payment_id"] != payment["payment_id"]:
            raise Refusal("That allocation is of another payment; refund it from there.", field="allocation_ids")
        if not facts.is_live_allocation(work, allocation["allocation_id"]):
            raise Conflict("That allocation was taken back before; its money is unapplied.", rule="already_reversed")
    held = sum(allocation["amount_minor"] for allocation in allocations)
    if allocations and amount > held:
        raise Refusal(
            f"These allocations hold {show(work, held)}; refund at most that, or choose more of them.",
            rule="more_than_allocated",
            field="amount_minor",
            alternatives=(str(held),),
        )
    return allocations


def _take_back(work: Work, payment: Row, amount: int, allocations: list[Row], correction: str) -> None:
    """De-allocate and correct the charges, so that at least `amount` of the payment is unapplied."""
    for allocation in allocations:
        charge = posted_charge(work, allocation["charge_id"])
        require_location(work.actor, charge["location_id"])
        if correction == "courtesy":
            part = min(amount, allocation["amount_minor"])
            amount -= part
            _correct_by_courtesy(work, payment, charge, allocation, part)
    if correction == "void":
        for charge_id in dict.fromkeys(allocation["charge_id"] for allocation in allocations):
            withdraw(work, posted_charge(work, charge_id))


def _correct_by_courtesy(work: Work, payment: Row, charge: Row, allocation: Row, part: int) -> None:
    if not part:
        return
    release(work, allocation)
    lower(work, charge, payment["party"], "courtesy", part)
    if part < allocation["amount_minor"]:
        apply(work, payment, charge, allocation["amount_minor"] - part)


def _check_unapplied(work: Work, payment_id: str, amount: int) -> dict[str, int]:
    """Where the payment's money waits, if there is enough of it."""
    waiting = facts.pots(work, payment_id)
    unapplied = sum(waiting.values())
    if amount > unapplied:
        raise Refusal(
            f"Only {show(work, unapplied)} of this payment is unapplied; refund at most that, or name the allocations"
            " to take back.",
            rule="more_than_unapplied",
            field="amount_minor",
            alternatives=(str(unapplied),),
        )
    return waiting


def _pay_out(work: Work, payment: Row, amount: int, method: str) -> Row:
    payment_id = payment["payment_id"]
    waiting = _check_unapplied(work, payment_id, amount)
    refund_id = work.new_id()
    post_date = posting_date(work, payment["location_id"], payment_id=payment_id)
    head = heading(work, "refund", refund_id, post_date)
    in_credit = waiting.get(accounts.PAYER_CREDIT, 0)
    from_clearing = max(amount - in_credit, 0) if payment["payer_id"] else 0
    entry = ledger.refund_entry(head, payment, method, amount, from_clearing_minor=from_clearing)
    ledger.post(work, entry)
    work.insert(
        "refunds",
        {
            "refund_id": refund_id,
            "payment_id": payment_id,
            "method": method,
            "amount_minor": amount,
            "post_date": post_date,
            "reason": work.reason,
            "transaction_id": head.transaction_id,
            "known_at": head.known_at,
        },
    )
    if method == "card":
        to_the_card(work, payment_id, refund_id, amount)
    return {"refund_id": refund_id, "transaction_id": head.transaction_id}
