"""A backup's manifest: what it states about the files and the record, and whether that is so."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import duckdb

from practice.audit.verify import verify
from practice.clock import system_clock
from practice.errors import Refusal
from practice.store.work import Reader

MANIFEST = "manifest.json"
FORMAT = 1
RECORD = "record.duckdb"


def contents(file: Path) -> dict[str, Any]:
    """What the copied record holds. Opening it also folds its log into it."""
    connection = duckdb.connect(str(file))
    try:
        reader = Reader(connection, system_clock())
        return _facts(reader)
    finally:
        connection.close()


def _facts(reader: Reader) -> dict[str, Any]:
    head = reader.one("select seq, hash from audit_entries order by seq desc limit 1") or {"seq": 0, "hash": ""}
    tables = [row["table_name"] for row in reader.rows("select table_name from duckdb_tables() order by table_name")]
    return {
        "schema_version": reader.value("select max(number) from schema_migrations"),
        "audit_seq": head["seq"],
        "audit_hash": head["hash"],
        "feed_seq": reader.value("select coalesce(max(seq), 0) from changes"),
        "counts": {table: reader.value(f'select count(*) from "{table}"') for table in tables},
    }


def files_of(folder: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every file below the folder, each of them flushed to the disk."""
    return {
        str(path.relative_to(folder)): _sha256(path, is_flushed=True)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sha256(path: Path, *, is_flushed: bool = False) -> str:
    with path.open("rb") as file:
        if is_flushed:
            os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write the text and flush it to the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of a backup's folder. Refuses a folder that is none."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        names = list(manifest["files"])
        is_ours = manifest["format"] == FORMAT and RECORD in names
    except (OSError, ValueError, KeyError, TypeError):
        is_ours, names = False, []
    if not is_ours:
        raise Refusal(f"{source} is not a backup of Daybook; name the folder that `daybook backup` made.")
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names):
        raise _damaged("its list of files leads out of it")
    return manifest


def check_files(source: Path, manifest: dict[str, Any]) -> None:
    """Refuse unless the folder holds just the files that the manifest names, each as it was written."""
    there = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()} - {MANIFEST}
    listed = manifest["files"]
    if there - set(listed):
        raise _damaged(f"it holds a file that its manifest does not name, {min(there - set(listed))}")
    if set(listed) - there:
        raise _damaged(f"{min(set(listed) - there)} is missing")
    for name, expected in sorted(listed.items()):
        if _sha256(source / name) != expected:
            raise _damaged(f"{name} is not as it was written")


def check_history(file: Path, manifest: dict[str, Any]) -> None:
    """The record's contents are those that the manifest states, and its audit chain is whole up to that head."""
    try:
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        raise _damaged("its record cannot be opened") from error
    try:
        reader = Reader(connection, system_clock())
        facts = _facts(reader)
        wrong = [name for name in facts if facts[name] != manifest.get(name)]
        if wrong:
            raise _damaged(f"its record and its manifest disagree on {', '.join(sorted(wrong))}")
        found = verify(reader, {facts["audit_seq"]: facts["audit_hash"]})
        if found:
            raise _damaged(f"its audit trail is not whole: {found[0]}")
    finally:
        connection.close()


def _damaged(what: str) -> Refusal:
    return Refusal(f"This backup is damaged: {what}; use another one.", rule="backup_damaged")
