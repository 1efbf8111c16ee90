"""Where a benchmark ran: a figure means little without it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any


def facts() -> dict[str, Any]:
    """Cores, memory, versions, and how busy the machine is just now."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cores": usable,
        "memory_gb": round(pages / 1e9, 1),
        "python": platform.python_version(),
        **{name: version(name) for name in ("daybook", "duckdb", "dbt-core", "great-expectations", "streamlit")},
        "load_average": [round(one, 2) for one in os.getloadavg()],
    }
