"""Asking the processor, between two commands: the record is never held while somebody else's machine thinks.

Whatever ends in between is picked up: the same key at the processor is the same charge, and a charge of which nobody
heard is looked for there before it is asked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from practice.access.permissions import SYSTEM
from practice.cards import queries
from practice.cards.asking import note_asked, note_never_arrived
from practice.cards.charges import note_unposted, settle_card_charge, standing
from practice.cards.processor import Charged, Page, Processor, ProcessorTrouble
from practice.clock import stored
from practice.errors import Refusal, StorageTrouble
from practice.store.record import Record
from practice.store.work import Row

WAITS = tuple(timedelta(minutes=minutes) for minutes in (2, 2, 5, 15, 60, 240))
"""Between one question about a charge without an answer and the next. The first is longer than any answer takes."""

KEYS_LAST = timedelta(hours=20)
"""The processor remembers a key for a day: after this a charge is only looked for, never asked for again."""

GIVE_UP = 6
"""After so many questions a charge that never arrived there counts as failed; an event may still say otherwise."""

_log = logging.getLogger("daybook.cards")


def charge_now(record: Record, processor: Processor, card_charge_id: str) -> Row:
    """Charge a saved card as asked for. Answers {state, payment_id, code}: `requested` where no answer came."""
    with record.read() as reader:
        row = _charge(queries.card_charge(reader, card_charge_id))
    if row["state"] != "requested":
        return standing(row)
    return _heard(record, row, lambda: _charge_it(processor, row))


def ask_again(record: Record, processor: Processor, card_charge_id: str) -> Row:
    """Ask what became of a charge; one that never arrived is sent again while its key is remembered."""
    with record.read() as reader:
        row = _charge(queries.card_charge(reader, card_charge_id))
        is_young = stored(reader.now) - row["requested_at"] < KEYS_LAST
    asked = record.run(note_asked, SYSTEM, table="card_charges", row_id=card_charge_id)
    if not asked["waits"]:
        return standing(row)
    tries = asked["tries"]
    try:
        found = _look(processor, row)
    except ProcessorTrouble as trouble:  # whatever it is: the charge may have been made before
        _log.warning("charge %s cannot be looked for: %s", card_charge_id, trouble.code)
        return {"state": row["state"], "payment_id": None, "code": trouble.code}
    if found is None and tries >= GIVE_UP:
        found = Charged("failed", None, 0, "", "no_answer")
    if found is None and is_young:
        return _heard(record, row, lambda: _charge_it(processor, row))
    return settle(record, card_charge_id, found) if found else {"state": row["state"], "payment_id": None, "code": None}


def ask_now(record: Record, processor: Processor, card_charge_id: str) -> Row:
    """Somebody wants to know what became of a charge: look there, charge nothing. Answers {state, payment_id, code}.

    One that is not there is over, and its card can be charged anew, unless it may be on its way this minute.
    """
    with record.read() as reader:
        row = _charge(queries.card_charge(reader, card_charge_id))
    if row["state"] not in ("requested", "processing"):
        return standing(row)
    try:
        found = _look(processor, row)
    except ProcessorTrouble as trouble:
        _log.warning("charge %s cannot be looked for: %s", card_charge_id, trouble.code)
        return {"state": row["state"], "payment_id": None, "code": trouble.code}
    if found:
        return settle(record, card_charge_id, found)
    answer: Row = record.run(note_never_arrived, SYSTEM, card_charge_id=card_charge_id)
    return answer


def settle(record: Record, card_charge_id: str, said: Charged) -> Row:
    """Write down what the processor said. What the books refuse is noted for a person; the money is there."""
    try:
        answer: Row = record.run(
            settle_card_charge,
            SYSTEM,
            card_charge_id=card_charge_id,
            state=said.state,
            intent_token=said.intent_token,
            amount_minor=said.amount_minor,
            currency=said.currency,
            code=said.code,
        )
    except StorageTrouble:
        raise
    except Refusal as refusal:
        _log.error("charge %s succeeded and could not be posted: %s", card_charge_id, refusal.rule)
        answer = record.run(
            note_unposted, SYSTEM, card_charge_id=card_charge_id, intent_token=said.intent_token, code=refusal.rule
        )
    return answer


def settle_page(record: Record, card_charge_id: str, page: Page) -> Row:
    """Write down how a page stands: paid, closed without a payment, or still open."""
    if page.charged and page.charged.state != "failed":
        return settle(record, card_charge_id, page.charged)
    if page.state == "expired":
        return settle(record, card_charge_id, Charged("failed", None, 0, "", "page_closed"))
    return {"state": "requested", "payment_id": None, "code": page.charged.code if page.charged else None}


def _charge_it(processor: Processor, row: Row) -> Charged:
    return processor.charge(
        key=f"charge-{row['card_charge_id']}",
        reference=row["card_charge_id"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        customer_token=row["customer_token"],
        card_token=row["card_token"],
    )


def _look(processor: Processor, row: Row) -> Charged | None:
    if row["intent_token"]:
        return processor.charged(row["intent_token"])
    return processor.find_charge(customer_token=row["customer_token"], reference=row["card_charge_id"])


def _heard(record: Record, row: Row, ask: Callable[[], Charged]) -> Row:
    try:
        said = ask()
    except ProcessorTrouble as trouble:
        _log.warning("charge %s: %s", row["card_charge_id"], trouble.code)
        if not trouble.is_final:
            return {"state": row["state"], "payment_id": None, "code": trouble.code}
        said = Charged("failed", None, 0, "", trouble.code)
    return settle(record, row["card_charge_id"], said)


def _charge(row: Row | None) -> Row:
    assert row, "a charge that was asked for is in the record"
    return row
