"""Why visits are cancelled or moved: a few codes that can be counted, beside the words that people type."""

from __future__ import annotations

from practice.errors import Refusal
from practice.scheduling.steps import require_reason
from practice.store.work import Work

CANCEL_CODES = {
    "illness": "ill",
    "schedule_conflict": "could not get away",
    "transport": "no way to get here",
    "cost": "cost",
    "feeling_better": "feels better",
    "weather": "weather",
    "provider_ill": "the provider is ill",
    "provider_away": "the provider is away",
    "practice_closed": "the practice is closed",
    "earlier_time": "an earlier time was found",
    "other": "another reason",
}
"""Code → words inside a sentence. What a person may choose when a visit is cancelled or moved."""

CODES_OF = {
    "client": (
        "illness",
        "schedule_conflict",
        "transport",
        "cost",
        "feeling_better",
        "weather",
        "earlier_time",
        "other",
    ),
    "provider": ("provider_ill", "provider_away", "other"),
    "practice": ("practice_closed", "weather", "earlier_time", "other"),
}
"""Who asks → the codes that fit."""

OWN_CODES = {
    "offer_accepted": "an offered place was taken",
    "series_changed": "its series was changed",
    "handed_over": "the caseload was handed over",
    "undone": "a move was undone",
}
"""Codes that a command gives itself: nobody has to be asked, and a client's own deadline does not stand in the way."""

WHO = ("client", "provider", "practice")


def require_who(who: str | None, what: str, field: str) -> str:
    """Who asks for it, or a refusal."""
    if who not in WHO:
        raise Refusal(f"Say who {what}: client, provider or practice.", rule=field, field=field)
    return str(who)


def require_why(work: Work, code: str | None, what: str) -> None:
    """A known code, or a reason in words; else a refusal that says what it is for."""
    if code is None:
        require_reason(work, what)
    elif code not in CANCEL_CODES and code not in OWN_CODES:
        known = ", ".join(CANCEL_CODES)
        raise Refusal(f"{code!r} is no reason that is counted; choose one of: {known}.", rule="code", field="code")


def in_words(code: str | None, reason: str | None) -> str | None:
    """What people read: the words typed, else those of the code."""
    return reason or (CANCEL_CODES | OWN_CODES).get(code or "")
