"""What Dagster loads: one job, one sensor, one nightly schedule; all of them call `orchestration.refresh`."""

import logging

import dagster as dg

from orchestration import defs as definitions_folder


@dg.logger
def warnings_only(_: dg.InitLoggerContext) -> logging.Logger:
    """Events go to Dagster's store and its page; the process's log is for what needs somebody."""
    logger = logging.getLogger("daybook.pipelines")
    logger.setLevel(logging.WARNING)
    return logger


defs = dg.load_definitions_from_package_module(definitions_folder, loggers={"console": warnings_only})
