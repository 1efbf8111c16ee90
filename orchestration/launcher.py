"""Runs happen in a thread of the process that launches them, one after another, and find everything loaded.

Dagster's own launcher starts a process for each run, and every one would load dbt and Great Expectations anew: a dozen
seconds of work for a build that takes less. Only DuckDB works hard here, and that outside of Python's lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dagster._core.execution.api import execute_run
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.storage.dagster_run import DagsterRun
from dagster._serdes import ConfigurableClass
from dagster._serdes.config_class import ConfigurableClassData
from dagster._utils.hosted_user_process import recon_job_from_origin


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Named in `dagster.yaml`. The build lock keeps two processes (the daemon, the page) from building at once."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="daybook-run")
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What Dagster made this from."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """It has no settings."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> WarmRunLauncher:
        """Made by Dagster from `dagster.yaml`."""
        del config_value
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Queue the run; the answer does not wait for it."""
        self._worker.submit(self._execute, context.job_code_origin, context.dagster_run)

    def _execute(self, origin: Any, run: DagsterRun) -> None:
        try:
            execute_run(recon_job_from_origin(origin), run, self._instance)
        except Exception as error:  # whatever it is, the run must not stand as started for ever
            self._instance.report_run_failed(run, f"The run could not start: {error}")

    def terminate(self, run_id: str) -> bool:
        """A build can't be stopped half-way from here; it ends by itself and publishes nothing unfinished."""
        del run_id
        return False

    def dispose(self) -> None:
        """Take no more runs; the one under way may end."""
        self._worker.shutdown(wait=False, cancel_futures=True)
