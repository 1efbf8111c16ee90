"""Small histories of provider days, and the forecast that the project's own SQL makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb

CHAIN = (
    "int_forecast__weeks",
    "int_forecast__backtest",
    "int_forecast__intervals",
    "capacity_forecast",
    "forecast_scorecard",
)
TODAY, THIS_WEEK = date(2026, 6, 30), date(2026, 6, 29)
HORIZON = 12
"""Weeks that are forecast."""


class Practice:
    """Provider days as fct_availability has them, and the forecast made of them."""

    def __init__(self, models: dict[str, str]):
        self.models, self.days = models, []

    def week(
        self, monday: date, minutes: int, days: int = 5, provider: str = "p", location: str = "l", **about
    ) -> None:
        """`days` working days from that Monday that hold `minutes` together."""
        for number in range(max(days, 1)):
            self.days.append((
                provider, location, monday + timedelta(days=number), 480 if days else None,
                about.get("outside", minutes if not days else 0) if number == 0 else 0,
                (0 if not days else minutes // days + (minutes % days if number == 0 else 0)), days > 0,
            ))  # fmt: skip

    def steady(self, first: date, last: date, minutes: int = 2000, **about) -> None:
        """The same week again and again, from the Monday `first` to the Monday `last`, both included."""
        for number in range((last - first).days // 7 + 1):
            self.week(first + timedelta(days=7 * number), minutes, **about)

    def ahead(self, days: int = 5, **about) -> None:
        """Open and unbooked weeks for as long as is forecast, this one included."""
        self.steady(THIS_WEEK, week_ahead(HORIZON), minutes=0, days=days, **about)

    def forecast(self) -> Callable[..., list[tuple]]:
        connection = duckdb.connect()
        connection.execute(
            "attach ':memory:' as warehouse; create schema warehouse.intermediate; create schema warehouse.marts"
        )
        connection.execute("create table warehouse.intermediate.int_build as select ? as today", [TODAY])
        connection.execute(
            """create table warehouse.marts.fct_availability (provider_id text, location_id text, available_date date,
                bookable_minutes bigint, booked_minutes_outside bigint, booked_minutes bigint, is_open boolean)"""
        )
        columns = [list(column) for column in zip(*self.days, strict=True)]
        connection.execute(
            f"insert into warehouse.marts.fct_availability select {', '.join(['unnest(?)'] * len(columns))}", columns
        )
        connection.execute("alter table warehouse.marts.fct_availability add column source text default 'record'")
        for name in CHAIN:
            schema = "intermediate" if name.startswith("int_") else "marts"
            connection.execute(f"create table warehouse.{schema}.{name} as {self.models[name]}")
        connection.execute("use warehouse.marts")
        return lambda sql, *values: connection.execute(sql, list(values)).fetchall()


def week_ahead(horizon: int) -> date:
    return THIS_WEEK + timedelta(days=7 * horizon)


def weeks_ago(count: int) -> date:
    return THIS_WEEK - timedelta(days=7 * count)


def compiled(target: Path) -> dict[str, str]:
    """The SQL of the forecast's models, as dbt compiled it into that folder."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    folder = target / "compiled" / "daybook" / "models"
    return {node["name"]: (folder / node["path"]).read_text() for node in nodes if node["name"] in CHAIN}
