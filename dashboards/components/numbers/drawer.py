"""Law 7: the rows behind a number, re-summed to it, each leading to the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.charts import table_height
from dashboards.components.numbers.periods import Window
from dashboards.components.numbers.view import View
from dashboards.components.numbers.words import say
from dashboards.metrics import Definition, Slice, rows_of, sum_of_rows
from practice.access.permissions import Permission
from practice.people.queries import names_of

LIMIT = 2_000
_DATES = ("start_date", "post_date", "issued_date", "available_date", "service_date")
_FACTS = (
    "outcome", "leak", "due_date", "transaction_kind", "bucket", "age_days", "lead_time_days", "party",
    "provider_id", "service_id",
    "debit_minor", "credit_minor", "amount_minor", "open_minor", "bookable_minutes", "booked_minutes", "kept_minutes",
)  # fmt: skip
_NAMED = {"provider_id": "provider", "service_id": "service"}
_TITLES = {
    "client_id": "Client id",
    "provider_id": "Provider",
    "service_id": "Service",
    "adds_to_numerator": "Adds",
    "adds_to_denominator": "Of",
    "transaction_kind": "Kind",
    "age_days": "Days",
    "lead_time_days": "Days ahead",
    "start_date": "Visit",
    "post_date": "Posted",
    "issued_date": "Issued",
    "available_date": "Day",
    "service_date": "Service date",
    "party": "Owed by",
    "due_date": "Due",
}


def open_rows(
    view: View, metric: str, asked: Slice, *, about: str = "", on_close: Callable[[], None] | None = None
) -> None:
    """The rows behind a metric's number over `asked`, in a drawer. `about` says which part of the page was clicked."""
    found = view.known[metric]

    @st.dialog(found.label, width="large", position="right", on_dismiss=on_close or "ignore")
    def drawer() -> None:
        st.caption(f"{about} · {found.formula}" if about else found.formula)
        has_some = False
        for part in ("numerator", "denominator"):
            has_some |= _part(view, found, asked, part)
        if not has_some:
            st.info("This number has no rows of its own; the metric catalogue says how it is made.")

    drawer()


def _part(view: View, found: Definition, asked: Slice, part: str) -> bool:
    """One part's rows with their sum; answers whether there is such a part."""
    total = view.read(_total, found.metric, asked, part)
    if total is None:
        return False
    if part == "denominator":
        st.markdown("**What it is divided by**")
    noun = "open item" if found.rows_table == "ar_daily" and part == "numerator" else "row"
    days = Window(asked.first, asked.last).in_words()
    if found.kind == "semi_additive":
        days = f"as of {asked.last:%-d %b %Y}"
    if part == "denominator" and found.rows2_days:
        days = f"the {int(found.rows2_days)} days up to {asked.last:%-d %b %Y}"
    count = f"{total.rows:,} {noun}{'' if total.rows == 1 else 's'}"
    st.markdown(f"**{count}** · {days} · {_comes_to(view, found, total)}")
    rows = view.read(_rows, found.metric, asked, part)
    wanted = _wanted(rows, found)
    if wanted and len(rows):
        show_table(view, rows[wanted], found)
    if total.rows > LIMIT:
        st.caption(f"The first {LIMIT:,} are shown; `daybook metric {found.metric} --rows` has them all.")
    return True


def _total(warehouse: Any, metric: str, asked: Slice, part: str) -> Any:
    return sum_of_rows(warehouse, metric, asked, part=part)


def _rows(warehouse: Any, metric: str, asked: Slice, part: str) -> Any:
    return rows_of(warehouse, metric, asked, part=part, limit=LIMIT)


_MIDDLES = {"median": "median", "p90": "90th percentile", "distinct": "number of different clients"}


