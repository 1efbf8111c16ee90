"""A warehouse that grew change by change is the one that is built anew: a practice's life in random order, refreshed now and then."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest

from ingestion.feed_sources import InProcess
from orchestration.builds import published
from orchestration.refresh import refresh
from practice.home import Home
from tests.orchestration.practice_life import Life

pytestmark = [pytest.mark.warehouse, pytest.mark.timeout(600)]


def contents(home):
    """Every row of every table and view, in order: all but what a build says of itself."""
    with closing(duckdb.connect(str(published(home).path), read_only=True)) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('marts', 'intermediate') and table_name not in ('int_build', 'quality_results')"
        ).fetchall()
        return {name: connection.execute(f"select * from {name} order by all").fetchall() for (name,) in names}


def live(tmp_path, record, clock, house, *, seed, refreshes, between):
    """Lives on, refreshing now and then; then everything is built anew and must be the same."""
    home = Home(tmp_path / "home")
    home.create()
    life = Life(record, clock, house, seed)
    life.happen(2 * between)

    def build(**how):
        built = refresh(home, InProcess(record), log=lambda _: None, clock=clock, **how)
        assert (built.status, built.failed) == ("published", ())
        return built

    assert "copy" not in build().seconds
    for _ in range(refreshes):
        life.happen(between)
        assert "copy" in build().seconds  # it was added to the build before
        grown = contents(home)
    build(full=True)
    anew = contents(home)
    assert set(grown) == set(anew)
    differing = {name: (set(grown[name]) ^ set(anew[name])) for name in anew if grown[name] != anew[name]}
    assert {name: sorted(rows, key=str)[:4] for name, rows in differing.items()} == {}
    return life, anew


def test_what_grew_in_steps_is_what_is_built_anew(tmp_path, record, clock, house):
    life, anew = live(tmp_path, record, clock, house, seed=4, refreshes=2, between=110)
    assert set(life.done) == {happening.__name__ for happening in life.happenings}  # each has happened
    assert anew["marts.ar_daily"]
    assert len({row[0] for row in anew["intermediate.int_billing__aging_daily"]}) > 10


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(6))
def test_what_grew_in_many_steps_is_what_is_built_anew(tmp_path, record, clock, house, seed):
    live(tmp_path, record, clock, house, seed=seed, refreshes=12, between=40)
