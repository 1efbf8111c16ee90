"""`daybook codes load`: the lists of codes that the practice brings itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from practice.home import Home


@click.group()
def codes() -> None:
    """Lists of codes: ICD-10-CM, and the practice's own CPT list."""


@codes.command()
@click.argument("kind", type=click.Choice(["icd10", "cpt"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="In force from; else its last yearly change.")
def load(kind: str, file: Path, first: datetime | None) -> None:
    """Load a list: KIND icd10 (the public order file, or codes alone) or cpt (lines of code,description)."""
    from dashboards.control import call

    said = {"kind": kind, "file_name": file.name, "from_date": str(first.date()) if first else None}
    answer = call(Home.from_environment(), "load_codes", text=file.read_text(errors="replace"), **said)
    known = "" if answer["is_new"] else " (it was loaded before; nothing changed)"
    click.echo(
        f"{answer['loaded']} codes in force from {answer['from_date']}{known};"
        f" {answer['headings']} headings left aside, {answer['rejected']} lines are no codes"
    )
    if answer["rejected_at"]:
        click.echo(f"  no codes: {', '.join(answer['rejected_at'])}{' …' if answer['rejected'] > 6 else ''}")
