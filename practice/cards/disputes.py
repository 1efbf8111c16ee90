"""Disputes: a client's bank took a card payment back. What it had paid is owed again, until the dispute is won."""

from __future__ import annotations

from practice.access.permissions import SYSTEM, Permission
from practice.billing.chargebacks import record_chargeback
from practice.billing.payments import take_payment
from practice.billing.queries import facts
from practice.cards import queries
from practice.cards.charges import still_owed
from practice.cards.processor import Disputed
from practice.clock import stored
from practice.store.record import Record, command
from practice.store.work import Row, Work


@command(Permission.OPERATE)
def settle_dispute(
    work: Work, *, dispute_token: str, intent_token: str | None, amount_minor: int, withdrawn_minor: int,
    reinstated_minor: int, state: str, cause: str,
) -> Row:  # fmt: skip
    """Write down how a dispute stands. Once the money was taken, the payment goes back (1110 / 1020); what is given
    back of it, because it was won or in part, comes in as a payment.

    A dispute of another amount than what is left of the payment is noted, and posted by a person. The processor's fee
    for it is part of its payout. An inquiry moves nothing, and can become a dispute. Answers {is_ours}.
    """
    charge = queries.charge_of_intent(work, intent_token)
    if charge is None or not charge["payment_id"]:
        return {"is_ours": False}
    now = stored(work.now)
    row = work.find("card_disputes", dispute_token)
    if row is None:
        row = {
            "dispute_token": dispute_token, "card_charge_id": charge["card_charge_id"], "amount_minor": amount_minor,
            "reason": cause, "state": state, "refund_id": None, "payment_id": None, "known_at": now,
            "is_inquiry": True, "reinstated_minor": 0,
        }  # fmt: skip
        work.insert("card_disputes", row)
    if row["is_inquiry"] and withdrawn_minor:
        refund_id = _went_back(work, charge["payment_id"], withdrawn_minor, cause)
        said = {"is_inquiry": False, "amount_minor": withdrawn_minor, "refund_id": refund_id, "known_at": now}
        row = work.update("card_disputes", dispute_token, **said)
    if reinstated_minor > row["reinstated_minor"] and not row["payment_id"]:
        payment_id = _came_back(work, charge, dispute_token, reinstated_minor) if row["refund_id"] else None
        said = {"reinstated_minor": reinstated_minor, "payment_id": payment_id, "known_at": now}
        row = work.update("card_disputes", dispute_token, **said)
    if row["state"] != state and row["state"] == "open":
        work.update("card_disputes", dispute_token, state=state, known_at=now)
    return {"is_ours": True}


def _came_back(work: Work, charge: Row, dispute_token: str, amount_minor: int) -> str:
    work.reason = "What a dispute gave back"
    left, wanted = amount_minor, []
    for one in still_owed(work, charge):
        part = min(one["amount_minor"], left)
        left -= part
        wanted += [one | {"amount_minor": part}] if part else []
    taken: Row = take_payment(
        work, party=charge["party"], amount_minor=amount_minor, method="card", location_id=charge["location_id"],
        reference=dispute_token, charges=wanted,
    )  # fmt: skip
    return str(taken["payment_id"])


def _went_back(work: Work, payment_id: str, amount_minor: int, cause: str) -> str | None:
    payment = work.get("payments", payment_id, "payment")
    if payment["status"] != "posted" or payment["amount_minor"] - facts.refunded(work, payment_id) != amount_minor:
        return None
    work.reason = f"Disputed at the client's bank: {cause.replace('_', ' ')}"
    refund_id: str = record_chargeback(work, payment_id=payment_id)["refund_id"]
    return refund_id


def note_dispute(record: Record, said: Disputed) -> bool:
    """Write down what the processor said of a dispute; whether it is of a charge of ours."""
    answer: Row = record.run(
        settle_dispute,
        SYSTEM,
        dispute_token=said.dispute_token,
        intent_token=said.intent_token,
        amount_minor=said.amount_minor,
        withdrawn_minor=said.withdrawn_minor,
        reinstated_minor=said.reinstated_minor,
        state=said.state,
        cause=said.reason,
    )
    return bool(answer["is_ours"])
