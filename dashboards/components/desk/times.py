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


def open_days(
    slots: Sequence[Row], usual_provider_id: str | None, held: Sequence[Row] = ()
) -> list[tuple[date, list[Row]]]:
    """The first days with times that are free or held; at each time one offer, of the usual provider where possible.

    Pure.
    """
    days: dict[date, dict[datetime, Row]] = {row["wall_start"].date(): {} for row in held}
    for day, rows in groupby(slots, key=lambda row: row["wall_start"].date()):
        best = days.setdefault(day, {})
        for row in rows:
            if row["wall_start"] not in best or row["provider_id"] == usual_provider_id:
                best[row["wall_start"]] = row
    return [(day, list(days[day].values())) for day in sorted(days)][:DAYS_SHOWN]


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
    held: Sequence[Row] = (),
    is_refused: bool = False,
) -> Row | None:
    """Draw the offers, the best of them (rows with `reasons`) first; the one that was chosen, or None.

    What others are booking just now (`held`) is written beneath its day. A chosen time that is not free any more is
    said to be gone, unless a refusal of it (`is_refused`) is there to say more.
    """
    chosen = _choose_best(form, best, today)
    days = open_days(slots, usual_provider_id, held)
    is_all = st.session_state.get(f"{form}:all_times", False)
    drawn = [(day, rows if is_all else thinned(rows)) for day, rows in days]
    offered = {row["wall_start"]: row for _, rows in days for row in rows}
    gone = _gone(form, offered, chosen)
    if gone and not is_refused:
        st.warning(_why_gone(gone, held, today), icon=":material/event_busy:")
    for column, (day, rows) in zip(st.columns(columns), drawn, strict=False):
        with column:
            st.markdown(f"**{words.day(day, today)}**")
            if rows:
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
            for row in held:
                if row["wall_start"].date() == day:
                    span = words.span(row["wall_start"], row["wall_end"])
                    st.caption(f":material/lock_clock: {span}  \n{held_words(row)}")
    if any(len(rows) > len(few) for (_, rows), (_, few) in zip(days, drawn, strict=True)) or is_all:
        st.toggle("Every quarter of an hour", key=f"{form}:all_times")
    return chosen or offered.get(st.session_state.get(f"{form}:slot") or _best_time(form))


def held_words(row: Row) -> str:
    """`held by Ana until 10:42`. Pure."""
    if row["purpose"] == "offer":
        return "held for the waitlist"
    who = words.plain(row["holder_name"]) or "a client who books online"
    return f"held by {who} until {words.clock(row['until'])}"


def _gone(form: str, offered: dict[datetime, Row], best: Row | None) -> datetime | None:
    """The time that was chosen, if it is not offered any more."""
    taken: tuple[datetime, str] | None = st.session_state.get(f"{form}:best")
    chosen: datetime | None = taken[0] if taken and best is None else st.session_state.get(f"{form}:slot")
    return chosen if chosen is not None and chosen not in offered else None


def _best_time(form: str) -> datetime | None:
    """The time of the best that was pressed, where it is free still but no longer among the best."""
    taken: tuple[datetime, str] | None = st.session_state.get(f"{form}:best")
    return taken[0] if taken else None


def _why_gone(gone: datetime, held: Sequence[Row], today: date) -> str:
    holding = next((row for row in held if gone in row["starts"]), None)
    why = f"is {held_words(holding)}" if holding else "is not free any more"
    return f"{words.when(gone, today)} {why}; choose another time."


def _choose_best(form: str, best: Sequence[Row], today: date) -> Row | None:
    """The few that suit best as buttons that say why; the one that is pressed, or None."""
    taken = st.session_state.get(f"{form}:best")
    chosen = None
    with st.container(gap="small", key=f"{form}:best_times"):
        for row in best:
            key = (row["wall_start"], row["provider_id"])
            chosen = row if key == taken else chosen
            st.button(
                f"**{words.when(row['wall_start'], today)}** with {words.plain(row['provider_name'])}"
                f" :small[· {words.plain(', '.join(row['reasons']))}]",
                key=f"{form}:best:{spelled(row['wall_start'])}:{row['provider_id']}",
                icon=":material/check_circle:" if key == taken else ":material/star:",
                type="primary" if key == taken else "secondary",
                width="stretch",
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
