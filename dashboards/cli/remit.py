"""`daybook remit`: what payers sent, posted: one file, or all that wait in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from practice.home import Home


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--payer", help="Whose it is, by name, where the file is signed as nobody has signed before.")
@click.pass_context
def remit(context: click.Context, file: Path | None, payer: str | None) -> None:
    """Post a remittance (X12 835): its cash, its claims, and what is held or waits. Twice changes nothing.

    Without FILE: everything that waits in inbox/remittances of the data directory, acknowledgements of claims and
    answers about covers too. Each file is moved to done/, or to refused/ with the reason beside it.
    """
    from dashboards.control import call

    home = Home.from_environment()
    if file:
        _say(call(home, "remit", text=file.read_text(errors="replace"), payer=payer))
        return
    if payer:
        raise click.UsageError("--payer is for one file; name it.")
    taken = call(home, "take_files")
    for one in taken:
        click.echo(f"{one['name']}: {one['why'] or 'taken'}", err=bool(one["why"]))
        if one["answer"]:
            _say(one["answer"])
    if not taken:
        click.echo("Nothing waits in the folder.")
    if any(one["why"] for one in taken):
        context.exit(1)


def _say(answer: dict[str, Any]) -> None:
    """What became of one file."""
    if "remittances" not in answer:
        counts = [f"{number} {kind}" for kind, number in answer.items() if isinstance(number, int) and number]
        click.echo(f"  {', '.join(counts) or 'nothing new'}")
    for one in answer.get("remittances", ()):
        counts_of = f"{one['claims']} claims, {one['posted']} posted, {one['unmatched']} unmatched"
        click.echo(f"{one['trace_number']}  {one['status']}  " + (one["why"] or counts_of))
    for sentence in [*answer.get("defects", ()), *answer.get("sentences", ())]:
        click.echo(f"  {sentence}")
