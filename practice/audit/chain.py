"""How an entry's hash is made, and how a chain is checked. Pure: rows come in, sentences go out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = "0" * 64
HASHED = (
    "seq", "entry_id", "happened_at", "actor_id", "actor_role", "command", "reason", "changes", "idempotency_key",
    "request_hash", "result", "prev_hash",
)  # fmt: skip


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over every column of the entry but the hash itself."""
    text = json.dumps([str(entry[name]) if entry[name] is not None else None for name in HASHED])
    return hashlib.sha256(text.encode()).hexdigest()


def findings(entries: Iterable[Mapping[str, Any]], anchors: Mapping[int, str] | None = None) -> list[str]:
    """What is wrong with the chain, oldest first; empty when it is whole.

    `anchors` maps a seq to the hash that was written down elsewhere (landing batches, backups): without them a chain
    cannot see that its tail was cut off.
    """
    wrong: list[str] = []
    expected_seq, prev_hash = 1, GENESIS
    anchors = anchors or {}
    seen: dict[int, str] = {}  # of the anchored ones alone: a chain may be too long to keep
    for entry in entries:
        seq = entry["seq"]
        if seq != expected_seq:
            wrong.append(f"Entry {expected_seq} is missing; the next one is {seq}.")
        elif entry["prev_hash"] != prev_hash:
            wrong.append(f"Entry {seq} does not follow the entry before it.")
        if entry["hash"] != entry_hash(entry):
            wrong.append(f"Entry {seq} was edited after it was written.")
        if seq in anchors:
            seen[seq] = entry["hash"]
        expected_seq, prev_hash = seq + 1, entry["hash"]
    for seq, anchored in sorted(anchors.items()):
        if seq and seen.get(seq) != anchored:
            missing = "is gone" if seq not in seen else "is not the one"
            wrong.append(f"Entry {seq} {missing} that was written down elsewhere.")
    return wrong
