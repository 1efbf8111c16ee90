"""What is known of cards: for commands and for the beat. What people look at is in `queries_for_people`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from practice.store.work import Reader, Row

_CHARGES = """
    select c.*, s.card_token, coalesce(s.customer_token, k.customer_token) as customer_token
    from card_charges c left join saved_cards s using (saved_card_id)
    left join card_customers k on k.client_id = c.client_id
"""


def card_charge(reader: Reader, card_charge_id: str | None) -> Row | None:
    """A charge with the tokens that it needs, by our id."""
    return reader.one(_CHARGES + " where c.card_charge_id = ?", card_charge_id)


def charge_of_intent(reader: Reader, intent_token: str | None) -> Row | None:
    """A charge by the processor's token."""
    return reader.one(_CHARGES + " where c.intent_token = ?", intent_token) if intent_token else None


def charge_of_page(reader: Reader, page_token: str | None) -> Row | None:
    """The charge that a page of the processor is for."""
    return reader.one(_CHARGES + " where c.page_token = ?", page_token) if page_token else None


def charge_of_payment(reader: Reader, payment_id: str) -> Row | None:
    """The charge that brought a payment in, the one that a won dispute brought back included."""
    return reader.one(
        _CHARGES + " where c.payment_id = ? or c.card_charge_id in"
        " (select card_charge_id from card_disputes where payment_id = ?)",
        payment_id,
        payment_id,
    )


def items_of(reader: Reader, card_charge_id: str) -> list[Row]:
    """What a charge is for, the oldest service first."""
    return reader.rows(
        "select i.charge_id, i.amount_minor, h.status from card_charge_items i join charges h using (charge_id)"
        " where i.card_charge_id = ? order by h.service_date, i.charge_id",
        card_charge_id,
    )


def under_way(reader: Reader, party: str) -> list[Row]:
    """Charges of a party's cards without an answer yet; open pages are not among them."""
    return reader.rows(
        "select * from card_charges where party = ? and way <> 'page' and state in ('requested', 'processing')", party
    )


def open_pages(reader: Reader, party: str | None = None, opened_before: datetime | None = None) -> list[Row]:
    """Pages on which somebody may be paying, one party's, or those opened before an instant."""
    return reader.rows(
        _CHARGES + " where c.way = 'page' and c.state in ('requested', 'processing')"
        " and (? is null or c.party = ?) and (? is null or c.requested_at < ?) order by c.requested_at",
        party,
        party,
        opened_before,
        opened_before,
    )


def to_ask(reader: Reader, table: str, now: datetime, waits: tuple[timedelta, ...]) -> list[Row]:
    """Rows of a table without an answer whose wait since the last question is over."""
    rows = reader.rows(f"select * from {table} where state in ('requested', 'processing') order by requested_at")
    return [
        row
        for row in rows
        if row.get("way") != "page"
        and (row["asked_at"] is None or row["asked_at"] + waits[min(row["tries"], len(waits)) - 1] <= now)
    ]


def customer(reader: Reader, client_id: str) -> str | None:
    """The processor's token of who owes."""
    found: str | None = reader.value("select customer_token from card_customers where client_id = ?", client_id)
    return found


def live_cards(reader: Reader, client_id: str) -> list[Row]:
    """The cards of a client that can be charged, the newest first."""
    return reader.rows(
        "select * from saved_cards where client_id = ? and removed_at is null order by known_at desc, saved_card_id",
        client_id,
    )


def refund_of_token(reader: Reader, refund_token: str) -> Row | None:
    """A refund by the processor's token."""
    return reader.one("select * from card_refunds where refund_token = ?", refund_token)


def refund_outside(reader: Reader, payment_id: str, amount_minor: int) -> Row | None:
    """A refund that was made in the processor's own pages, of that amount, and is not in the books."""
    return reader.one(
        "select * from card_refunds where payment_id = ? and amount_minor = ? and refund_id is null"
        " and state <> 'failed' order by requested_at limit 1",
        payment_id,
        amount_minor,
    )


def waiting_events(reader: Reader, now: datetime, waits: tuple[timedelta, ...]) -> list[Row]:
    """Events that are to be looked at, in the order in which they happened."""
    rows = reader.rows("select * from processor_events where state = 'received' order by happened_at, event_id")
    return [
        row
        for row in rows
        if row["tried_at"] is None or row["tried_at"] + waits[min(row["tries"], len(waits)) - 1] <= now
    ]


