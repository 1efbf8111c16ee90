"""What the page says first: a sentence, and four tiles."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.quality.words import age, at, some
from expectations.check import RECORD
from practice.clock import stored, system_clock
from practice.store.feed import feed_head


def sentence(now: pd.DataFrame, zone: str) -> None:
    """All passed and when, or what failed and what is served instead."""
    running = runtime.current()
    published, attempt = running.warehouse.published(), running.warehouse.last_attempt()
    failed, warned = (int((now.state == state).sum()) for state in ("failed", "warned"))
    held = int(now[(now.state == "failed") & (now.scope != RECORD)].scope.nunique())
    own = failed - int(((now.state == "failed") & (now.scope != RECORD)).sum())
    built = at(published.built_at, zone) if published else ""
    if attempt.get("status") == "refused":
        instead = f"Pages go on showing the build of {built}." if published else "Nothing has been published yet."
        why = f"{some(own, 'check')} refused it" if own else "it could not be made"
        tried = at(datetime.fromisoformat(attempt["at"]), zone) if attempt.get("at") else "the last attempt"
        st.markdown(f":red[:material/report:] **The build of {tried} was not published: {why}.** {instead}")
    elif published is None:
        st.markdown(":gray[:material/hourglass_top:] Nothing has been built yet, so there is nothing to check.")
    elif own or warned or held:
        parts = [some(warned, "warning")] if warned else []
        parts += [f"{some(held, 'import')} held back"] if held else []
        told = " and ".join(parts) or some(own, "failure")
        st.markdown(f":orange[:material/warning:] **The numbers of {built} are published, with {told}.**")
    else:
        passed = f":green[:material/verified:] **All {some(len(now), 'check')} passed.**"
        st.markdown(f"{passed} The numbers were published on {built}.")


def tiles(now: pd.DataFrame, zone: str) -> None:
    """Checks passed, warnings, how fresh the numbers are, how many changes they lack."""
    running = runtime.current()
    published = running.warehouse.published()
    passed, warned = (int((now.state == state).sum()) for state in ("passed", "warned"))
    behind = max(0, feed_head(running.record).seq - published.feed_seq) if published else 0
    told = age(published.built_at, stored(system_clock())).capitalize() if published else "–"
    known = f"Known up to {at(published.known_at, zone)}." if published else "There are none yet."
    waiting = "The next build takes them in." if behind else "The numbers have every change."
    shown = (
        ("Checks passed", f"{passed} of {len(now)}", "At the last validation of each door."),
        ("Warnings", f"{warned}", "Odd, but served all the same."),
        ("Numbers published", told, known),
        ("Changes on their way", f"{behind:,}", waiting),
    )
    grid = st.grid(4, min_column_width=150, gap="small")
    for label, value, caption in shown:
        with grid.container(), st.container(border=True, height="stretch", gap="small"):
            st.metric(label, value)
            st.caption(caption)
