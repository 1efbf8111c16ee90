"""A tiny published warehouse: the tables of dbt's own contracts, with the few rows that a test names."""

from __future__ import annotations

import json
import tempfile
import uuid
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from practice.home import Home

CONTRACTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
TODAY = date(2026, 3, 2)
CATALOGUE = (
    ("completed_visits", "Completed visits", "count", "additive", "up",
     "fct_appointments", "start_date", "counted_as = 'completed'", "1", None),
    ("no_show_rate_due", "No-show rate, of visits due", "ratio", "additive", "down",
     "fct_appointments", "start_date", "counted_as in ('completed', 'no_show', 'late_cancelled')",
     "cast(counted_as = 'no_show' as bigint)", "1"),
    ("charged", "Charged", "minor", "additive", "up",
     "fct_ledger_entries", "post_date", "account in ('4000', '4010', '4020')", "credit_minor - debit_minor", None),
    ("collected", "Collected", "minor", "additive", "up",
     "fct_ledger_entries", "post_date", "account in ('1000', '1010', '1020')", "debit_minor - credit_minor", None),
    ("ar_open", "Accounts receivable", "minor", "semi_additive", "down",
     "ar_daily", "as_of_date", "aging_clock = 'service_date' and open_minor <> 0", "open_minor", None),
    ("days_in_ar_gross", "Days in AR, gross", "days", "semi_additive", "down", None, None, None, None, None),
    ("booked_visits", "Booked visits", "count", "additive", "up",
     "fct_appointments", "start_date", "counted_as is not null", "1", None),
    ("unresolved_visits", "Unresolved visits", "count", "additive", "down",
     "fct_appointments", "start_date", "counted_as = 'unresolved'", "1", None),
    ("collected_applied", "Collected, applied to charges", "minor", "additive", "up",
     "fct_allocations", "post_date", "amount_minor <> 0", "amount_minor", None),
    ("contractual_adjustments", "Contractual adjustments", "minor", "additive", None,
     "fct_ledger_entries", "post_date", "account = '4100'", "debit_minor - credit_minor", None),
    ("write_offs", "Write-offs", "minor", "additive", "down",
     "fct_ledger_entries", "post_date", "account = '4110'", "debit_minor - credit_minor", None),
    ("bookable_minutes", "Bookable minutes", "minutes", "additive", None,
     "fct_availability", "available_date", "bookable_minutes > 0", "bookable_minutes", None),
    ("booked_minutes", "Booked minutes", "minutes", "additive", "up",
     "fct_availability", "available_date", "booked_minutes > 0", "booked_minutes", None),
    ("schedule_fill_rate", "Schedule fill", "ratio", "additive", "up",
     "fct_availability", "available_date", "bookable_minutes > 0", "booked_minutes", "bookable_minutes"),
    ("lead_time_days_median", "Lead time, median", "days", "distribution", "down",
     "fct_appointments", "start_date", "lead_time_days >= 0", "lead_time_days", None),
    ("active_clients", "Active clients", "count", "distinct", "up",
     "fct_appointments", "start_date", "counted_as = 'completed'", "client_id", None),
)  # fmt: skip
_DIMENSIONS = {
    "ar_daily": "location, provider, payer", "fct_availability": "location, provider",
    "fct_allocations": "location, provider, service, payer", None: "location, provider, payer",
}  # fmt: skip
"""By the mart of the rows; all of them for the others."""
_AGGREGATES = {"lead_time_days_median": "median", "active_clients": "distinct"}
_AR_AS_OF = """
create macro marts.ar_as_of(as_of_date) as table
    select 'record' as source, 'ch-1' as charge_id, 'client-ada' as client_id, 'client:client-ada' as party,
        null::text as payer_id, 'loc-elm' as location_id, 'prov-moss' as provider_id, as_of_date - 10 as service_date,
        10::bigint as age_days, '0-30' as bucket, '0-30' as responsibility_bucket, 'not billed' as bill_bucket,
        '0-30' as activity_bucket, 'not due' as overdue_bucket, 8500::bigint as open_minor, 0::bigint as credit_minor,
        3500::bigint as due_minor, 5000::bigint as put_off_minor
    union all
    select 'record', 'ch-2', 'client-ben', 'payer:payer-harbor', 'payer-harbor', 'loc-elm', 'prov-moss', as_of_date - 9,
        9, '0-30', '0-30', '0-30', '0-30', 'not due', 8500, 0, 8500, 0;
create macro marts.balance_forward_as_of(as_of_date) as table
    select source, client_id, payer_id, party, bucket, open_minor, credit_minor from marts.ar_as_of(as_of_date)
"""


def publish(home: Home, *, feed_seq: int = 0, rows: dict[str, list[dict[str, Any]]] | None = None) -> str:
    """Publish a build with those rows (table → columns by name) beside the usual few. Returns the build's id."""
    build_id = f"test-{uuid.uuid4().hex[:12]}"  # pages cache by build
    path = home.builds / build_id / "warehouse.duckdb"
    path.parent.mkdir(parents=True)
    path.write_bytes(_empty())
    with duckdb.connect(str(path)) as connection:
        connection.begin()
        for table, some in (usual_rows() | (rows or {})).items():
            for row in some:
                _insert(connection, table, row)
        connection.commit()
    pointer = {
        "build_id": build_id, "path": str(path.relative_to(home.path)), "built_at": "2026-03-02T13:00:00",
        "feed_seq": feed_seq, "known_at": "2026-03-02T13:00:00", "today": str(TODAY),
    }  # fmt: skip
    home.pointer.write_text(json.dumps(pointer))
    home.build_status.write_text(json.dumps({"status": "published", "build_id": build_id, "failed": []}))
    return build_id


