"""Every command about messages; importing this fills the registry with them."""

from practice.messages.consent import record_consent, stop_messages
from practice.messages.handling import mark_sent, mark_told, resend_message, withdraw_message
from practice.messages.leaving import settle_interrupted, settle_message, take_due
from practice.messages.recalls import (
    add_recall_type,
    change_recall_type,
    decline_recall,
    record_recall_contact,
    send_recall,
)
from practice.messages.settings import set_messages
from practice.messages.templates import save_template

__all__ = [
    "add_recall_type",
    "change_recall_type",
    "decline_recall",
    "mark_sent",
    "mark_told",
    "record_consent",
    "record_recall_contact",
    "resend_message",
    "save_template",
    "send_recall",
    "set_messages",
    "settle_interrupted",
    "settle_message",
    "stop_messages",
    "take_due",
    "withdraw_message",
]
