"""A charge of a card in the record: asked for first, then answered. The answer brings the money in, exactly once.

No command talks to the processor: `charging` does, between two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing.accounts import client_of
from practice.billing.held import hold_if_coming
from practice.billing.payments import take_payment
from practice.billing.posting import check_party, minor, posted_charge, posted_payment, show
from practice.billing.queries import facts
from practice.cards import queries
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.money import Currency
from practice.store.record import command
from practice.store.work import Row, Work

ODD_CURRENCIES = ("ISK",)
"""No decimals by the standard, two by the processor's count."""


@command(Permission.TAKE_PAYMENT)
def request_card_charge(
    work: Work,
    *,
    party: str,
    saved_card_id: str,
    amount_minor: int,
    location_id: str,
    charges: Sequence[dict[str, Any]] = (),
) -> Row:
    """Ask for a charge of a saved card, for charges [{charge_id, amount_minor}] that are open, or ahead of any.

    Nothing is in the books by it. Answers {card_charge_id}.
    """
    require_location(work.actor, location_id)
    return new_card_charge(
        work,
        party=party,
        amount_minor=amount_minor,
        location_id=location_id,
        items=charges,
        way="saved_card",
        saved_card_id=saved_card_id,
    )


def new_card_charge(
    work: Work,
    *,
    party: str,
    amount_minor: int,
    location_id: str,
    items: Sequence[dict[str, Any]],
    way: str,
    saved_card_id: str | None = None,
    pay_link_id: str | None = None,
    claim_key: str | None = None,
    attendee_id: str | None = None,
) -> Row:
    """The row of a charge that the processor is to be asked for. Refuses a second one while the first has no answer.

    With `attendee_id` its money is held for that booking.
    """
    check_currency(work)
    check_party(work, party)
    client_id = client_of(party)
    if not client_id:
        raise Refusal("Cards are a client's; a payer pays by its remittances.", rule="clients_only", field="party")
    amount = minor(amount_minor)
    wanted = [_item(work, party, one) for one in items]
    if sum(one["amount_minor"] for one in wanted) > amount:
        raise Refusal("The charges take more than the card is charged; lower one of them.", field="charges")
    if saved_card_id:
        _usable(work, saved_card_id, client_id)
    going = queries.under_way(work, party)
    if going:
        raise Conflict(
            f"A charge of {show(work, going[0]['amount_minor'])} to this client's card has no answer yet. Daybook keeps"
            " asking; look at the payments in some minutes before you charge again.",
            rule="under_way",
        )
    card_charge_id, now = work.new_id(), stored(work.now)
    work.insert(
        "card_charges",
        {
            "card_charge_id": card_charge_id,
            "party": party,
            "client_id": client_id,
            "location_id": location_id,
            "amount_minor": amount,
            "currency": str(work.setting("currency", "USD")),
            "way": way,
            "saved_card_id": saved_card_id,
            "pay_link_id": pay_link_id,
            "claim_key": claim_key,
            "attendee_id": attendee_id,
            "state": "requested",
            "refusal": None,
            "intent_token": None,
            "page_token": None,
            "tries": 1,
            "asked_at": now,
            "payment_id": None,
            "requested_by": work.actor.user_id,
            "requested_at": now,
            "known_at": now,
        },
    )
    work.insert(
        "card_charge_items",
        *({"card_charge_item_id": work.new_id(), "card_charge_id": card_charge_id} | one for one in wanted),
    )
    return {"card_charge_id": card_charge_id}


def check_currency(work: Work) -> None:
    """Refuse a currency whose minor units the processor counts in another way than we do."""
    code = str(work.setting("currency", "USD"))
    if code in ODD_CURRENCIES or Currency.of(code).exponent > 2:
        raise Conflict(f"Cards cannot be charged in {code} here; record the payment by hand.", rule="currency")


def _item(work: Work, party: str, one: dict[str, Any]) -> Row:
    charge, amount = posted_charge(work, one["charge_id"]), minor(one["amount_minor"])
    require_location(work.actor, charge["location_id"])
    open_minor = facts.item_balances(work, charge["charge_id"]).get(party, 0)
    if amount > open_minor:
        raise Conflict(
            f"Only {show(work, max(open_minor, 0))} of one of these charges is open for this client; reload, and"
            " charge at most that.",
            rule="not_open",
            field="charges",
        )
    return {"charge_id": charge["charge_id"], "amount_minor": amount}


