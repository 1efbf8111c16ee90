"""What went over a connection, written down step by step: so that a file goes out once, and is fetched once."""

from __future__ import annotations

from datetime import timedelta

from practice.access.permissions import Permission
from practice.clock import stored
from practice.store.record import command
from practice.store.work import Row, Work

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Between a look that went wrong and the next."""

_FILES = {"claims": "claim_files", "covers": "eligibility_files"}


@command(Permission.OPERATE)
def note_sending(
    work: Work, *, file_sent_id: str, connection_id: str, remote_name: str, size_bytes: int, digest: str
) -> Row:
    """A file of ours is being written there, under a passing name. Answers {state, remote_name}."""
    row = work.find("files_sent", file_sent_id)
    said = {"connection_id": connection_id, "remote_name": remote_name, "size_bytes": size_bytes, "digest": digest}
    if row is None:
        row = {"file_sent_id": file_sent_id, "state": "writing", "sent_at": None, "known_at": stored(work.now)} | said
        work.insert("files_sent", row)
    elif row["state"] == "writing" and any(row[name] != value for name, value in said.items()):
        row = work.update("files_sent", file_sent_id, **said, known_at=stored(work.now))
    return {"state": row["state"], "remote_name": row["remote_name"]}


@command(Permission.OPERATE)
def note_naming(work: Work, *, file_sent_id: str) -> Row:
    """It is whole there, and gets its name next. From here on it is never written again."""
    work.update("files_sent", file_sent_id, state="naming", known_at=stored(work.now))
    return {"file_sent_id": file_sent_id}


@command(Permission.OPERATE)
def note_sent(work: Work, *, file_sent_id: str) -> Row:
    """It lies there under its name."""
    now = stored(work.now)
    work.update("files_sent", file_sent_id, state="sent", sent_at=now, known_at=now)
    kind, _, key = file_sent_id.partition(":")
    work.update(_FILES[kind], key, dropped_at=now)
    return {"file_sent_id": file_sent_id}


@command(Permission.OPERATE)
def note_fetched(
    work: Work, *, connection_id: str, remote_name: str, size_bytes: int, digest: str, modified_seconds: int,
    local_name: str,
) -> Row:  # fmt: skip
    """A file from there lies in the folder of payers' files. Answers {file_fetched_id}."""
    row = {
        "file_fetched_id": work.new_id(), "connection_id": connection_id, "remote_name": remote_name,
        "size_bytes": size_bytes, "digest": digest, "modified_seconds": modified_seconds, "local_name": local_name,
        "known_at": stored(work.now),
    }  # fmt: skip
    work.insert("files_fetched", row)
    return {"file_fetched_id": row["file_fetched_id"]}


@command(Permission.OPERATE)
def note_seen_again(work: Work, *, file_fetched_id: str, modified_seconds: int) -> Row:
    """The same file, byte by byte, lies there with another time."""
    work.update("files_fetched", file_fetched_id, modified_seconds=modified_seconds)
    return {"file_fetched_id": file_fetched_id}


@command(Permission.OPERATE)
def note_trouble(work: Work, *, connection_id: str, code: str, is_final: bool) -> Row:
    """A look went wrong. It is tried again after a while, unless a person has to do something first."""
    row, now = work.get("payer_connections", connection_id, "connection"), stored(work.now)
    tries = row["tries"] + 1
    since = row["trouble_since"] if row["trouble"] else now
    next_try_at = None if is_final else now + WAITS[min(tries, len(WAITS)) - 1]
    said = {"trouble": code, "trouble_since": since, "tries": tries, "next_try_at": next_try_at}
    work.update("payer_connections", connection_id, **said)
    return {"next_try_at": next_try_at}


@command(Permission.OPERATE)
def note_well(work: Work, *, connection_id: str) -> Row:
    """A look went well."""
    well = {"trouble": None, "trouble_since": None, "tries": 0, "next_try_at": None}
    work.update("payer_connections", connection_id, **well)
    return {"connection_id": connection_id}
