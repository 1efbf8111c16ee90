"""Law 7: every number of a money metric opens rows that add up to it, in every slice; and slices add up to the whole."""

from __future__ import annotations

from collections import namedtuple
from datetime import date

import pytest

pytestmark = pytest.mark.warehouse

MONEY = (
    "fct_ledger_entries", "fct_invoice_lines", "fct_allocations", "fct_charges", "fct_claims", "revenue_leakage",
    "ar_daily", "ar_as_of", "receivables_daily",
)  # fmt: skip
DAYS = [date(2026, 1, 31), date(2026, 3, 31), date(2026, 6, 20), date(2026, 6, 30)]
Side = namedtuple("Side", "table day where amount days later")


@pytest.fixture(scope="module")
def money(warehouse):
    """The catalogue's money metrics, as dicts."""
    names = [name for (name,) in warehouse("select column_name from (describe marts.metric_catalogue)")]
    rows = warehouse(f"select {', '.join(names)} from marts.metric_catalogue where rows_table is not null")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [metric for metric in found if metric["rows_table"] in MONEY]


def sides(metric):
    """Part of the number → the rows behind it."""
    first = metric["rows_table"], metric["rows_date"], metric["rows_where"]
    found = {"numerator": Side(*first, metric["rows_numerator"], None, None)}
    if metric["rows_denominator"]:
        found["denominator"] = Side(*first, metric["rows_denominator"], None, None)
    if metric["rows2_table"]:
        second = metric["rows2_table"], metric["rows2_date"], metric["rows2_where"]
        found["denominator"] = Side(*second, metric["rows2_denominator"], metric["rows2_days"], metric["rows2_later"])
    return found


def places(metric):
    return ", ".join(["source", *(f"{name}_id" for name in metric["dimensions"].split(", "))])


def test_every_money_metric_says_which_rows_are_behind_it_and_behind_its_denominator(warehouse, money):
    named = warehouse(
        """select metric from marts.metric_catalogue
        where unit in ('minor', 'days') and date_role not in ('start', 'snapshot') and metric not like 'lead_time%'"""
    )
    assert {name for (name,) in named} <= {metric["metric"] for metric in money}
    assert [m["metric"] for m in money if m["is_ratio"] and "denominator" not in sides(m)] == []


def test_the_rows_of_a_period_add_up_to_the_number_on_every_day_and_in_every_slice(warehouse, money):
    additive = [metric for metric in money if metric["kind"] == "additive"]
    assert len(additive) >= 40
    for metric in additive:
        for part, side in sides(metric).items():
            assert differences(warehouse, metric, part, side) == [], (metric["metric"], part)


def differences(warehouse, metric, part, side):
    """Slices of a day in which the rows and the number are not the same."""
    rows, day = f"marts.{side.table}", side.day
    if side.later:
        rows, day = f"(select *, {side.day} + unnest([{side.later}]) as counted_date from {rows})", "counted_date"
    return warehouse(
        f"""with behind as (
            select {day} as day, {places(metric)}, sum({side.amount})::bigint as amount
            from {rows} where {side.where} group by all
        ), shown as (
            select metric_date as day, {places(metric)}, sum({part})::bigint as amount
            from marts.metric_daily where metric = ? group by all
        ), off as ((from behind except from shown) union all (from shown except from behind))
        select * from off where amount <> 0""",
        metric["metric"],
    )


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_rows_of_a_balance_add_up_to_the_number_of_that_day_in_every_slice(warehouse, money, day):
    balances = [metric for metric in money if metric["kind"] == "semi_additive"]
    assert len(balances) == 13
    for metric in balances:
        for part, side in sides(metric).items():
            assert standing(warehouse, metric, side, day) == shown(warehouse, metric, part, day), (
                metric["metric"],
                part,
            )


def standing(warehouse, metric, side, day):
    """Slice → what the rows come to: those of the day; of the ledger, all up to it or those of the days up to it."""
    if side.days:
        when = f"{side.day} > date '{day}' - {side.days} and {side.day} <= date '{day}'"
    else:
        when = f"{side.day} {'<=' if side.table == 'fct_ledger_entries' else '='} date '{day}'"
    table = f"marts.{side.table}"
    if side.table == "ar_as_of":
        table = f"(select *, date '{day}' as as_of_date from marts.ar_as_of(date '{day}'))"
    rows = warehouse(
        f"""select {places(metric)}, sum({side.amount})::bigint from {table}
        where ({side.where}) and {when} group by all"""
    )
    return {row[:-1]: row[-1] for row in rows if row[-1]}


def shown(warehouse, metric, part, day):
    rows = warehouse(
        f"""select {places(metric)}, sum({part})::bigint from marts.metric_daily
        where metric = ? and metric_date = ? group by all""",
        metric["metric"], day,
    )  # fmt: skip
    return {row[:-1]: row[-1] for row in rows if row[-1]}


@pytest.mark.parametrize("dimension", ["location", "provider", "service", "payer", "referral_source"])
def test_the_known_values_of_a_dimension_and_none_add_up_to_the_whole(warehouse, dimension):
    whole, parts = (
        warehouse(
            f"""select metric, sum(numerator)::bigint, sum(denominator)::bigint from marts.metric_daily
            join marts.metric_catalogue using (metric)
            where kind = 'additive' and list_contains(split(dimensions, ', '), '{dimension}') {only} group by 1 order by 1"""
        )
        for only in ("", f"and ({dimension}_key is null or {dimension}_key in (select {dimension}_key from marts.dim_{dimension}))")
    )  # fmt: skip
    assert parts == whole
    assert len(whole) > 10


def test_a_distribution_is_worked_out_from_rows_that_are_there_and_stands_in_no_cube(warehouse, money):
    lags = [metric for metric in money if metric["kind"] == "distribution"]
    assert {(lag["metric"], lag["aggregate"]) for lag in lags} == {
        (f"{what}_lag_days_{aggregate}", aggregate)
        for what in ("charge", "claim", "invoice") for aggregate in ("median", "p90")
    } | {("denial_to_appeal_days_median", "median"), ("denial_to_resolution_days_median", "median")}  # fmt: skip
    for lag in lags:
        ((found,),) = warehouse(
            f"select count({lag['rows_numerator']}) from marts.{lag['rows_table']} where {lag['rows_where']}"
        )
        assert found > 0
        assert warehouse("select count(*) from marts.metric_daily where metric = ?", lag["metric"]) == [(0,)]
