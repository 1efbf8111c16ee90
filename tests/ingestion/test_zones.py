"""The offsets that SQL adds are those of the one clock."""

from datetime import date, datetime, timedelta

import duckdb
import pytest

from ingestion.imports.zones import to_utc, to_wall
from practice.clock import stored, to_instant
from practice.clock import to_wall as wall_of


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
def test_every_half_hour_of_a_year_converts_as_the_clock_does(zone):
    span = (date(2016, 1, 1), date(2016, 12, 31))
    walls = [datetime(2016, 1, 1) + timedelta(minutes=30 * n) for n in range(366 * 48)]
    with duckdb.connect() as connection:
        connection.execute("create table walls as select unnest(?::timestamp[]) as wall", [walls])
        instants = connection.execute(f"select {to_utc('wall', zone, *span)} from walls").fetchall()
        back = connection.execute(f"select {to_wall('wall', zone, *span)} from walls").fetchall()
    assert [row[0] for row in instants] == [stored(to_instant(wall, zone)) for wall in walls]
    assert [row[0] for row in back] == [wall_of(wall, zone) for wall in walls]
