"""Metrics as the lines of a table, with a column for each way to look at one; each opens its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.components.charts import card
from dashboards.components.numbers.drawer import open_rows
from dashboards.components.numbers.picking import forget, picked_cell
from dashboards.components.numbers.view import View
from dashboards.components.numbers.words import in_words, say
from dashboards.metrics import Definition, Value

WRITE_OFFS = {
    "contractual": "Contractual",
    "denial": "Denials",
    "timely_filing": "– asked too late",
    "no_authorisation": "– not authorised",
    "courtesy": "Courtesy",
    "small_balance": "Small balances",
    "charity": "Charity",
    "bad_debt": "Bad debt",
    "avoidable": "Avoidable of all these",
}
LAGS = {
    "Note signed": ("note_lag_days", "signed"),
    "Charged": ("charge_lag_days", "charged"),
    "Claim sent": ("claim_lag_days", "claimed"),
    "Invoiced": ("invoice_lag_days", "invoiced"),
}
"""What follows the service: the beginning of its percentiles' names, and of its shares'."""
CLAIMS = {
    "pre_registration_rate": "Pre-registered before the visit",
    "insurance_verification_rate": "Covers verified before the visit",
    "clean_claim_rate": "Clean at the first look",
    "claims_sent": "Claims sent",
    "clearinghouse_acceptance_rate": "Accepted by the receiver at first",
    "initial_denial_rate_mature": "Denied at first, of mature claims",
    "initial_denial_rate_amount": "Denied at first, by amount",
    "initial_denial_rate_period": "Denied in the period, of earlier months",
    "primary_denial_rate": "Paid nothing and denied",
    "denials_overturned_rate": "Denials overturned",
    "denial_to_appeal_days_median": "Days from denial to appeal",
    "denial_to_resolution_days_median": "Days from denial to its end",
    "first_pass_resolution_rate_mature": "Settled at first, of mature claims",
}
REGISTERED, NOT_KNOWN = "pre_registration_rate", "pre_registration_unknown"
"""Of all visits that were booked before, not of claims alone; and those that it leaves out, which stand beside it."""


def write_offs(view: View) -> None:
    """Each class of write-off: how much, and its share of what the field divides it by."""
    names = {f"write_off_rate_{name}": word for name, word in WRITE_OFFS.items()}
    with card(
        "Write-offs by class",
        "Of charges at full fee; denials of net income; avoidable ones of adjusted charges. Click one for its rows",
    ):
        known = _answered(view, names)
        if not known:
            return
        lines = [
            {"Class": names[name], "Written off": _money(view, value.numerator), "Share": _percent(value.value),
             "Of": _money(view, value.denominator)}
            for name, value in known.items() if value.numerator
        ]  # fmt: skip
        if not lines:
            st.caption("Nothing was written off in these days.")
            return
        shown = [name for name, value in known.items() if value.numerator]
        picked = picked_cell(
            pd.DataFrame(lines), name="write_offs",
            column_config=_amounts(view, "Written off", "Of") | _to_the_right("Share"),
        )  # fmt: skip
        if picked:
            _open(view, shown[picked[0]], names[shown[picked[0]]], "write_offs")


def lags(view: View) -> None:
    """How many days after the service things are done: the middle, the slow tenth, and the shares done soon."""
    columns = {
        what: {"Median": f"{lag}_median", "Slow tenth": f"{lag}_p90",
               "Next day": f"{share}_within_1_day_rate", "In two days": f"{share}_within_2_days_rate"}
        for what, (lag, share) in LAGS.items()
    }  # fmt: skip
    with card(
        "Days from the service",
        "In days, by the day on which it was done; and the shares done by the next day and within two. Click a cell",
    ):
        known = _answered(view, {name: what for what, those in columns.items() for name in those.values()})
        lines = [
            {"": what} | {title: _said(view, known, name) for title, name in those.items()}
            for what, those in columns.items() if any(name in known for name in those.values())
        ]  # fmt: skip
        if not lines:
            return
        picked = picked_cell(
            pd.DataFrame(lines),
            name="lags",
            column_config=_to_the_right("Median", "Slow tenth", "Next day", "In two days"),
        )
        if picked:
            what = str(lines[picked[0]][""])
            name = columns[what].get(picked[1], columns[what]["Median"])
            _open(view, name, view.known[name].label if name in view.known else what, "lags")


def claims(view: View) -> None:
    """What payers were asked for and how they took it."""
    with card(
        "Claims and denials",
        "By the day of the visit, of the first look, of sending, or of the answer. Click one for its rows",
    ):
        known = _answered(view, CLAIMS)
        if not known:
            return
        if not any(value.denominator or value.numerator for name, value in known.items() if name != REGISTERED):
            st.caption("No claim was sent or answered in these days.")
            known = {name: value for name, value in known.items() if name == REGISTERED and value.denominator}
            if not known:
                return
        lines = [
            {"": CLAIMS[name], "Value": say(value.value, view.known[name], view.currency),
             "Of": _part(view, view.known[name], value) + (_left_out(view) if name == REGISTERED else "")}
            for name, value in known.items()
        ]  # fmt: skip
        picked = picked_cell(
            pd.DataFrame(lines), name="claims_lines", most=520, column_config=_to_the_right("Value", "Of")
        )
        if picked:
            name = list(known)[picked[0]]
            _open(view, name, view.known[name].label, "claims_lines")


def _answered(view: View, names: Mapping[str, str]) -> dict[str, Value]:
    """Metric → its value in the period, of those that this build and the filters have; a sentence where none is."""
    there = [name for name in names if name in view.known]
    known = [name for name in there if not view.lacks(name)]
    if not known:
        st.caption(f"These numbers are {view.lacks(there[0])}." if there else "The next build will have these numbers.")
        return {}
    answers = view.values(known, [view.window])
    return {name: answers[name][0] for name in known if name in answers}


def _open(view: View, metric: str, about: str, table: str) -> None:
    if metric in view.known and not view.lacks(metric):
        open_rows(view, metric, view.asked, about=about, on_close=forget(table))


def _said(view: View, known: Mapping[str, Value], name: str) -> str:
    """Without the unit: the card's heading says it once."""
    if name not in known:
        return "–"
    found = view.known[name]
    return in_words(known[name].value, found.unit, view.currency, is_quotient=True)


def _part(view: View, found: Definition, value: Value) -> str:
    """`12 of 140`; amounts in whole units. What counts a denominator three times shows nothing: its rows say it."""
    if value.denominator is None or not value.denominator or found.rows2_later:
        return ""
    if found.numerator_is_money:
        return f"{view.currency.show(round(value.numerator or 0))} of {view.currency.show(round(value.denominator))}"
    return f"{value.numerator or 0:,.0f} of {value.denominator:,.0f}"


def _left_out(view: View) -> str:
    """` · 3 unknown`: visits of which it is not known whether they belong to the numerator."""
    answers = view.values([NOT_KNOWN], [view.window]) if NOT_KNOWN in view.known else {}
    count = answers[NOT_KNOWN][0].numerator if NOT_KNOWN in answers else None
    return f" · {count:,.0f} unknown" if count else ""


def _money(view: View, minor: float | None) -> float:
    return (minor or 0) / 10**view.currency.exponent


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _to_the_right(*columns: str) -> dict[str, Any]:
    """Numbers that are written out already stand like numbers."""
    return {column: st.column_config.TextColumn(alignment="right") for column in columns}


def _amounts(view: View, *columns: str) -> dict[str, Any]:
    form = f"%,.{view.currency.exponent}f"
    return {column: st.column_config.NumberColumn(format=form) for column in columns}
