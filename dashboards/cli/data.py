"""`daybook refresh`, `check`, `import`, `sql` and `metric`: facts in, numbers out."""

from __future__ import annotations

import csv
import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from practice.errors import Refusal
from practice.home import Home, open_record

FORMATS = click.Choice(["table", "csv", "json"])


@click.command()
@click.option("--full", is_flag=True, help="Build everything anew instead of from the last good build.")
def refresh(full: bool) -> None:
    """Change feed → landing → dbt → checks → publish. A failed check keeps the last good build."""
    from dashboards.cli.run import running
    from ingestion.record_feed import InProcess, OverHttp
    from orchestration.refresh import refresh as run_refresh

    home = Home.from_environment()
    address = running(home)
    if address:
        source = OverHttp(f"http://{address['host']}:{address['port']}", home.feed_token())
        result = run_refresh(home, source, full=full, log=click.echo)
    else:
        with closing(open_record(home)) as record:
            result = run_refresh(home, InProcess(record), full=full, log=click.echo)
    if result.status == "refused":
        raise Refusal("The build was refused and the last good one stays: " + " ".join(result.failed))


@click.command()
def check() -> None:
    """The gates, on the published build."""
    from dashboards.warehouse import Warehouse
    from expectations.runner import check_candidate, check_landing

    home = Home.from_environment()
    published = Warehouse(home).published()
    if published is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    results = [*check_landing(home).results, *check_candidate(home, Path(published.path)).results]
    for result in results:
        click.echo(f"{'ok  ' if result.success else 'FAIL'} {result.severity:<9} {result.sentence}")
    failed = [result for result in results if not result.success and result.severity == "critical"]
    if failed:
        raise Refusal(f"{len(failed)} of {len(results)} checks failed.")
    click.echo(f"{len(results)} checks, none critical failed.")


@click.command("import")
@click.argument("format_name", metavar="FORMAT")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", help="Name under which the rows are kept (default: the mapping's name).")
@click.option("--as-known-at", type=click.DateTime(), help="When the file was exported.")
@click.option("--dry-run", is_flag=True, help="Read and judge every row, keep nothing.")
def import_command(
    format_name: str, path: Path, source: str | None, as_known_at: datetime | None, dry_run: bool
) -> None:
    """Take in what another system exported. FORMAT: a shipped mapping's name, or a mapping file (YAML)."""
    from ingestion.imports import import_file
    from ingestion.imports.shapes import reason_in_words

    home = Home.from_environment()
    if not home.exists():
        raise Refusal(f"There is no practice in {home.path}; make one with `daybook init` first.")
    report = import_file(home, format_name, path, source=source, dry_run=dry_run, as_known_at=as_known_at)
    names = ("read", "loaded", "merged", "rejected", "ignored")
    click.echo(" · ".join(f"{name} {getattr(report, name):,}" for name in names) + f" · flagged {report.flagged:,}")
    for reason, count in sorted(report.reasons.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:>8,}  {reason_in_words(reason)}")
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    elif report.loaded:
        click.echo("They are in the numbers after the next refresh (`daybook refresh`).")


@click.command()
@click.argument("query")
@click.option("--format", "output", type=FORMATS, default="table", show_default=True)
def sql(query: str, output: str) -> None:
    """Ask the published warehouse: daybook sql "select * from marts.metric_catalogue". Read-only."""
    from dashboards.sandbox import ROWS, run_sql
    from dashboards.warehouse import Warehouse

    published = Warehouse(Home.from_environment()).published()
    if published is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    table = run_sql(published.path, query)
    rows = [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    print_rows(table.column_names, rows, output)
    if len(rows) == ROWS:
        click.echo(f"These are the first {ROWS:,} rows; narrow the query, or add an order and a limit.", err=True)


@click.command()
@click.argument("name")
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="DIM[,DIM]",
    help="Slice by location, provider, service, payer, and by day, week, month, quarter or year.",
)
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day (default: a month before --to).")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: the warehouse's today).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As it was known at the end of this day.")
@click.option("--source", default="record", show_default=True)
@click.option("--format", "output", type=FORMATS, default="table", show_default=True)
def metric(
    name: str,
    dimensions: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    as_of: datetime | None,
    source: str,
    output: str,
) -> None:
    """A metric's value with its numerator, denominator and band."""
    from dashboards.metrics import metric_table
    from dashboards.warehouse import Warehouse

    home = Home.from_environment()
    if as_of:
        from orchestration.as_of import warehouse_as_of

        home = warehouse_as_of(home, as_of.date(), log=lambda text: click.echo(text, err=True))
    frame = metric_table(
        Warehouse(home),
        name,
        by=[name.strip() for given in dimensions for name in given.split(",")],
        first=first.date() if first else None,
        last=last.date() if last else None,
        source=source,
    )
    names = list(frame.columns)
    # Counts and minor units are whole, whatever the sums were made of.
    is_whole = {"numerator", "denominator"}
    if len(frame) and frame.unit.iloc[0] in ("count", "minor"):
        is_whole |= {"value", "low", "high"}
    rows = [[_plain(value, is_whole=name in is_whole) for name, value in zip(names, row, strict=True)]
            for row in frame.itertuples(index=False)]  # fmt: skip
    print_rows(names, rows, output)


def _plain(value: Any, *, is_whole: bool = False) -> Any:
    """A frame's value as Python has it: no NaN, no NumPy number, a date for a day at midnight."""
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    plain = value.item() if hasattr(value, "item") else value
    return round(plain) if is_whole else plain


def _shown(value: Any) -> str:
    """A value in a table for people: at most six digits after the point."""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def print_rows(names: list[str], rows: list[list[Any]], output: str) -> None:
    """Rows for people, spreadsheets or programs."""
    if output == "json":
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str))
    elif output == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(names)
        writer.writerows(rows)
    else:
        texts = [[_shown(value) for value in row] for row in rows]
        widths = [max(len(name), *(len(row[i]) for row in texts), 0) for i, name in enumerate(names)]
        click.echo("  ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)).rstrip())
        click.echo("  ".join("─" * width for width in widths))
        for row in texts:
            click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        click.echo(f"({len(rows)} row{'' if len(rows) == 1 else 's'})")
