"""Imports: what each batch brought, and the rows that could not be used, with a filter and a download."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboards.components.charts import card, table_height
from dashboards.components.quality.words import at, some
from ingestion.imports.quarantine import ImportBatch, QuarantinedRow, import_batches, quarantined
from practice.access.permissions import Actor, Permission
from practice.home import Home

SHOWN = 2_000
COUNTS = ("read", "loaded", "merged", "rejected", "ignored")
_HEAD = ("source", "file", "row", "column", "value", "reason")


def imports(home: Home, person: Actor, zone: str) -> None:
    """The batches, and below them the quarantine if anything is in it; a sentence if nothing was ever imported."""
    batches = import_batches(home)
    with card("Imports", "Every row read is loaded, merged, rejected or ignored"):
        if not batches:
            st.caption("Nothing has been imported. `daybook import FORMAT PATH` takes in what another system exported.")
            return
        _batches(batches, zone)
        rows = _rows(str(home.path), tuple(batch.batch_id for batch in batches), home)
        if rows:
            _quarantine(rows, is_value_shown=person.may(Permission.IMPORT))


@st.cache_data(max_entries=4, show_spinner=False)
def _rows(path: str, batch_ids: tuple[str, ...], _home: Home) -> list[QuarantinedRow]:
    del path, batch_ids
    return quarantined(_home)


def _batches(batches: list[ImportBatch], zone: str) -> None:
    table = pd.DataFrame(
        {
            "Source": [batch.source for batch in batches],
            "State": ["held back" if batch.held_because else "loaded" for batch in batches],
            "Imported": [at(batch.imported_at, zone) for batch in batches],
            "Known at": [batch.known_at for batch in batches],
            **{name.capitalize(): [batch.counts.get(name, 0) for batch in batches] for name in COUNTS},
            "Files": [", ".join(batch.files) for batch in batches],
            "Held back because": [" ".join(batch.held_because) for batch in batches],
        }
    )
    if not any(batch.held_because for batch in batches):
        table = table.drop(columns="Held back because")
    numbers = {name.capitalize(): st.column_config.NumberColumn(format="localized", width=75) for name in COUNTS}
    st.dataframe(
        table,
        hide_index=True,
        height=table_height(len(table), 240),
        key="quality_imports",
        column_config={"Known at": st.column_config.DateColumn(format="D MMM YYYY"), **numbers},
    )


@st.fragment
def _quarantine(rows: list[QuarantinedRow], *, is_value_shown: bool) -> None:
    st.markdown(
        "**Quarantine**  \n:small[:gray[Rows that could not be used. Mend them in the file and import it again]]"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox(
            "Source", [None, *dict.fromkeys(row.source for row in rows)], key="quarantine_source", width=220,
            format_func=lambda name: name or "All sources", label_visibility="collapsed",
        )  # fmt: skip
        of_source = filtered(rows, source, None)
        reason = st.selectbox(
            "Reason", [None, *dict.fromkeys(row.reason for row in of_source)], key="quarantine_reason", width=360,
            format_func=lambda name: name or "All reasons", label_visibility="collapsed",
        )  # fmt: skip
        found = filtered(of_source, None, reason)
        st.space("stretch")
        st.download_button(
            "Download",
            lambda: as_csv(found, is_value_shown=is_value_shown),
            file_name="quarantine.csv",
            mime="text/csv",
            icon=":material/download:",
            key="quarantine_download",
        )
    st.caption(some(len(found), "row") + (f"; the first {SHOWN:,} are shown" if len(found) > SHOWN else ""))
    table = pd.DataFrame([_cells(row, is_value_shown=is_value_shown) for row in found[:SHOWN]], columns=list(_HEAD))
    table.columns = [name.capitalize() for name in _HEAD]
    st.dataframe(
        table if is_value_shown else table.drop(columns="Value"),
        hide_index=True,
        height=table_height(len(table), 360),
        key="quality_quarantine",
        placeholder="–",
    )


def filtered(rows: Sequence[QuarantinedRow], source: str | None, reason: str | None) -> list[QuarantinedRow]:
    """Those of a source and for a reason; None means any."""
    return [row for row in rows if source in (None, row.source) and reason in (None, row.reason)]


def as_csv(rows: Sequence[QuarantinedRow], *, is_value_shown: bool) -> str:
    """The rows as CSV. A value that a spreadsheet would take for a formula is quoted with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in _cells(row, is_value_shown=is_value_shown)])
    return text.getvalue()


def _cells(row: QuarantinedRow, *, is_value_shown: bool) -> tuple[str | int | None, ...]:
    """What stands in a foreign file is shown to those who may import it; others see where and why."""
    return (row.source, row.file, row.row, row.column, row.value if is_value_shown else None, row.reason)


def _harmless(cell: str | int | None) -> str | int | None:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
