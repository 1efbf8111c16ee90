"""Money that came in and went again: a check that bounced, a card payment that was disputed."""

from __future__ import annotations

from practice.access.permissions import Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.allocations import release
from practice.billing.held import free_money, note_move, undo_move
from practice.billing.posting import LARGEST_MINOR, heading, posted_payment, posting_date, why
from practice.billing.queries import facts, held
from practice.errors import Conflict, Refusal
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.REFUND)
def record_chargeback(work: Work, *, payment_id: str, fee_minor: int = 0) -> Row:
    """A client's check bounced or card payment was disputed: what it had paid is owed again (1110 / 1000 or 1020).

    Its allocations are taken back, what is held of it is given free, and all of it that was not refunded goes.
    `fee_minor` is what the bank or processor takes for it (5200). Needs a reason. Answers {refund_id, amount_minor,
    released: allocation ids}.
    """
    why(work, "record that it bounced")
    payment = posted_payment(work, payment_id)
    require_location(work.actor, payment["location_id"])
    if payment["payer_id"] or payment["method"] == "cash":
        raise Refusal(
            "Only a client's check, card or bank payment comes back; void a payment that never arrived.",
            rule="does_not_bounce",
        )
    if type(fee_minor) is not int or not 0 <= fee_minor <= LARGEST_MINOR:
        raise Refusal("The fee is an amount of zero or more.", rule="bad_amount", field="fee_minor")
    amount = payment["amount_minor"] - facts.refunded(work, payment_id)
    if not amount:
        raise Conflict("Nothing of this payment is left to come back; it went before.", rule="refunded")
    released = facts.live_allocations(work, payment_id=payment_id)
    for allocation in released:
        release(work, allocation)
    _free_held(work, payment)
    account = accounts.METHOD_ACCOUNT[payment["method"]]
    refund_id = work.new_id()
    head = heading(work, "chargeback", refund_id, posting_date(work, payment["location_id"], payment_id=payment_id))
    ledger.post(work, ledger.refund_entry(head, payment, payment["method"], amount))
    row: Row = {"refund_id": refund_id, "payment_id": payment_id, "method": payment["method"], "amount_minor": amount}
    row |= {"post_date": head.post_date, "reason": work.reason, "transaction_id": head.transaction_id}
    work.insert("refunds", row | {"known_at": head.known_at, "kind": "chargeback"})
    if fee_minor:
        place = payment["location_id"]
        entry = ledger.numbered(
            heading(work, "payout", refund_id, head.post_date),
            ledger.leg(accounts.PROCESSOR_FEES, fee_minor, location_id=place),
            ledger.leg(account, -fee_minor, location_id=place),
        )
        ledger.post(work, entry)
    return {
        "refund_id": refund_id,
        "amount_minor": amount,
        "released": [allocation["allocation_id"] for allocation in released],
    }


def _free_held(work: Work, payment: Row) -> None:
    """Deposits and packages of the payment end with it; breakage that was kept is undone first."""
    for move in held.kept_moves(work, payment["payment_id"]):
        undo_move(work, payment, move, "package_expired")
    for document in held.holding(work, payment["payment_id"]):
        kind, account = ("deposit_returned", accounts.DEPOSITS) if document["is_deposit"] else (
            "package_sold", accounts.PACKAGES
        )  # fmt: skip
        entry = free_money(work, payment, kind, document["held_id"], account, document["left_minor"])
        note_move(work, document["held_id"], "returned", document["left_minor"], entry, sessions=document["sessions"])
