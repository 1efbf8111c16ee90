"""What the Receivables page has of its own: its day, the aging by who owes, the tie-out, the open items."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.beginning import nothing
from dashboards.components.charts import card
from dashboards.components.numbers.choice import choice
from dashboards.components.numbers.drawer import open_rows, show_table
from dashboards.components.numbers.periods import Window
from dashboards.components.numbers.picking import forget, picked_cell, picked_point
from dashboards.components.numbers.trend import LEGEND
from dashboards.components.numbers.tying import due_switch, is_whole, tie
from dashboards.components.numbers.view import View
from dashboards.metrics import rows_of
from dashboards.metrics.receivables import BUCKETS, CLOCKS, FORWARD, NOT_YET, aging
from dashboards.theme import Palette
from practice.access.permissions import Permission
from practice.people.queries import names_of

CLOCK_WORDS = {
    "service_date": "Since the service",
    "responsibility_date": "Since they came to owe it",
    "billed_date": "Since the bill",
    "activity_date": "Since the last posting",
    "due_date": "Overdue",
    FORWARD: "Balance forward",
}
WHO_WORDS = {"payer": "Payers and clients", "client": "Each client"}
DAY, WRITTEN = "as_of_day", "receivables:as_of"
MOST_CLIENTS = 100
MOST_ITEMS = 300


def as_of(view: View) -> View:
    """The same look as of a day that is chosen, and kept in the address; a month up to it stands for its history."""
    state, asked = st.session_state, st.query_params.get("as_of")
    written = state.get(WRITTEN)
    if DAY not in state or (asked or "") != (written or ""):  # come from another page, or the address was changed
        state[DAY] = _day(asked if DAY in state else asked or written, view.today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.date_input("As of the end of", max_value=view.today, key=DAY, width=170, format="YYYY-MM-DD")
        ago = "a year earlier" if view.filters.compare == "year" else "30 days earlier"
        st.caption(f"Postings up to that day, with today's knowledge. Changes are against {ago}.", width="stretch")
    day = chosen if isinstance(chosen, date) else view.today
    if day != view.today:
        st.query_params["as_of"] = state[WRITTEN] = str(day)
    else:
        state[WRITTEN] = ""
        if "as_of" in st.query_params:
            del st.query_params["as_of"]
    return view.at(Window(date.fromordinal(day.toordinal() - 29), day))


def _day(asked: str | None, today: date) -> date:
    """The day that an address asks for; today, and a sentence, where it can't be."""
    if not asked:
        return today
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        st.warning(f"{asked!r} is no day; write it like as_of=2026-03-31. This is as of today, {today:%-d %b %Y}.")
        return today
    if day > today:
        st.warning(f"The numbers end on {today:%-d %b %Y}, so this is as of that day; {day:%-d %b %Y} is yet to come.")
        return today
    return day


def aged(view: View) -> bool:
    """By who owes and how old, as bars and as a table, with the tie-out beneath; each opens its items.

    Answers whether what is due only is shown.
    """
    if view.lacks("ar_open"):
        with card("Receivables by age"):
            st.caption(f"Receivables are {view.lacks('ar_open')}; clear that filter to see them by age.")
        return False
    row = st.container(horizontal=True)
    clock = choice("Age", CLOCK_WORDS, key="clock", default="service_date", what="clock of the aging", place=row)
    by = choice("By", WHO_WORDS, key="who", default="payer", what="way to list who owes", place=row)
    if clock == FORWARD and not is_whole(view):
        return False
    is_due_only = due_switch(view, clock, row)
    frame = view.read(aging, view.asked, clock, by, is_due_only)
    left, right = st.columns([2, 3], gap="small")
    with left:
        aging_bars(view, clock=clock, by=by, is_due_only=is_due_only)
    with right, card("By age", "Click a cell for its open items"):
        if frame.empty:
            nothing(f"Nothing is {'due' if is_due_only else 'open'}.")
            return is_due_only
        _cells(view, frame, clock, by, is_due_only)
    tie(view, clock, is_due_only)
    return is_due_only


def who_owes(view: View, members: Any, by: str) -> dict[str | None, str]:
    """Names of payers, or of clients from the record; None are the clients themselves."""
    present = [member for member in dict.fromkeys(members) if isinstance(member, str)]
    if by == "payer":
        return {member: view.names.member("payer", member) for member in present} | {None: "Clients"}
    if view.filters.source != "record" or not view.person.may(Permission.SEE_CLIENTS):
        return {member: member for member in present}
    with runtime.current().record.read() as reader:
        return dict(names_of(reader, view.person, present))


def aging_bars(
    view: View, *, clock: str = "service_date", by: str = "payer", height: int = 280, is_due_only: bool = False
) -> None:
    """Open receivables stacked by age, a bar for each who owes (the largest dozen); a click opens the items."""
    with card("Receivables by who owes", "By age in days. Click a bar for its items"):
        if view.lacks("ar_open"):
            st.caption(f"Receivables are {view.lacks('ar_open')}.")
            return
        frame = view.read(aging, view.asked, clock, by, is_due_only)
        if frame.empty:
            st.caption("Nothing is open.")
            return
        largest = frame.fillna({"member": ""}).groupby("member").open_minor.sum().nlargest(12).index
        frame = frame[frame.member.fillna("").isin(largest)]
        names = who_owes(view, frame.member, by)
        frame = pd.DataFrame(
            {
                "who": frame.member.fillna(""),
                "owes": [names.get(member if isinstance(member, str) else None, "–") for member in frame.member],
                "bucket": frame.bucket,
                "place": frame.bucket.map({name: i for i, name in enumerate((*NOT_YET, *BUCKETS))}),
                "amount": frame.open_minor / 10**view.currency.exponent,
            }
        )
        name = f"aging_{clock}_{by}{'_due' if is_due_only else ''}"
        picked = picked_point(
            view.key(name), lambda colours: _bars(frame, colours, height), name=name,
            alt_text="Open receivables by who owes and by age",
        )  # fmt: skip
        if picked:
            member = {by: picked["who"] or None} | ({CLOCKS[clock]: picked["bucket"]} if clock in CLOCKS else {})
            about = _aged_so(picked["bucket"]) if clock in CLOCKS else ""
            open_rows(view, _metric(is_due_only), view.asked.narrow(**member), about=about, on_close=forget(name))


