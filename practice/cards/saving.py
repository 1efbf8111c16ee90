"""Saving a card for later: the client agrees to words that we keep by version, and types the card at the processor."""

from __future__ import annotations

from practice.access.permissions import SYSTEM, Permission
from practice.cards import queries
from practice.cards.processor import Page, Processor, ProcessorTrouble
from practice.clock import stored
from practice.errors import Conflict
from practice.store.record import Record, command
from practice.store.work import Row, Work

CONSENT = {
    1: "I agree that {practice} keeps my card with its card processor and charges it for what I owe, and that I can"
    " take this back at any time by telling the practice.",
}
"""The words that a client agrees to, by version. Words that somebody agreed to are never changed."""

CONSENT_VERSION = max(CONSENT)


@command(Permission.OPERATE)
def note_customer(work: Work, *, client_id: str, customer_token: str) -> Row:
    """The processor's token of a client who owes. The first one stays. Answers {customer_token}."""
    known = work.find("card_customers", client_id)
    if known:
        return {"customer_token": known["customer_token"]}
    work.insert(
        "card_customers", {"client_id": client_id, "customer_token": customer_token, "known_at": stored(work.now)}
    )
    return {"customer_token": customer_token}


@command(Permission.OPERATE)
def note_setup_page(work: Work, *, card_setup_id: str, page_token: str) -> Row:
    """The processor's page for saving a card is open."""
    work.update("card_setups", card_setup_id, page_token=page_token, state="open", known_at=stored(work.now))
    return {"card_setup_id": card_setup_id}


@command(Permission.OPERATE)
def note_saved_card(
    work: Work, *, card_setup_id: str, card_token: str, customer_token: str, brand: str, last4: str,
    expires_month: int, expires_year: int,
) -> Row:  # fmt: skip
    """A card was saved on a page. The same card said twice is one card. Answers {saved_card_id}."""
    setup = work.get("card_setups", card_setup_id, "card")
    known = queries.card_of_token(work, card_token)
    if known:
        return {"saved_card_id": known["saved_card_id"]}
    now = stored(work.now)
    card = {
        "saved_card_id": work.new_id(),
        "client_id": setup["client_id"],
        "customer_token": customer_token,
        "card_token": card_token,
        "brand": brand,
        "last4": last4,
        "expires_month": expires_month,
        "expires_year": expires_year,
        "consent_version": setup["consent_version"],
        "consented_at": setup["requested_at"],
        "removed_at": None,
        "known_at": now,
    }
    work.insert("saved_cards", card)
    work.update("card_setups", card_setup_id, state="saved", known_at=now)
    return {"saved_card_id": card["saved_card_id"]}


@command(Permission.OPERATE)
def note_card(work: Work, *, saved_card_id: str, last4: str, expires_month: int, expires_year: int) -> Row:
    """The bank has sent the client a new card in place of a saved one: its digits and its last month."""
    said = {"last4": last4, "expires_month": expires_month, "expires_year": expires_year}
    work.update("saved_cards", saved_card_id, known_at=stored(work.now), **said)
    return {"saved_card_id": saved_card_id}


@command(Permission.OPERATE)
def close_setup(work: Work, *, card_setup_id: str) -> Row:
    """Nobody saved a card on the page, and nobody can any more."""
    if work.get("card_setups", card_setup_id, "card")["state"] != "saved":
        work.update("card_setups", card_setup_id, state="closed", known_at=stored(work.now))
    return {"card_setup_id": card_setup_id}


@command(Permission.TAKE_PAYMENT)
def remove_card(work: Work, *, saved_card_id: str) -> Row:
    """A card is charged no more, and its autopay ends. Answers {card_token}: the processor is to forget it."""
    card = work.get("saved_cards", saved_card_id, "card")
    if card["removed_at"]:
        raise Conflict("This card was removed before; reload to see it.", rule="removed")
    now = stored(work.now)
    work.update("saved_cards", saved_card_id, removed_at=now, known_at=now)
    autopay = work.find("autopays", card["client_id"])
    if autopay and autopay["is_on"] and autopay["saved_card_id"] == saved_card_id:
        said = {"is_on": False, "stopped_why": "card_removed", "known_at": now}
        work.update("autopays", card["client_id"], **said)
    return {"card_token": card["card_token"]}


def customer_of(record: Record, processor: Processor, client_id: str) -> str:
    """The processor's token of a client; it is made where there is none yet. Raises ProcessorTrouble."""
    with record.read() as reader:
        known = queries.customer(reader, client_id)
    if known:
        return known
    made = processor.create_customer(key=f"customer-{client_id}", reference=client_id)
    answer: Row = record.run(note_customer, SYSTEM, client_id=client_id, customer_token=made)
    return str(answer["customer_token"])


def settle_setup(record: Record, card_setup_id: str, page: Page) -> None:
    """Write down how a page for saving a card stands."""
    if page.card:
        record.run(
            note_saved_card,
            SYSTEM,
            card_setup_id=card_setup_id,
            card_token=page.card.card_token,
            customer_token=page.card.customer_token,
            brand=page.card.brand,
            last4=page.card.last4,
            expires_month=page.card.expires_month,
            expires_year=page.card.expires_year,
        )
    elif page.state == "expired":
        record.run(close_setup, SYSTEM, card_setup_id=card_setup_id)


def look_at_card(record: Record, processor: Processor, card_token: str) -> bool:
    """Write down how a saved card is now; whether it is one of ours. One that the processor forgot is removed."""
    with record.read() as reader:
        card = queries.card_of_token(reader, card_token)
    if card is None:
        return False
    now = processor.saved_card(card_token)
    if now:
        record.run(
            note_card,
            SYSTEM,
            saved_card_id=card["saved_card_id"],
            last4=now.last4,
            expires_month=now.expires_month,
            expires_year=now.expires_year,
        )
    elif not card["removed_at"]:
        record.run(remove_card, SYSTEM, saved_card_id=card["saved_card_id"])
    return True


def forget(processor: Processor, card_token: str) -> bool:
    """Let the processor forget a card; whether it has. A card that it keeps is charged by nobody all the same."""
    try:
        processor.forget_card(card_token)
    except ProcessorTrouble:
        return False
    return True
