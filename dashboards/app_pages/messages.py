"""Messages: what is said to clients, what did not arrive, who is due to come again, and the texts themselves."""

from __future__ import annotations

from dashboards.components.messages.page import messages_page
from dashboards.session import actor
from practice.access.permissions import Permission, require

person = actor()
require(person, Permission.BOOK)
messages_page(person)
