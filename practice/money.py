"""Money is an integer of minor units (cents) of the practice's one currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from practice.errors import Refusal

# Currencies whose exponent is not 2 (ISO 4217); a currency outside both lists is refused.
_EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "KWD": 3, "BHD": 3, "TND": 3, "JOD": 3}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "$", "AUD": "$", "NZD": "$", "JPY": "¥", "BRL": "R$", "INR": "₹"}
_TWO_DIGITS = {
    "USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "BRL", "MXN", "ZAR", "INR",
    "SGD", "HKD", "ILS", "RON", "HUF", "TRY",
}  # fmt: skip
_GROUPED = re.compile(r"-?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?")
CURRENCIES = tuple(sorted(_TWO_DIGITS | _EXPONENTS.keys()))


@dataclass(frozen=True)
class Currency:
    """An ISO 4217 code with the number of digits of its minor unit."""

    code: str
    exponent: int

    @classmethod
    def of(cls, code: str) -> Currency:
        """The currency by its code. Refuses an unknown one."""
        code = code.strip().upper()
        if code not in CURRENCIES:
            raise Refusal(f"{code!r} is not a currency Daybook knows; use a code such as USD or EUR.", field="currency")
        return cls(code, _EXPONENTS.get(code, 2))

    def show(self, minor: int) -> str:
        """For people: `$1,234.50`, negative as `−$1,234.50`."""
        text = f"{Decimal(abs(minor)).scaleb(-self.exponent):,.{self.exponent}f}"
        symbol = _SYMBOLS.get(self.code, self.code + " ")
        return ("−" if minor < 0 else "") + symbol + text

    def plain(self, minor: int) -> str:
        """For files: `1234.50`, negative as `-1234.50`, as `parse` reads it."""
        return f"{Decimal(minor).scaleb(-self.exponent):.{self.exponent}f}"

    def parse(self, text: str | int | float | Decimal, *, field: str = "amount") -> int:
        """Minor units of what a person typed. Refuses what is not an amount, or has too many digits."""
        typed = str(text).strip().replace("−", "-")
        sign = "-" if "-" in typed[:1] else ""
        cleaned = sign + typed.removeprefix(sign).removeprefix(_SYMBOLS.get(self.code, self.code)).strip()
        # A comma only groups thousands: 120,50 read as 12050 would be a hundred times too much.
        if "," in cleaned and not _GROUPED.fullmatch(cleaned):
            raise Refusal(f"{str(text)!r} is not an amount; write it like 1,120.50.", field=field)
        try:
            cleaned = cleaned.replace(",", "")
            value = Decimal(cleaned).scaleb(self.exponent)
        except InvalidOperation:
            raise Refusal(f"{str(text)!r} is not an amount; write it like 120.50.", field=field) from None
        if not value.is_finite() or value != value.to_integral_value():
            raise Refusal(f"{self.code} has {self.exponent} decimals; write the amount like 120.50.", field=field)
        if abs(value) > 10**12:
            raise Refusal("That amount is too large; check for a missing decimal point.", field=field)
        return int(value)


def split(total_minor: int, weights: list[int]) -> list[int]:
    """Parts in proportion to `weights` that sum to the total exactly (largest remainder first)."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("split needs a positive weight")
    parts = [total_minor * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(total_minor * weights[i] % whole), i))
    for i in remainders[: total_minor - sum(parts)]:
        parts[i] += 1
    return parts
