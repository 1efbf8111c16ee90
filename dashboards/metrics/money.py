"""How the money for a month's services comes in."""

from __future__ import annotations

import pandas as pd

from dashboards.metrics.slices import Slice, conditions
from dashboards.warehouse import Warehouse

CURVE_DIMENSIONS = {"location": "location_id", "provider": "provider_id", "payer": "payer_id"}


def collection_curve(warehouse: Warehouse, asked: Slice, last_age: int) -> pd.DataFrame:
    """By `cohort_month` and `age_months`: `applied_minor` by the end of the age, `net_charged_minor`, and their share.

    The months of service within the days asked for. Empty before the build has the mart.
    """
    if not warehouse.has("collection_curve"):
        return pd.DataFrame(columns=["cohort_month", "age_months", "applied_minor", "net_charged_minor", "share"])
    narrowed, members = conditions(dict(asked.filters), CURVE_DIMENSIONS)
    sql = f"""
        select cohort_month, age_months, sum(applied_minor)::bigint as applied_minor,
            sum(net_charged_minor)::bigint as net_charged_minor,
            sum(applied_minor)::double / nullif(sum(net_charged_minor), 0) as share
        from marts.collection_curve
        where source = $source and cohort_month between $first and $last and age_months <= $ages {narrowed}
        group by all order by all
    """
    days = {"source": asked.source, "first": asked.first, "last": asked.last, "ages": last_age}
    return warehouse.query_named(sql, days | members)
