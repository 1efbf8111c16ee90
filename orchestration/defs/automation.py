"""When it runs: seconds after the record or an import moved, and in full at two in the morning."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from orchestration import alerts
from orchestration.defs.warehouse import warehouse
from orchestration.graph import zone_of_practice
from orchestration.watch import Memory, decide, first_look
from practice.home import Home

HOME = Home.from_environment()
STARTED = datetime.now(UTC)
GRACE = timedelta(minutes=30)
"""After a night off the numbers are old for as long as the first build takes, which is no news."""

refresh_job = dg.define_asset_job(
    "refresh_warehouse",
    selection=dg.AssetSelection.assets(warehouse),
    description="Land what is new, build, check, publish: what `daybook refresh` does.",
    executor_def=dg.in_process_executor,  # everything touches one file
)


@dg.sensor(job=refresh_job, minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def new_changes(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Asks the app's feed for its head, and builds if it moved past the last attempt."""
    now = datetime.now(UTC).replace(tzinfo=None)
    decision = first_look(decide(HOME, Memory.of(context.cursor), now), now)
    cursor = decision.memory.cursor()
    if decision.is_launch:
        return dg.SensorResult(run_requests=[dg.RunRequest(tags={"why": decision.reason})], cursor=cursor)
    return dg.SensorResult(skip_reason=decision.reason, cursor=cursor)


@dg.sensor(minimum_interval_seconds=600, default_status=dg.DefaultSensorStatus.RUNNING)
def stale_numbers(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Starts nothing: tells by mail, where that is configured, that nothing new has been published for too long."""
    if datetime.now(UTC) - STARTED < GRACE:
        return dg.SkipReason("Just started; the first build may be under way.")
    told = alerts.tell(HOME, log=context.log.info)
    return dg.SkipReason(" ".join(alert.subject for alert in told) or "Nothing to tell.")


@dg.schedule(
    job=refresh_job,
    cron_schedule="0 2 * * *",
    execution_timezone=zone_of_practice(HOME),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly() -> dg.RunRequest:
    """Everything anew, so that nothing rests on increments for more than a day."""
    return dg.RunRequest(run_config={"ops": {"warehouse": {"config": {"full": True}}}})
