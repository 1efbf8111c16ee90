"""Products and taxes. Nothing here is about clients."""

from __future__ import annotations

from datetime import date

from practice.store.work import Reader, Row


def products(reader: Reader, *, include_inactive: bool = False) -> list[Row]:
    """What is sold, by name."""
    return reader.rows("select * from products where is_active or ? order by name", include_inactive)


def tax_rates(reader: Reader) -> list[Row]:
    """Every version of every tax, the newest first."""
    return reader.rows("select * from tax_rates order by name, effective_from desc")


def rate_ppm(reader: Reader, name: str, day: date) -> int | None:
    """What a tax is that day, in parts per million; None before its first version."""
    rate: int | None = reader.value(
        "select rate_ppm from tax_rates where name = ? and effective_from <= ? order by effective_from desc limit 1",
        name,
        day,
    )
    return rate


def tax_version(reader: Reader, name: str, day: date) -> Row | None:
    """The version that begins that day."""
    return reader.one("select * from tax_rates where name = ? and effective_from = ?", name, day)


def has_tax(reader: Reader, name: str) -> bool:
    """Whether a tax of that name was ever set."""
    return bool(reader.one("select 1 from tax_rates where name = ? limit 1", name))
