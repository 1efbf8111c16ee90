"""Times of the week as people say them: some days, between two times; and other times on other days."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import streamlit as st

from dashboards.components.waitlist.wording import DAYS, WHOLE_DAY, bands_of
from practice.store.work import Row

MOST = 4


def ask_windows(form: str, present: list[Row]) -> list[dict[str, Any]] | None:
    """The windows chosen; [] = any time; None while one of them ends before it begins (said beside it)."""
    bands: list[tuple[tuple[str, str], list[int]]] = list(bands_of(present).items()) or [(WHOLE_DAY, [])]
    shown = max(len(bands), st.session_state.get(f"{form}:bands", 1))
    bands += [(WHOLE_DAY, [])] * (shown - len(bands))
    found: list[dict[str, Any]] = []
    is_right = True
    for number, (times, days) in enumerate(bands):
        chosen = _band(f"{form}:band{number}", "When" if number == 0 else "Or", times, days)
        is_right = is_right and chosen is not None
        found += chosen or []
    if shown < MOST and found:
        st.button(
            "Other times on other days", key=f"{form}:more", type="tertiary", icon=":material/add:",
            on_click=_more, args=(form, shown + 1),
        )  # fmt: skip
    return found if is_right else None


def _more(form: str, count: int) -> None:
    st.session_state[f"{form}:bands"] = count


def _band(key: str, label: str, times: tuple[str, str], days: list[int]) -> list[dict[str, Any]] | None:
    chosen = st.pills(
        label, range(1, 8), selection_mode="multi", default=days, format_func=lambda day: DAYS[day - 1],
        key=f"{key}:days", help="No day chosen: any day.",
    )  # fmt: skip
    start, end = (None if text in WHOLE_DAY else time.fromisoformat(text) for text in times)
    left, right = st.columns(2)
    step = timedelta(minutes=15)
    begin = left.time_input("Not before", start, step=step, key=f"{key}:from")
    until = right.time_input("Over by", end, step=step, key=f"{key}:until")
    if begin and until and begin >= until:
        st.error("The visit would be over before it begins: choose a later end.", icon=":material/error:")
        return None
    return windows_of(list(chosen), begin, until)


def windows_of(days: list[int], begin: time | None, until: time | None) -> list[dict[str, Any]]:
    """The windows that a choice means. Times without a day mean every day; neither means any time: none. Pure."""
    if not days and begin is None and until is None:
        return []
    start = f"{begin:%H:%M}" if begin else WHOLE_DAY[0]
    end = f"{until:%H:%M}" if until else WHOLE_DAY[1]
    return [{"weekday": day, "start": start, "end": end} for day in sorted(days) or range(1, 8)]
