"""What becomes of a series' own row when a part of it changes: it goes on in it, or ends where another begins."""

from __future__ import annotations

from datetime import datetime

from practice.clock import stored
from practice.scheduling.series import queries
from practice.scheduling.series.reach import WHY, Reach
from practice.scheduling.series.rules import Rule, written
from practice.scheduling.series.wishes import exception
from practice.store.work import Row, Work


def go_on(work: Work, reach: Reach, after: Row, rule: Rule, walls: list[datetime]) -> None:
    """Write the series as it goes on with `walls`, one for each date from the first changed one: in its own row if
    nothing stands before, else as a new series that was split from it."""
    old = reach.series
    goes_to = dict(zip(reach.walls[reach.first :], walls, strict=True))
    row = after | {
        "rule": written(rule, old["zone"]),
        "wall_start": walls[0],
        "first_date": walls[0].date(),
        "last_date": walls[-1].date(),
        "occurrence_count": len(reach.touched),
        "known_at": stored(work.now),
    }
    if reach.has_before:
        fresh = {"split_from_id": old["series_id"], "renewed_from_id": None, "created_at": stored(work.now)}
        work.insert("series", row | fresh | {"status": "active"})
        _end_before(work, reach, "split")
    else:
        changed = {name: value for name, value in row.items() if name != "series_id"}
        work.update("series", old["series_id"], **changed)
    for one in queries.exceptions_of(work, old["series_id"]):
        if one["original_start"] in goes_to:
            keys = {"series_id": row["series_id"], "original_start": goes_to[one["original_start"]]}
            work.update("series_exceptions", one["series_exception_id"], **keys, known_at=stored(work.now))
    known = {one["original_start"] for one in queries.exceptions_of(work, old["series_id"])}
    live = {one["original_start"] for one in reach.touched}
    for left, why in reach.left:
        at = left["original_start"]
        if at in goes_to and at not in known | live:
            known.add(at)
            work.insert(
                "series_exceptions",
                exception(
                    work, row["series_id"], goes_to[at], "skipped", f"left alone: {WHY[why]}", left["appointment_id"]
                ),
            )


def end_series(work: Work, reach: Reach) -> None:
    """The rest was cancelled: the series ends before it, or is cancelled altogether."""
    if reach.has_before:
        _end_before(work, reach, "ended")
    else:
        work.update("series", reach.series["series_id"], status="cancelled", known_at=stored(work.now))


def _end_before(work: Work, reach: Reach, status: str) -> None:
    """The series has the dates before the first changed one, and those that were left alone."""
    before = reach.walls[: reach.first]
    gone = {row["appointment_id"] for row in reach.touched}
    stays = [row for row in queries.occurrences(work, reach.series["series_id"]) if row["appointment_id"] not in gone]
    work.update(
        "series",
        reach.series["series_id"],
        rule=written(reach.rule.ending(len(before)), reach.series["zone"]),
        last_date=max([before[-1].date(), *(row["start_date"] for row in stays)]),
        occurrence_count=len(stays),
        status=status,
        known_at=stored(work.now),
    )
