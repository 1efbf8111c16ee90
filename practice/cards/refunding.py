"""Refunds to a card: the books give the money back first, so that nobody spends it; then the processor is told.

A refund that the processor will not make stays owed: it is paid in another way, and the books say so.
"""

from __future__ import annotations

import logging

from practice.access.permissions import SYSTEM, Permission, require_location
from practice.billing import accounts, ledger
from practice.billing.posting import heading, posting_date, why
from practice.cards import queries
from practice.cards.asking import note_asked
from practice.cards.processor import GivenBack, Processor, ProcessorTrouble
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.store.record import Record, command
from practice.store.work import Row, Work

A_KEYS_TRIES = 6
"""The processor repeats its first answer to a key, a failure of its own too. After so many looks, at which the refund
was never there, it is asked for under another one."""

OTHER_WAYS = ("check", "cash", "bank")

_log = logging.getLogger("daybook.cards")


@command(Permission.OPERATE)
def settle_card_refund(work: Work, *, refund_token: str, intent_token: str | None, state: str, amount_minor: int,
    reference: str | None = None, code: str | None = None) -> Row:  # fmt: skip
    """Write down what the processor says of a refund. One that was made in its own pages waits for a person to book it.

    Answers {card_refund_id}, which is None for a refund of a charge that is not ours.
    """
    row = queries.refund_of_token(work, refund_token) or work.find("card_refunds", reference)
    now = stored(work.now)
    if row and row["state"] == "paid_otherwise" and state == "succeeded":
        row = None  # paid twice: a person has to see it
    if row is None:
        charge = queries.charge_of_intent(work, intent_token)
        if charge is None or not charge["payment_id"]:
            return {"card_refund_id": None}
        row = new_card_refund(work, charge, charge["payment_id"], None, amount_minor)
    if row["state"] == "paid_otherwise":
        return {"card_refund_id": row["card_refund_id"]}
    refusal = (code or "refused") if state == "failed" else None
    work.update(
        "card_refunds", row["card_refund_id"], state=state, refusal=refusal, refund_token=refund_token, known_at=now
    )
    return {"card_refund_id": row["card_refund_id"]}


@command(Permission.OPERATE)
def refuse_card_refund(work: Work, *, card_refund_id: str, code: str) -> Row:
    """The processor will not make this refund: a person pays it in another way."""
    row = work.get("card_refunds", card_refund_id, "refund")
    if row["state"] == "requested":
        work.update("card_refunds", card_refund_id, state="failed", refusal=code, known_at=stored(work.now))
    return {"card_refund_id": card_refund_id}


@command(Permission.REFUND)
def pay_refund_otherwise(work: Work, *, card_refund_id: str, method: str) -> Row:
    """Pay a refund that the card did not take by check, cash or bank: 1020 / 1000 or 1010. Needs a reason.

    Answers {transaction_id}.
    """
    why(work, "pay it in another way")
    if method not in OTHER_WAYS:
        raise Refusal(f"Pay it by {', '.join(OTHER_WAYS)}.", field="method", alternatives=OTHER_WAYS)
    row = work.get("card_refunds", card_refund_id, "refund")
    if row["state"] != "failed" or not row["refund_id"]:
        raise Conflict("This refund has not failed, so it goes to the card; reload to see it.", rule="not_failed")
    payment = work.get("payments", row["payment_id"], "payment")
    require_location(work.actor, payment["location_id"])
    post_date = posting_date(work, payment["location_id"], payment_id=payment["payment_id"])
    head = heading(work, "payout", card_refund_id, post_date)
    place, amount = payment["location_id"], row["amount_minor"]
    entry = ledger.numbered(
        head,
        ledger.leg(accounts.CARD_CLEARING, amount, location_id=place),
        ledger.leg(accounts.METHOD_ACCOUNT[method], -amount, location_id=place),
    )
    ledger.post(work, entry)
    work.update("card_refunds", card_refund_id, state="paid_otherwise", known_at=stored(work.now))
    return {"transaction_id": head.transaction_id}


def to_the_card(work: Work, payment_id: str, refund_id: str, amount_minor: int) -> None:
    """A refund by card was posted: have the processor make it, if the money came through it.

    One that somebody made in the processor's pages before is this one. A card machine's payment is refunded there.
    """
    charge = queries.charge_of_payment(work, payment_id)
    if charge is None:
        return
    outside = queries.refund_outside(work, payment_id, amount_minor)
    if outside:
        work.update("card_refunds", outside["card_refund_id"], refund_id=refund_id)
    else:
        new_card_refund(work, charge, payment_id, refund_id, amount_minor)


def new_card_refund(work: Work, charge: Row, payment_id: str, refund_id: str | None, amount_minor: int) -> Row:
    """The row of a refund that the processor is to make, or that it has made (`refund_id` None)."""
    row = {
        "card_refund_id": work.new_id(),
        "card_charge_id": charge["card_charge_id"],
        "payment_id": payment_id,
        "refund_id": refund_id,
        "amount_minor": amount_minor,
        "state": "requested",
        "refusal": None,
        "refund_token": None,
        "tries": 0,
        "asked_at": None,
        "requested_at": stored(work.now),
        "known_at": stored(work.now),
    }
    work.insert("card_refunds", row)
    return row


def give_back(record: Record, processor: Processor, card_refund_id: str) -> None:
    """Have the processor make a refund, or ask what became of it; without an answer it is asked again later."""
    with record.read() as reader:
        row = reader.get("card_refunds", card_refund_id, "refund")
        charge = queries.card_charge(reader, row["card_charge_id"])
    assert charge, "a refund is of a charge"
    record.run(note_asked, SYSTEM, table="card_refunds", row_id=card_refund_id)
    try:
        made = processor.given_back(charge["intent_token"]) if row["tries"] else []
        found = next((one for one in made if card_refund_id == one.reference), None)
        if found is None and row["state"] == "requested":
            found = processor.give_back(
                key=f"refund-{card_refund_id}-{row['tries'] // A_KEYS_TRIES}",
                reference=card_refund_id,
                intent_token=charge["intent_token"],
                amount_minor=row["amount_minor"],
            )
    except ProcessorTrouble as trouble:
        _log.warning("refund %s: %s", card_refund_id, trouble.code)
        if trouble.is_final and trouble.code != "keys_refused":
            record.run(refuse_card_refund, SYSTEM, card_refund_id=card_refund_id, code=trouble.code)
        return
    if found:
        settle_refund(record, found)


def settle_refund(record: Record, said: GivenBack) -> str | None:
    """Write down what the processor said of a refund; answers our id of it, or None if it is none of ours."""
    answer = record.run(
        settle_card_refund,
        SYSTEM,
        refund_token=said.refund_token,
        intent_token=said.intent_token,
        state=said.state,
        amount_minor=said.amount_minor,
        reference=said.reference,
        code=said.code,
    )
    found: str | None = answer["card_refund_id"]
    return found
