"""Money held for something to come: a part of a client's payment, out of the unapplied (2100) into 2110 or 2120.

Applying held money gives it free and allocates it, two entries in one command: 2110 / 2100, 2100 / 1110. So whatever an
allocation can do afterwards (be moved, taken back, refunded) held money can, and a void charge gives it back as credit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from practice.billing import accounts, ledger
from practice.billing.posting import heading, post_mirror, posted_payment, posting_date, show
from practice.billing.queries import facts, held
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.work import Row, Work


def held_entry(head: ledger.Heading, payment: Mapping[str, Any], account: str, amount_minor: int) -> ledger.Entry:
    """A client's unapplied money is held: 2100 / 2110 (a deposit) or 2120 (a package). A negative amount frees it."""
    return ledger.numbered(
        head, _leg(payment, accounts.CLIENT_CREDIT, amount_minor), _leg(payment, account, -amount_minor)
    )


def breakage_entry(head: ledger.Heading, payment: Mapping[str, Any], amount_minor: int) -> ledger.Entry:
    """Sessions that were paid for and can be used no more: 2120 / 4030."""
    return ledger.numbered(
        head, _leg(payment, accounts.PACKAGES, amount_minor), _leg(payment, accounts.BREAKAGE, -amount_minor)
    )


def _leg(payment: Mapping[str, Any], account: str, amount: int) -> Row:
    about = {name: payment[name] for name in ("client_id", "payer_id", "payment_id", "location_id")}
    party = None if account == accounts.BREAKAGE else payment["party"]
    return ledger.leg(account, amount, **about, party=party)


def hold_money(work: Work, payment: Row, kind: str, document_id: str, account: str, amount_minor: int) -> Row:
    """Hold unapplied money of a client's payment for a document. Answers the columns {transaction_id, post_date}."""
    unapplied = facts.pots(work, payment["payment_id"]).get(accounts.CLIENT_CREDIT, 0)
    if amount_minor > unapplied:
        raise Refusal(
            f"Only {show(work, unapplied)} of this payment is unapplied, and {show(work, amount_minor)} would be held;"
            " take a payment for it.",
            rule="more_than_unapplied",
            field="payment_id",
            alternatives=(str(unapplied),),
        )
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"])
    head = heading(work, kind, document_id, post_date)
    ledger.post(work, held_entry(head, payment, account, amount_minor))
    return {"transaction_id": head.transaction_id, "post_date": post_date}


def hold_deposit(work: Work, booking: Row, payment: Row, amount_minor: int) -> str:
    """Hold a part of a payment for a booking, inside a command that has checked both. Answers the deposit's id."""
    deposit_id = work.new_id()
    entry = hold_money(work, payment, "deposit", deposit_id, accounts.DEPOSITS, amount_minor)
    row = {"deposit_id": deposit_id, "payment_id": payment["payment_id"], "attendee_id": booking["attendee_id"]}
    row |= {"client_id": booking["client_id"], "location_id": payment["location_id"], "amount_minor": amount_minor}
    work.insert("deposits", row | entry | {"known_at": stored(work.now)})
    return deposit_id


def hold_if_coming(work: Work, *, attendee_id: str, payment_id: str) -> str | None:
    """Hold all of a payment that a client made for a booking, inside a command. Answers the deposit's id.

    None where the visit is over, cancelled or charged meanwhile: the money stays the client's credit.
    """
    booking, payment = held.booking(work, attendee_id), posted_payment(work, payment_id)
    is_theirs = payment["party"] == accounts.client_party(booking["guarantor_client_id"])
    if booking["charge_id"] or booking["status"] not in held.COMING or not is_theirs:
        return None
    return hold_deposit(work, booking, payment, payment["amount_minor"])


def free_money(work: Work, payment: Row, kind: str, document_id: str, account: str, amount_minor: int) -> Row:
    """Give held money free: it is unapplied, for the same command to allocate or refund."""
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"])
    head = heading(work, kind, document_id, post_date)
    ledger.post(work, held_entry(head, payment, account, -amount_minor))
    return {"transaction_id": head.transaction_id, "post_date": post_date}


def note_move(work: Work, held_id: str, kind: str, amount_minor: int, entry: Row, **more: Any) -> str:
    """The row that says what became of held money; `entry` is the answer of what posted it. Returns its id."""
    move_id = work.new_id()
    row = {
        "held_move_id": move_id,
        "held_id": held_id,
        "kind": kind,
        "sessions": more.get("sessions", 0),
        "amount_minor": amount_minor,
        "charge_id": more.get("charge_id"),
        "allocation_id": more.get("allocation_id"),
        "post_date": entry["post_date"],
        "reason": work.reason,
        "reverses_id": more.get("reverses_id"),
        "transaction_id": entry["transaction_id"],
        "known_at": stored(work.now),
    }
    work.insert("held_moves", row)
    return move_id


def undo_move(work: Work, payment: Row, move: Row, kind: str) -> str:
    """Mirror a move and note it: the money is held again. What it was allocated to has been taken back before."""
    if held.is_undone(work, move["held_move_id"]):
        raise Conflict("This was undone before; reload to see it.", rule="already_reversed")
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"])
    transaction_id = post_mirror(work, move["transaction_id"], kind, move["held_id"], post_date)
    return note_move(
        work,
        move["held_id"],
        move["kind"],
        -move["amount_minor"],
        {"transaction_id": transaction_id, "post_date": post_date},
        sessions=-move["sessions"],
        charge_id=move["charge_id"],
        allocation_id=move["allocation_id"],
        reverses_id=move["held_move_id"],
    )
