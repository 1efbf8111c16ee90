"""`daybook bench`: how fast it is here, as ratios against named baselines measured in the same run."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dashboards.bench.measure import Measure

AREAS = ("scheduling", "money", "warehouse", "dashboard")


@click.command()
@click.argument("area", type=click.Choice([*AREAS, "all"]))
@click.option("--size", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def bench(area: str, size: str, as_json: bool) -> None:
    """Measure the speed of an area, or of all, on a temporary demo practice; nothing of yours is touched.

    `times` is how many times the baseline's time ours takes, both measured beside each other: 1 = as fast.
    """
    from dashboards.bench.machine import facts
    from practice.clock import system_clock

    began, machine = system_clock(), facts()
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        found = run(AREAS if area == "all" else (area,), size, Path(folder))
    machine["load_average_after"] = facts()["load_average"]
    if as_json:
        about = {"area": area, "size": size, "at": f"{began:%Y-%m-%dT%H:%M:%SZ}", "machine": machine}
        seconds = round((system_clock() - began).total_seconds(), 1)
        click.echo(json.dumps(about | {"seconds": seconds, "measures": [_rounded(asdict(one)) for one in found]}))
        return
    _print(found)
    named = ("cores", "memory_gb", "python", "duckdb", "load_average", "load_average_after")
    click.echo(f"{size} demo; " + ", ".join(f"{name.replace('_', ' ')} {machine[name]}" for name in named))


def run(areas: tuple[str, ...], size: str, folder: Path) -> list[Measure]:
    """Make the demo, measure each area in a fresh process; the pages on what the warehouse's area has published."""
    from dashboards.bench.ground import apart, copy_home, say
    from practice.home import Home

    pristine = Home(folder / "demo")
    found: list[Measure] = apart("make", str(pristine.path), size)
    published = folder / "published"
    if "warehouse" in areas or "dashboard" in areas:
        copy_home(pristine, published)
    for area in areas:
        say(f"measuring {area}")
        if area == "dashboard" and "warehouse" not in areas:
            apart("publish", str(published))
        of_numbers = area in ("warehouse", "dashboard")
        found += apart("measure", area, str(published if of_numbers else pristine.path))
    return found


def _print(found: list[Measure]) -> None:
    from dashboards.cli.data import print_rows

    rows: list[list[Any]] = []
    for one in found:
        spread = "" if one.low is None or one.low == one.high else f"{_short(one.low)}–{_short(one.high or 0)}"
        beside: list[Any] = [None, None, None]
        if base := one.baseline:
            between = "" if base.low == base.high else f" ({_short(base.low)}–{_short(base.high)})"
            beside = [f"{_short(base.times)}{between}", base.name, _short(base.value)]
        rows.append([one.area, one.what, _short(one.value), one.unit, spread, *beside])
    print_rows(["area", "measured", "value", "unit", "spread", "times", "baseline", "baseline value"], rows, "table")


def _short(value: float) -> str:
    """Three figures are more than a shared machine repeats."""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    return round(value, 4) if isinstance(value, float) else value
