"""Stripe as the processor, by its own client. Stripe learns our ids and amounts; nobody's name, nothing of a visit.

An answer of Stripe's may hold tokens, and an exception of its client all of an answer: neither leaves this module.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

import stripe

from practice.cards.keys import Keys
from practice.cards.processor import (
    Account,
    Card,
    Charged,
    Disputed,
    Event,
    GivenBack,
    Page,
    PaidOut,
    PayoutLine,
    ProcessorTrouble,
)
from practice.cards.stripe_answers import (
    card_of,
    charged_of,
    disputed_of,
    event_of,
    given_back_of,
    paid_out_of,
    payout_line_of,
)
from practice.cards.stripe_trouble import declined, heard
from practice.clock import as_utc

REFERENCE = "daybook_id"
"""The only thing that we let Stripe keep with an object: our own id of it."""

SIGNED_WITHIN_SECONDS = 300
RETRIES = 2
TIMEOUT = (5.0, 25.0)
_CARD = ["card"]


class StripeProcessor:
    """`Processor` over Stripe's API."""

    name = "Stripe"

    def __init__(self, keys: Keys, *, retries: int = RETRIES) -> None:
        stripe.enable_telemetry = False
        stripe.log = None
        # At lower levels they write down what is sent and answered, and addresses with tokens in them.
        logging.getLogger("stripe").setLevel(logging.ERROR)
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
        bases: Any = {"api": keys.base} if keys.base else None
        self._client = stripe.StripeClient(
            keys.secret,
            base_addresses=bases,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )
        self._api: Any = self._client.v1
        self._signing_secret = keys.signing_secret
        self.is_live = keys.is_live

    def account(self) -> Account:
        """The balance is the one thing that every key may read."""
        with heard():
            found = self._api.balance.retrieve().to_dict()
        return Account(bool(found["livemode"]), tuple(sorted({one["currency"] for one in found["available"]})))

    def create_customer(self, *, key: str, reference: str) -> str:
        """A customer without a name."""
        with heard():
            made = self._api.customers.create(params={"metadata": {REFERENCE: reference}}, options=_once(key))
            return str(made.id)

    def payment_page(
        self, *, key: str, reference: str, amount_minor: int, currency: str, title: str, customer_token: str | None,
        return_url: str,
    ) -> Page:  # fmt: skip
        """A Checkout Session in payment mode."""
        price = {"currency": currency.lower(), "unit_amount": amount_minor, "product_data": {"name": title}}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "payment_intent_data": {"metadata": {REFERENCE: reference}},
            "client_reference_id": reference,
            "metadata": {REFERENCE: reference},
            "allowed_payment_method_types": _CARD,
            "success_url": f"{return_url}?done=1",
            "cancel_url": return_url,
        }
        if customer_token:
            params["customer"] = customer_token
        with heard():
            return _page(self._api.checkout.sessions.create(params=params, options=_once(key)).to_dict())

    def card_page(self, *, key: str, reference: str, customer_token: str, currency: str, return_url: str) -> Page:
        """A Checkout Session in set-up mode."""
        params = {
            "mode": "setup",
            "customer": customer_token,
            "currency": currency.lower(),
            "allowed_payment_method_types": _CARD,
            "setup_intent_data": {"metadata": {REFERENCE: reference}},
            "client_reference_id": reference,
            "metadata": {REFERENCE: reference},
            "success_url": f"{return_url}?done=1",
            "cancel_url": return_url,
        }
        with heard():
            return _page(self._api.checkout.sessions.create(params=params, options=_once(key)).to_dict())

    def page(self, page_token: str) -> Page:
        """The session, with what came of it."""
        wanted = {"expand": ["payment_intent", "setup_intent.payment_method"]}
        with heard():
            return _page(self._api.checkout.sessions.retrieve(page_token, params=wanted).to_dict())

    def close_page(self, page_token: str) -> Page:
        """Expire it; one that is not open any more stays what it is."""
        try:
            with heard():
                self._api.checkout.sessions.expire(page_token)
        except ProcessorTrouble as trouble:
            if not trouble.is_final:
                raise
        return self.page(page_token)

    def charge(
        self, *, key: str, reference: str, amount_minor: int, currency: str, customer_token: str, card_token: str
    ) -> Charged:
        """A PaymentIntent that is confirmed at once, while the client is away."""
        params = {
            "amount": amount_minor,
            "currency": currency.lower(),
            "customer": customer_token,
            "payment_method": card_token,
            "allowed_payment_method_types": _CARD,
            "confirm": True,
            "off_session": True,
            "metadata": {REFERENCE: reference},
        }
        with heard():
            try:
                return charged_of(self._api.payment_intents.create(params=params, options=_once(key)).to_dict())
            except stripe.CardError as error:
                return declined(error, amount_minor, currency, reference)

    def charged(self, intent_token: str) -> Charged:
        """The PaymentIntent as it is now."""
        with heard():
            return charged_of(self._api.payment_intents.retrieve(intent_token).to_dict())

    def find_charge(self, *, customer_token: str, reference: str) -> Charged | None:
        """Looked for among the customer's own, because Stripe's search lags behind."""
        with heard():
            listed = self._api.payment_intents.list(params={"customer": customer_token, "limit": 100})
            for intent in listed.auto_paging_iter():
                found = intent.to_dict()
                if (found.get("metadata") or {}).get(REFERENCE) == reference:
                    return charged_of(found)
        return None

    def give_back(self, *, key: str, reference: str, intent_token: str, amount_minor: int) -> GivenBack:
        """A Refund of the PaymentIntent."""
        params = {"payment_intent": intent_token, "amount": amount_minor, "metadata": {REFERENCE: reference}}
        with heard():
            return given_back_of(self._api.refunds.create(params=params, options=_once(key)).to_dict())

    def given_back(self, intent_token: str) -> Sequence[GivenBack]:
        """Its refunds, whoever made them."""
        with heard():
            listed = self._api.refunds.list(params={"payment_intent": intent_token, "limit": 100})
            return [given_back_of(one.to_dict()) for one in listed.auto_paging_iter()]

    def disputed(self, dispute_token: str) -> Disputed:
        """The Dispute as it is now."""
        with heard():
            return disputed_of(self._api.disputes.retrieve(dispute_token).to_dict())

    def forget_card(self, card_token: str) -> None:
        """Detach it; one that Stripe does not know (any more) is forgotten already."""
        try:
            with heard():
                self._api.payment_methods.detach(card_token)
        except ProcessorTrouble as trouble:
            if not trouble.is_final or trouble.code == "keys_refused":
                raise

    def saved_card(self, card_token: str) -> Card | None:
        """The PaymentMethod, while a customer has it."""
        with heard():
            found = self._api.payment_methods.retrieve(card_token).to_dict()
        return card_of(found, found["customer"]) if found.get("customer") else None

    def payout(self, payout_token: str) -> PaidOut:
        """The Payout as it is now."""
        with heard():
            return paid_out_of(self._api.payouts.retrieve(payout_token).to_dict())

    def payout_lines(self, payout_token: str) -> Sequence[PayoutLine]:
        """Its balance transactions, with what each is of."""
        wanted = {"payout": payout_token, "limit": 100, "expand": ["data.source"]}
        with heard():
            listed = self._api.balance_transactions.list(params=wanted)
            lines = [payout_line_of(one.to_dict()) for one in listed.auto_paging_iter()]
        return [line for line in lines if line is not None]

    def events_since(self, instant: datetime | None) -> Sequence[Event]:
        """Its list of events, which goes back for 30 days; without an instant the newest hundred."""
        since = {"created": {"gte": int(as_utc(instant).timestamp())}} if instant else {}
        with heard():
            listed = self._api.events.list(params=since | {"limit": 100})
            found = listed.auto_paging_iter() if instant else listed.data
            return [event_of(one.to_dict()) for one in found]

    def event_of(self, body: bytes, signature: str | None) -> Event:
        """Signed with the secret of our endpoint, within five minutes of now."""
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._signing_secret, SIGNED_WITHIN_SECONDS)
            return event_of(stripe.Webhook.construct_event_without_verification(body).to_dict())
        except (stripe.StripeError, KeyError, TypeError, ValueError, AttributeError):
            raise ValueError("not signed by the processor") from None


def _once(key: str) -> dict[str, str]:
    return {"idempotency_key": key}


def _page(session: Mapping[str, Any]) -> Page:
    intent, setup = session.get("payment_intent"), session.get("setup_intent")
    saved = setup.get("payment_method") if isinstance(setup, dict) and setup.get("status") == "succeeded" else None
    return Page(
        str(session["id"]),
        cast(Literal["open", "complete", "expired"], session["status"]),
        session.get("url"),
        charged_of(intent) if isinstance(intent, dict) else None,
        card_of(saved, session["customer"]) if isinstance(saved, dict) else None,
    )
