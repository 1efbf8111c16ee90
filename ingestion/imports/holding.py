"""A batch that fails its own checks is held back alone: moved out of the warehouse's sight, kept, and named."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.imports.shapes import ENTITIES, empty
from ingestion.landing import EMPTY, MANIFESTS, engine, manifests, sweep, write_json, write_parquet
from practice.home import Home

HELD = "_held"


def tidy_imports(home: Home) -> None:
    """Remove what a crash left behind, and make the empty files that stand for imports when there are none."""
    for folder in (home.landing / "imports").glob("*"):
        sweep(folder)
    # A shape that gained a column must show it in every reader, so the empty file follows the shape.
    stale = [entity for entity in ENTITIES if _names_in(_empty_file(home, entity)) != list(ENTITIES[entity])]
    if stale:
        with closing(engine(home.landing)) as connection:
            for entity in stale:
                write_parquet(connection, empty(entity), _empty_file(home, entity))


def _names_in(file: Path) -> list[str]:
    return pq.read_schema(file).names if file.exists() else []


def _empty_file(home: Home, entity: str) -> Path:
    return home.landing / "imports" / "_none" / entity / EMPTY


def landed_batches(home: Home) -> list[dict[str, Any]]:
    """The manifests of every import batch that the warehouse reads, oldest first within each source."""
    return [batch for batch in all_batches(home) if batch["status"] == "landed"]


def all_batches(home: Home) -> list[dict[str, Any]]:
    """The manifests of every import batch, held ones too."""
    folders = sorted(path for path in (home.landing / "imports").glob("*") if (path / MANIFESTS).is_dir())
    return [manifest for folder in folders for manifest in manifests(folder)]


def hold_batch(home: Home, source: str, batch_id: str, reasons: list[str]) -> None:
    """Take a batch out of the warehouse's sight and note why. Importing a mended file later starts afresh."""
    folder = home.landing / "imports" / source
    manifest = next(entry for entry in manifests(folder) if entry["batch_id"] == batch_id)
    held = {f"{HELD}/{name}": digest for name, digest in manifest["files"].items()}
    for name in manifest["files"]:
        target = folder / HELD / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target)
    # The manifest decides: the originals are strays from here on, also after a crash.
    write_json(
        folder / MANIFESTS / f"{batch_id}.json", manifest | {"status": "held", "held_for": reasons, "files": held}
    )
    sweep(folder)
