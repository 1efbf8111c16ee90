"""`daybook metric`: a number of the catalogue in any slice, and the rows behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from dashboards.cli.data import FORMATS, print_rows
from practice.home import Home

if TYPE_CHECKING:  # `--help` must be quick
    import pandas as pd

    from dashboards.metrics import Definition
    from dashboards.metrics.rows import Total
    from dashboards.warehouse import Warehouse

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("name")
@click.option(
    "--by",
    "dimensions",
    multiple=True,
    metavar="DIM[,DIM]",
    help="Slice by location, provider, service, payer, referral_source, and by day, week, month, quarter or year.",
)
@click.option("--from", "first", type=DAY, help="First day (default: a month before --to).")
@click.option("--to", "last", type=DAY, help="Last day (default: the warehouse's today).")
@click.option("--as-of", type=DAY, help="As it was known at the end of this day.")
@click.option("--source", default="record", show_default=True, help="The record, or an import by its name.")
@click.option("--rows", "is_rows", is_flag=True, help="The rows behind the number instead, and what they sum to.")
@click.option("--format", "output", type=FORMATS, default="table", show_default=True)
def metric(
    name: str,
    dimensions: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    as_of: datetime | None,
    source: str,
    is_rows: bool,
    output: str,
) -> None:
    """A metric's value with its numerator, denominator and band.

    The table for people has names beside ids and amounts in whole units; csv and json have ids and minor units.
    """
    from dashboards.metrics import metric_table
    from dashboards.metrics.definitions import bounds
    from dashboards.warehouse import Warehouse

    home = Home.from_environment()
    if as_of:
        from orchestration.as_of import warehouse_as_of

        home = warehouse_as_of(home, as_of.date(), log=lambda text: click.echo(text, err=True))
    by = [part.strip() for given in dimensions for part in given.split(",")]
    if is_rows and by:
        raise click.UsageError("--rows lists every row behind the number; leave out --by.")
    warehouse = Warehouse(home)
    days = (first.date() if first else None, last.date() if last else None)
    if is_rows:
        _print_rows_behind(warehouse, name, bounds(warehouse, *days), source, output)
        return
    frame = metric_table(warehouse, name, by=by, first=days[0], last=days[1], source=source)
    if output == "table":
        frame = _for_people(warehouse, frame, by, source)
        whole = {"numerator", "denominator", "value", "low", "high"} if _is_unit(frame, "count") else set()
    else:  # counts and minor units are whole, whatever the sums were made of
        whole = {"numerator", "denominator"}
        whole |= {"value", "low", "high"} if _is_whole(warehouse, name) else set()
    print_rows(list(frame.columns), plain_rows(frame, whole), output)


def _print_rows_behind(warehouse: Warehouse, name: str, days: tuple[date, date], source: str, output: str) -> None:
    """Numerator's rows, then those of a denominator that lies elsewhere; each block ends with its sum."""
    from dashboards.metrics import Slice, definition, rows_of, sum_of_rows
    from practice.errors import Refusal

    found, asked = definition(warehouse, name), Slice(*days, source)
    totals = {part: sum_of_rows(warehouse, name, asked, part=part) for part in ("numerator", "denominator")}
    if totals["numerator"] is None:
        raise Refusal(f"{name} has no rows of its own; its formula says how it is made: {found.formula}")
    for part, total in totals.items():
        frame = rows_of(warehouse, name, asked, part=part)
        if frame is None or total is None:
            continue
        frame = frame[[column for column in frame.columns if _is_shown(column, frame)]]
        if output == "table":
            frame = _in_whole_units(warehouse, found, frame)
        print_rows(list(frame.columns), plain_rows(frame, set() if output == "table" else set(_ADDS)), output)
        click.echo(_sentence(warehouse, found, total), err=output != "table")  # programs read the rows alone


_ADDS = ("adds_to_numerator", "adds_to_denominator")


def _is_shown(column: str, frame: pd.DataFrame) -> bool:
    """Keys repeat the ids, and what is empty in every row says nothing."""
    return not column.endswith("_key") and bool(frame[column].notna().any())


