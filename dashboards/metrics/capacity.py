"""The capacity forecast and how near it used to be."""

from __future__ import annotations

import pandas as pd

from dashboards.warehouse import Warehouse


def forecast(warehouse: Warehouse, level: str, provider_id: str | None, location_id: str | None) -> pd.DataFrame:
    """The coming weeks of one provider, one location or the practice, in minutes; the next week first."""
    if not warehouse.has("capacity_forecast"):
        return pd.DataFrame()
    return warehouse.query_named(
        "select * from marts.capacity_forecast where source = 'record' and level = $level"
        " and provider_id is not distinct from $provider and location_id is not distinct from $location"
        " order by week_start_date",
        {"level": level, "provider": provider_id, "location": location_id},
    )


def scorecard(warehouse: Warehouse, level: str, method: str) -> pd.DataFrame:
    """How far off the method was at this level, by how many weeks ahead."""
    if not warehouse.has("forecast_scorecard"):
        return pd.DataFrame()
    return warehouse.query_named(
        "select * from marts.forecast_scorecard where source = 'record' and level = $level and method = $method"
        " order by horizon_band",
        {"level": level, "method": method},
    )
