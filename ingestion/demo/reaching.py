"""How the demo reaches its clients: messages are on (into files), some agreed to reminders, one recall is set up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ingestion.demo.columns import instants, new_ids
from ingestion.demo.house import House
from ingestion.demo.load import load
from practice.access.permissions import SYSTEM
from practice.messages.recalls import add_recall_type
from practice.messages.settings import set_messages
from practice.store.record import Record

AGREED = 0.45
"""The share of clients who agreed to reminders by e-mail."""
PUBLIC_URL = "http://localhost:8501"
SERVICE = 1
"""Which of the services brings clients back."""


def reach_clients(record: Record, house: House, dice: np.random.Generator, **about: object) -> dict[str, int]:
    """Write it through the commands that a practice uses; answers the rows of each table."""
    clients = house.ids["clients"]
    chosen = np.flatnonzero(dice.random(len(clients)) < AGREED)
    at = np.full(len(chosen), house.now)
    consents = pa.table(
        {
            "consent_id": new_ids(at, dice),
            "client_id": clients.take(pa.array(chosen)),
            "channel": ["email"] * len(chosen),
            "purpose": ["recalls"] * len(chosen),
            "is_given": [True] * len(chosen),
            "source": ["demo"] * len(chosen),
            "effective_at": instants(at),
            "known_at": instants(at),
        }
    )
    counts = load(record, "consent", {"consents": consents}, **about)
    record.run(set_messages, SYSTEM, is_on=True, is_text_on=True, public_url=PUBLIC_URL, reason="Demo practice")
    service = house.ids["services"][SERVICE].as_py()
    recall = record.run(
        add_recall_type, SYSTEM, name="Individual session again", trigger_service_id=service, book_service_id=service,
        interval_days=42, rest_days=14, reason="Demo practice",
    )  # fmt: skip
    return counts | {"recalls": recall["due"]}
