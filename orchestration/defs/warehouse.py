"""The whole line as one step: it works on one file, and `refresh` is the same for Dagster and the command line."""

from collections.abc import Iterator

import dagster as dg

from orchestration.graph import IMPORTS, PUBLISHED, RECORD, Graph
from orchestration.refresh import BuildResult, refresh
from orchestration.retention import forget_old_runs
from orchestration.watch import app_feed
from practice.home import Home

HOME = Home.from_environment()
GRAPH = Graph.of(HOME)
WAIT_SECONDS = 300


class How(dg.Config):
    """full: build every model anew instead of from the last good build."""

    full: bool = False


# Not every check has something to judge each time (a batch without postings), which Dagster allows by can_subset.
@dg.multi_asset(specs=GRAPH.assets, check_specs=GRAPH.checks, name="warehouse", can_subset=True)
def warehouse(context: dg.AssetExecutionContext, config: How) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Land, check, build, check, publish; a refused candidate fails the run and names the checks."""
    result = refresh(HOME, app_feed(HOME), full=config.full, log=context.log.info, wait_seconds=WAIT_SECONDS)
    chosen = context.op_execution_context.selected_asset_keys, context.op_execution_context.selected_asset_check_keys
    yield from (made for made in materializations(result) if made.asset_key in chosen[0])
    yield from (found for found in check_results(result) if _key(found) in chosen[1])
    if is_news(result, context.instance):
        yield dg.MaterializeResult(PUBLISHED, metadata={"build_id": result.build_id, "feed_seq": result.feed_seq})
    forget_old_runs(context.instance)
    if result.status == "refused":
        raise dg.Failure("The last good build stays published. " + " ".join(result.failed), allow_retries=False)


def is_news(result: BuildResult, instance: dg.DagsterInstance) -> bool:
    """Whether what is up to date was published by the command line, and Dagster has not heard of that build yet."""
    if result.status != "up_to_date":
        return False
    last = instance.get_latest_materialization_event(PUBLISHED)
    known = last.asset_materialization.metadata.get("build_id") if last and last.asset_materialization else None
    return known is None or known.value != result.build_id


def _key(found: dg.AssetCheckResult) -> dg.AssetCheckKey:
    assert found.asset_key
    assert found.check_name
    return dg.AssetCheckKey(found.asset_key, found.check_name)


def materializations(result: BuildResult) -> Iterator[dg.MaterializeResult]:
    """What the refresh made, as Dagster's events."""
    if result.landed.batch_id:
        yield dg.MaterializeResult(RECORD, metadata={"rows": sum(result.landed.rows_by_table.values())})
    if "landing" in result.checks:
        yield dg.MaterializeResult(IMPORTS, metadata={"held": len(result.held)})
    by_name = {spec.key.path[-1]: spec.key for spec in GRAPH.assets}
    for model in result.models:
        if model in by_name:
            yield dg.MaterializeResult(by_name[model])
    if result.status == "published":
        told = {"build_id": result.build_id, "feed_seq": result.feed_seq, **result.seconds}
        yield dg.MaterializeResult(PUBLISHED, metadata=told)


def check_results(result: BuildResult) -> Iterator[dg.AssetCheckResult]:
    """What the checks said; a check on several imports passes if it does on each."""
    assets = {spec.name: spec.asset_key for spec in GRAPH.checks}
    found = [check for door in result.checks.values() for check in door if check.check in assets]
    for name in dict.fromkeys(check.check for check in found):
        same = [check for check in found if check.check == name]
        failed = [check for check in same if not check.success]
        yield dg.AssetCheckResult(
            passed=not failed,
            asset_key=assets[name],
            check_name=name,
            severity=dg.AssetCheckSeverity.ERROR if same[0].severity == "critical" else dg.AssetCheckSeverity.WARN,
            description=" ".join(check.in_words() for check in failed) or same[0].sentence,
        )
