"""`daybook books`: journals for the accountant's program, and the trial balance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click

from dashboards.cli.data import FORMATS, print_rows
from practice.home import Home

DAY = click.DateTime(["%Y-%m-%d"])
BASIS = click.option("--basis", type=click.Choice(["accrual", "cash"]), default="accrual", show_default=True)


@click.group()
def books() -> None:
    """The books for the accountant, without a client's name."""


@books.command()
@BASIS
@click.option("--from", "first", type=DAY, required=True, help="First day (of posting).")
@click.option("--to", "last", type=DAY, required=True, help="Last day.")
@click.option("--for", "product", type=click.Choice(["quickbooks", "xero"]), required=True, help="Who imports it.")
@click.option("--tax-rate", default="Tax Exempt", show_default=True, help="Xero's name for no tax.")
@click.option("--into", "folder", type=click.Path(path_type=Path), help="Write files here instead of printing one.")
def journal(basis: str, first: datetime, last: datetime, product: str, tax_rate: str, folder: Path | None) -> None:
    """A balanced journal for each day and location, as CSV to import.

    On cash basis income is recognised when money is applied to a charge. Xero takes 300 lines in a file, QuickBooks
    1,000: a longer time needs --into.
    """
    from dashboards.control import call
    from practice.errors import Refusal

    texts = call(
        Home.from_environment(), "journals", basis=basis, first=str(first.date()), last=str(last.date()),
        product=product, tax_rate=tax_rate,
    )  # fmt: skip
    if folder is None:
        if len(texts) > 1:
            raise Refusal(f"These are {len(texts)} files; say with --into FOLDER where to write them.")
        click.echo(texts[0], nl=False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts, 1):
        path = folder / f"{product}-{basis}-{first.date()}-{last.date()}-{number}.csv"
        path.write_text(text, newline="")
        click.echo(f"Wrote {path}")


@books.command("trial")
@BASIS
@click.option("--as-of", type=DAY, required=True, help="The end of this day.")
@click.option("--format", "output", type=FORMATS, default="table", show_default=True)
def trial_balance(basis: str, as_of: datetime, output: str) -> None:
    """Every account's balance: debit = credit. The table is in whole units; csv and json in minor units."""
    from dashboards.control import call

    found = call(Home.from_environment(), "balances", basis=basis, as_of=str(as_of.date()))
    rows, exponent = found["rows"], found["exponent"]
    if output != "table":
        names = ["account", "name", "kind", "debit_minor", "credit_minor"]
        print_rows(names, [[row[name] for name in names] for row in rows], output)
        return
    sums = {"account": "", "name": "Sum"} | {
        side: sum(row[side] for row in rows) for side in ("debit_minor", "credit_minor")
    }
    shown = [
        [row["account"], row["name"]]
        + [f"{Decimal(row[side]).scaleb(-exponent):,.{exponent}f}" for side in ("debit_minor", "credit_minor")]
        for row in [*rows, sums]
    ]
    print_rows(["account", "name", "debit", "credit"], shown, output)
