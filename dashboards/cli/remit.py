"""`daybook remit`: a payer's remittance, posted."""

from __future__ import annotations

from pathlib import Path

import click

from practice.home import Home


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--payer", help="Whose it is, by name, where the file is signed as nobody has signed before.")
def remit(file: Path, payer: str | None) -> None:
    """Post a remittance (X12 835): its cash, its claims, and what is held or waits. Twice changes nothing."""
    from dashboards.control import call

    answer = call(Home.from_environment(), "remit", text=file.read_text(errors="replace"), payer=payer)
    for one in answer["remittances"]:
        counts = f"{one['claims']} claims, {one['posted']} posted, {one['unmatched']} unmatched"
        click.echo(f"{one['trace_number']}  {one['status']}  " + (one["why"] or counts))
    for sentence in answer["defects"]:
        click.echo(f"  {sentence}")
