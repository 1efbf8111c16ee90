"""What we knew on an earlier day: a warehouse built from the landed changes up to the end of that day.

Landing is the history. The same models over less of it answer "March as we saw it on 5 April", with no second
definition of anything. Such a build is for asking, never published, and kept until the record or the models change.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

from ingestion.contracts import CONTRACTS
from ingestion.imports.holding import tidy_imports
from ingestion.imports.shapes import ENTITIES
from ingestion.landing import engine, quoted, write_parquet
from ingestion.lock import build_lock
from ingestion.record_feed import landed_settings
from orchestration import dbt_build
from orchestration.builds import Published, publish, published
from practice.clock import stored, system_clock, to_instant
from practice.errors import Refusal
from practice.home import Home


def warehouse_as_of(home: Home, day: date, *, log: Callable[[str], None] = print) -> Home:
    """A scratch data directory whose published build knows what was known at the end of `day` (practice's zone).

    Rows that changed later show their state of then where the feed has it; a day after the published one is refused.
    """
    now = published(home)
    if now is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    if day > date.fromisoformat(now.today):
        raise Refusal(f"Nobody knows {day} yet; the numbers stand at {now.today}.", field="as_of")
    scratch = Home(home.path / "as_of" / day.isoformat())
    made = published(scratch)
    if made and (made.feed_seq, made.project) == (now.feed_seq, dbt_build.project_fingerprint()):
        return scratch
    log(f"building the numbers as they were known on {day} …")
    with build_lock(home, "an as-of build", wait_seconds=120):
        shutil.rmtree(scratch.path, ignore_errors=True)
        scratch.create()
        tidy_imports(home)  # a home of an earlier version may lack what this one reads
        settings = landed_settings(home)
        zone = str(settings.get("zone", "UTC"))
        until = stored(to_instant(datetime.combine(day + timedelta(1), time()), zone)) - timedelta(microseconds=1)
        _copy_what_was_known(home.landing, scratch.landing, until)
        build_id = f"{system_clock():%Y%m%dT%H%M%S%f}"
        inputs = dbt_build.BuildInputs(
            build_id,
            day.isoformat(),
            until.isoformat(" ", "seconds"),
            zone,
            str(settings.get("currency", "USD")),
            now.feed_seq,
        )
        # Its gates were the published build's: what was not known yet is missing here by intention.
        built = dbt_build.build(scratch, inputs, full=True, log=_silent, is_tested=False)
        broken = [result.in_words() for result in built.results if not result.success]
        if broken:
            raise Refusal("The numbers of that day could not be built: " + " ".join(broken[:3]))
        publish(
            scratch,
            Published(
                build_id,
                scratch.builds / build_id / "warehouse.duckdb",
                stored(system_clock()),
                now.feed_seq,
                until,
                day.isoformat(),
                dbt_build.project_fingerprint(),
            ),
        )
    shutil.rmtree(scratch.landing)
    return scratch


def _copy_what_was_known(landing: Path, target: Path, until: datetime) -> None:
    connection = engine(target)
    moment = f"timestamp '{until.isoformat(' ')}'"
    for table in CONTRACTS:
        files = quoted(landing / "record" / table / "*.parquet")
        query = f"select * from read_parquet({files}, union_by_name = true) where _known_at <= {moment}"
        write_parquet(connection, query, target / "record" / table / "known.parquet")
    for entity in ENTITIES:
        files = quoted(landing / "imports" / "*" / entity / "*.parquet")
        when = f"where known_at <= {moment}" if entity != "rows" else ""
        query = f"select * from read_parquet({files}, union_by_name = true) {when}"
        write_parquet(connection, query, target / "imports" / "_known" / entity / "known.parquet")
    connection.close()


def _silent(text: str) -> None:
    del text
