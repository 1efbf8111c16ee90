"""What Dagster loads: one job that calls `orchestration.refresh`, what starts it, and who watches over it."""

import logging

import dagster as dg

from orchestration.defs.automation import new_changes, nightly, refresh_job, stale_numbers
from orchestration.defs.warehouse import GRAPH, warehouse


@dg.logger
def warnings_only(_: dg.InitLoggerContext) -> logging.Logger:
    """Events go to Dagster's store and its page; the process's log is for what needs somebody."""
    logger = logging.getLogger("daybook.pipelines")
    logger.setLevel(logging.WARNING)
    return logger


defs = dg.Definitions(
    assets=[warehouse, *GRAPH.pages],
    jobs=[refresh_job],
    sensors=[new_changes, stale_numbers],
    schedules=[nightly],
    loggers={"console": warnings_only},
)
