"""The links of offers as a client would find them: in the message's text."""

from __future__ import annotations

import re

from practice.waitlist.offers import hash_of


def links_of(record) -> dict[str, str]:
    """client_id → the hash of the secret in the newest offer's link."""
    return {client: hash_of(secret) for client, secret in secrets_of(record).items()}


def secrets_of(record) -> dict[str, str]:
    """client_id → the secret in the newest offer's link."""
    with record.read() as reader:
        messages = reader.rows(
            "select client_id, body from messages where kind = 'offer' and body is not null order by queued_at"
        )
    return {row["client_id"]: re.search(r"/offer/([\w-]+)", row["body"])[1] for row in messages}