def _comes_to(view: View, found: Definition, total: Any) -> str:
    """`they sum to …`, so that it can be seen to be the number."""
    if found.is_from_rows:
        return f"their {_MIDDLES[str(found.aggregate)]} is **{say(total.numerator, found, view.currency)}**"
    if total.numerator is None:
        return f"they sum to **{_amount(view, total.denominator or 0, is_money=found.denominator_is_money)}**"
    numerator = _amount(view, total.numerator, is_money=found.numerator_is_money)
    if total.denominator is None:
        return f"they sum to **{numerator}**"
    divisor = _amount(view, total.denominator, is_money=found.denominator_is_money)
    if not total.denominator:
        return "they sum to **nothing to divide by**"
    share = f" = {total.numerator / total.denominator:.2%}" if found.unit == "ratio" else ""
    return f"they sum to **{numerator} of {divisor}{share}**"


def _amount(view: View, number: float, *, is_money: bool) -> str:
    return view.currency.show(round(number)) if is_money else f"{number:,.0f}"


def _wanted(rows: pd.DataFrame, found: Definition) -> list[str]:
    """The columns that say something: dates, who, what, and what each row adds."""
    day = [name for name in (found.rows_date, found.rows2_date) if name in rows.columns and name not in _DATES]
    wanted = [*day, *_DATES, "client_id", *_FACTS, "adds_to_numerator", "adds_to_denominator"]
    return [name for name in dict.fromkeys(wanted) if name in rows.columns and rows[name].notna().any()
            and name != "as_of_date"]  # fmt: skip


def show_table(view: View, rows: pd.DataFrame, found: Definition | None = None, *, height: int = 460) -> None:
    """Rows with people's names from the record, amounts in whole units, one form of date, and a link to the client."""
    shown = rows.copy()
    config: dict[str, Any] = {}
    money = {
        "adds_to_numerator": bool(found and found.numerator_is_money),
        "adds_to_denominator": bool(found and found.denominator_is_money),
    }
    for name in list(shown.columns):
        title = _TITLES.get(name, name.removesuffix("_minor").replace("_", " ").capitalize())
        config[name] = st.column_config.Column(title)
        if name.startswith("adds_to_") and shown[name].dtype == object:  # ids, of which the different ones are counted
            del shown[name]
        elif name.endswith("_minor") or money.get(name):
            shown[name] = shown[name] / 10**view.currency.exponent
            config[name] = st.column_config.NumberColumn(title, format=f"%,.{view.currency.exponent}f")
        elif name.endswith(("_date", "_day")):
            config[name] = st.column_config.DateColumn(title, format="D MMM YYYY")
    for name, dimension in _NAMED.items():
        if name in shown.columns:
            shown[name] = shown[name].map(view.names.of[dimension]).fillna(shown[name])
    for name in ("outcome", "transaction_kind", "leak"):
        if name in shown.columns:
            shown[name] = shown[name].str.replace("_", " ")
    if "party" in shown.columns:
        shown["party"] = [_party(view, party) for party in shown.party]
    _with_client(view, shown, config)
    st.dataframe(shown, hide_index=True, height=table_height(len(shown), height), column_config=config, placeholder="–")


def _party(view: View, party: str) -> str:
    kind, _, key = str(party).partition(":")
    return view.names.of["payer"].get(key, "Payer") if kind == "payer" else "Client"


def _with_client(view: View, shown: pd.DataFrame, config: dict[str, Any]) -> None:
    """Names stand in the record alone; who may not see clients sees their ids, and an import has nothing but ids."""
    if "client_id" not in shown.columns or not view.person.may(Permission.SEE_CLIENTS):
        return
    if view.filters.source != "record":
        return
    with runtime.current().record.read() as reader:
        names = names_of(reader, view.person, list(shown.client_id.dropna().unique()))
    shown.insert(1, "client", shown.client_id.map(names))
    config["client"] = st.column_config.TextColumn("Client")
    shown["client_id"] = "/client?client=" + shown.client_id
    config["client_id"] = st.column_config.LinkColumn("Record", display_text="Open", width="small")
