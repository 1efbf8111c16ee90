"""Every command about messages; importing this fills the registry with them."""

from practice.messages.consent import record_consent, stop_messages
from practice.messages.settings import set_messages
from practice.messages.templates import save_template

__all__ = ["record_consent", "save_template", "set_messages", "stop_messages"]
