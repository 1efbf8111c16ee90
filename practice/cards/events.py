"""Events: the processor says that something happened. Written down once, and then looked up there.

What an event says of amounts is never believed: it only says where to look, so that events may come late, twice and in
any order. The door of the app writes it down; the beat looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from practice.access.permissions import SYSTEM, Permission
from practice.cards import queries
from practice.cards.charging import settle, settle_page
from practice.cards.disputes import note_dispute
from practice.cards.payouts import load_payout, take_back_payout
from practice.cards.processor import Event, PayoutLine, Processor, ProcessorTrouble
from practice.cards.refunding import settle_refund
from practice.cards.saving import look_at_card, settle_setup
from practice.clock import stored
from practice.store.record import Record, command
from practice.store.work import Row, Work

GIVE_UP = 8
OVERLAP = timedelta(hours=2)
"""Events can be listed later than they happened."""

_log = logging.getLogger("daybook.cards")


@command(Permission.OPERATE)
def note_event(work: Work, *, event_id: str, kind: str, object_id: str | None, happened_at: str) -> Row:
    """Write an event down. The same one again changes nothing. Answers {is_new}."""
    if work.find("processor_events", event_id):
        return {"is_new": False}
    row: Row = {"event_id": event_id, "kind": kind, "object_id": object_id, "happened_at": happened_at}
    is_known = _looker(kind) is not None and object_id
    row |= {"received_at": stored(work.now), "tries": 0, "tried_at": None}
    row |= {"state": "received", "why": None} if is_known else {"state": "ignored", "why": "not of our concern"}
    work.insert("processor_events", row)
    return {"is_new": True}


@command(Permission.OPERATE)
def settle_event(work: Work, *, event_id: str, state: str, why: str | None = None) -> Row:
    """Write down what became of an event: handled, ignored, failed, or `received` to be looked at again."""
    row = work.get("processor_events", event_id, "event")
    work.update("processor_events", event_id, state=state, why=why, tries=row["tries"] + 1, tried_at=stored(work.now))
    return {"event_id": event_id}


def receive(record: Record, event: Event) -> bool:
    """Write down an event that is signed by the processor; whether it is new."""
    with record.read() as reader:
        if reader.find("processor_events", event.event_id):
            return False
    answer = record.run(
        note_event,
        SYSTEM,
        event_id=event.event_id,
        kind=event.kind,
        object_id=event.object_id,
        happened_at=str(stored(event.happened_at)),
    )
    return bool(answer["is_new"])


def catch_up(record: Record, processor: Processor) -> int:
    """Ask for the events that never arrived here: no public address, a door that was shut. How many were new."""
    with record.read() as reader:
        last = queries.last_event_at(reader)
    found = processor.events_since(last - OVERLAP if last else None)
    return sum(receive(record, one) for one in found if one.is_live == processor.is_live and _looker(one.kind))


def handle(record: Record, processor: Processor, row: Row) -> None:
    """Look up what an event is about, and write that down. Without an answer it is looked up again later."""
    look = _looker(row["kind"])
    assert look, "only events that can be looked up wait"
    try:
        ignored = look(record, processor, row["object_id"])
        state, why = ("ignored", ignored) if ignored else ("handled", None)
    except ProcessorTrouble as trouble:
        is_over = row["tries"] + 1 >= GIVE_UP or (trouble.is_final and trouble.code != "keys_refused")
        state, why = "failed" if is_over else "received", trouble.code
        _log.warning("event %s: %s", row["event_id"], trouble.code)
    record.run(settle_event, SYSTEM, event_id=row["event_id"], state=state, why=why)


NOT_OURS = "of a charge that Daybook did not ask for"
_Look = Callable[[Record, Processor, str], str | None]


def _page(record: Record, processor: Processor, token: str) -> str | None:
    page = processor.page(token)
    with record.read() as reader:
        charge, setup = queries.charge_of_page(reader, token), queries.setup_of_page(reader, token)
    if charge:
        settle_page(record, charge["card_charge_id"], page)
    elif setup:
        settle_setup(record, setup["card_setup_id"], page)
    return None if charge or setup else NOT_OURS


def _intent(record: Record, processor: Processor, token: str) -> str | None:
    said = processor.charged(token)
    with record.read() as reader:
        charge = queries.charge_of_intent(reader, token) or queries.card_charge(reader, said.reference)
    if charge is None:
        return NOT_OURS
    settle(record, charge["card_charge_id"], said)
    return None


def _refund(record: Record, processor: Processor, token: str) -> str | None:
    if _intent(record, processor, token):
        return NOT_OURS
    for one in processor.given_back(token):
        settle_refund(record, one)
    return None


def _dispute(record: Record, processor: Processor, token: str) -> str | None:
    said = processor.disputed(token)
    if said.intent_token is None or _intent(record, processor, said.intent_token):
        return NOT_OURS
    return None if note_dispute(record, said) else NOT_OURS


def _payout(record: Record, processor: Processor, token: str) -> str | None:
    payout = processor.payout(token)
    if payout.state == "on_its_way":
        return "it has not arrived yet"
    if payout.state == "failed":
        take_back_payout(record, processor.name, token)
        return None
    lines = _all_lines(record, processor, token)
    for line in lines:
        if line.intent_token:
            (_refund if line.kind == "refund" else _intent)(record, processor, line.intent_token)
        if line.kind == "dispute" and line.source:
            _dispute(record, processor, line.source)
    load_payout(record, processor.name, payout, lines)
    return None


def _all_lines(record: Record, processor: Processor, token: str) -> list[PayoutLine]:
    """What a payout is made of; in place of an earlier one that did not arrive, what that one was made of."""
    found = []
    for line in processor.payout_lines(token):
        if line.kind == "payout_back" and line.source:
            take_back_payout(record, processor.name, line.source)
            found += _all_lines(record, processor, line.source)
        else:
            found.append(line)
    return found


def _card(record: Record, processor: Processor, token: str) -> str | None:
    return None if look_at_card(record, processor, token) else NOT_OURS


_LOOKERS: tuple[tuple[str, _Look], ...] = (
    ("checkout.session.", _page),
    ("payment_intent.", _intent),
    ("charge.dispute.", _dispute),
    ("charge.refund", _refund),
    ("refund.", _refund),
    ("payment_method.automatically_updated", _card),
    ("payment_method.updated", _card),
    ("payment_method.detached", _card),
    ("payout.paid", _payout),
    ("payout.failed", _payout),
)


def _looker(kind: str) -> _Look | None:
    return next((look for start, look in _LOOKERS if kind.startswith(start)), None)
