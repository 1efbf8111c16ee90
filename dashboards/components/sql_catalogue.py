"""What the SQL page shows beside the query: the public tables with their comments, and examples to start from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboards.warehouse import Warehouse


@dataclass(frozen=True)
class TableShown:
    """A public table: its comment (grain) and its columns."""

    comment: str
    columns: pd.DataFrame


@st.cache_data(max_entries=4, show_spinner=False)
def _catalogue(build_id: str, _warehouse: Warehouse) -> dict[str, TableShown]:
    del build_id
    tables = _warehouse.query(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts' union all "
        "select view_name, comment from duckdb_views() where schema_name = 'marts' order by 1"
    )
    columns = _warehouse.query(
        'select table_name, column_name as "column", lower(data_type) as type,'
        " replace(coalesce(comment, ''), '`', '') as meaning "
        "from duckdb_columns() where schema_name = 'marts' order by table_name, column_index"
    )
    return {
        row.table_name: TableShown(
            row.comment or "", columns[columns.table_name == row.table_name].drop(columns="table_name")
        )
        for row in tables.itertuples()
    }


def catalogue(warehouse: Warehouse) -> dict[str, TableShown]:
    """The public tables of the published build, by name."""
    published = warehouse.published()
    return _catalogue(published.build_id, warehouse) if published else {}


def examples() -> dict[str, str]:
    """Queries that run as they stand on any practice."""
    return {
        "Visits by month and outcome": (
            "select date_trunc('month', start_date)::date as month, outcome, count(*) as visits\n"
            "from marts.fct_appointments\nwhere source = 'record'\ngroup by all\norder by month, outcome"
        ),
        "No-show rate (due) by provider, last 90 days": (
            "select p.provider_code, sum(numerator) / nullif(sum(denominator), 0) as no_show_rate,\n"
            "    sum(denominator) as due_visits\nfrom marts.metric_daily as m\n"
            "join marts.dim_provider as p on p.source = m.source and p.provider_id = m.provider_id\n"
            "where metric = 'no_show_rate_due' and m.source = 'record'\n"
            "    and metric_date > (select max(metric_date) - 90 from marts.metric_daily\n"
            "        where metric = 'completed_visits' and source = 'record')\n"
            "group by all\norder by no_show_rate desc"
        ),
        "AR and aging today": (
            "select bucket, sum(open_minor) / 100 as open\nfrom marts.ar_daily\n"
            "where source = 'record' and aging_clock = 'service_date'\n"
            "    and as_of_date = (select max(as_of_date) from marts.ar_daily where source = 'record')\n"
            "group by all\norder by bucket"
        ),
        "Trial balance": (
            "select account, sum(debit_minor) / 100 as debit, sum(credit_minor) / 100 as credit\n"
            "from marts.fct_ledger_entries\nwhere source = 'record'\ngroup by all\norder by account"
        ),
        "Every metric and its definition": "select * from marts.metric_catalogue order by metric",
    }
