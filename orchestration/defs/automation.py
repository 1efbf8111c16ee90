"""When it runs: seconds after the record or an import moved, and in full at two in the morning."""

from datetime import UTC, datetime

import dagster as dg

from orchestration.graph import zone_of_practice
from orchestration.watch import Memory, decide
from practice.home import Home

HOME = Home.from_environment()

refresh_job = dg.define_asset_job(
    "refresh_warehouse",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,  # everything touches one file
)


@dg.sensor(job=refresh_job, minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def new_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Asks the app's feed for its head, and builds if it moved past the last attempt."""
    decision = decide(HOME, Memory.of(context.cursor), datetime.now(UTC).replace(tzinfo=None))
    cursor = decision.memory.cursor()
    if decision.is_launch:
        return dg.SensorResult(run_requests=[dg.RunRequest(tags={"why": decision.reason})], cursor=cursor)
    return dg.SensorResult(skip_reason=decision.reason, cursor=cursor)


@dg.schedule(
    job=refresh_job,
    cron_schedule="0 2 * * *",
    execution_timezone=zone_of_practice(HOME),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly() -> dg.RunRequest:
    """Everything anew, so that nothing rests on increments for more than a day."""
    return dg.RunRequest(run_config={"ops": {"warehouse": {"config": {"full": True}}}})
