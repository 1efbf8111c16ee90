"""SQL for the analyst: one statement on the published marts, in a locked process; what is there stands beside it."""

from __future__ import annotations

import time

import streamlit as st

from dashboards import frame, runtime
from dashboards.components.sql_catalogue import catalogue, examples
from dashboards.sandbox import ROWS, run_sql
from dashboards.session import actor
from practice.access.permissions import Permission, require
from practice.errors import Refusal

require(actor(), Permission.QUERY)

with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("## SQL")
    st.space("stretch")
    frame.freshness()

published = runtime.current().warehouse.published()
if published is None:
    st.info("There is nothing to ask yet. The pipelines make the first build soon; without them run `daybook refresh`.")
    frame.wait_for_first_build()
    st.stop()


def _start_from_example() -> None:
    chosen = st.session_state["sql_example"]
    if chosen:
        st.session_state["sql_text"] = examples()[chosen]


names, side = st.columns([5, 3], gap="medium")
with side, st.container(border=True):
    st.markdown("**Marts**  \n:small[:gray[Grain and columns; keys end in _key and join across sources]]")
    tables = catalogue(runtime.current().warehouse)
    table = st.selectbox("Table", list(tables), label_visibility="collapsed", key="sql_table")
    shown = tables[table]
    st.caption(shown.comment)
    st.dataframe(
        shown.columns,
        hide_index=True,
        height=380,
        column_config={
            "column": st.column_config.TextColumn("Column"),
            "type": st.column_config.TextColumn("Type", width="small"),
            "meaning": st.column_config.TextColumn("Meaning"),
        },
    )

with names:
    st.selectbox(
        "Start from an example",
        list(examples()),
        index=None,
        placeholder="Start from an example",
        label_visibility="collapsed",
        key="sql_example",
        on_change=_start_from_example,
    )
    with st.form("sql", border=False):
        st.session_state.setdefault("sql_text", next(iter(examples().values())))
        text = st.text_area("Query", key="sql_text", height=200)
        asked = st.form_submit_button("Run", type="primary", shortcut="Ctrl+Enter", icon=":material/play_arrow:")
    if asked:
        began = time.perf_counter()
        try:
            answer = run_sql(published.path, text)
            st.session_state["sql_answer"] = (answer, time.perf_counter() - began, text)
        except Refusal as refusal:
            st.session_state.pop("sql_answer", None)
            st.error(str(refusal), icon=":material/error:")
    if "sql_answer" in st.session_state:
        answer, seconds, of_text = st.session_state["sql_answer"]
        frame_of_answer = answer.to_pandas()
        with st.container(horizontal=True, vertical_alignment="center"):
            cut = " · cut there; add an order and a limit" if len(frame_of_answer) == ROWS else ""
            earlier = " · of an earlier text" if of_text != text else ""
            st.caption(f"{len(frame_of_answer):,} rows in {seconds:.2f} s{cut}{earlier}")
            st.space("stretch")
            st.download_button(
                "CSV", lambda: frame_of_answer.to_csv(index=False), "answer.csv", "text/csv", icon=":material/download:"
            )
        st.dataframe(frame_of_answer, hide_index=True, height=420)
