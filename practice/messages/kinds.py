"""What can be said: the kinds of messages, what each is for, which placeholders its text may hold, in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

GRACE = timedelta(minutes=3)
"""Nothing leaves earlier: what is undone within it was never said."""

CHANNELS = ("email", "text")
CHANNEL_WORDS = {"email": "E-mail", "text": "Text"}

PURPOSES = {
    "appointments": "Visits: booked, moved, cancelled",
    "offers": "Offers of an earlier visit",
    "recalls": "Reminders to come again",
    "payments": "Invoices and other papers, reminders of unpaid ones, links to pay",
    "news": "News of the practice",
}

ALLOWED_UNASKED = frozenset({"appointments", "offers", "payments"})
"""Purposes that need no consent on record: they answer what the client asked for or was given. Each can be stopped."""


class Kind(NamedTuple):
    """One kind: its purpose, the channels in order of preference, and the placeholders that its text may hold."""

    words: str
    purpose: str
    channels: tuple[str, ...]
    placeholders: tuple[str, ...]


ALWAYS = ("client", "practice", "phone")
_VISIT = (
    "service", "provider", "when", "place", "directions", "preparation", "video_link", "manage_link",
)  # fmt: skip
_OFFER = ("service", "provider", "when", "place", "answer_by", "link", "stop_link")
_RECALL = ("service", "since", "due", "book_link", "stop_link")
_UNPAID = ("amount", "due", "pay_link", "stop_link")
_PAY = ("amount", "pay_link", "stop_link")
_PAPER = ("paper", "paper_link", "amount", "due", "autopay", "stop_link")
_QUIET, _QUICK = ("email", "text"), ("text", "email")

KINDS: dict[str, Kind] = {
    "confirmation": Kind("Visit booked", "appointments", _QUIET, ALWAYS + _VISIT),
    "moved": Kind("Visit moved", "appointments", _QUIET, (*ALWAYS, *_VISIT, "was")),
    "changed": Kind("Visit by video or in person", "appointments", _QUIET, ALWAYS + _VISIT),
    "cancelled": Kind("Visit cancelled", "appointments", _QUIET, (*ALWAYS, "service", "provider", "when", "place")),
    "several": Kind("Several visits changed", "appointments", _QUIET, (*ALWAYS, "changes")),
    "offer": Kind("Earlier visit offered", "offers", _QUICK, ALWAYS + _OFFER),
    "offer_lost": Kind("Offer no longer free", "offers", _QUICK, ALWAYS + _OFFER),
    "offer_accepted": Kind("Offer accepted", "appointments", _QUIET, (*ALWAYS, *_VISIT, "was")),
    "recall": Kind("Time to come again: first", "recalls", _QUIET, ALWAYS + _RECALL),
    "recall_second": Kind("Time to come again: second", "recalls", _QUIET, ALWAYS + _RECALL),
    "recall_third": Kind("Time to come again: last", "recalls", _QUIET, ALWAYS + _RECALL),
    "paper": Kind("Invoice or other paper", "payments", _QUIET, ALWAYS + _PAPER),
    "payment_reminder": Kind("Unpaid invoice: first", "payments", _QUIET, ALWAYS + _UNPAID),
    "payment_reminder_second": Kind("Unpaid invoice: second", "payments", _QUIET, ALWAYS + _UNPAID),
    "payment_reminder_last": Kind("Unpaid invoice: last", "payments", _QUIET, ALWAYS + _UNPAID),
    "payment_link": Kind("Link to pay", "payments", _QUIET, ALWAYS + _PAY),
    "card_link": Kind("Link to save a card", "payments", _QUIET, (*ALWAYS, "pay_link", "stop_link")),
    "card_declined": Kind("Card declined", "payments", _QUIET, ALWAYS + _PAY),
    "news": Kind("News", "news", _QUIET, (*ALWAYS, "news", "stop_link")),
}

ABOUT_A_VISIT = ("confirmation", "moved", "changed", "cancelled", "offer_accepted")
"""They say where a client's visit is now: a later one overtakes an earlier one that has not left yet."""

PLACEHOLDERS = {
    "client": "the client's given name",
    "practice": "the practice's name",
    "phone": "the location's phone number",
    "service": "what is booked",
    "provider": "with whom",
    "when": "day and time with the name of the time zone",
    "was": "day and time before the move",
    "place": "the location and its address, or that it is by video",
    "directions": "how to find the location",
    "preparation": "how to prepare for the service",
    "video_link": "where the video visit takes place",
    "manage_link": "a link to move or cancel the visit",
    "changes": "each visit that changed, a line each",
    "answer_by": "until when an offer can be accepted",
    "link": "a link to accept or decline the offer",
    "since": "the day of the last visit of the kind",
    "due": "the day on which the next visit, or the oldest unpaid invoice, was or is due",
    "amount": "what is overdue, or due",
    "paper": "what kind of paper it is, such as invoice",
    "autopay": "that a saved card is charged for it, where it is",
    "paper_link": "a link to see the paper, and to pay where something is open",
    "pay_link": "a link to pay by card, or to save one",
    "book_link": "a link to book online",
    "stop_link": "a link to stop messages of this purpose",
    "news": "the text of the news",
}

REASONS = {
    "overtaken": "something later happened to the visit before it left",
    "by_hand": "withdrawn by hand",
    "told": "told in another way",
    "no_address": "neither an e-mail address nor a phone number that may be used",
    "no_consent": "the client has not agreed, or has stopped these messages",
    "messages_off": "messages were switched off",
    "too_late": "the visit had begun before it could leave",
    "written_to_file": "written to a file: no server is set up for this channel",
    "refused": "the other side refused it",
    "no_answer": "the mail server could not be reached, again and again",
    "waiting": "a temporary failure; it is tried again",
    "interrupted": "it may have been sent: the connection or Daybook ended in the middle",
}

SAID = ("sending", "sent", "failed", "suppressed")
"""Statuses after which something counts as said, or as handed to a person to say."""
