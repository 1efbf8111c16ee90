"""What Dagster loads: one job, one sensor, one nightly schedule; all of them call `orchestration.refresh`."""

import logging

import dagster as dg

from orchestration.defs.automation import new_changes, nightly, refresh_job
from orchestration.defs.warehouse import warehouse


@dg.logger
def warnings_only(_: dg.InitLoggerContext) -> logging.Logger:
    """Events go to Dagster's store and its page; the process's log is for what needs somebody."""
    logger = logging.getLogger("daybook.pipelines")
    logger.setLevel(logging.WARNING)
    return logger


defs = dg.Definitions(
    assets=[warehouse],
    jobs=[refresh_job],
    sensors=[new_changes],
    schedules=[nightly],
    loggers={"console": warnings_only},
)
