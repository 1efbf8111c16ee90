"""Offer free times as something to choose from, a column for each of the next open days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

import streamlit as st

from dashboards.components.desk import words
from practice.scheduling.model import spelled
from practice.store.work import Row

DAYS_SHOWN = 5
FEW = 8


def open_days(slots: Sequence[Row], usual_provider_id: str | None) -> list[tuple[date, list[Row]]]:
    """The first days with free times; at each time one offer, of the usual provider where possible. Pure."""
    days = []
    for day, rows in groupby(slots, key=lambda row: row["wall_start"].date()):
        best: dict[datetime, Row] = {}
        for row in rows:
            if row["wall_start"] not in best or row["provider_id"] == usual_provider_id:
                best[row["wall_start"]] = row
        days.append((day, list(best.values())))
    return days[:DAYS_SHOWN]


def thinned(rows: list[Row]) -> list[Row]:
    """Times on the hour and half hour where a day has many; else all of them. Pure."""
    round_ones = [row for row in rows if row["wall_start"].minute in (0, 30)]
    return round_ones if len(rows) > FEW and len(round_ones) >= FEW // 2 else rows


def choose_time(
    form: str,
    slots: Sequence[Row],
    today: date,
    *,
    usual_provider_id: str | None = None,
    columns: int = DAYS_SHOWN,
    best: Sequence[Row] = (),
) -> Row | None:
    """Draw the offers, the best of them (rows with `reasons`) first; the one that was chosen, or None."""
    chosen = _choose_best(form, best, today)
    days = open_days(slots, usual_provider_id)
    is_all = st.session_state.get(f"{form}:all_times", False)
    drawn = [(day, rows if is_all else thinned(rows)) for day, rows in days]
    offered = {row["wall_start"]: row for _, rows in drawn for row in rows}
    for column, (day, rows) in zip(st.columns(columns), drawn, strict=False):
        with column:
            st.markdown(f"**{words.day(day, today)}**")
            st.pills(
                f"Times on {day:%A %-d %B}",
                [row["wall_start"] for row in rows],
                format_func=words.clock,
                key=_key(form, day),
                on_change=_only,
                args=(form, day),
                label_visibility="collapsed",
                wrap=True,
            )
    if any(len(rows) > len(few) for (_, rows), (_, few) in zip(days, drawn, strict=True)) or is_all:
        st.toggle("Every quarter of an hour", key=f"{form}:all_times")
    return chosen or offered.get(st.session_state.get(f"{form}:slot"))


def _choose_best(form: str, best: Sequence[Row], today: date) -> Row | None:
    """The few that suit best as buttons that say why; the one that is pressed, or None."""
    taken = st.session_state.get(f"{form}:best")
    chosen = None
    with st.container(gap="small"):
        for row in best:
            key = (row["wall_start"], row["provider_id"])
            chosen = row if key == taken else chosen
            st.button(
                f"**{words.when(row['wall_start'], today)}** with {words.plain(row['provider_name'])}"
                f" :small[· {words.plain(', '.join(row['reasons']))}]",
                key=f"{form}:best:{spelled(row['wall_start'])}:{row['provider_id']}",
                icon=":material/check_circle:" if key == taken else ":material/star:",
                type="primary" if key == taken else "secondary",
                on_click=_take_best,
                args=(form, key),
            )
    return chosen


def _take_best(form: str, key: tuple[datetime, str]) -> None:
    st.session_state[f"{form}:best"] = key
    st.session_state[f"{form}:slot"] = None
    for name in [name for name in st.session_state if str(name).startswith(f"{form}:slot:")]:
        st.session_state[name] = None


def _key(form: str, day: date) -> str:
    return f"{form}:slot:{day}"


def _only(form: str, day: date) -> None:
    """One time at all: choosing on one day lets go of the others."""
    st.session_state[f"{form}:slot"] = st.session_state[_key(form, day)]
    st.session_state.pop(f"{form}:best", None)
    for key in [key for key in st.session_state if str(key).startswith(f"{form}:slot:") and key != _key(form, day)]:
        st.session_state[key] = None
