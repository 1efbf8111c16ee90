"""Every check as it stood last, by door, with a search."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.components.charts import card, table_height
from dashboards.components.quality.words import DOORS
from expectations.check import RECORD

_RESULTS = {"failed": "✕ failed", "warned": "! warned", "passed": "✓ passed"}


def all_checks(now: pd.DataFrame) -> None:
    """The table; severity and result are words, so that nothing hangs on a colour."""
    with card("All checks", "As each stood at its last validation"):
        with st.container(horizontal=True, vertical_alignment="center"):
            wanted = st.text_input(
                "Search checks", placeholder="Search checks", label_visibility="collapsed", key="quality_search",
                icon=":material/search:", width=260,
            )  # fmt: skip
            door = st.segmented_control(
                "Door", list(DOORS.values()), label_visibility="collapsed", key="quality_door", default=None
            )
        shown = matching(now, wanted, door)
        table = pd.DataFrame(
            {
                "Door": shown.door.map(DOORS),
                "Result": shown.state.map(_RESULTS),
                "What must hold": shown.sentence,
                "Found": shown.observed,
                "Value": shown.observed_value,
                "Of": shown.scope.str.split("/").str[0].replace(RECORD, "the record"),
                "Severity": shown.severity,
                "Check": shown.check_name,
            }
        )
        if not table["Found"].fillna("").any():
            table = table.drop(columns="Found")
        st.dataframe(
            table,
            hide_index=True,
            height=table_height(len(table), 420),
            key="quality_checks",
            placeholder="",
            column_config={
                "Door": st.column_config.TextColumn(width=110),
                "Result": st.column_config.TextColumn(width=90),
                "What must hold": st.column_config.TextColumn(width=350),
                "Found": st.column_config.TextColumn(width=150),
                "Value": st.column_config.NumberColumn(
                    format="%.4g", width=70, help="Rows that broke it, or what was measured"
                ),
                "Of": st.column_config.TextColumn(width=110, help="Whose data it judges"),
                "Severity": st.column_config.TextColumn(width=80),
            },
        )


def matching(now: pd.DataFrame, wanted: str | None, door: str | None) -> pd.DataFrame:
    """The checks of a door (its title) that have every word of the search in name, sentence, finding or scope."""
    found = now
    if door:
        found = found[found.door.map(DOORS) == door]
    parts = [found[name].fillna("").astype(str) for name in ("check_name", "sentence", "observed", "scope")]
    said = parts[0].str.cat(parts[1:], sep=" ").str.lower()
    for word in (wanted or "").lower().split():
        has = said.str.contains(word, regex=False)
        found, said = found[has], said[has]
    place = {title: number for number, title in enumerate(DOORS)}
    return found.assign(_door=found.door.map(place)).sort_values(["_door", "_state", "check_name"])
