"""The one reader of numbers: what pages and the command line show comes from here, from the one definition in dbt.

`definitions` is the catalogue, `slices` a metric by dimension and time, `windows` many metrics over many windows at
once, `rows` what stands behind a number.
"""

from dashboards.metrics.definitions import (
    DIMENSIONS,
    PERIODS,
    Definition,
    catalogue,
    definition,
    dimension_names,
)
from dashboards.metrics.rows import by_rows, rows_of, sum_of_rows
from dashboards.metrics.slices import Slice, metric_table
from dashboards.metrics.windows import Value, values

__all__ = [
    "DIMENSIONS", "PERIODS", "Definition", "Slice", "Value", "by_rows", "catalogue", "definition", "dimension_names",
    "metric_table", "rows_of", "sum_of_rows", "values",
]  # fmt: skip
