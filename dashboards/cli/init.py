"""`daybook init`: a data directory, empty or with the demo practice."""

from __future__ import annotations

import shutil
from datetime import date

import click

from practice.errors import Refusal
from practice.home import Home
from practice.store.record import Record

TOLD = {
    "providers": "providers",
    "clients": "clients",
    "attendees": "visits",
    "charges": "charges",
    "payments": "payments",
    "postings": "postings",
}
"""What is said of a new demo: table → its word for people."""


def create_practice(home: Home, demo: str | None, today: date | None) -> None:
    """Make the record. Refuses where one exists; a demo that fails half-way leaves nothing behind."""
    if home.exists():
        raise Refusal(
            f"There is a practice in {home.path} already; start it with `daybook up`, or choose another DAYBOOK_HOME."
        )
    home.create()
    # Filled under another name, so that an interrupted demo is never taken for a practice.
    unfinished = home.path / "unfinished" / "record.duckdb"
    shutil.rmtree(unfinished.parent, ignore_errors=True)
    unfinished.parent.mkdir()
    record = Record(unfinished)
    try:
        if demo:
            from ingestion.demo.make import DEMO_TODAY, make_demo

            click.echo(f"Making the {demo} demo practice …")
            counts = make_demo(record, home, demo, today or DEMO_TODAY, progress=lambda text: click.echo(f"  {text}"))
            click.echo("  " + ", ".join(f"{counts[table]:,} {name}" for table, name in TOLD.items()))
    finally:
        record.close()
    unfinished.rename(home.record)
    shutil.rmtree(unfinished.parent)
    click.echo(f"The practice is in {home.path}.")
    if not demo:
        click.echo("Start it with `daybook up` and open the page it names: a guided set-up takes it from there.")
