"""Dagster keeps a file per run for ever; a practice that books all day would fill its disk with them."""

from __future__ import annotations

import dagster as dg
from dagster import RunsFilter

RUNS_KEPT = 150
DELETED_AT_ONCE = 50


def forget_old_runs(instance: dg.DagsterInstance, kept: int = RUNS_KEPT) -> int:
    """Delete finished runs beyond the newest `kept`, some at a time. Returns how many."""
    finished = RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    )
    old = instance.get_runs(finished, limit=kept + DELETED_AT_ONCE)[kept:]  # newest first
    for run in old:
        instance.delete_run(run.run_id)
    return len(old)
