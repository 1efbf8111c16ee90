"""The published build: the pointer that readers follow, the status of the last attempt, and which builds are kept."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.landing import write_json
from practice.home import Home

BUILDS_KEPT = 3
SPARE_BYTES = 64 * 1024 * 1024
"""What stays free beside the file that a build makes, its log included: the record stops writing below 16 MB."""


@dataclass(frozen=True)
class Published:
    """The build that readers see. Instants are naive UTC; `path` is absolute.

    `project` is the fingerprint of the dbt project that made it, `import_batches` the imports that are in it. `zone`
    and `currency` were the practice's; a pointer from before they were noted has '', and no build adds to that one.
    """

    build_id: str
    path: Path
    built_at: datetime
    feed_seq: int
    known_at: datetime
    today: str
    project: str = ""
    import_batches: frozenset[str] = field(default=frozenset())
    zone: str = ""
    currency: str = ""


def published(home: Home) -> Published | None:
    """The published build; None before the first one, and where the pointer or its file is lost: then build anew."""
    content = _json(home.pointer)
    if not content or not (home.path / content["path"]).exists():
        return None
    return Published(
        content["build_id"],
        home.path / content["path"],
        datetime.fromisoformat(content["built_at"]),
        int(content["feed_seq"]),
        datetime.fromisoformat(content["known_at"]),
        content["today"],
        content.get("project", ""),
        frozenset(content.get("import_batches", ())),
        content.get("zone", ""),
        content.get("currency", ""),
    )


def status(home: Home) -> dict[str, Any]:
    """The last attempt to build: status ('published' or 'refused'), build_id, at, feed_seq, failed, warnings, held.

    Empty before the first attempt. A refused attempt leaves the published build as it was.
    """
    return _json(home.build_status) or {}


def note_attempt(home: Home, content: dict[str, Any]) -> None:
    """Write what became of an attempt, for every page to show."""
    write_json(home.build_status, content)


def publish(home: Home, build: Published) -> None:
    """Move the closed candidate to its place, swap the pointer, and drop builds that nobody needs.

    A reader that has an older build open keeps it: its file goes, its open handle stays good.
    """
    build.path.parent.mkdir(parents=True, exist_ok=True)
    with home.candidate.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(home.candidate, build.path)
    write_json(
        home.pointer,
        {
            "build_id": build.build_id,
            "path": str(build.path.relative_to(home.path)),  # so that the data directory can be moved or restored
            "built_at": build.built_at.isoformat(),
            "feed_seq": build.feed_seq,
            "known_at": build.known_at.isoformat(),
            "today": build.today,
            "project": build.project,
            "import_batches": sorted(build.import_batches),
            "zone": build.zone,
            "currency": build.currency,
        },
    )
    _drop_old(home, build.build_id)


def copy_to_candidate(home: Home, build: Published) -> None:
    """Put a copy of the build where the next one is made. Where the file system can, the copy shares its blocks."""
    with build.path.open("rb") as source, home.candidate.open("wb") as target:
        if not hasattr(os, "copy_file_range"):
            shutil.copyfileobj(source, target, 16 * 1024 * 1024)
            return
        left = os.fstat(source.fileno()).st_size
        while left > 0 and (done := os.copy_file_range(source.fileno(), target.fileno(), left)):
            left -= done


def drop_candidate(home: Home) -> None:
    """Remove what an attempt left under construction."""
    for stale in (home.candidate, home.candidate.with_name(home.candidate.name + ".wal")):
        stale.unlink(missing_ok=True)


def lack_of_space(home: Home, last: Published | None) -> list[str]:
    """A sentence if a candidate may not fit: a full disk would stop the record itself, which matters more."""
    size = last.path.stat().st_size if last else sum(f.stat().st_size for f in home.landing.rglob("*.parquet"))
    needed, free = 2 * size + SPARE_BYTES, shutil.disk_usage(home.path).free
    if free >= needed:
        return []
    return [f"A build needs about {needed >> 20:,} MB and the disk has {free >> 20:,} MB left; free some space."]


def _drop_old(home: Home, current: str) -> None:
    others = sorted((folder for folder in home.builds.iterdir() if folder.name != current), reverse=True)
    for folder in others[BUILDS_KEPT - 1 :]:
        shutil.rmtree(folder)


def _json(path: Path) -> dict[str, Any] | None:
    """What the file says; None if it is not there or not readable, which the next attempt mends."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return None
