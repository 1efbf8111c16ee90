"""A client at a link: on to the processor's page, and back from it. Between two commands, as every talk with it is."""

from __future__ import annotations

from practice.access.permissions import ONLINE, SYSTEM
from practice.cards import queries
from practice.cards.beat import close_page
from practice.cards.charges import note_page
from practice.cards.charging import settle, settle_page
from practice.cards.links import asked_under, live_link, open_payment, open_saving
from practice.cards.parts import may_pay_part
from practice.cards.processor import Charged, Processor, ProcessorTrouble
from practice.cards.saving import customer_of, note_setup_page, settle_setup
from practice.errors import Conflict
from practice.store.record import Record


def begin_payment(record: Record, processor: Processor, token_hash: str, amount_minor: int, return_url: str) -> str:
    """Where the client pays: the address of the processor's page. Raises Refusal, ProcessorTrouble.

    Pages that were opened before are closed first, so that nobody pays twice; one that is as good is used again.
    """
    with record.read() as reader:
        link = live_link(reader, token_hash)
        before = queries.open_pages(reader, link["party"]) if link else []
        due = asked_under(reader, link).amount_minor if link else 0
        may_part = link is not None and may_pay_part(reader, link)
        is_strangers = bool(link and link["created_by"] == ONLINE.user_id)
        title = str(reader.setting("practice_name", "Payment"))
    for row in before:
        page = processor.page(row["page_token"]) if row["page_token"] else None
        is_good = amount_minor == due or (may_part and amount_minor < due)
        is_same = link and is_good and (row["pay_link_id"], row["amount_minor"]) == (link["pay_link_id"], amount_minor)
        if page and page.state == "open" and page.url and is_same:
            return page.url
        if not close_page(record, processor, row["card_charge_id"]):
            raise ProcessorTrouble("under_way", is_final=False)
    asked = record.run(open_payment, ONLINE, token_hash=token_hash, amount_minor=amount_minor)
    card_charge_id = asked["card_charge_id"]
    with record.read() as reader:
        charge = queries.card_charge(reader, card_charge_id)
    assert charge, "it was asked for just now"
    try:
        page = processor.payment_page(
            key=f"page-{card_charge_id}",
            reference=card_charge_id,
            amount_minor=charge["amount_minor"],
            currency=charge["currency"],
            title=title,
            # Who booked online may be anybody: what the processor knows of the client is not shown to them.
            customer_token=None if is_strangers else charge["customer_token"],
            return_url=return_url,
        )
    except ProcessorTrouble as trouble:
        settle(record, card_charge_id, Charged("failed", None, 0, "", "page_closed"))  # nobody has its address
        raise trouble from None
    record.run(note_page, SYSTEM, card_charge_id=card_charge_id, page_token=page.page_token)
    if not page.url:
        raise Conflict("This page cannot be opened any more; press the button again.", rule="page_closed")
    return page.url


def begin_saving(record: Record, processor: Processor, token_hash: str, consent_version: int, return_url: str) -> str:
    """Where the client types the card that is to be saved. Raises Refusal, ProcessorTrouble."""
    asked = record.run(open_saving, ONLINE, token_hash=token_hash, consent_version=consent_version)
    card_setup_id = asked["card_setup_id"]
    customer_token = customer_of(record, processor, asked["client_id"])
    with record.read() as reader:
        currency = str(reader.setting("currency", "USD"))
    page = processor.card_page(
        key=f"setup-{card_setup_id}",
        reference=card_setup_id,
        customer_token=customer_token,
        currency=currency,
        return_url=return_url,
    )
    record.run(note_setup_page, SYSTEM, card_setup_id=card_setup_id, page_token=page.page_token)
    if not page.url:
        raise Conflict("This page cannot be opened any more; press the button again.", rule="page_closed")
    return page.url


def come_back(record: Record, processor: Processor, token_hash: str) -> bool:
    """The client is back from the processor: look what came of it, without waiting for its event.

    Answers whether the processor still works on it.
    """
    with record.read() as reader:
        link = live_link(reader, token_hash)
        pages = queries.open_pages(reader, link["party"]) if link else []
        setups = queries.open_setups(reader, link["pay_link_id"]) if link else []
    is_working = False
    for row in pages:
        if row["page_token"]:
            settled = settle_page(record, row["card_charge_id"], processor.page(row["page_token"]))
            is_working = is_working or settled["state"] == "processing"
    for setup in setups:
        settle_setup(record, setup["card_setup_id"], processor.page(setup["page_token"]))
    return is_working