def _metric(is_due_only: bool) -> str:
    return "ar_due" if is_due_only else "ar_open"


def _aged_so(bucket: str) -> str:
    return bucket.capitalize() if bucket in NOT_YET else f"{bucket} days"


def _of(frame: pd.DataFrame) -> list[str]:
    """The buckets to show: all ages, and before them what is not yet aged, where there is any."""
    return [*(name for name in NOT_YET if (frame.bucket == name).any()), *BUCKETS]


def _bars(frame: pd.DataFrame, colours: Palette, height: int) -> Any:
    pick = alt.selection_point(name="pick", fields=["who", "bucket"], on="click", clear="dblclick")
    buckets = _of(frame)
    shades = [colours.muted] * (len(buckets) - len(BUCKETS)) + list(colours.aging)
    return (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=3, height={"band": 0.72}, cursor="pointer")
        .encode(
            alt.Y("owes:N", title=None, sort="-x", axis=alt.Axis(labelLimit=130)),
            alt.X("amount:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            alt.Color("bucket:N", sort=buckets, scale=alt.Scale(domain=buckets, range=shades),
                      legend=alt.Legend(orient="bottom", title=None, columns=3, columnPadding=8, **LEGEND)),
            order=alt.Order("place:Q"),
            opacity=alt.condition(pick, alt.value(1), alt.value(0.35)),
            tooltip=[alt.Tooltip("owes:N", title="Owed by"), alt.Tooltip("bucket:N", title="Days"),
                     alt.Tooltip("amount:Q", format=",.2f", title="Open")],
        )
        .add_params(pick)
        .properties(height=height)
    )  # fmt: skip


def _cells(view: View, frame: pd.DataFrame, clock: str, by: str, is_due_only: bool) -> None:
    scale, digits = 10**view.currency.exponent, view.currency.exponent
    table = frame.assign(member=frame.member.fillna("")).pivot_table(
        index="member", columns="bucket", values="open_minor", aggfunc="sum"
    )
    buckets = _of(frame)
    table = table.reindex(columns=buckets).assign(Total=lambda rows: rows.sum(axis=1))
    table = table.sort_values("Total", ascending=False)
    everyone = table.sum()
    shown = table.head(MOST_CLIENTS)
    names = who_owes(view, [member or None for member in shown.index], by)
    lines = [member or None for member in shown.index]
    out = (pd.concat([shown, everyone.to_frame().T]) / scale).reset_index(drop=True)
    out.insert(
        0, "Owed by", [*(names.get(member, "–") for member in lines), f"All {len(table)}" if by == "client" else "All"]
    )
    digits = 0 if everyone.max() >= 10_000 * scale else digits  # the tie-out beneath has the cents
    money = st.column_config.NumberColumn(format=f"%,.{digits}f")
    name = f"aging_table_{by}_{clock}{'_due' if is_due_only else ''}"
    picked = picked_cell(
        out,
        name=name,
        column_config=dict.fromkeys((*buckets, "Total"), money) | {"Owed by": st.column_config.TextColumn(width=150)},
        most=330,
    )
    if len(table) > MOST_CLIENTS:
        st.caption(f"The {MOST_CLIENTS} who owe most; the last line is all {len(table)}.")
    if picked:
        line, column = picked
        chosen: dict[str, Any] = {by: lines[line]} if line < len(lines) else {}
        about = names.get(lines[line], "") if line < len(lines) else "Everybody"
        if column in buckets and clock in CLOCKS:
            chosen[CLOCKS[clock]] = column
            about += f", {_aged_so(column)}"
        open_rows(view, _metric(is_due_only), view.asked.narrow(**chosen), about=about, on_close=forget(name))


def items(view: View, is_due_only: bool = False) -> None:
    """The open items themselves, the largest first, each with the way to its client's account."""
    with card("Open items", "Charge × who owes it, the largest first", height="content"):
        if view.lacks("ar_open"):
            st.caption(f"Receivables are {view.lacks('ar_open')}.")
            return
        rows = view.read(_items, view.asked, _metric(is_due_only))
        if rows is None or rows.empty:
            nothing(f"Nothing is {'due' if is_due_only else 'open'}.")
            return
        amounts = ["due_minor", "open_minor"] if is_due_only else ["open_minor"]
        show_table(view, rows[["service_date", "client_id", "party", "age_days", "bucket", "provider_id", *amounts]])
        if len(rows) == MOST_ITEMS:
            st.caption(f"The {MOST_ITEMS} largest; *Rows* at the tile has more.")


def _items(warehouse: Any, asked: Any, metric: str) -> Any:
    return rows_of(warehouse, metric, asked, limit=MOST_ITEMS)
