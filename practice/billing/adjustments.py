"""What is owed becomes less, or is owed by another: adjustments by class, their reversal, transfers between parties."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.limits import BACK_DATE, WAIVER, WRITE_OFF, second_person
from practice.billing.locked import days_behind
from practice.billing.posting import (
    asked_date,
    check_party,
    estimate_to_undo,
    heading,
    minor,
    post_mirror,
    posted_charge,
    posting_date,
    show,
    why,
)
from practice.billing.queries import control, facts
from practice.billing.queries.denied import kind_of_denial
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.ADJUST)
def adjust_charge(
    work: Work,
    *,
    charge_id: str,
    party: str,
    adjustment_class: str,
    amount_minor: int,
    post_date: str | None = None,
) -> Row:
    """Lower what a party owes for a charge, by class: contractual, courtesy, small_balance, charity, denial, bad_debt.

    At most what is open. Needs a reason. `post_date` posts it on an earlier day than today. Answers {adjustment_id,
    transaction_id}, or {approval_id, waits} where it is above what the role may do alone.
    """
    why(work, "adjust what is owed")
    charge = posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    amount = minor(amount_minor)
    on = asked_date(work, post_date, charge["location_id"], charge_id=charge_id)
    check_lowering(work, charge, party, adjustment_class, amount)
    asked = {"charge_id": charge_id, "party": party, "adjustment_class": adjustment_class, "amount_minor": amount}
    quantities = _quantities(work, charge, adjustment_class, amount)
    waiting = second_person(
        work,
        "adjust_charge",
        asked | {"post_date": post_date},
        about=charge,
        amount_minor=amount,
        reason_class=adjustment_class,
        quantities=quantities | ({BACK_DATE: days_behind(work, on)} if on else {}),
    )
    return waiting or lower(work, charge, party, adjustment_class, amount, on=on)


@command(Permission.ADJUST)
def reverse_adjustment(work: Work, *, adjustment_id: str) -> Row:
    """Undo an adjustment: the party owes it again. Needs a reason. Answers {adjustment_id, transaction_id}."""
    why(work, "reverse the adjustment")
    adjustment = work.get("adjustments", adjustment_id, "adjustment")
    require_location(work.actor, work.get("charges", adjustment["charge_id"], "charge")["location_id"])
    if adjustment["reverses_id"] or facts.is_reversed_adjustment(work, adjustment_id):
        raise Conflict("This adjustment was reversed before; post a new one if it is needed.", rule="already_reversed")
    return undo_adjustment(work, adjustment)


@command(Permission.ADJUST)
def transfer_responsibility(work: Work, *, charge_id: str, from_party: str, to_party: str, amount_minor: int) -> Row:
    """Move what one party owes for a charge to another, such as a copay from the payer to the client.

    At most what is open towards `from_party`. Needs a reason. Answers {transfer_id, transaction_id}.
    """
    why(work, "move what is owed")
    amount = minor(amount_minor)
    charge = posted_charge(work, charge_id)
    require_location(work.actor, charge["location_id"])
    check_party(work, from_party, "from_party")
    check_party(work, to_party, "to_party")
    if from_party == to_party:
        raise Refusal("The two parties are the same; name another one to move it to.", field="to_party")
    return move(work, charge, from_party, to_party, amount)


def move(work: Work, charge: Row, from_party: str, to_party: str, amount: int) -> Row:
    """Transfer inside a command that has checked the parties. Answers {transfer_id, transaction_id}."""
    charge_id = charge["charge_id"]
    open_minor = _open_for(work, charge, from_party, amount)
    transfer_id = work.new_id()
    entry = ledger.transfer_entry(
        heading(work, "transfer", transfer_id, posting_date(work, charge["location_id"], charge_id=charge_id)),
        charge,
        from_party,
        to_party,
        amount,
        estimate_minor=estimate_to_undo(work, charge, from_party, leaves_minor=open_minor - amount),
    )
    ledger.post(work, entry)
    row = {"transfer_id": transfer_id, "charge_id": charge_id, "from_party": from_party, "to_party": to_party}
    work.insert("transfers", row | _facts(work, amount, entry.heading))
    return {"transfer_id": transfer_id, "transaction_id": entry.heading.transaction_id}


def check_lowering(work: Work, charge: Row, party: str, adjustment_class: str, amount: int) -> int:
    """What is open, if an adjustment of that class and amount can be made. Refuses otherwise."""
    if adjustment_class not in accounts.ADJUSTMENT_ACCOUNT:
        classes = tuple(accounts.ADJUSTMENT_ACCOUNT)
        raise Refusal(
            f"{adjustment_class!r} is not a class of adjustment; use one of {', '.join(classes)}.",
            rule="unknown_class",
            field="adjustment_class",
            alternatives=classes,
        )
    check_party(work, party)
    if adjustment_class == "contractual" and accounts.client_of(party):
        raise Refusal(
            "A contractual adjustment is what a payer's contract does not allow; for a client use courtesy or charity.",
            rule="contractual_is_for_payers",
            field="adjustment_class",
            alternatives=("courtesy", "charity", "small_balance", "bad_debt"),
        )
    return _open_for(work, charge, party, amount)


def _quantities(work: Work, charge: Row, adjustment_class: str, amount: int) -> dict[str, int]:
    """How much of which kind of limit it is: all that was taken off the charge counts, so that parts are no way around.

    What the payer's contract lets us expect is no write-off; the rest of a contractual adjustment by hand is.
    """
    charge_id = charge["charge_id"]
    if adjustment_class == "contractual":
        amount = control.beyond_contract(work, charge_id) + amount
        return {WRITE_OFF: amount} if amount > 0 else {}
    is_waiver = charge["kind"] == "missed_visit" and adjustment_class in ("courtesy", "charity")
    return {WAIVER if is_waiver else WRITE_OFF: control.written_off(work, charge_id) + amount}


def lower(work: Work, charge: Row, party: str, adjustment_class: str, amount: int, *, on: date | None = None) -> Row:
    """Post an adjustment inside a command that has checked who may."""
    open_minor = check_lowering(work, charge, party, adjustment_class, amount)
    is_contractual = adjustment_class == "contractual"
    adjustment_id = work.new_id()
    post_date = posting_date(work, charge["location_id"], charge_id=charge["charge_id"], on=on)
    left = estimate_to_undo(work, charge, party, leaves_minor=open_minor - amount, is_contractual=is_contractual)
    entry = ledger.adjustment_entry(
        heading(work, "adjustment", adjustment_id, post_date),
        charge,
        party,
        adjustment_class,
        amount,
        estimate_minor=left,
    )
    ledger.post(work, entry)
    row = {"adjustment_id": adjustment_id, "charge_id": charge["charge_id"], "party": party, "class": adjustment_class}
    kind = kind_of_denial(work, charge["charge_id"]) if adjustment_class == "denial" else None
    work.insert("adjustments", row | {"denial_kind": kind, "reverses_id": None} | _facts(work, amount, entry.heading))
    return {"adjustment_id": adjustment_id, "transaction_id": entry.heading.transaction_id}


def undo_adjustment(work: Work, adjustment: Row) -> Row:
    """Reverse a live adjustment inside a command: a negative row and the mirrored entry, naming what they undo."""
    charge = work.get("charges", adjustment["charge_id"], "charge")
    post_date = posting_date(work, charge["location_id"], charge_id=charge["charge_id"])
    row_id = work.new_id()
    transaction_id = post_mirror(work, adjustment["transaction_id"], "adjustment_reversal", row_id, post_date)
    work.insert(
        "adjustments",
        adjustment
        | {
            "adjustment_id": row_id,
            "amount_minor": -adjustment["amount_minor"],
            "post_date": post_date,
            "reason": work.reason,
            "reverses_id": adjustment["adjustment_id"],
            "transaction_id": transaction_id,
            "known_at": stored(work.now),
        },
    )
    return {"adjustment_id": row_id, "transaction_id": transaction_id}


def undo_transfer(work: Work, transfer: Row) -> None:
    """Mirror a live transfer inside a command; its row goes the other way."""
    charge = work.get("charges", transfer["charge_id"], "charge")
    post_date = posting_date(work, charge["location_id"], charge_id=charge["charge_id"])
    row_id = work.new_id()
    transaction_id = post_mirror(work, transfer["transaction_id"], "transfer", row_id, post_date)
    work.insert(
        "transfers",
        transfer
        | {
            "transfer_id": row_id,
            "from_party": transfer["to_party"],
            "to_party": transfer["from_party"],
            "post_date": post_date,
            "reason": work.reason,
            "transaction_id": transaction_id,
            "known_at": stored(work.now),
        },
    )


def _open_for(work: Work, charge: Row, party: str, amount: int) -> int:
    """What the party owes for the charge. Refuses an amount above it."""
    open_minor = facts.item_balances(work, charge["charge_id"]).get(party, 0)
    if amount > open_minor:
        raise Refusal(
            f"Only {show(work, open_minor)} of this charge is open for that party; take at most that.",
            rule="more_than_open",
            field="amount_minor",
            alternatives=(str(open_minor),),
        )
    return open_minor


def _facts(work: Work, amount: int, head: ledger.Heading) -> Row:
    return {
        "amount_minor": amount,
        "post_date": head.post_date,
        "reason": work.reason,
        "transaction_id": head.transaction_id,
        "known_at": head.known_at,
    }
