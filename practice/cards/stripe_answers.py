"""Stripe's objects in our own words. Only what is asked for is read; the rest of an answer is let go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from practice.cards.processor import Card, Charged, Disputed, Event, GivenBack, PaidOut, PayoutLine

_Answer = Mapping[str, Any]


def _reference(answer: _Answer) -> str | None:
    found = (answer.get("metadata") or {}).get("daybook_id")
    return str(found) if found else None


def _token(value: Any) -> str | None:
    """Of an object that is named or shown in full."""
    return value.get("id") if isinstance(value, Mapping) else value


def charged_of(intent: _Answer) -> Charged:
    """Of a PaymentIntent. What waits for the client or has no card (any more) has failed, as far as we can do."""
    status = intent["status"]
    state: Literal["succeeded", "processing", "failed"] = "failed"
    if status == "succeeded":
        state = "succeeded"
    elif status in ("processing", "requires_capture"):
        state = "processing"
    error = intent.get("last_payment_error") or {}
    code = error.get("decline_code") or error.get("code")
    if status == "requires_action" or error.get("code") == "authentication_required":
        code = "authentication_required"
    amount = intent["amount_received"] if state == "succeeded" else intent["amount"]
    return Charged(
        state,
        str(intent["id"]),
        int(amount),
        str(intent["currency"]).upper(),
        None if state != "failed" else code or status,
        _reference(intent),
    )


def card_of(method: _Answer, customer: Any) -> Card:
    """Of a PaymentMethod of type card."""
    card = method["card"]
    return Card(
        str(method["id"]), str(_token(customer)), str(card["brand"]), str(card["last4"]), int(card["exp_month"]),
        int(card["exp_year"]),
    )  # fmt: skip


def given_back_of(refund: _Answer) -> GivenBack:
    """Of a Refund."""
    states: dict[str, Literal["succeeded", "processing", "failed"]] = {"succeeded": "succeeded"}
    states |= {"failed": "failed", "canceled": "failed"}
    return GivenBack(
        str(refund["id"]),
        states.get(str(refund["status"]), "processing"),
        int(refund["amount"]),
        _token(refund.get("payment_intent")),
        refund.get("failure_reason"),
        _reference(refund),
    )


def disputed_of(dispute: _Answer) -> Disputed:
    """Of a Dispute. A warning is an inquiry: nothing was taken yet. Its balance transactions say what moved."""
    status = str(dispute["status"])
    state: Literal["open", "won", "lost"] = "open"
    if status == "lost":
        state = "lost"
    elif status in ("won", "warning_closed", "prevented"):
        state = "won"
    moves = [int(one["amount"]) for one in dispute.get("balance_transactions") or ()]
    return Disputed(
        str(dispute["id"]),
        _token(dispute.get("payment_intent")),
        int(dispute["amount"]),
        state,
        str(dispute["reason"]),
        not moves and (status.startswith("warning_") or status == "prevented"),
        -sum(amount for amount in moves if amount < 0),
        sum(amount for amount in moves if amount > 0),
    )


def paid_out_of(payout: _Answer) -> PaidOut:
    """Of a Payout."""
    states: dict[str, Literal["paid", "on_its_way", "failed"]] = {"paid": "paid"}
    states |= {"failed": "failed", "canceled": "failed"}
    return PaidOut(
        str(payout["id"]),
        states.get(str(payout["status"]), "on_its_way"),
        datetime.fromtimestamp(int(payout["arrival_date"]), UTC).date(),
        int(payout["amount"]),
        str(payout["currency"]).upper(),
    )


_Kind = Literal["charge", "refund", "dispute", "fee", "payout_back", "other"]
_KINDS: dict[str, _Kind] = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
    "fee": "fee",
    "payout_reversal": "payout_back",
}


def payout_line_of(entry: _Answer) -> PayoutLine | None:
    """Of a BalanceTransaction; None for the payout itself, which is listed among what it pays out."""
    category = str(entry["reporting_category"])
    if category.startswith("payout") and category not in _KINDS:
        return None
    source = entry.get("source")
    intent = _token(source.get("payment_intent")) if isinstance(source, Mapping) else None
    kind: _Kind = _KINDS.get(category, "other")
    amount, fee = int(entry["amount"]), int(entry["fee"])
    if kind == "fee":  # a fee that stands alone comes as a negative amount
        amount, fee = 0, fee - amount
    return PayoutLine(kind, _token(source), intent, amount, fee)


def event_of(event: _Answer) -> Event:
    """Of an Event. Raises KeyError, TypeError, ValueError for what is none."""
    return Event(
        str(event["id"]),
        str(event["type"]),
        _where_to_look(str(event["type"]), event["data"]["object"]),
        datetime.fromtimestamp(int(event["created"]), UTC),
        bool(event["livemode"]),
    )


def _where_to_look(kind: str, about: _Answer) -> str | None:
    """The token by which an event's facts are asked for: of a refund or a charge it is the PaymentIntent's."""
    if kind.startswith(("charge.", "refund.")) and not kind.startswith("charge.dispute."):
        return _token(about.get("payment_intent"))
    return about.get("id")
