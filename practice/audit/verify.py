"""Whether the record's history is whole: the audit chain, and that every change in the feed belongs to a command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def feed_findings(entry_times: Iterable[int], changes: Iterable[tuple[int, int]]) -> list[str]:
    """Changes (seq, instant) that are there twice or belong to no command. Pure.

    A command and its changes carry the same instant, and both are numbered in commit order: so the changes' instants
    come up among the entries' in the same order. (Not in rising order: a clock may be set back, and a demo's is.)
    """
    times = iter(entry_times)
    present = next(times, None)
    wrong: list[str] = []
    last_seq: int | None = None
    for seq, known_at in changes:
        if seq == last_seq:
            wrong.append(f"Change {seq} is there twice.")
        last_seq = seq
        while present is not None and present != known_at:
            present = next(times, None)
        if present is None:
            wrong.append(f"Change {seq} belongs to no command at its place in the feed.")
            break  # whatever follows has lost its place too
    return wrong
