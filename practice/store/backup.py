"""Backup while the practice is in use, and restore.

The record's file is copied as it stands, with writers waiting: `EXPORT DATABASE` and `COPY FROM DATABASE` both drop the
triggers that keep history append-only (tried on DuckDB 2.0.0).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from practice.errors import Conflict, StorageTrouble
from practice.home import Home
from practice.store.manifest import (
    FORMAT,
    MANIFEST,
    RECORD,
    check_files,
    check_history,
    contents,
    files_of,
    read_manifest,
    write_text,
)
from practice.store.record import Record

# What is copied beside the record: landing is the history that as-of reads, quality the results of past checks.
_FOLDERS = ("landing", "quality")
# What a restore takes out of the way: everything that was made from the record that goes.
_DERIVED = (
    RECORD,
    f"{RECORD}.wal",
    "landing",
    "quality",
    "builds",
    "candidate",
    "published.json",
    "build_status.json",
)
_PASSING = (".part", ".partial", ".tmp", ".lock")


def backup(record: Record, home: Home, destination: Path) -> dict[str, Any]:
    """Copy the practice to the new folder `destination`, which appears whole or not at all. Returns the manifest
    with its `path`.

    Commands wait while the record's file is copied; reads go on.
    """
    if destination.exists():
        raise Conflict(f"{destination} exists already; name a new folder for the backup.", rule="backup_exists")
    partial = destination.with_name(destination.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a backup that was cut off
    try:
        partial.mkdir(parents=True, mode=0o700)
        # Landing first: what it holds must not be newer than the record, or a restored record would number anew
        # what landing already has.
        for folder in _FOLDERS:
            _copy_tree(home.path / folder, partial / folder)
        with record.standing_still() as reader:
            at = reader.now
            _copy_in_use(record.path, partial / RECORD)
        manifest = {"format": FORMAT, "at": at.isoformat(), **contents(partial / RECORD), "files": files_of(partial)}
        write_text(partial / MANIFEST, json.dumps(manifest, indent=1))
        os.replace(partial, destination)
    except OSError as error:
        raise StorageTrouble(
            f"The backup could not be written ({error.strerror or 'the copy failed'}); nothing of it was kept."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest | {"path": str(destination)}


def restore(source: Path, home: Home, *, force: bool = False) -> dict[str, Any]:
    """Put the backup in place of the practice, after its checksums and its audit chain have been verified.

    A practice that is there is replaced only with `force`, and kept in `before-restore-<time>` beside what comes.
    What was computed from it goes with it: build the warehouse anew. Returns the manifest, with `set_aside`.
    """
    manifest = read_manifest(source)
    if home.exists():
        if not force:
            raise Conflict(
                f"There is a practice in {home.path} already; restore with --force to replace it (it is kept aside).",
                rule="practice_exists",
            )
        _check_unused(home.record)
    check_files(source, manifest)
    home.create()
    staging = home.path / "restoring.partial"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        for name in manifest["files"]:
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, staging / name)
        check_history(staging / RECORD, manifest)
        set_aside = _set_aside(home)
        # The record comes last: until it is there, no practice exists here and the restore can be run again.
        for name in (*_FOLDERS, RECORD):
            if (staging / name).exists():
                os.replace(staging / name, home.path / name)
    except OSError as error:
        raise StorageTrouble(f"The backup could not be restored ({error.strerror}); free some space first.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    home.create()
    return manifest | {"set_aside": str(set_aside) if set_aside else None}


def _copy_in_use(file: Path, target: Path) -> None:
    """Copy the open record (and its log, if the checkpoint left one) in a process of its own.

    POSIX drops all of a process's locks on a file as soon as it closes any handle to it: a copy made here would let
    another process open the record beside us.
    """
    script = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
    for suffix in ("", ".wal"):
        if suffix and not Path(f"{file}{suffix}").exists():
            continue
        paths = [f"{file}{suffix}", f"{target}{suffix}"]
        done = subprocess.run([sys.executable, "-I", "-S", "-c", script, *paths], capture_output=True, check=False)
        if done.returncode:
            raise OSError(done.returncode, "the record's file could not be copied")


def _copy_tree(folder: Path, target: Path) -> None:
    """Copy a folder that others may be writing to: batches' manifests first, so that what they name is there too."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_PASSING)]
    for path in sorted(found, key=lambda path: (path.suffix != ".json", str(path))):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, copy)
        except FileNotFoundError:
            continue  # swept away meanwhile, so no manifest names it


def _check_unused(file: Path) -> None:
    """Refuse if a process has the record open. One that cannot be opened at all may well be why somebody restores."""
    try:
        duckdb.connect(str(file), read_only=True).close()
    except duckdb.ConnectionException:
        is_used = True  # open in this very process
    except duckdb.Error as error:
        is_used = "lock" in str(error).lower()
    else:
        is_used = False
    if is_used:
        raise Conflict("This practice is in use; stop Daybook before you restore.", rule="record_in_use")


def _set_aside(home: Home) -> Path | None:
    """Move the present practice into a folder of its own. Returns it, or None if there was nothing."""
    present = [home.path / name for name in _DERIVED if (home.path / name).exists()]
    if not home.exists() and not any(path.is_file() or any(path.iterdir()) for path in present):
        return None
    aside = home.path / f"before-restore-{datetime.now().astimezone():%Y%m%dT%H%M%S%f}"
    aside.mkdir(mode=0o700)
    for path in present:
        os.replace(path, aside / path.name)
    return aside
