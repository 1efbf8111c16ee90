"""Files in from a payer's server: whole ones, each once, into the folder of payers' files."""

from __future__ import annotations

import hashlib
import time

from practice.access.permissions import SYSTEM
from practice.home import Home
from practice.insurance import connection_queries as queries
from practice.insurance import exchanged
from practice.insurance.connections import is_wanted
from practice.insurance.drop_trouble import DropTrouble
from practice.insurance.folders import bring
from practice.insurance.sftp import Drop, RemoteFile
from practice.store.record import Record
from practice.store.work import Row

STILL_SECONDS = 45
"""A file without an end that we know is taken once it has not changed for so long."""

ENDED = ("lost", "no_answer")
"""After these there is nobody to talk to any more."""

_seen: dict[tuple[str, str], tuple[RemoteFile, float]] = {}


def fetch(record: Record, home: Home, drop: Drop, row: Row, names: list[str]) -> None:
    """Bring in what is new, and add its `names`. A file that cannot be read or moved holds up no other."""
    first: DropTrouble | None = None
    with record.read() as reader:
        known = queries.fetched(reader, row["connection_id"])
    for file in drop.list_folder(row["in_folder"]):
        if not is_wanted(file.name, row["in_names"]):
            continue
        try:
            before = next((one for one in known.get(file.name, ()) if _is_same(one, file)), None)
            one = before or _fetch_one(record, home, drop, row, file, known.get(file.name, []), names)
            if one and row["done_folder"]:
                _move_there(drop, row, file)
        except DropTrouble as trouble:
            if trouble.code in ENDED:
                raise
            first = first or trouble
    if first:
        raise first


def _fetch_one(
    record: Record, home: Home, drop: Drop, row: Row, file: RemoteFile, known: list[Row], names: list[str]
) -> Row | None:  # fmt: skip
    """The file as it is written down now; None while it is still being written there."""
    path = path_of(row["in_folder"], file.name)
    content = drop.read(path)
    if len(content) != file.size or drop.look(path) != file or not _is_whole(row["connection_id"], file, content):
        return None
    digest = hashlib.sha256(content).hexdigest()
    for one in known:
        if (one["size_bytes"], one["digest"]) == (file.size, digest):
            record.run(
                exchanged.note_seen_again, SYSTEM, file_fetched_id=one["file_fetched_id"],
                modified_seconds=file.modified,
            )  # fmt: skip
            return one
    try:
        local = bring(home.remittances_in, file.name, content)
    except OSError:
        raise DropTrouble("no_space_here") from None
    said: Row = {"size_bytes": file.size, "digest": digest, "modified_seconds": file.modified, "local_name": local.name}
    noted: Row = record.run(
        exchanged.note_fetched, SYSTEM, connection_id=row["connection_id"], remote_name=file.name, **said
    )
    names.append(local.name)
    return noted | said


def _is_whole(connection_id: str, file: RemoteFile, content: bytes) -> bool:
    """X12 says where it ends; anything else has to stand still for a while."""
    if b"IEA" in content[-200:]:
        return True
    key, now = (connection_id, file.name), _seconds()
    before, since = _seen.get(key, (None, now))
    if before != file:
        _seen[key] = (file, now)
        return False
    return now - since >= STILL_SECONDS


def _move_there(drop: Drop, row: Row, file: RemoteFile) -> None:
    path, to = path_of(row["in_folder"], file.name), path_of(row["done_folder"], file.name)
    if drop.look(path) != file:
        return  # somebody writes to it again: looked at the next time
    drop.rename(path, f"{to}-{file.modified}" if drop.look(to) else to)


def _is_same(one: Row, file: RemoteFile) -> bool:
    return (one["size_bytes"], one["modified_seconds"]) == (file.size, file.modified)


def path_of(folder: str, name: str) -> str:
    """A file in a folder there."""
    return f"{folder.rstrip('/')}/{name}"


_seconds = time.monotonic
