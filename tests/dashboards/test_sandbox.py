"""SQL that a person types can read the published marts, and nothing else of the machine."""

from __future__ import annotations

import time

import pytest

from dashboards.sandbox import ask, run_sql
from dashboards.warehouse import Warehouse
from practice.errors import Refusal
from practice.home import Home
from tests.dashboards.published import publish


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The path of a published file."""
    home = Home(tmp_path_factory.mktemp("sandbox"))
    home.create()
    publish(home)
    return Warehouse(home).published().path


def test_a_query_answers_with_and_without_the_schema(warehouse):
    answer = run_sql(warehouse, "select outcome, count(*) as visits from fct_appointments group by 1 order by 1")
    assert answer.to_pylist() == [{"outcome": "completed", "visits": 2}, {"outcome": "no_show", "visits": 1}]
    assert ask(warehouse, "from marts.fct_appointments", 10).num_rows == 3


@pytest.mark.parametrize(
    "query",
    ["describe marts.metric_daily", "show tables", "summarize metric_daily", "explain select 1", "values (1), (2)",
     "pivot fct_appointments on outcome using count(*)", "select * from ar_as_of(date '2026-03-01')"],
)  # fmt: skip
def test_what_analysts_ask_is_answered(warehouse, query):
    assert ask(warehouse, query, 10).num_rows > 0


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')", "from '/etc/passwd'",
        "select * from glob('/*')", "attach '/tmp/other.duckdb' as other", "attach ':memory:' as other",
        "copy metric_daily to '/tmp/daybook-leak.csv'", "export database '/tmp/daybook-leak'", "install httpfs",
        "load httpfs", "select * from read_parquet('https://data.example/x.parquet')", "set enable_external_access = true",
        "set memory_limit = '100GB'", "pragma enable_profiling", "call enable_logging()",
    ],
)  # fmt: skip
def test_the_machine_stays_closed(warehouse, query):
    with pytest.raises(Refusal):
        ask(warehouse, query, 10)


@pytest.mark.parametrize(
    "query",
    ["delete from metric_daily", "update metric_daily set numerator = 0", "drop table metric_daily",
     "insert into metric_daily (metric) values ('x')", "create table marts.mine (a int)", "create temp table mine (a int)"],
)  # fmt: skip
def test_nothing_can_be_written(warehouse, query):
    with pytest.raises(Refusal, match="read-only"):
        ask(warehouse, query, 10)


def test_a_mistake_is_told_in_duckdbs_own_words(warehouse):
    with pytest.raises(Refusal, match="outcom") as told:
        run_sql(warehouse, "select outcom from fct_appointments")
    assert "Traceback" not in str(told.value)
    assert "LINE" not in str(told.value)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "one statement"),
        ("select 1; select 2", "one statement"),
        ("-- hm", "one statement"),
    ],
)
def test_what_is_no_single_query_is_refused_in_a_sentence(warehouse, query, sentence):
    with pytest.raises(Refusal, match=sentence):
        ask(warehouse, query, 10)


def test_nothing_at_all_is_answered_with_a_start(warehouse):
    with pytest.raises(Refusal, match="Write a query first"):
        run_sql(warehouse, "  \n")


def test_the_process_of_its_own_is_as_closed(warehouse):
    with pytest.raises(Refusal, match="disabled by configuration"):
        run_sql(warehouse, "select * from read_csv('/etc/passwd')")


def test_a_query_that_runs_too_long_is_stopped(warehouse):
    began = time.monotonic()
    with pytest.raises(Refusal, match="longer than 2 seconds"):
        run_sql(
            warehouse,
            "select count(*) from range(10_000_000) a, range(10_000_000) b where a.range > b.range",
            seconds=2,
        )
    assert time.monotonic() - began < 10


def test_a_query_that_needs_too_much_memory_is_refused(warehouse):
    with pytest.raises(Refusal, match=r"(?i)memory"):
        run_sql(warehouse, "select list(range::text || repeat('x', 500)) from range(20_000_000)")


def test_an_answer_is_cut_at_the_row_limit(warehouse):
    assert run_sql(warehouse, "select * from range(1000)", rows=10).num_rows == 10


def test_an_answer_that_would_fill_the_app_s_memory_is_refused(warehouse, monkeypatch):
    monkeypatch.setattr("dashboards.sandbox.LARGEST_ANSWER", 1_000_000)
    with pytest.raises(Refusal, match="larger than 1 MB"):
        ask(warehouse, "select repeat('x', 1000) from range(10_000)", 10_000)


def test_a_published_file_that_is_gone_is_said_in_a_sentence(tmp_path):
    with pytest.raises(Refusal, match="cannot be opened; run `daybook refresh`"):
        run_sql(str(tmp_path / "gone.duckdb"), "select 1")