def _usable(work: Work, saved_card_id: str, client_id: str) -> None:
    card = work.get("saved_cards", saved_card_id, "card")
    if card["client_id"] != client_id:
        raise Refusal("That card is somebody else's; choose one of who owes.", field="saved_card_id")
    if card["removed_at"]:
        raise Conflict("That card was removed; choose another one.", rule="removed", field="saved_card_id")


@command(Permission.OPERATE)
def note_page(work: Work, *, card_charge_id: str, page_token: str) -> Row:
    """The processor's page for a charge is open."""
    work.update("card_charges", card_charge_id, page_token=page_token)
    return {"card_charge_id": card_charge_id}


@command(Permission.OPERATE)
def settle_card_charge(
    work: Work,
    *,
    card_charge_id: str,
    state: str,
    intent_token: str | None = None,
    amount_minor: int | None = None,
    currency: str | None = None,
    code: str | None = None,
) -> Row:
    """Write down what the processor says of a charge: by its answer, an event or a question, in any order and number.

    The first that says it succeeded brings the money in; nothing later changes that. A page on which a card was
    declined stays open for another one. Answers {state, payment_id, code}.
    """
    row = work.get("card_charges", card_charge_id, "charge")
    if row["payment_id"] or (row["state"] == "succeeded" and state != "succeeded"):
        return standing(row)
    said: Row = {"intent_token": intent_token or row["intent_token"], "known_at": stored(work.now)}
    if state == "failed" and row["way"] == "page" and code != "page_closed":
        return standing(work.update("card_charges", card_charge_id, refusal=code, **said))
    if state != "succeeded":
        refusal = code or "card_declined" if state == "failed" else None
        return standing(work.update("card_charges", card_charge_id, state=state, refusal=refusal, **said))
    if (amount_minor, currency) != (row["amount_minor"], row["currency"]):
        said |= {"state": "succeeded", "refusal": "wrong_amount"}
        return standing(work.update("card_charges", card_charge_id, **said))
    taken = take_payment(
        work,
        party=row["party"],
        amount_minor=row["amount_minor"],
        method="card",
        location_id=row["location_id"],
        reference=said["intent_token"],
        charges=still_owed(work, row),
    )
    if row["attendee_id"]:
        hold_if_coming(work, attendee_id=row["attendee_id"], payment_id=taken["payment_id"])
    said |= {"state": "succeeded", "refusal": None, "payment_id": taken["payment_id"]}
    return standing(work.update("card_charges", card_charge_id, **said))


@command(Permission.OPERATE)
def note_unposted(work: Work, *, card_charge_id: str, intent_token: str | None, code: str) -> Row:
    """The card was charged, and the books refused the money: a person has to see to it."""
    row = work.get("card_charges", card_charge_id, "charge")
    if row["payment_id"]:
        return standing(row)
    said = {"intent_token": intent_token or row["intent_token"], "known_at": stored(work.now)}
    return standing(work.update("card_charges", card_charge_id, state="succeeded", refusal=code, **said))


@command(Permission.TAKE_PAYMENT)
def tie_card_payment(work: Work, *, card_charge_id: str, payment_id: str) -> Row:
    """A charge that the books did not take by themselves is this payment, which somebody took by hand. {payment_id}."""
    row, payment = work.get("card_charges", card_charge_id, "charge"), posted_payment(work, payment_id)
    require_location(work.actor, payment["location_id"])
    if row["state"] != "succeeded" or row["payment_id"]:
        raise Conflict("This charge is in the books already, or has not succeeded; reload.", rule="in_books")
    if payment["party"] != row["party"] or payment["method"] != "card":
        raise Refusal("Choose a card payment of the same client.", field="payment_id")
    if queries.charge_of_payment(work, payment_id):
        raise Conflict("That payment is another charge's; choose the one taken for this.", rule="tied")
    said = {"payment_id": payment_id, "refusal": None, "known_at": stored(work.now)}
    work.update("card_charges", card_charge_id, **said)
    return {"payment_id": payment_id}


def still_owed(work: Work, row: Row) -> list[dict[str, Any]]:
    """What it was for and is still there: the rest of the money waits as the client's credit."""
    return [
        {"charge_id": one["charge_id"], "amount_minor": one["amount_minor"]}
        for one in queries.items_of(work, row["card_charge_id"])
        if one["status"] == "posted" and row["party"] in facts.item_balances(work, one["charge_id"])
    ]


def standing(row: Row) -> Row:
    """What is answered of a charge: {state, payment_id, code}."""
    return {"state": row["state"], "payment_id": row["payment_id"], "code": row["refusal"]}
