"""Stripe's trouble in our own words. What its exceptions hold (keys, tokens, whole answers) ends here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from practice.cards.processor import Charged, ProcessorTrouble


def declined(error: stripe.CardError, amount_minor: int, currency: str, reference: str) -> Charged:
    """A charge that the card's bank refused."""
    said = error.error.to_dict() if error.error else {}
    intent = said.get("payment_intent") or {}
    code = said.get("decline_code") or error.code or "card_declined"
    if error.code == "authentication_required":
        code = error.code
    return Charged("failed", intent.get("id"), amount_minor, currency.upper(), code, reference)


@contextmanager
def heard() -> Iterator[None]:
    """Say Stripe's trouble in our own words; what its exceptions hold ends here."""
    trouble: ProcessorTrouble | None = None
    try:
        yield
    except stripe.CardError as error:
        trouble = ProcessorTrouble(error.code or "card_declined", is_final=True)
    except (stripe.AuthenticationError, stripe.PermissionError):
        trouble = ProcessorTrouble("keys_refused", is_final=True)
    except stripe.IdempotencyError as error:
        in_use = error.code == "idempotency_key_in_use" or error.http_status == 409
        trouble = ProcessorTrouble("under_way" if in_use else "key_used", is_final=False)
    except stripe.RateLimitError:
        trouble = ProcessorTrouble("too_many", is_final=False)
    except stripe.InvalidRequestError as error:
        is_busy = error.http_status == 409 or error.code == "lock_timeout"
        trouble = ProcessorTrouble(error.code or "refused", is_final=not is_busy)
    except stripe.StripeError:
        trouble = ProcessorTrouble("no_answer", is_final=False)
    if trouble:
        raise trouble
