"""Deposits: money taken for a booking, a liability until it is applied to the visit (or to missing it), or returned."""

from __future__ import annotations

from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing import accounts
from practice.billing.accounts import client_party
from practice.billing.allocations import apply
from practice.billing.held import free_money, hold_deposit, note_move
from practice.billing.payments import take_payment
from practice.billing.posting import minor, posted_charge, posted_payment, show, why
from practice.billing.queries import facts, held
from practice.billing.refunds import refund_payment
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work

KINDS = ("none", "card", "amount", "full")


@command(Permission.SET_UP)
def set_deposit_rule(
    work: Work,
    *,
    kind: str | None,
    service_id: str | None = None,
    client_id: str | None = None,
    is_for_first_visit: bool = False,
    amount_minor: int | None = None,
) -> Row:
    """Say what is asked for at booking: 'none', 'card' (on file), 'amount' or 'full' (the service's fee).

    None takes the rule away.

    A rule is of a service or of a client; a client's goes before a service's, one for the first visit before the
    general one. Answers {deposit_rule_id}.
    """
    if (service_id is None) == (client_id is None):
        raise Refusal("A rule is for a service or for a client; choose one of the two.", field="service_id")
    about = work.get("services", service_id, "service") if service_id else work.get("clients", client_id, "client")
    if kind is not None and kind not in KINDS:
        raise Refusal(
            f"{kind!r} is no rule; use one of {', '.join(KINDS)}.",
            rule="unknown_kind",
            field="kind",
            alternatives=KINDS,
        )
    amount = minor(amount_minor) if kind == "amount" else None
    if kind == "full" and service_id and not about["fee_minor"]:
        raise Refusal("This service has no fee, so there is nothing to ask for; set its fee first.", field="kind")
    rule_id = f"{service_id or client_id}|{'first' if is_for_first_visit else 'any'}"
    said = {"kind": kind or "none", "amount_minor": amount, "set_by": work.actor.user_id, "known_at": stored(work.now)}
    if work.find("deposit_rules", rule_id):
        # A rule of a client or a first visit that is taken away lets the next one speak: it is marked by no kind.
        work.update("deposit_rules", rule_id, **said, is_withdrawn=kind is None)
    elif kind is not None:
        row: Row = {"deposit_rule_id": rule_id, "service_id": service_id, "client_id": client_id}
        work.insert("deposit_rules", row | {"is_for_first_visit": is_for_first_visit, "is_withdrawn": False} | said)
    return {"deposit_rule_id": rule_id}


@command(Permission.TAKE_PAYMENT)
def take_deposit(
    work: Work,
    *,
    attendee_id: str,
    amount_minor: int | None = None,
    method: str | None = None,
    reference: str | None = None,
    payment_id: str | None = None,
) -> Row:
    """Hold money for a booking: take it now by `method`, or out of a payment's unapplied money.

    Without an amount it is what the rules ask for. Who pays for the client pays it. Answers {deposit_id, payment_id,
    amount_minor}.
    """
    booking = held.booking(work, attendee_id)
    require_location(work.actor, booking["location_id"])
    if booking["charge_id"]:
        raise Conflict("This visit is charged already; take a payment for the charge.", rule="charged")
    if booking["status"] not in held.COMING:
        raise Conflict("This visit is over or cancelled, so a deposit comes too late.", rule="not_coming")
    amount = minor(amount_minor if amount_minor is not None else held.deposit_asked(work, attendee_id))
    party = client_party(booking["guarantor_client_id"])
    if payment_id is None:
        taken = take_payment.function(
            work, party=party, amount_minor=amount, method=method, location_id=booking["location_id"],
            reference=reference,
        )  # fmt: skip
        payment_id = taken["payment_id"]
    payment = posted_payment(work, payment_id)
    if payment["party"] != party:
        raise Refusal("This payment is somebody else's; take one from who pays for this client.", field="payment_id")
    deposit_id = hold_deposit(work, booking, payment, amount)
    return {"deposit_id": deposit_id, "payment_id": payment_id, "amount_minor": amount}


@command(Permission.CHARGE)
def apply_deposit(work: Work, *, deposit_id: str, charge_id: str, amount_minor: int | None = None) -> Row:
    """Put a deposit towards a charge that its payer owes: the visit's, or the fee for missing it.

    Without an amount as much as there is and is open. Answers {allocation_id, amount_minor, left_minor}.
    """
    deposit, left = _deposit(work, deposit_id)
    payment, charge = posted_payment(work, deposit["payment_id"]), posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    open_minor = facts.item_balances(work, charge_id).get(payment["party"], 0)
    amount = min(left, open_minor) if amount_minor is None else minor(amount_minor)
    if not amount:
        raise Conflict("Nothing of this charge is open for who paid the deposit; return it instead.", rule="not_open")
    _check_left(work, amount, left)
    entry = free_money(work, payment, "deposit_applied", deposit_id, accounts.DEPOSITS, amount)
    answer = apply(work, payment, charge, amount)
    note_move(work, deposit_id, "applied", amount, entry, charge_id=charge_id, allocation_id=answer["allocation_id"])
    return {"allocation_id": answer["allocation_id"], "amount_minor": amount, "left_minor": left - amount}


@command(Permission.TAKE_PAYMENT)
def return_deposit(work: Work, *, deposit_id: str, method: str | None = None, amount_minor: int | None = None) -> Row:
    """Give a deposit, or a part of it, back: refunded by `method`, or without one kept as the client's credit.

    Needs a reason. Answers {amount_minor, left_minor, refund: what the refund answered, or None}; a refund above the
    role's limit waits for a second person, the money meanwhile being credit.
    """
    why(work, "return the deposit")
    deposit, left = _deposit(work, deposit_id)
    amount = left if amount_minor is None else minor(amount_minor)
    _check_left(work, amount, left)
    payment = posted_payment(work, deposit["payment_id"])
    require_location(work.actor, payment["location_id"])
    entry = free_money(work, payment, "deposit_returned", deposit_id, accounts.DEPOSITS, amount)
    note_move(work, deposit_id, "returned", amount, entry)
    refund: dict[str, Any] | None = None
    if method is not None:
        refund = refund_payment(work, payment_id=payment["payment_id"], amount_minor=amount, method=method)
    return {"amount_minor": amount, "left_minor": left - amount, "refund": refund}


def _deposit(work: Work, deposit_id: str) -> tuple[Row, int]:
    """The deposit and what is left of it, if anything is."""
    deposit = work.get("deposits", deposit_id, "deposit")
    left = deposit["amount_minor"] - held.moved(work, deposit_id)["amount_minor"]
    if not left:
        raise Conflict("Nothing is left of this deposit; reload to see what became of it.", rule="nothing_left")
    return deposit, left


def _check_left(work: Work, amount: int, left: int) -> None:
    if amount > left:
        raise Refusal(
            f"Only {show(work, left)} of this deposit is left; use at most that.",
            rule="more_than_left",
            field="amount_minor",
            alternatives=(str(left),),
        )
