"""`daybook run-documents`: the papers that are made by themselves, now."""

from __future__ import annotations

import click

from practice.home import Home


@click.command("run-documents")
def run_documents() -> None:
    """Make the invoices and statements that are due by their schedules. Twice changes nothing."""
    from dashboards.control import call

    ended = call(Home.from_environment(), "run_documents")
    for one in ended:
        left = f", {one['refused']} accounts left out" if one["refused"] else ""
        click.echo(f"{one['issued']} issued{left}")
    if not ended:
        click.echo("Nothing is due.")
