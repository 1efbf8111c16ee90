"""Whether messages are sent, from whom, and where links lead."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from practice.access.permissions import Permission
from practice.errors import Refusal
from practice.messages import queries
from practice.people import checks
from practice.store.record import command
from practice.store.work import Reader, Work


class MessageSettings(NamedTuple):
    """`public_url` has no slash at its end; None: messages hold no links. Texts are apart: they need a provider."""

    is_on: bool
    is_text_on: bool
    sender: str
    public_url: str | None
    practice: str
    zone: str

    def link(self, path: str | None) -> str:
        """The public address of a path; empty where there is no path or no public address."""
        if not path or path.startswith(("https://", "http://")):
            return path or ""
        return self.public_url + path if self.public_url else ""


def message_settings(reader: Reader) -> MessageSettings:
    """As they are now."""
    kept = {name: json.loads(value) for name, value in queries.settings(reader).items()}
    practice = kept.get("practice_name") or "The practice"
    return MessageSettings(
        kept.get("messages_on") is True,
        kept.get("messages_text_on") is True,
        kept.get("messages_sender") or practice,
        kept.get("public_url") or None,
        practice,
        kept.get("zone") or "UTC",
    )


def _url(value: str | None) -> str | None:
    text = (value or "").strip().rstrip("/")
    if not text:
        return None
    parts = urlsplit(text)
    is_local = parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or parts.scheme not in (("http", "https") if is_local else ("https",)):
        raise Refusal(
            "Clients open this address: write it in full, like https://booking.elm.example.", field="public_url"
        )
    if parts.query or parts.fragment or parts.username or not re.fullmatch(r"[\x21-\x7e]+", text):
        raise Refusal("The address ends with its host or a path; leave the rest away.", field="public_url")
    return text


@command(Permission.SET_UP)
def set_messages(
    work: Work, *, is_on: bool, is_text_on: bool = False, sender: str | None = None, public_url: str | None = None
) -> dict[str, Any]:
    """Switch messages to clients on or off, and say from whom they come and where their links lead.

    What waits in the outbox when they are switched off does not leave. What happens meanwhile is not made up for later.
    """
    kept = {
        "messages_on": checks.flag(is_on, "Whether messages are sent", "is_on"),
        "messages_text_on": checks.flag(is_text_on, "Whether texts are sent", "is_text_on"),
        "messages_sender": checks.optional_text(sender, "The sender's name", "sender"),
        "public_url": _url(public_url),
    }
    for name, value in kept.items():
        work.keep_setting(name, value)
    return kept
