"""What the members of the dimensions are called: names of the record, or of an import's own tables."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards import runtime
from dashboards.components.numbers.filters import WITHOUT
from dashboards.metrics import DIMENSIONS, dimension_names
from dashboards.metrics.definitions import sources as read_sources
from dashboards.warehouse import Warehouse
from practice.access.permissions import SYSTEM
from practice.people import queries

_READERS = {
    "location": queries.locations,
    "provider": queries.providers,
    "service": queries.services,
    "payer": queries.payers,
    "referral_source": queries.referral_sources,
}


@dataclass(frozen=True)
class Names:
    """Id → name by dimension; closed ones too, as history has them."""

    of: dict[str, dict[str, str]]

    def member(self, dimension: str, member: str | None) -> str:
        """The name of a member; of the rows without one what that means."""
        if not isinstance(member, str):  # None, or a frame's NaN
            return WITHOUT[dimension]
        return self.of.get(dimension, {}).get(member, member)


def names_for(warehouse: Warehouse, source: str) -> Names:
    """The names that the source's ids have."""
    published = warehouse.published()
    if source != "record" and published is not None:
        return _names_of_import(published.build_id, source, warehouse)
    with runtime.current().record.read() as reader:
        return Names(
            {
                dimension: {
                    row[DIMENSIONS[dimension]]: row["name"] + ("" if row.get("is_active", True) else " (closed)")
                    for row in read(reader, SYSTEM, include_inactive=True)
                }
                for dimension, read in _READERS.items()
            }
        )


@st.cache_data(max_entries=20, show_spinner=False)
def _names_of_import(build_id: str, source: str, _warehouse: Warehouse) -> Names:
    del build_id
    return Names({dimension: dimension_names(_warehouse, dimension, source) for dimension in DIMENSIONS})


@st.cache_data(max_entries=4, show_spinner=False)
def _sources(build_id: str, _warehouse: Warehouse) -> list[str]:
    del build_id
    return read_sources(_warehouse)


def sources(warehouse: Warehouse) -> list[str]:
    """The record, then every import in the published build."""
    published = warehouse.published()
    return _sources(published.build_id, warehouse) if published else ["record"]
