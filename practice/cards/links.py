"""Links by which a client pays, or saves a card, without signing in: a secret in a message, its hash in the record.

What is asked for is what is open when the link is opened, never what was open when it was sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from practice.access.permissions import SYSTEM, Permission
from practice.billing.accounts import client_of, client_party
from practice.billing.posting import check_party, show
from practice.billing.queries import held
from practice.billing.queries.plans import due_items
from practice.cards import link_queries, queries
from practice.cards.charges import check_currency, new_card_charge
from practice.cards.parts import may_pay_part, towards
from practice.cards.saving import CONSENT_VERSION
from practice.clock import stored
from practice.errors import Conflict, NotFound, Refusal
from practice.messages import outbox
from practice.online.links import hashed, new_secret
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Row, Work

LINK_LIFE = timedelta(days=60)
PURPOSES = ("pay", "save_card")
LINKS_ON = "card_links_on"
"""The setting: clients can pay by link. Without it messages hold none."""

KIND = {"pay": "payment_link", "save_card": "card_link"}


@command(Permission.SET_UP)
def set_card_links(work: Work, *, is_on: bool) -> Row:
    """Let clients pay by link, or no more. Links that are out already stay what they are. Answers {is_on}."""
    check_currency(work)
    work.keep_setting(LINKS_ON, checks.flag(is_on, "Whether clients can pay by link", "is_on"))
    return {"is_on": is_on}


@command(Permission.TAKE_PAYMENT)
def make_pay_link(
    work: Work,
    *,
    party: str,
    token_hash: str,
    purpose: str = "pay",
    invoice_id: str | None = None,
    attendee_id: str | None = None,
) -> Row:
    """A link whose secret the caller has. Answers {pay_link_id}.

    It is for one invoice, for what is asked at a booking (`attendee_id`), or for all that is due.
    """
    return {"pay_link_id": new_link(work, party, token_hash, purpose, invoice_id, attendee_id)}


@command(Permission.TAKE_PAYMENT)
def send_pay_link(
    work: Work, *, party: str, purpose: str = "pay", invoice_id: str | None = None, attendee_id: str | None = None
) -> Row:
    """Send a client a link to pay one invoice, the deposit of a booking or all that is due, or to save a card.

    Answers {message_ids}.

    Refused where nothing is due, clients cannot pay by link, or no message may go to the client.
    """
    if not work.setting(LINKS_ON):
        raise Conflict(
            "Clients cannot pay by link yet; switch it on in Set-up, Cards, or record the payment by hand.",
            rule="links_off",
        )
    if not work.setting("public_url"):
        raise Conflict(
            "Clients cannot open a link yet; set the public address in Messages, Settings.", rule="no_public_address"
        )
    secret = new_secret()
    pay_link_id = new_link(work, party, hashed(secret), purpose, invoice_id, attendee_id)
    context: dict[str, Any] = {"pay_link": f"/pay/{secret}"}
    if purpose == "pay":
        due = asked_under(work, work.get("pay_links", pay_link_id, "link")).amount_minor
        if not due:
            raise Conflict("Nothing is due of this client, so there is nothing to pay.", rule="nothing_due")
        context["amount"] = show(work, due)
    sent = outbox.queue(
        work, kind=KIND[purpose], client_id=str(client_of(party)), context=context, dedupe_key=f"pay:{pay_link_id}"
    )
    if not sent:
        raise Conflict(
            "No message may go to this client: switch messages on, record an address or the consent to messages about"
            " payments, or hand the link over.",
            rule="not_reachable",
        )
    return {"message_ids": sent}


@command(Permission.PAY_ONLINE)
def open_payment(work: Work, *, token_hash: str, amount_minor: int) -> Row:
    """A client wants to pay what the page showed, or a part where that is allowed.

    Refused, with what is open now, where that has changed meanwhile. Once all of it is paid by it the link is over.
    Answers {card_charge_id}.
    """
    link = live_link(work, token_hash)
    if link is None or link["purpose"] != "pay":
        raise NotFound("This link does not work any more; ask the practice for a new one.")
    asked = asked_under(work, link)
    due = asked.amount_minor
    is_part = 0 < amount_minor < due and may_pay_part(work, link)
    if due != amount_minor and not is_part:
        raise Conflict(
            f"The amount has changed meanwhile; it is {show(work, due)} now." if due else "This is paid already.",
            rule="changed",
        )
    charge = new_card_charge(
        work,
        party=link["party"],
        amount_minor=amount_minor,
        location_id=asked.location_id,
        items=towards(asked.items, amount_minor),
        way="page",
        pay_link_id=link["pay_link_id"],
        attendee_id=link["attendee_id"],
    )
    work.update("pay_links", link["pay_link_id"], closed_by=None if is_part else charge["card_charge_id"])
    return charge


@command(Permission.PAY_ONLINE)
def open_saving(work: Work, *, token_hash: str, consent_version: int) -> Row:
    """A client agrees to the words of that version and wants to save a card. Answers {card_setup_id, client_id}."""
    link = live_link(work, token_hash)
    if link is None or link["purpose"] != "save_card":
        raise NotFound("This link does not work any more; ask the practice for a new one.")
    if consent_version != CONSENT_VERSION:
        raise Conflict("The words have changed meanwhile; read them again.", rule="changed")
    row = {
        "card_setup_id": work.new_id(),
        "pay_link_id": link["pay_link_id"],
        "client_id": link["client_id"],
        "page_token": None,
        "state": "requested",
        "consent_version": consent_version,
        "requested_at": stored(work.now),
        "known_at": stored(work.now),
    }
    work.insert("card_setups", row)
    return {"card_setup_id": row["card_setup_id"], "client_id": link["client_id"]}


def new_secret_link(work: Work, party: str, invoice_id: str | None = None) -> str | None:
    """For a message that asks for money: the path of a fresh link; None where clients cannot pay by link."""
    if not work.setting(LINKS_ON):
        return None
    secret = new_secret()
    new_link(work, party, hashed(secret), "pay", invoice_id)
    return f"/pay/{secret}"


def live_link(reader: Reader, token_hash: str) -> Row | None:
    """The link behind a secret, while it works."""
    link = queries.pay_link(reader, token_hash)
    if link is None or link["withdrawn_at"] or link["expires_at"] <= stored(reader.now):
        return None
    return link


class AskedUnder(NamedTuple):
    """What a link asks for now: the sum, the items that it pays (none of a deposit), and where."""

    amount_minor: int
    items: list[Row]
    location_id: str


def asked_under(reader: Reader, link: Row) -> AskedUnder:
    """What is open under a link now: of a deposit what is not held yet, else what is due; nothing once it was paid."""
    if link_queries.is_paid_by(reader, link["closed_by"]):
        return AskedUnder(0, [], "")
    if link["attendee_id"]:
        visit = held.booking(reader, link["attendee_id"])
        amount = held.missing(reader, visit["attendee_id"], link["deposit_minor"] or 0)
        return AskedUnder(amount, [], visit["location_id"])
    items = due_under(reader, link["party"], link["invoice_id"])
    return AskedUnder(sum(row["due_minor"] for row in items), items, items[0]["location_id"] if items else "")


def due_under(reader: Reader, party: str, invoice_id: str | None) -> list[Row]:
    """What is due of a party now, of one invoice or of everything, the oldest service first; each has due_minor."""
    rows = [row for row in due_items(reader, SYSTEM, party=party) if row["due_minor"] > 0]
    return [row for row in rows if invoice_id in (None, row["invoice_id"])]


def is_put_off(reader: Reader, link: Row) -> bool:
    """Whether something is open under a link to pay of which nothing is due now: a payment plan puts it off."""
    if link["attendee_id"] or link_queries.is_paid_by(reader, link["closed_by"]):
        return False
    rows = due_items(reader, SYSTEM, party=link["party"])
    return any(row["open_minor"] > 0 for row in rows if link["invoice_id"] in (None, row["invoice_id"]))


def new_link(
    work: Work,
    party: str,
    token_hash: str,
    purpose: str,
    invoice_id: str | None = None,
    attendee_id: str | None = None,
    deposit_minor: int | None = None,
) -> str:
    """The row of a link, inside a command. A deposit without an amount is what the rules ask for. Answers its id."""
    check_party(work, party)
    client_id = client_of(party)
    if not client_id:
        raise Refusal("Links to pay are for clients.", rule="clients_only", field="party")
    checks.one_of(purpose, "What the link is for", "purpose", PURPOSES)
    if invoice_id and work.get("invoices", invoice_id, "invoice")["party"] != party:
        raise Refusal("That invoice is somebody else's.", field="invoice_id")
    if attendee_id:
        if client_party(held.booking(work, attendee_id)["guarantor_client_id"]) != party:
            raise Refusal("Somebody else pays for that visit; send the link to them.", field="party")
        if deposit_minor is None and purpose == "pay":
            deposit_minor = held.deposit_asked(work, attendee_id)
    now = stored(work.now)
    row = {
        "pay_link_id": work.new_id(),
        "token_hash": token_hash,
        "purpose": purpose,
        "party": party,
        "client_id": client_id,
        "invoice_id": invoice_id,
        "attendee_id": attendee_id,
        "deposit_minor": deposit_minor,
        "created_by": work.actor.user_id,
        "created_at": now,
        "expires_at": now + LINK_LIFE,
        "withdrawn_at": None,
        "closed_by": None,
    }
    work.insert("pay_links", row)
    return str(row["pay_link_id"])
