"""`daybook refresh`, `check`, `import` and `sql`: facts in, answers out."""

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
        result = run_refresh(home, source, full=full, log=click.echo, is_alone=True)
    else:
        with closing(open_record(home)) as record:
            result = run_refresh(home, InProcess(record), full=full, log=click.echo, is_alone=True)
    if result.status == "refused":
        raise Refusal("The build was refused and the last good one stays: " + " ".join(result.failed))


@click.command()
def check() -> None:
    """The gates, on the published build."""
    from dashboards.warehouse import Warehouse
    from expectations.docs import write_docs
    from expectations.runner import check_candidate, check_landing
    from practice.clock import stored, system_clock

    home = Home.from_environment()
    published = Warehouse(home).published()
    if published is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    verdicts = [check_landing(home), check_candidate(home, Path(published.path))]
    for verdict in verdicts:
        docs = write_docs(home, verdict.door, verdict.results, published.build_id, stored(system_clock()))
    results = [result for verdict in verdicts for result in verdict.results]
    for result in results:
        click.echo(f"{'ok  ' if result.success else 'FAIL'} {result.severity:<9} {result.sentence}")
    failed = [result for result in results if not result.success and result.severity == "critical"]
    if failed:
        raise Refusal(f"{len(failed)} of {len(results)} checks failed.")
    click.echo(f"{len(results)} checks, none critical failed. Data Docs: {docs}")


@click.command("import")
@click.argument("format_name", metavar="FORMAT")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--source", help="Name under which the rows are kept (default: the mapping's name).")
@click.option("--as-known-at", type=click.DateTime(), help="When the files were exported.")
@click.option("--dry-run", is_flag=True, help="Read and judge every row, keep nothing.")
def import_command(
    format_name: str, path: Path, source: str | None, as_known_at: datetime | None, dry_run: bool
) -> None:
    """Take in what another system exported: a file, or a folder of them. FORMAT: a shipped mapping's name, or a mapping
    file (YAML)."""
    from ingestion.imports import import_file
    from ingestion.imports.reasons import reason_in_words

    home = Home.from_environment()
    if not home.exists():
        raise Refusal(f"There is no practice in {home.path}; make one with `daybook init` first.")
    report = import_file(
        home, format_name, path, source=source, dry_run=dry_run, as_known_at=as_known_at,
        progress=lambda text: click.echo(f"… {text}", err=True),
    )  # fmt: skip
    counts = ("read", "loaded", "merged", "rejected", "ignored")
    if len(report.files) > 1:
        width = max(len(file.file) for file in report.files)
        for file in report.files:
            shown = " · ".join(f"{name} {getattr(file, name):,}" for name in counts)
            click.echo(f"{file.file.ljust(width)}  {shown}")
    click.echo(" · ".join(f"{name} {getattr(report, name):,}" for name in counts) + f" · flagged {report.flagged:,}")
    for reason, count in sorted(report.reasons.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:>8,}  {reason_in_words(reason)}")
    if report.left_out:
        click.echo(f"Not read, since the mapping has no use for them: {', '.join(report.left_out)}.")
    if dry_run:
        click.echo("Dry run: nothing was kept.")
    elif report.batch_id:
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
