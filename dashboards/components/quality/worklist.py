"""What the desk can mend: visits without an outcome, booked after their start, without an arrival, oddly imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.components.charts import card, table_height
from dashboards.components.quality.results import ask
from dashboards.components.quality.words import some
from dashboards.warehouse import Warehouse
from practice.access.permissions import SYSTEM, Actor, Permission
from practice.people.queries import names_of, providers

LIMIT = 2_000
LATELY_DAYS = 30


@dataclass(frozen=True)
class Work:
    """A line: its key, title, explanation, and the condition on fct_appointments (with `$today`) of its rows."""

    key: str
    title: str
    meaning: str
    where: str
    of: str = ""
    """A condition on the visits that it is a share of; empty: a count alone."""


_LATELY = f"start_date between $today::date - {LATELY_DAYS} and $today::date - 1"
WORK = (
    Work("unresolved", "Unresolved visits", "Past, and nobody said what became of them.",
         "source = 'record' and is_unresolved"),
    Work("booked_late", "Booked after their start", f"Of the last {LATELY_DAYS} days: written down later.",
         f"source = 'record' and coalesce(first_booked_at, booked_at) > starts_at and {_LATELY}"),
    Work("no_arrival", "Arrival not stamped", f"Of the last {LATELY_DAYS} days' completed visits.",
         f"source = 'record' and outcome = 'completed' and arrived_at is null and {_LATELY}",
         f"source = 'record' and outcome = 'completed' and {_LATELY}"),
)  # fmt: skip
_FLAG = "source = $source and list_contains(string_split(flags, ','), $flag)"


def worklist(warehouse: Warehouse, person: Actor) -> None:
    """A line for each kind of work with its count and a button to the rows."""
    with card("Attendance to mend", "What is not stated can't be counted; each opens its visits"):
        for work in WORK:
            count = _count(warehouse, person, work.where)
            share = ""
            if work.of and (whole := _count(warehouse, person, work.of)):
                share = f" ({count / whole:.0%})"
            _line(warehouse, person, work.key, work.title, work.meaning, f"{count:,}{share}", work.where, count)
        for row in _flags(warehouse).itertuples(index=False):
            title = f"{row.flag.replace('_', ' ').capitalize()}, in {row.source}"
            meaning = "Loaded, with this flag."
            _line(
                warehouse, person, f"{row.source}:{row.flag}", title, meaning, f"{row.visits:,}", _FLAG, row.visits,
                source=row.source, flag=row.flag,
            )  # fmt: skip


def _line(
    warehouse: Warehouse,
    person: Actor,
    key: str,
    title: str,
    meaning: str,
    shown: str,
    where: str,
    count: int,
    **parameters: str,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.markdown(f"**{title}**  \n:small[:gray[{meaning}]]", width="stretch")
        st.markdown(f"**{shown}**", width="content")
        if st.button("Rows", key=f"work:{key}", type="tertiary", icon=":material/table_rows:", disabled=not count):
            _open(warehouse, person, title, where, parameters)


def _scoped(where: str) -> str:
    return f"({where}) and ($places is null or list_contains(string_split($places, ','), location_id))"


def _bound(warehouse: Warehouse, person: Actor, **parameters: str) -> dict[str, Any]:
    published = warehouse.published()
    places = ",".join(sorted(person.location_ids)) or None
    return {"today": published.today if published else None, "places": places, **parameters}


def _count(warehouse: Warehouse, person: Actor, where: str) -> int:
    # Every parameter must stand in the query, also where a condition has no use for the day.
    sql = f"select count(*) as visits from marts.fct_appointments where {_scoped(where)} and $today is not null"
    found = ask(warehouse, sql, **_bound(warehouse, person))
    return int(found.visits.iloc[0]) if len(found) else 0


def _flags(warehouse: Warehouse) -> pd.DataFrame:
    return ask(
        warehouse,
        "select source, flag, count(*) as visits from (select source, unnest(string_split(flags, ',')) as flag"
        " from marts.fct_appointments where source <> 'record' and flags is not null and flags <> '')"
        " group by all order by source, visits desc, flag",
    )


def rows_to_mend(warehouse: Warehouse, person: Actor, where: str, parameters: dict[str, str]) -> pd.DataFrame:
    """The visits behind a line, the latest first: day, who, with whom, what stands there."""
    sql = (
        "select start_date, wall_start, client_id, provider_id, outcome, source_status, first_booked_at, source,"
        f" attendee_id from marts.fct_appointments where {_scoped(where)} and $today is not null"
        " order by start_date desc, attendee_id"
    )
    return ask(warehouse, sql, **_bound(warehouse, person, **parameters))


def _open(warehouse: Warehouse, person: Actor, title: str, where: str, parameters: dict[str, str]) -> None:
    @st.dialog(title, width="large", position="right")
    def drawer() -> None:
        found = rows_to_mend(warehouse, person, where, parameters)
        st.markdown(f"**{some(len(found), 'visit')}**")
        shown = found.head(LIMIT)
        table = pd.DataFrame({"Visit": shown.start_date, "Status": shown.source_status, "Client": shown.client_id})
        config: dict[str, Any] = {"Visit": st.column_config.DateColumn(format="D MMM YYYY")}
        with runtime.current().record.read() as reader:
            table["Provider"] = shown.provider_id.map(
                {row["provider_id"]: row["name"] for row in providers(reader, SYSTEM)}
            ).fillna(shown.provider_id)
            if "source" not in parameters and person.may(Permission.SEE_CLIENTS):
                table["Client"] = shown.client_id.map(names_of(reader, person, list(shown.client_id.dropna().unique())))
                table["Record"] = "/client?client=" + shown.client_id
                config["Record"] = st.column_config.LinkColumn("Record", display_text="Open", width="small")
        if "source" in parameters:
            table["Visit id"] = shown.attendee_id
        st.dataframe(
            table, hide_index=True, height=table_height(len(table), 600), column_config=config, placeholder="–"
        )
        if len(found) > LIMIT:
            st.caption(f"The first {LIMIT:,} are shown; the SQL page has them all.")

    drawer()
