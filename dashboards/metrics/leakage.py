"""Where the money of a period's visits is, and what of it leaks."""

from __future__ import annotations

import pandas as pd

from dashboards.metrics.definitions import DIMENSIONS
from dashboards.metrics.slices import Slice, conditions
from dashboards.warehouse import Warehouse

COLUMNS = ["place", "leak", "owner_role", "visits", "amount_minor", "first_due_date"]


def places(warehouse: Warehouse, asked: Slice) -> pd.DataFrame:
    """By `place` and `leak`: `visits`, `amount_minor`, whose it is to mend, and the first day by which.

    Visits of the days asked for. Empty before the build has the mart.
    """
    if not warehouse.has("revenue_leakage"):
        return pd.DataFrame(columns=COLUMNS)
    narrowed, members = conditions(dict(asked.filters), DIMENSIONS)
    sql = f"""
        select place, leak, owner_role, count(*)::bigint as visits, sum(amount_minor)::bigint as amount_minor,
            min(due_date) as first_due_date
        from marts.revenue_leakage
        where source = $source and service_date between $first and $last {narrowed}
        group by all order by sum(amount_minor) desc, place, leak
    """
    return warehouse.query_named(sql, {"source": asked.source, "first": asked.first, "last": asked.last} | members)
