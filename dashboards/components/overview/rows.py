"""Law 7: the rows behind a number, re-summed to it, each leading to the record."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.overview.numbers import query
from dashboards.components.overview.period import Window
from dashboards.session import actor
from dashboards.warehouse import Warehouse
from practice.access.permissions import Permission
from practice.money import Currency
from practice.people.queries import names_of

LIMIT = 2_000
_AR_COLUMNS = "charge_id, client_id, party, service_date, age_days, bucket, open_minor"


def show_rows(
    warehouse: Warehouse, metric: str, label: str, current: Window, location: str | None, currency: Currency
) -> None:
    """Open the rows in a drawer."""
    _drawer(label, lambda: _body(warehouse, metric, current, location, currency))


def _drawer(title: str, body: Any) -> None:
    @st.dialog(title, width="large", position="right")
    def drawer() -> None:
        body()

    drawer()


def _body(warehouse: Warehouse, metric: str, current: Window, location: str | None, currency: Currency) -> None:
    if metric in ("ar_open", "days_in_ar_gross"):
        receivable_rows(warehouse, current, location, currency)
    if metric == "days_in_ar_gross":
        quarter = Window(current.last - pd.Timedelta(days=89).to_pytimedelta(), current.last)
        st.markdown("**Charges of the last 90 days**")
        _fact_rows(warehouse, "charged", quarter, location, currency)
    elif metric != "ar_open":
        _fact_rows(warehouse, metric, current, location, currency)


def rows_behind(warehouse: Warehouse, metric: str, current: Window, location: str | None) -> pd.DataFrame:
    """The fact rows of a metric with what each adds to numerator and denominator; the catalogue says where they are."""
    spec = query(
        warehouse,
        "select rows_table, rows_date, rows_where, rows_numerator, rows_denominator from marts.metric_catalogue"
        " where metric = $metric",
        metric=metric,
    ).iloc[0]
    sql = (
        f"select *, {spec.rows_numerator} as adds_to_numerator,"
        f" {spec.rows_denominator or 'null'} as adds_to_denominator"
        f" from marts.{spec.rows_table} where source = 'record' and {spec.rows_date} between $first and $last"
        f" and ($location is null or location_id = $location) and ({spec.rows_where or 'true'})"
        f" order by {spec.rows_date} desc"
    )
    return query(warehouse, sql, first=current.first, last=current.last, location=location)


def _fact_rows(warehouse: Warehouse, metric: str, current: Window, location: str | None, currency: Currency) -> None:
    found = rows_behind(warehouse, metric, current, location)
    numerator, denominator = found.adds_to_numerator.sum(), found.adds_to_denominator
    total = f"{numerator:,.0f}"
    if "amount_minor" in found.columns or "debit_minor" in found.columns:
        total = currency.show(int(numerator))
    if denominator.notna().any():
        divisor = denominator.sum()
        total = f"{numerator:,.0f} of {divisor:,.0f} = {numerator / divisor:.2%}" if divisor else "nothing to divide by"
    st.markdown(
        f"**{len(found):,} rows** · {current.first:%-d %b %Y} to {current.last:%-d %b %Y} · they sum to **{total}**"
    )
    wanted = [
        "start_date",
        "post_date",
        "received_date",
        "service_date",
        "client_id",
        "outcome",
        "kind",
        "code",
        "method",
        "account",
        "amount_minor",
        "debit_minor",
        "credit_minor",
        "adds_to_numerator",
        "adds_to_denominator",
    ]
    _table(found[[name for name in wanted if name in found.columns and found[name].notna().any()]], currency)


def receivable_rows(
    warehouse: Warehouse,
    current: Window,
    location: str | None,
    currency: Currency,
    *,
    bucket: str | None = None,
    payer_id: str | None = None,
) -> None:
    """Open items as of the period's end: charge × responsible party."""
    found = query(
        warehouse,
        f"select {_AR_COLUMNS} from marts.ar_as_of($last) where source = 'record' and open_minor > 0"
        " and ($location is null or location_id = $location) and ($bucket is null or bucket = $bucket)"
        " and ($payer is null or coalesce(payer_id, 'client') = $payer)"
        " order by open_minor desc",
        last=current.last,
        location=location,
        bucket=bucket,
        payer=payer_id,
    )
    total = currency.show(int(found.open_minor.sum()))
    st.markdown(f"**{len(found):,} open items** as of {current.last:%-d %b %Y} · they sum to **{total}**")
    found = found.assign(party=found.party.str.split(":").str[0])
    _table(found.drop(columns=["charge_id"]), currency)


def _table(found: pd.DataFrame, currency: Currency) -> None:
    shown = found.head(LIMIT).copy()
    if "client_id" in shown.columns and actor().may(Permission.SEE_CLIENTS):
        with runtime.current().record.read() as reader:
            names = names_of(reader, actor(), list(shown.client_id.dropna().unique()))
        shown.insert(0, "client", shown.client_id.map(names))
        shown["client_id"] = "/client?client=" + shown.client_id
    scale = 10**currency.exponent
    for name in [name for name in shown.columns if name.endswith("_minor")]:
        shown[name] = shown[name] / scale
    money = {
        name: st.column_config.NumberColumn(name.removesuffix("_minor").replace("_", " ").capitalize(), format="%.2f")
        for name in shown.columns
        if name.endswith("_minor")
    }
    titles: dict[str, Any] = {
        name: st.column_config.Column(name.replace("_", " ").capitalize())
        for name in shown.columns
        if not name.endswith("_minor")
    }
    titles["client_id"] = st.column_config.LinkColumn("Record", display_text="Open")
    st.dataframe(shown, hide_index=True, height=460, column_config=titles | money)
    if len(found) > LIMIT:
        st.caption(f"The first {LIMIT:,} are shown; the SQL page has them all.")