def _in_whole_units(warehouse: Warehouse, found: Definition, frame: pd.DataFrame) -> pd.DataFrame:
    """Amounts in whole units of the currency, under names without `_minor`."""
    from dashboards.metrics.definitions import exponent

    scale, is_money = 10 ** exponent(warehouse), (found.numerator_is_money, found.denominator_is_money)
    money = [name for name in frame.columns if name.endswith("_minor")]
    money += [name for name, is_one in zip(_ADDS, is_money, strict=True) if is_one and name in frame.columns]
    frame = frame.assign(**{name: frame[name] / scale for name in money})
    return frame.rename(columns={name: name.removesuffix("_minor") for name in money})


def _sentence(warehouse: Warehouse, found: Definition, total: Total) -> str:
    """What the rows come to."""
    from dashboards.metrics.definitions import exponent

    def amount(number: float | None, is_money: bool) -> str:
        digits = exponent(warehouse) if is_money else 0
        return f"{(number or 0) / 10**digits:,.{digits}f}"

    count = f"{total.rows:,} row" + ("" if total.rows == 1 else "s")
    if found.is_from_rows:
        return f"{count}; the {found.aggregate} of adds_to_numerator is the number"
    parts = (
        (total.numerator, found.numerator_is_money), (total.denominator, found.denominator_is_money),
    )  # fmt: skip
    said = " of ".join(amount(number, is_money) for number, is_money in parts if number is not None) or "0"
    if found.unit == "ratio" and total.numerator is not None and total.denominator:
        said += f" = {total.numerator / total.denominator:.4%}"
    return f"{count}; they sum to {said}"


def _for_people(warehouse: Warehouse, frame: pd.DataFrame, by: list[str], source: str) -> pd.DataFrame:
    """Names beside ids, amounts in whole units of the currency."""
    from dashboards.metrics import DIMENSIONS, dimension_names
    from dashboards.metrics.definitions import definition, exponent

    for dimension in by:
        if dimension in DIMENSIONS:
            names = dimension_names(warehouse, dimension, source)
            place = frame.columns.get_loc(f"{dimension}_id")
            frame.insert(place, dimension, frame[f"{dimension}_id"].map(names))
    if len(frame):
        found, scale = definition(warehouse, str(frame.metric.iloc[0])), 10 ** exponent(warehouse)
        money = ["numerator"] if found.numerator_is_money else []
        money += ["denominator"] if found.denominator_is_money else []
        money += ["value", "low", "high"] if found.unit == "minor" else []
        frame = frame.assign(**{column: frame[column] / scale for column in money})
        frame["unit"] = "money" if found.unit == "minor" else found.unit
    return frame


def _is_unit(frame: pd.DataFrame, unit: str) -> bool:
    return bool(len(frame)) and frame.unit.iloc[0] == unit


def _is_whole(warehouse: Warehouse, name: str) -> bool:
    """Whether the value itself is a count or an amount, rather than a quotient or a median of them."""
    from dashboards.metrics import definition

    found = definition(warehouse, name)
    return found.unit in ("count", "minor") and not found.divides


def plain_rows(frame: pd.DataFrame, whole: set[str]) -> list[list[Any]]:
    """The frame's rows as Python values; columns in `whole` as integers."""
    names = list(frame.columns)
    return [
        [_plain(value, is_whole=name in whole) for name, value in zip(names, row, strict=True)]
        for row in frame.itertuples(index=False)
    ]


def _plain(value: Any, *, is_whole: bool = False) -> Any:
    """A frame's value as Python has it: no NaN, no NumPy number, a date for a day at midnight."""
    import pandas as pd

    if hasattr(value, "tolist") and getattr(value, "ndim", 0):  # a list column, such as flags
        return value.tolist()
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date() if value == value.normalize() else value.to_pydatetime()
    plain = value.item() if hasattr(value, "item") else value
    return round(plain) if is_whole else plain
