"""Amounts as text to integer minor units, by exact decimal arithmetic in SQL; no binary floating point anywhere."""

from __future__ import annotations

import re

from ingestion.imports.mapping import Money
from ingestion.landing import quoted
from practice.money import Currency


def minor_units(text: str, money: Money) -> str:
    """SQL: the amount in minor units, rounded as the mapping says; null if it is no amount."""
    exact = _exact(text, money)
    size, up = f"abs({exact})", f"floor(abs({exact}) + 0.5)"
    if money.rounding == "half_even":
        up = f"case when {size} - floor({size}) = 0.5 and floor({size}) % 2 = 0 then floor({size}) else {up} end"
    whole = f"cast(sign({exact}) as bigint) * cast({up} as bigint)"
    return f"case when not ({not_an_amount(text, money)}) then {whole} end"


def not_an_amount(text: str, money: Money) -> str:
    """SQL: whether the text is something else than a plain decimal number, such as 1.29E+11."""
    whole = r"\d{1,15}"
    if money.thousands_mark:
        # A mark only groups thousands: 12.50 read as 1250 would be a hundred times too much.
        whole = rf"({whole}|\d{{1,3}}({re.escape(money.thousands_mark)}\d{{3}}){{1,4}})"
    plain = rf"[+-]?{whole}({re.escape(money.decimal_mark)}\d{{1,12}})?"
    return f"not regexp_full_match({text}, {quoted(plain)})"


def too_fine(text: str, money: Money) -> str:
    """SQL: whether the amount has more than the currency's decimals and the mapping names no rounding."""
    if money.rounding != "refuse":
        return "false"
    exact = _exact(text, money)
    return f"not ({not_an_amount(text, money)}) and {exact} <> floor({exact})"


def _plain(text: str, money: Money) -> str:
    if money.thousands_mark:
        text = f"replace({text}, {quoted(money.thousands_mark)}, '')"
    return f"replace({text}, ',', '.')" if money.decimal_mark == "," else text


def _exact(text: str, money: Money) -> str:
    """SQL: the amount in minor units, with what is finer than them."""
    scale = 10 ** Currency.of(money.currency).exponent
    return f"(try_cast({_plain(text, money)} as decimal(30, 12)) * cast({scale} as decimal(4, 0)))"
