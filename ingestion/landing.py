"""The landing folder: append-only parquet, where a batch exists once its manifest does.

Order of every batch: files (temporary name, then renamed), then the manifest. A crash in between leaves files that no
manifest names; `sweep` removes them, so whatever a glob finds afterwards is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from practice.errors import Refusal

EMPTY = "_empty.parquet"
MANIFESTS = "_batches"


def engine(folder: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that spills into the landing folder; UTC, and no wish to reach the network."""
    spill = folder / "_spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"temp_directory": str(spill), "autoinstall_known_extensions": "false", "TimeZone": "UTC"}
    )
    connection.execute("set memory_limit = '2GB'")
    return connection


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> int:
    """Write the query's rows to `target`, which appears whole or not at all. Returns the number of rows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    (rows,) = connection.execute(f"copy ({query}) to {quoted(part)} (format parquet, compression zstd)").fetchone() or (
        0,
    )
    os.replace(part, target)
    return int(rows)


def write_json(target: Path, content: dict[str, Any]) -> None:
    """Write JSON so that `target` appears whole or not at all, and survives a power cut."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1, default=_plain)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)


def manifests(folder: Path) -> list[dict[str, Any]]:
    """The manifests of a source's folder, oldest batch first. Refuses a damaged one: nobody knows what it named."""
    return [_manifest(path) for path in sorted((folder / MANIFESTS).glob("*.json"))]


def _manifest(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        raise Refusal(
            f"The manifest {path.name} of the landing folder is damaged; bring that file back from a backup.",
            rule="landing_damaged",
        ) from None


def commit(folder: Path, manifest: dict[str, Any], files: Iterable[Path]) -> None:
    """Make the batch exist: its manifest names the files with their SHA-256."""
    named = {str(file.relative_to(folder)): sha256_of(file) for file in files}
    write_json(folder / MANIFESTS / f"{manifest['batch_id']}.json", manifest | {"files": named})


def sweep(folder: Path) -> list[Path]:
    """Remove what no manifest names (a crash before the commit), or what a merged batch replaced. Returns the files."""
    replaced = {batch_id for manifest in manifests(folder) for batch_id in manifest.get("replaces", ())}
    for batch_id in replaced:
        (folder / MANIFESTS / f"{batch_id}.json").unlink(missing_ok=True)
    known = {str(name) for manifest in manifests(folder) for name in manifest["files"]}
    stray = [
        path
        for path in folder.glob("*/*")
        if path.name.endswith((".parquet", ".part"))
        and path.name != EMPTY
        and str(path.relative_to(folder)) not in known
    ]
    for path in stray:
        path.unlink()
    return stray


def damaged_files(folder: Path) -> list[str]:
    """Files of the folder's batches that are missing or not what their manifest says."""
    return [
        name
        for manifest in manifests(folder)
        for name, digest in manifest["files"].items()
        if not (folder / name).exists() or sha256_of(folder / name) != digest
    ]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def quoted(value: object) -> str:
    """A value as an SQL text literal, for the places where DuckDB takes no parameter."""
    return "'" + str(value).replace("'", "''") + "'"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    raise TypeError(f"{type(value).__name__} does not go into a manifest")
