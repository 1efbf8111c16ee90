"""The metric catalogue: every metric with its meaning, its number today, and how to ask for it elsewhere."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.filters import WORDS
from dashboards.components.numbers.picking import picked_cell
from dashboards.components.numbers.trend import trend
from dashboards.components.numbers.view import View
from dashboards.components.numbers.words import band, say
from dashboards.metrics import Definition, Value
from dashboards.metrics.slices import AGGREGATES

SUBJECTS = ("Attendance", "Clients", "Capacity", "Revenue", "Claims", "Collection", "Receivables")
KINDS = {
    "additive": "Adds up over days and slices",
    "semi_additive": "A balance: adds up over slices, not over days",
    "distinct": "A count of different clients: never adds up, worked out for each slice",
    "distribution": "A median or percentile: never adds up, worked out for each slice",
}


def subject_of(found: Definition) -> str:
    """Which page a metric belongs to, by where its rows lie."""
    if "collection_rate" in found.metric or found.metric == "point_of_service_share":
        return "Collection"
    if found.rows_table == "fct_claims":
        return "Claims"
    if found.metric in ("new_clients", "returning_visits", "active_clients", "returning_clients"):
        return "Clients"
    if found.date_role == "as_of":
        return "Receivables"
    if found.unit == "minor" or found.rows_table in ("fct_charges", "fct_ledger_entries", "fct_invoice_lines"):
        return "Revenue"
    return "Capacity" if found.rows_table == "fct_availability" else "Attendance"


def find(known: dict[str, Definition], text: str, subject: str | None) -> list[Definition]:
    """The metrics of a subject whose name, label or formula has every word of the text."""
    wanted = text.lower().split()
    return [
        found for found in sorted(known.values(), key=lambda one: (SUBJECTS.index(subject_of(one)), one.label))
        if (subject is None or subject_of(found) == subject)
        and all(word in f"{found.metric} {found.label} {found.formula}".lower() for word in wanted)
    ]  # fmt: skip


def catalogue(view: View) -> None:
    """Search, the list with the numbers of the period, and beneath it the one that is chosen: `?metric=name`."""
    asked = st.query_params.get("metric")
    if asked and asked not in view.known:
        st.warning(f"There is no metric {asked!r}; these are all there are.")
        del st.query_params["metric"]
        asked = None
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Search", placeholder="Search by name or words of the formula", label_visibility="collapsed", key="q",
            bind="query-params", type="search", width=330,
        )  # fmt: skip
        subject = st.pills("Subject", SUBJECTS, label_visibility="collapsed", key="subject")
    found = find(view.known, text or "", subject)
    if not found:
        st.info("No metric has all of these words; try fewer.")
        return
    answers = view.values(list(view.known), [view.window])
    with st.container(border=True):
        st.caption(
            f"{len(found)} of {len(view.known)} metrics, with their numbers of {view.window.in_words()}. Click one."
        )
        picked = picked_cell(_listed(view, found, answers), name="metrics", most=420)
    if picked:
        asked = found[picked[0]].metric
        if st.query_params.get("metric") != asked:
            st.query_params["metric"] = asked
    if asked:
        one(view, view.known[asked], answers.get(asked, [Value()])[0])


def _listed(view: View, found: list[Definition], answers: dict[str, list[Value]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Metric": [one.label for one in found],
            "Now": [_number(view, one, answers) for one in found],
            "Subject": [subject_of(one) for one in found],
            "Variant": [one.variant for one in found],
            "By": [", ".join(WORDS[name] for name in one.has) for one in found],
            "Name": [one.metric for one in found],
        }
    )


def _number(view: View, found: Definition, answers: dict[str, list[Value]]) -> str:
    if view.lacks(found.metric):
        return view.lacks(found.metric)
    return say(answers.get(found.metric, [Value()])[0].value, found, view.currency)


def one(view: View, found: Definition, value: Value) -> None:
    """Everything about a metric."""
    left, right = st.columns([3, 2], gap="small")
    with left, card(found.label, found.formula):
        number = "–" if view.lacks(found.metric) else say(value.value, found, view.currency)
        uncertain = band(value, found.unit, view.currency)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"## {number}", width="content")
            days = view.window.in_words() if found.kind != "semi_additive" else f"as of {view.window.last:%-d %b %Y}"
            st.caption(
                view.lacks(found.metric) or " · ".join(part for part in (uncertain, days) if part), width="content"
            )
            st.space("stretch")
            if found.rows_table and not view.lacks(found.metric) and st.button("Rows", icon=":material/table_rows:",
                                                                             key=f"rows:{found.metric}"):  # fmt: skip
                open_rows(view, found.metric, view.asked)
        facts = {
            "Name": f"`{found.metric}`",
            "Variant": found.variant,
            "Unit": {"minor": "money, in minor units", "ratio": "share, numerator ÷ denominator"}.get(
                found.unit, found.unit
            ),
            "Kind": KINDS.get(found.kind, found.kind),
            "Dated by": (found.date_role or "").replace("_", " "),
            "Can be cut by": ", ".join(WORDS[name] for name in found.has) or "nothing",
            "Good news is": {"up": "more", "down": "less"}.get(found.better or "", "neither"),
            "Definition from": found.source_of_definition,
            "Its rows": ", ".join(f"`marts.{table}`" for table in (found.rows_table, found.rows2_table) if table),
        }
        st.markdown("\n".join(f"- **{name}:** {text}" for name, text in facts.items() if text))
        st.code(f"daybook metric {found.metric} --from {view.window.first} --to {view.window.last}"
                + (f" --by {found.has[0]}" if found.has else ""), language="bash", wrap_lines=True)  # fmt: skip
        st.code(sql_of(found, view), language="sql", wrap_lines=True)
    with right:
        trend(view, [found.metric], title="Over time", name="trend_one", height=300)


def sql_of(found: Definition, view: View) -> str:
    """A question for the SQL page that gives the number of the period."""
    days = f"between date '{view.window.first}' and date '{view.window.last}'"
    source = f"source = '{view.filters.source}'"
    if found.is_from_rows:
        value = AGGREGATES[str(found.aggregate)].format(found.rows_numerator)
        return (f"select {value}\nfrom marts.{found.rows_table}\nwhere {source} and {found.rows_date} {days}\n"
                f"  and ({found.rows_where})")  # fmt: skip
    value = "sum(numerator) / sum(denominator)" if found.divides else "sum(numerator)"
    when = f"= date '{view.window.last}'" if found.kind == "semi_additive" else days
    return (
        f"select {value}\nfrom marts.metric_daily\nwhere metric = '{found.metric}' and {source} and metric_date {when}"
    )
