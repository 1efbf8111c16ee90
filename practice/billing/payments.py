"""Payments: money that came in, from a client or a payer. Each waits unapplied until it is allocated or refunded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing import ledger
from practice.billing.accounts import client_of, client_party, payer_of
from practice.billing.allocations import allocate_payment, apply, deallocate, release
from practice.billing.limits import BACK_DATE, second_person
from practice.billing.locked import days_behind
from practice.billing.posting import (
    asked_date,
    check_party,
    day,
    heading,
    minor,
    post_mirror,
    posted_charge,
    posted_payment,
    posting_date,
    show,
    today_at,
    why,
)
from practice.billing.queries import facts, held
from practice.billing.small_balances import write_off_rests
from practice.cards.queries import charge_of_payment
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

__all__ = ["METHODS", "allocate_payment", "deallocate", "take_payment", "void_payment"]

METHODS = ("cash", "card", "bank", "check", "remittance")


@command(Permission.TAKE_PAYMENT)
def take_payment(
    work: Work,
    *,
    party: str,
    amount_minor: int,
    method: str,
    location_id: str,
    received_date: str | None = None,
    reference: str | None = None,
    charges: list[dict[str, Any]] | None = None,
    post_date: str | None = None,
    write_off: Sequence[str] | None = None,
) -> Row:
    """Take money from a party and, if `charges` [{charge_id, amount_minor}] says so, put it towards them at once.

    The charges' sum is at most the payment. What is paid on a charge above its open item is an excess: a client's stays
    unapplied (2100), a payer's goes to its credit (2130). Money of a payer that no charge is named for waits in 1040.
    `write_off` names those of the charges whose small rest is written off (`small_balances`); that needs a reason.
    `post_date` posts it on an earlier day than today, with a reason. Answers {payment_id, transaction_id,
    allocation_ids, unapplied_minor, written_off}, or {approval_id, waits} where that day is further behind the lock
    date than the role may go alone.
    """
    require_location(work.actor, location_id)
    amount = minor(amount_minor)
    _check_method(party, method)
    _check_payer_of(work, party)
    today = today_at(work, location_id)
    received = day(received_date, "received_date") if received_date else today
    if received > today:
        raise Refusal(f"Money cannot arrive in the future; use {today} or before.", field="received_date")
    on = asked_date(work, post_date, location_id)
    asked = {"party": party, "amount_minor": amount, "method": method, "location_id": location_id}
    if on:
        waiting = second_person(
            work,
            "take_payment",
            asked
            | {
                "received_date": str(received),
                "reference": reference,
                "charges": charges,
                "post_date": str(on),
                "write_off": list(write_off) if write_off else None,
            },
            about={"location_id": location_id, "client_id": client_of(party)},
            amount_minor=amount,
            reason_class="late_entry",
            quantities={BACK_DATE: days_behind(work, on)},
        )
        if waiting:
            return waiting
    payment: Row = {
        "payment_id": work.new_id(),
        "party": party,
        "client_id": client_of(party),
        "payer_id": payer_of(party),
        "location_id": location_id,
        "method": method,
        "amount_minor": amount,
        "reference": checks.optional_text(reference, "The reference", "reference"),
        "received_date": received,
        "known_at": stored(work.now),
        "status": "posted",
        "void_transaction_id": None,
    }
    head = heading(work, "payment", payment["payment_id"], posting_date(work, location_id, on=on))
    work.insert("payments", payment | {"transaction_id": head.transaction_id})
    ledger.post(work, ledger.payment_entry(head, payment))
    allocation_ids = _put_towards(work, payment, charges or [], on)
    written_off = _write_off(work, party, charges or [], write_off or ())
    return {
        "payment_id": payment["payment_id"],
        "transaction_id": head.transaction_id,
        "allocation_ids": allocation_ids,
        "unapplied_minor": sum(facts.pots(work, payment["payment_id"]).values()),
        "written_off": written_off,
    }


@command(Permission.VOID)
def void_payment(work: Work, *, payment_id: str) -> Row:
    """Undo a payment that never was: release its allocations, then mirror it. Refused once part of it was refunded.

    Needs a reason. Answers {transaction_id, released: allocation ids}.
    """
    why(work, "void the payment")
    payment = posted_payment(work, payment_id)
    require_location(work.actor, payment["location_id"])
    trace_number = facts.remittance_of(work, payment_id)
    if trace_number:
        raise Conflict(
            f"This is the deposit of remittance {trace_number}, so it did arrive; what is wrong in it the payer takes"
            " back by another remittance.",
            rule="of_remittance",
        )
    if charge_of_payment(work, payment_id):
        raise Conflict("This came by the card processor, so it did arrive; refund it instead.", rule="of_processor")
    refunded = facts.refunded(work, payment_id)
    if refunded:
        raise Conflict(
            f"{show(work, refunded)} of this payment was refunded, so it did arrive; refund the rest instead.",
            rule="refunded",
        )
    kept = held.held_of(work, payment_id)
    if kept:
        raise Conflict(
            f"{show(work, kept)} of this payment is held as a deposit or a package, or was kept of one; return"
            " that first.",
            rule="held",
        )
    released = facts.live_allocations(work, payment_id=payment_id)
    for allocation in released:
        release(work, allocation)
    transaction_id = ""
    for received in facts.receipts(work, payment_id):
        post_date = posting_date(work, payment["location_id"], payment_id=payment_id)
        transaction_id = post_mirror(work, received, "void_payment", payment_id, post_date)
    work.update("payments", payment_id, status="void", void_transaction_id=transaction_id)
    return {"transaction_id": transaction_id, "released": [allocation["allocation_id"] for allocation in released]}


def _write_off(work: Work, party: str, charges: list[dict[str, Any]], write_off: Sequence[str]) -> list[Row]:
    if set(write_off) - {one["charge_id"] for one in charges}:
        raise Refusal("Only the rest of a charge that this payment goes to is written off with it.", field="write_off")
    return write_off_rests(work, party, write_off)


def _check_method(party: str, method: str) -> None:
    allowed = METHODS if payer_of(party) else METHODS[:-1]
    if method not in allowed:
        raise Refusal(
            f"{method!r} is not how this party pays; use one of {', '.join(allowed)}.",
            rule="unknown_method",
            field="method",
            alternatives=allowed,
        )


def _check_payer_of(work: Work, party: str) -> None:
    """The party exists and can owe: money of a client whose guarantor owes everything could never be allocated."""
    check_party(work, party)
    client = work.find("clients", client_of(party))
    guarantor = client["guarantor_client_id"] if client else None
    if client and guarantor and guarantor != client["client_id"] and not facts.is_owing(work, party):
        raise Refusal(
            "Somebody else is the guarantor of this client and owes the charges; take the payment for the guarantor.",
            rule="guarantor_pays",
            field="party",
            alternatives=(client_party(guarantor),),
        )


def _put_towards(work: Work, payment: Row, charges: list[dict[str, Any]], on: date | None) -> list[str]:
    """Allocate as asked, up to what is open; post a payer's excess. Returns the allocation ids."""
    wanted = [(posted_charge(work, one["charge_id"]), minor(one["amount_minor"])) for one in charges]
    asked = sum(amount for _, amount in wanted)
    if asked > payment["amount_minor"]:
        raise Refusal(
            f"The charges take {show(work, asked)} but the payment is {show(work, payment['amount_minor'])};"
            " lower what goes to a charge.",
            rule="more_than_paid",
            field="charges",
        )
    allocation_ids = []
    for charge, amount in wanted:
        require_location(work.actor, charge["location_id"])
        balances = facts.item_balances(work, charge["charge_id"])
        if payment["party"] not in balances:
            raise Refusal(
                "One of these charges was never owed by who pays; choose a charge of that party, or transfer it first.",
                rule="not_their_charge",
                field="charges",
            )
        applied = min(amount, balances[payment["party"]])
        if applied:
            allocation_ids.append(apply(work, payment, charge, applied, on=on)["allocation_id"])
        if payment["payer_id"] and amount > applied:
            _post_excess(work, payment, amount - applied, on)
    return allocation_ids


def _post_excess(work: Work, payment: Row, amount: int, on: date | None) -> None:
    # It belongs to a line, hence the kind; its document is the payment, because no charge takes it.
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"], on=on)
    head = heading(work, "allocation", payment["payment_id"], post_date)
    ledger.post(work, ledger.excess_entry(head, payment, amount))