def refuse(home: Home, *sentences: str) -> None:
    """The last attempt to build failed these checks."""
    home.build_status.write_text(json.dumps({"status": "refused", "build_id": "b", "failed": list(sentences)}))


def usual_rows() -> dict[str, list[dict[str, Any]]]:
    """Three visits of last week (two completed, one missed), a charge and a payment on each of two days, AR at the end.

    Dr. Moss saw both completed visits at Elm Street; one visit is unresolved, so the no-show rate has a band.
    """
    last = TODAY - timedelta(1)
    names = ("metric", "label", "unit", "kind", "better", "rows_table", "rows_date", "rows_where", "rows_numerator",
             "rows_denominator")  # fmt: skip
    catalogue = [
        dict(zip(names, row, strict=True)) | {
            "formula": f"What {row[0]} means.",
            "variant": {"no_show_rate_due": "c", "days_in_ar_gross": "a"}.get(row[0]),
            "is_ratio": row[9] is not None or row[0] == "days_in_ar_gross",
            "aggregate": _AGGREGATES.get(row[0], "sum"),
            "dimensions": _DIMENSIONS.get(row[5], "location, provider, service, payer, referral_source"),
        }
        for row in CATALOGUE
    ]  # fmt: skip
    place = {"source": "record", "location_id": "loc-elm", "provider_id": "prov-moss"}
    daily = [
        place | {"metric": metric, "metric_date": day} | dict(zip(_PARTS, parts, strict=False))
        for metric, day, *parts in (
            ("completed_visits", last, 2, None, 2, None, 3, None),
            ("no_show_rate_due", last, 1, 3, 1, 4, 2, 4),
            ("charged", last, 150_00), ("charged", last - timedelta(1), 60_00),
            ("collected", last, 40_00), ("collected_applied", last, 40_00),
            ("booked_visits", last, 4), ("unresolved_visits", last, 1),
            ("bookable_minutes", last, 480), ("booked_minutes", last, 120), ("schedule_fill_rate", last, 120, 480),
            ("ar_open", last, 170_00), ("ar_open", TODAY, 170_00),
            ("days_in_ar_gross", last, 170_00 * 90, 210_00), ("days_in_ar_gross", TODAY, 170_00 * 90, 210_00),
        )
    ]  # fmt: skip
    visits = [
        place | {"attendee_id": f"att-{n}", "client_id": client, "start_date": last, "outcome": outcome,
                 "counted_as": outcome, "lead_time_days": n, "wall_start": f"{last} 10:00:00"}
        for n, (client, outcome) in enumerate(
            [("client-ada", "completed"), ("client-ben", "completed"), ("client-dan", "no_show")]
        )
    ]  # fmt: skip
    postings = [
        place | {"post_date": day, "account": account, "debit_minor": debit, "credit_minor": credit,
                 "client_id": "client-ada"}
        for day, account, debit, credit in (
            (last, "4000", 0, 150_00), (last, "1110", 150_00, 0), (last - timedelta(1), "4000", 0, 60_00),
            (last - timedelta(1), "1110", 60_00, 0), (last, "1020", 40_00, 0), (last, "1110", 0, 40_00),
        )
    ]  # fmt: skip
    aging = [
        place | {"as_of_date": day, "payer_id": payer, "bucket": "0-30", "aging_clock": clock, "open_minor": 85_00,
                 "credit_minor": 0}
        for day in (last, TODAY) for payer in (None, "payer-harbor") for clock in ("service_date", "responsibility_date")
    ]  # fmt: skip
    applied = [place | {"post_date": last, "client_id": "client-ada", "amount_minor": 40_00}]
    hours = [place | {"available_date": last, "bookable_minutes": 480, "booked_minutes": 120, "kept_minutes": 100}]
    return {
        "fct_allocations": applied, "fct_availability": hours, "metric_catalogue": catalogue, "metric_daily": daily, "fct_appointments": visits, "fct_ledger_entries": postings,
        "ar_daily": aging,
    }  # fmt: skip


_PARTS = ("numerator", "denominator", "low_numerator", "low_denominator", "high_numerator", "high_denominator")


@cache
def _empty() -> bytes:
    """The file with every table and no row, made once for all tests of the process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts")
            for file in sorted(CONTRACTS.rglob("*.yml")):
                for model in yaml.safe_load(file.read_text()).get("models", []):
                    if model.get("columns"):
                        _create(connection, model)
            connection.execute(_AR_AS_OF)
        return path.read_bytes()


def _create(connection: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> None:
    columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
    connection.execute(f"create table marts.{model['name']} ({columns})")
    comment = model["description"].strip().replace("'", "''")
    connection.execute(f"comment on table marts.{model['name']} is '{comment}'")


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(f"insert into marts.{table} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
