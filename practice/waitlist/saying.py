"""What a client reads of an offer that is over, or that cannot be booked: one true, kind sentence for each cause."""

from __future__ import annotations

from practice.store.work import Row

KEEPS = "you keep your place on the waitlist"
AGAIN = "and we write again when another place comes free"
OVER = {
    "lost": f"Somebody else was a moment quicker; {KEEPS}, {AGAIN}.",
    "closed": f"This place is not offered any more; {KEEPS}, {AGAIN}.",
    "taken": f"This time has been taken meanwhile; {KEEPS}, {AGAIN}.",
    "expired": f"The time to answer is over and the place was offered to others; {KEEPS}.",
    "declined": f"You said no to this place, so it was offered to others; {KEEPS}.",
    "withdrawn": "This offer no longer stands.",
}
"""By what became of the offer. Nothing about anybody else."""

BUSY = "You have another visit at that time; call us if you would rather have this one."

TAKEN = (
    "provider_taken",
    "room_taken",
    "equipment_taken",
    "slot_taken",
    "group_full",
    "hold_of_another",
    "hold_converted",
)
"""Rules of booking that say: the place is not free any more, for anybody."""

OWN = {
    "client_taken": BUSY,
    "client_daily_limit": "You have as many visits on that day as can be booked; call us if you would rather have "
    "this one.",
}
"""Rules that the client can do something about: the offer stands until its time is over."""

REFUSED = {
    "outside_hours": "the hours of that day have changed",
    "travel": "the hours of that day have changed",
    "daily_limit": "that day is full by now",
    "notice_minutes": "it is too close to that time to be booked now",
    "window_days": "that day is too far ahead to be booked now",
}
"""Other rules, as a client may read them; what is not here is told on the phone."""


def cause(offer: Row, round_: Row, state: str) -> str:
    """What an offer ended with: refused (by a rule), closed (nobody has the place), or its own `state`."""
    if offer["refused_rule"]:
        return "taken" if offer["refused_rule"] in TAKEN else "refused"
    if state in ("sent", "lost"):
        return "lost" if round_["status"] == "filled" else "closed"
    return state if state in OVER else "withdrawn"


def over(offer: Row, round_: Row, state: str) -> str:
    """The sentence for an offer that can no longer be accepted; `state` as it counts now."""
    ended = cause(offer, round_, state)
    return refused(offer["refused_rule"]) if ended == "refused" else OVER[ended]


def refused(rule: str) -> str:
    """The sentence for an acceptance that this rule of booking refused."""
    if rule in TAKEN:
        return OVER["taken"]
    if rule in REFUSED:
        return f"We are sorry: {REFUSED[rule]}, so this visit cannot be booked any more; {KEEPS}, {AGAIN}."
    return f"We are sorry: this visit cannot be booked from here; please call us. Meanwhile {KEEPS}."
