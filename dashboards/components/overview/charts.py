"""The Overview's charts, each a specification that is built once for a build and a filter."""

from __future__ import annotations

from datetime import timedelta

import altair as alt
import pandas as pd
import streamlit as st

from dashboards.components.charts import card, chart, table_height
from dashboards.components.overview.numbers import query
from dashboards.components.overview.period import Window
from dashboards.components.overview.rows import receivable_rows
from dashboards.theme import Palette
from dashboards.warehouse import Warehouse
from practice.money import Currency

BUCKETS = ["0-30", "31-60", "61-90", "91-120", "120+"]
OUTCOMES = {
    "completed": "Completed",
    "no_show": "No-show",
    "late_cancelled": "Late cancelled",
    "cancelled": "Cancelled",
    "unresolved": "Unresolved",
}


def _key(warehouse: Warehouse, *parts: object) -> tuple[object, ...]:
    published = warehouse.published()
    return (published.build_id if published else "", *parts)


def money_by_month(warehouse: Warehouse, current: Window, location: str | None, currency: Currency) -> None:
    """Charged and collected by month: the last 12 whole months."""
    frame = query(
        warehouse,
        "select date_trunc('month', metric_date)::date as month, metric, sum(numerator)::double as amount"
        " from marts.metric_daily where metric in ('charged', 'collected') and source = 'record'"
        " and ($location is null or location_id = $location)"
        " and metric_date >= date_trunc('month', $last::date) - interval 12 month and metric_date <= $last"
        " group by all",
        last=current.last,
        location=location,
    )
    frame = frame.assign(amount=frame.amount / 10**currency.exponent, series=frame.metric.str.capitalize())

    def build(colours: Palette) -> alt.TopLevelMixin:
        return (
            alt.Chart(frame)
            .mark_line(strokeWidth=2.4, point=alt.OverlayMarkDef(size=36))
            .encode(
                alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%b %y", grid=False, tickCount=6)),
                alt.Y("amount:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
                alt.Color(
                    "series:N",
                    scale=alt.Scale(range=[colours.teal, colours.gold]),
                    legend=alt.Legend(orient="top", title=None, symbolType="stroke", symbolStrokeWidth=3),
                ),
                strokeDash=alt.StrokeDash("series:N", legend=None),
                tooltip=[alt.Tooltip("month:T", format="%B %Y"), "series:N", alt.Tooltip("amount:Q", format=",.2f")],
            )
            .properties(height=250)
        )

    with card("Charged and collected", f"By month, in {currency.code}; the last month is still running"):
        chart(
            _key(warehouse, "money", current, location),
            build,
            name="chart_money",
            alt_text="Charged and collected amounts by month",
        )


def aging(
    warehouse: Warehouse, current: Window, location: str | None, currency: Currency, payers: dict[str, str]
) -> None:
    """Open AR by who owes and by age; a click opens the items."""
    frame = query(
        warehouse,
        "select coalesce(payer_id, 'client') as who, bucket, sum(open_minor)::double as amount from marts.ar_daily"
        " where source = 'record' and aging_clock = 'service_date' and as_of_date = $last and open_minor > 0"
        " and ($location is null or location_id = $location) group by all",
        last=current.last,
        location=location,
    )
    frame = frame.assign(amount=frame.amount / 10**currency.exponent, owes=frame.who.map(payers).fillna("Clients"))

    def build(colours: Palette) -> alt.TopLevelMixin:
        pick = alt.selection_point(name="pick", fields=["who", "bucket"], on="click", clear="dblclick")
        return (
            alt.Chart(frame)
            .mark_bar(cornerRadiusEnd=3, height={"band": 0.72})
            .encode(
                alt.Y("owes:N", title=None, sort="-x"),
                alt.X("amount:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
                alt.Color(
                    "bucket:N",
                    sort=BUCKETS,
                    scale=alt.Scale(domain=BUCKETS, range=list(colours.aging)),
                    legend=alt.Legend(orient="top", title=None, columns=3, columnPadding=8, symbolSize=70),
                ),
                order=alt.Order("bucket_order:Q"),
                opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
                tooltip=["owes:N", alt.Tooltip("bucket:N", title="Days"), alt.Tooltip("amount:Q", format=",.2f")],
            )
            .add_params(pick)
            .properties(height=250)
        )

    frame = frame.assign(bucket_order=frame.bucket.map({name: i for i, name in enumerate(BUCKETS)}))
    with card("Accounts receivable by age", "By who owes, days since the visit. Click a bar for its items"):
        if frame.empty:
            st.caption("Nothing is open.")
            return
        event = chart(
            _key(warehouse, "aging", current, location),
            build,
            name="chart_aging",
            on_select="rerun",
            alt_text="Open receivables by who owes and by age",
        )
    picked = event.selection.get("pick") if event else None
    if picked:
        with st.container(border=True):
            receivable_rows(
                warehouse, current, location, currency, bucket=picked[0]["bucket"], payer_id=picked[0]["who"]
            )


def outcomes(warehouse: Warehouse, current: Window, location: str | None) -> None:
    """Visits by outcome: by week up to 90 days, by month beyond."""
    step = "month" if (current.last - current.first).days > 100 else "week"
    first = current.first if step == "month" else current.last - timedelta(83)
    frame = query(
        warehouse,
        f"select date_trunc('{step}', start_date)::date as period, outcome, count(*)::double as visits"
        " from marts.fct_appointments where source = 'record' and counted_as is not null"
        " and start_date between $first and $last and ($location is null or location_id = $location) group by all",
        first=first,
        last=current.last,
        location=location,
    )
    frame = frame[frame.outcome.isin(OUTCOMES)].assign(label=lambda rows: rows.outcome.map(OUTCOMES))

    def build(colours: Palette) -> alt.TopLevelMixin:
        status = colours.status
        shades = [status["completed"], status["no_show"], status["arrived"], status["cancelled"], status["unresolved"]]
        return (
            alt.Chart(frame)
            .mark_bar()
            .encode(
                alt.X(
                    "period:O",
                    title=None,
                    timeUnit="yearmonth" if step == "month" else "yearmonthdate",
                    axis=alt.Axis(format="%b %y" if step == "month" else "%-d %b", labelAngle=0, labelOverlap=True),
                ),
                alt.Y("visits:Q", title=None, axis=alt.Axis(tickCount=4)),
                alt.Color(
                    "label:N",
                    sort=list(OUTCOMES.values()),
                    legend=alt.Legend(orient="top", title=None),
                    scale=alt.Scale(domain=list(OUTCOMES.values()), range=shades),
                ),
                tooltip=[alt.Tooltip("period:T", format="%-d %b %Y"), "label:N", "visits:Q"],
            )
            .properties(height=250)
        )

    with card("Visits by outcome", f"By {step} of the visit"):
        chart(
            _key(warehouse, "outcomes", first, current, location),
            build,
            name="chart_outcomes",
            alt_text="Visits by outcome over time",
        )


def providers(
    warehouse: Warehouse, current: Window, location: str | None, currency: Currency, names: dict[str, str]
) -> None:
    """A row for each provider: visits, no-show rate, charged."""
    frame = query(
        warehouse,
        "select provider_id,"
        " sum(numerator) filter (metric = 'completed_visits')::double as visits,"
        " sum(numerator) filter (metric = 'no_show_rate_due')::double"
        " / nullif(sum(denominator) filter (metric = 'no_show_rate_due'), 0) as no_show,"
        " sum(numerator) filter (metric = 'charged')::double as charged"
        " from marts.metric_daily where source = 'record' and provider_id is not null"
        " and metric in ('completed_visits', 'no_show_rate_due', 'charged') and metric_date between $first and $last"
        " and ($location is null or location_id = $location) group by 1 order by charged desc nulls last",
        first=current.first,
        last=current.last,
        location=location,
    )
    shown = pd.DataFrame(
        {
            "Provider": frame.provider_id.map(names),
            "Completed": frame.visits,
            "No-show": frame.no_show * 100,
            "Charged": frame.charged / 10**currency.exponent,
        }
    )
    with card("Providers", "In this period"):
        st.dataframe(
            shown,
            hide_index=True,
            height=table_height(len(shown), 275),
            column_config={
                "Completed": st.column_config.NumberColumn(format="localized"),
                "No-show": st.column_config.NumberColumn("No-show, %", format="%.1f"),
                "Charged": st.column_config.NumberColumn(format="localized"),
            },
        )
