"""Histories of a practice's money that chance made, landed beside each other: what the money laws end with, as the feed
tells it.

Each is a practice of its own: its ids have a prefix, so that many stand in one warehouse and one build serves them all.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.ids import seeded_ids
from practice.store.record import Record
from practice.store.tables import TABLES
from tests.conftest import INSERT
from tests.furniture import furniture
from tests.practice.billing.test_money_laws import WholePractice

Row = dict[str, Any]
LAST = date(2026, 6, 28)
LEFT_OUT = ("settings", "users")
"""One of each is enough for all of them."""
NAMED = ("control_number", "original_id", "original_start_id", "live_key", "held_id")


OTHERS = ("hand_out_papers", "close_the_books", "open_the_books")
"""Rules that move no money."""


def land_histories(landing: Any, count: int, steps: int) -> dict[str, dict[str, Row]]:
    """Land so many of them at `law1-loc-elm`, `law2-loc-elm`, …; answers table → key → row, as the record left them."""
    left: dict[str, dict[str, Row]] = {}
    for number, changes in enumerate(_histories(count, steps), 1):
        for change in changes:
            table = change["table_name"]
            if table in LEFT_OUT or not TABLES[table].fed:
                continue
            row = {name: _prefixed(f"law{number}-", name, value) for name, value in json.loads(change["row"]).items()}
            landing.record(table, row, op=change["op"])
            left.setdefault(table, {})[row[TABLES[table].key]] = row
    return left


def _histories(count: int, steps: int) -> list[list[Row]]:
    """What the feeds of so many practices say, each after so many steps that chance chose; always the same ones."""
    told: list[list[Row]] = []
    rules = [one for one in WholePractice.setup_state().rules if one.function.__name__ not in OTHERS]
    with tempfile.TemporaryDirectory() as folder:
        furnished = Path(folder) / "record.duckdb"
        record = Record(furnished, clock=lambda: datetime(2026, 3, 2, 14, tzinfo=UTC), ids=seeded_ids(1))
        record.run(INSERT, SYSTEM, rows=furniture())
        record.close()

        @seed(11)
        @settings(
            max_examples=count + 1, phases=[Phase.generate], database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(st.data())
        def live(data: st.DataObject) -> None:
            practice = WholePractice(furnished)
            practice.a_morning_at_the_desk(more=[150_00, 300_00, 110_00])
            for _ in range(steps):
                chosen = data.draw(st.sampled_from(rules))
                if practice.now.date() < LAST - timedelta(45):
                    getattr(practice, chosen.function.__name__)(**{
                        name: data.draw(strategy) for name, strategy in chosen.arguments.items()
                    })  # fmt: skip
            with practice.record.read() as reader:
                told.append(reader.rows('select table_name, op, "row" from changes order by seq'))
            practice.teardown()

        live()
    return told[1:]  # the first is the simplest that there is: the same rule over and over


def _prefixed(prefix: str, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name.endswith("party"):
        kind, _, key = value.partition(":")
        return f"{kind}:{prefix}{key}"
    return prefix + value if name.endswith("_id") or name in NAMED else value
