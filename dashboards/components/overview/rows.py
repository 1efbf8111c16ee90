"""Law 7: the rows behind a number, re-summed to it, each leading to the record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.charts import table_height
from dashboards.components.overview.numbers import query
from dashboards.components.overview.period import Window
from dashboards.metrics import Definition
from dashboards.session import actor
from dashboards.warehouse import Warehouse
from practice.access.permissions import Permission
from practice.money import Currency
from practice.people.queries import names_of

LIMIT = 2_000
AGED = ("ar_open", "days_in_ar_gross")
"""Metrics whose rows are open items: shown by charge, from which the warehouse's daily table is summed."""
_DATES = ("start_date", "post_date", "service_date", "as_of_date")
_FACTS = ("outcome", "transaction_kind", "account", "bucket", "debit_minor", "credit_minor", "open_minor")
_TITLES = {
    "client_id": "Client id",
    "adds_to_numerator": "Adds",
    "adds_to_denominator": "Of",
    "transaction_kind": "Kind",
    "age_days": "Days",
    "start_date": "Visit",
    "post_date": "Posted",
    "service_date": "Service",
    "party": "Owed by",
}


def show_rows(
    warehouse: Warehouse, spec: Definition, current: Window, location: str | None, currency: Currency
) -> None:
    """Open the rows in a drawer."""

    @st.dialog(spec.label, width="large", position="right")
    def drawer() -> None:
        st.caption(spec.formula)
        if spec.metric in AGED:
            receivable_rows(warehouse, current, location, currency)
        if spec.metric == "days_in_ar_gross":
            st.markdown("**Charges of the last 90 days**")
            quarter = Window(current.last - timedelta(89), current.last)
            _fact_rows(warehouse, "charged", "minor", quarter, location, currency)
        elif spec.metric not in AGED:
            _fact_rows(warehouse, spec.metric, spec.unit, current, location, currency)

    drawer()


def rows_behind(warehouse: Warehouse, metric: str, current: Window, location: str | None) -> pd.DataFrame | None:
    """The fact rows of a metric with what each adds to numerator and denominator; the catalogue says where they are.

    None for a metric without rows of its own. A balance's rows are those of the window's last day.
    """
    spec = query(
        warehouse,
        "select kind, rows_table, rows_date, rows_where, rows_numerator,"
        " coalesce(rows_denominator, 'null::bigint') as rows_denominator"
        " from marts.metric_catalogue where metric = $metric and rows_table is not null",
        metric=metric,
    )
    if spec.empty:
        return None
    found = spec.iloc[0]
    sql = (
        f"select *, {found.rows_numerator} as adds_to_numerator, {found.rows_denominator} as adds_to_denominator"
        f" from marts.{found.rows_table} where source = 'record' and {found.rows_date} between $first and $last"
        f" and ($location is null or location_id = $location) and ({found.rows_where})"
        f" order by {found.rows_date} desc"
    )
    first = current.last if found.kind == "semi_additive" else current.first
    return query(warehouse, sql, first=first, last=current.last, location=location)


def _fact_rows(
    warehouse: Warehouse, metric: str, unit: str, current: Window, location: str | None, currency: Currency
) -> None:
    found = rows_behind(warehouse, metric, current, location)
    if found is None:
        st.info("This number has no rows of its own; the SQL page shows how it is made.")
        return
    numerator, denominator = int(found.adds_to_numerator.sum()), found.adds_to_denominator
    total = currency.show(numerator) if unit == "minor" else f"{numerator:,}"
    if denominator.notna().any():
        divisor = int(denominator.sum())
        total = f"{numerator:,} of {divisor:,} = {numerator / divisor:.2%}" if divisor else "nothing to divide by"
    days = f"{current.first:%-d %b %Y} to {current.last:%-d %b %Y}"
    st.markdown(f"**{len(found):,} rows** · {days} · they sum to **{total}**")
    wanted = [name for name in (*_DATES, "client_id", *_FACTS) if name in found.columns and found[name].notna().any()]
    if unit != "minor":
        wanted += [name for name in ("adds_to_numerator", "adds_to_denominator") if found[name].notna().any()]
    _table(found[wanted], currency)


def receivable_rows(
    warehouse: Warehouse,
    current: Window,
    location: str | None,
    currency: Currency,
    *,
    bucket: str | None = None,
    payer_id: str | None = None,
) -> None:
    """Open items as of the period's end: charge × responsible party. `payer_id` 'client' means clients themselves."""
    found = query(
        warehouse,
        "select service_date, client_id, party, bucket, age_days, open_minor from marts.ar_as_of($last)"
        " where source = 'record' and open_minor > 0"
        " and ($location is null or location_id = $location) and ($bucket is null or bucket = $bucket)"
        " and ($payer is null or coalesce(payer_id, 'client') = $payer)"
        " order by open_minor desc, service_date",
        last=current.last,
        location=location,
        bucket=bucket,
        payer=payer_id,
    )
    total = currency.show(int(found.open_minor.sum()))
    st.markdown(f"**{len(found):,} open items** as of {current.last:%-d %b %Y} · they sum to **{total}**")
    _table(found.assign(party=found.party.str.split(":").str[0]), currency)


def _table(found: pd.DataFrame, currency: Currency) -> None:
    shown = found.head(LIMIT).copy()
    config: dict[str, Any] = {}
    for name in shown.columns:
        title = _TITLES.get(name, name.removesuffix("_minor").replace("_", " ").capitalize())
        config[name] = st.column_config.Column(title)
        if name.endswith("_minor"):
            shown[name] = shown[name] / 10**currency.exponent
            config[name] = st.column_config.NumberColumn(title, format=f"%,.{currency.exponent}f")
        elif name.endswith("_date"):
            config[name] = st.column_config.DateColumn(title, format="D MMM YYYY")
    for name in ("outcome", "transaction_kind"):
        if name in shown.columns:
            shown[name] = shown[name].str.replace("_", " ")
    # Names stand in the record alone; who may not see clients sees their ids.
    if "client_id" in shown.columns and actor().may(Permission.SEE_CLIENTS):
        with runtime.current().record.read() as reader:
            names = names_of(reader, actor(), list(shown.client_id.dropna().unique()))
        shown.insert(1, "client", shown.client_id.map(names))
        config["client"] = st.column_config.TextColumn("Client")
        shown["client_id"] = "/client?client=" + shown.client_id
        config["client_id"] = st.column_config.LinkColumn("Record", display_text="Open", width="small")
    st.dataframe(shown, hide_index=True, height=table_height(len(shown), 460), column_config=config, placeholder="–")
    if len(found) > LIMIT:
        st.caption(f"The first {LIMIT:,} are shown; the SQL page has them all.")