def entry_of_line(reader: Reader, kind: str, source: str | None, intent_token: str | None, amount: int) -> str | None:
    """The transaction in the books that a payout's line is, or None."""
    if kind == "charge":
        sql = (
            "select p.transaction_id from card_charges c join payments p using (payment_id) where c.intent_token = ?"
            " and p.amount_minor = ?"
        )
        return _text(reader, sql, intent_token, amount)
    if kind == "refund" and amount > 0:
        sql = (
            "select t.transaction_id from card_refunds c join ledger_transactions t on t.document_id = c.card_refund_id"
            " where c.refund_token = ? and c.amount_minor = ? and t.reverses_id is null"
        )
        return _text(reader, sql, source, amount)
    if kind == "refund":
        sql = (
            "select r.transaction_id from card_refunds c join refunds r using (refund_id) where c.refund_token = ?"
            " and r.amount_minor = ?"
        )
        return _text(reader, sql, source, -amount)
    if kind == "dispute" and amount < 0:
        sql = (
            "select r.transaction_id from card_disputes d join refunds r using (refund_id) where d.dispute_token = ?"
            " and r.amount_minor = ?"
        )
        return _text(reader, sql, source, -amount)
    if kind == "dispute":
        sql = (
            "select p.transaction_id from card_disputes d join payments p using (payment_id) where d.dispute_token = ?"
            " and p.amount_minor = ?"
        )
        return _text(reader, sql, source, amount)
    return None


def _text(reader: Reader, sql: str, *values: object) -> str | None:
    found: str | None = reader.value(sql, *values)
    return found


def payout_line(reader: Reader, fingerprint: str) -> Row | None:
    """The line of a payout."""
    return reader.one("select * from bank_lines where fingerprint = ?", fingerprint)


def setup_of_page(reader: Reader, page_token: str | None) -> Row | None:
    """The saving of a card that a page of the processor is for."""
    return reader.one("select * from card_setups where page_token = ?", page_token) if page_token else None


def card_of_token(reader: Reader, card_token: str) -> Row | None:
    """A saved card by the processor's token."""
    return reader.one("select * from saved_cards where card_token = ?", card_token)


def pay_link(reader: Reader, token_hash: str) -> Row | None:
    """A link by the hash of its secret."""
    return reader.one("select * from pay_links where token_hash = ?", token_hash)


def open_setups(reader: Reader, pay_link_id: str) -> list[Row]:
    """Pages for saving a card that were opened by a link and not finished."""
    return reader.rows(
        "select * from card_setups where pay_link_id = ? and state = 'open' order by requested_at desc", pay_link_id
    )


def autopays_on(reader: Reader) -> list[Row]:
    """Clients whose card is charged by itself."""
    return reader.rows("select * from autopays where is_on order by client_id")


def is_claimed(reader: Reader, claim_key: str) -> bool:
    """Whether autopay has asked for a client's charge of a night."""
    return bool(reader.one("select 1 from card_charges where claim_key = ?", claim_key))


def invoiced_before(reader: Reader, party: str, day: date) -> set[str]:
    """The live invoices of a party that were issued before a day."""
    rows = reader.rows(
        "select invoice_id from invoices where party = ? and issued_date < ? and status <> 'void'", party, day
    )
    return {row["invoice_id"] for row in rows}


def autopays_since(reader: Reader, client_id: str, since: datetime) -> list[Row]:
    """Charges by autopay since an instant, the newest first."""
    return reader.rows(
        "select * from card_charges where client_id = ? and way = 'autopay' and requested_at >= ?"
        " order by requested_at desc, card_charge_id desc",
        client_id,
        since,
    )


def last_autopay(reader: Reader, client_id: str, since: datetime) -> Row | None:
    """The newest charge by autopay since an instant."""
    return next(iter(autopays_since(reader, client_id, since)), None)


def untold_declines(reader: Reader, but: tuple[str, ...]) -> list[Row]:
    """Declines of autopay that the client has not been told of."""
    rows = reader.rows(
        "select * from card_charges c where way = 'autopay' and state = 'failed' and not exists"
        " (select 1 from messages m where m.dedupe_key = 'declined:' || c.card_charge_id) order by requested_at"
    )
    return [row for row in rows if row["refusal"] not in but]


def last_event_at(reader: Reader) -> datetime | None:
    """When the newest known event happened."""
    found: datetime | None = reader.value("select max(happened_at) from processor_events")
    return found
