"""Whether the record's history is whole: the audit chain, and that every change in the feed belongs to a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from practice.access.permissions import SYSTEM, Actor, Permission, require
from practice.audit import queries
from practice.audit.chain import findings
from practice.store.record import Record
from practice.store.work import Reader


def verify(record: Record | Reader, anchors: Mapping[int, str] | None = None, *, actor: Actor = SYSTEM) -> list[str]:
    """What is wrong, one sentence each; empty when the history is whole.

    `anchors` maps an entry's number to the hash that was written down elsewhere (landing batches, backups). Entries
    are streamed, so that the length of the history does not matter.
    """
    require(actor, Permission.VERIFY_AUDIT)
    if isinstance(record, Record):
        with record.read() as reader:
            return verify(reader, anchors, actor=actor)
    chain = findings(queries.entries(record), anchors)
    return chain + feed_findings(queries.entry_times(record), queries.changes(record))


def feed_findings(entry_times: Sequence[int], changes: Iterable[tuple[int, int, int]]) -> list[str]:
    """Changes (seq, its command's seq, instant) that are there twice, out of order, or belong to no command. Pure.

    `entry_times` are the commands' instants in the chain's order. A change was known when its command happened, or
    earlier where a command loaded history.
    """
    wrong: list[str] = []
    last_seq, last_command = 0, 0
    for seq, command, known_at in changes:
        if seq == last_seq:
            wrong.append(f"Change {seq} is there twice.")
        elif command < last_command:
            wrong.append(f"Change {seq} is not at its command's place in the feed.")
        elif not 1 <= command <= len(entry_times) or known_at > entry_times[command - 1]:
            wrong.append(f"Change {seq} belongs to no command.")
        last_seq, last_command = seq, max(command, last_command)
    return wrong
