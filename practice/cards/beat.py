"""What a processor has to be asked by itself: events to look up, charges and refunds without an answer,
stale pages; more slowly, events that never arrived and tonight's autopay."""

from __future__ import annotations

import logging
from datetime import timedelta

from practice.cards import queries
from practice.cards.autopay import charge_by_itself
from practice.cards.charging import WAITS, ask_again, settle, settle_page
from practice.cards.events import catch_up, handle
from practice.cards.processor import Charged, Processor, ProcessorTrouble
from practice.cards.refunding import give_back
from practice.clock import stored
from practice.store.record import Record

PAGE_LIFE = timedelta(hours=1)
"""A page that nobody finished is closed after it: the amount on it may not be what is open any more."""

_log = logging.getLogger("daybook.cards")


def beat(record: Record, processor: Processor) -> int:
    """One look at everything that waits; answers at how much of it. Twice changes nothing more."""
    with record.read() as reader:
        now = stored(reader.now)
        events = queries.waiting_events(reader, now, WAITS)
    for event in events:
        handle(record, processor, event)
    with record.read() as reader:
        charges = queries.to_ask(reader, "card_charges", now, WAITS)
        refunds = queries.to_ask(reader, "card_refunds", now, WAITS)
        pages = queries.open_pages(reader, opened_before=now - PAGE_LIFE)
    for charge in charges:
        ask_again(record, processor, charge["card_charge_id"])
    for refund in refunds:
        give_back(record, processor, refund["card_refund_id"])
    for page in pages:
        close_page(record, processor, page["card_charge_id"])
    return len(events) + len(charges) + len(refunds) + len(pages)


def slow_beat(record: Record, processor: Processor) -> int:
    """What need not be looked at every few seconds: events that never arrived, and tonight's autopay."""
    return catch_up(record, processor) + charge_by_itself(record, processor)


def close_page(record: Record, processor: Processor, card_charge_id: str) -> bool:
    """Let nobody pay on a page any more; whether it is over, by that or because somebody has paid."""
    with record.read() as reader:
        row = queries.card_charge(reader, card_charge_id)
    assert row, "a page is of a charge"
    try:
        page = processor.close_page(row["page_token"]) if row["page_token"] else None
    except ProcessorTrouble as trouble:
        _log.warning("the page of charge %s stays open: %s", card_charge_id, trouble.code)
        return False
    if page is None:  # it was never opened, as far as we heard: its address was never handed out
        settle(record, card_charge_id, Charged("failed", None, 0, "", "page_closed"))
        return True
    return str(settle_page(record, card_charge_id, page)["state"]) != "requested"
