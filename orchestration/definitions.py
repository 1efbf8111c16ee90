"""What Dagster loads: everything below `defs/`."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """One job, one sensor, one nightly schedule; all of them call `orchestration.refresh`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
