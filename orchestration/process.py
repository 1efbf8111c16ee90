"""How the pipelines are started: Dagster's page and daemon, with everything of theirs below the data directory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from practice.home import Home

REPOSITORY = Path(__file__).parents[1]

# One run at a time in one warm process; the sensor's ticks are many and worthless after a day.
INSTANCE = """\
telemetry:
  enabled: false
run_coordinator:
  module: dagster._core.run_coordinator
  class: DefaultRunCoordinator
run_launcher:
  module: orchestration.launcher
  class: WarmRunLauncher
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
run_monitoring:
  enabled: true
  max_runtime_seconds: 7200
  poll_interval_seconds: 300
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days: {skipped: 1, failure: 7, success: 7}
nux:
  enabled: false
"""


def dagster_command(home: Home, port: int) -> list[str]:
    """The command that serves the pipelines' page on `port` and runs sensor and schedule, until it is stopped."""
    prepare(home)
    return [
        sys.executable, "-m", "dagster", "dev", "--module-name", "orchestration.definitions", "--working-directory",
        str(REPOSITORY), "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning",
    ]  # fmt: skip


def dagster_environment(home: Home) -> dict[str, str]:
    """What that command needs in its environment. No secret is among it: the feed's token is read from its file."""
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    return {
        "DAGSTER_HOME": str(home.dagster),
        "DAYBOOK_HOME": str(home.path),
        "PYTHONPATH": path,
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }


def prepare(home: Home) -> None:
    """Make DAGSTER_HOME with its settings. Doing it twice changes nothing."""
    home.create()
    settings = home.dagster / "dagster.yaml"
    if not settings.exists() or settings.read_text(encoding="utf-8") != INSTANCE:
        settings.write_text(INSTANCE, encoding="utf-8")
