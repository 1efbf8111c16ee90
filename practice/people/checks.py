"""What a field may hold. Each check returns the value as it is kept, or refuses with the sentence a form shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from practice.clock import plausible, zone_of
from practice.errors import Refusal

Checks = Mapping[str, Callable[[Any], Any]]
"""Field → the check that returns what is kept."""

_LONGEST_TEXT = 200
# Unprintable by themselves, but Persian and Indic names are spelt with them.
_JOINERS = dict.fromkeys(map(ord, "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"))


def text(value: Any, what: str, field: str, *, limit: int = _LONGEST_TEXT) -> str:
    """One line of text, its spaces tidied. Refuses a blank one, one that is too long, and control characters."""
    tidy = " ".join(value.split()) if isinstance(value, str) else ""
    if not tidy:
        raise Refusal(f"{what} is missing; write it out.", field=field)
    if len(tidy) > limit:
        raise Refusal(f"{what} is too long; at most {limit} characters fit.", field=field)
    if not tidy.translate(_JOINERS).isprintable():
        raise Refusal(f"{what} holds a sign that cannot be printed; type it again.", field=field)
    return tidy


def optional_text(value: Any, what: str, field: str) -> str | None:
    """Like `text`, but nothing is an answer too."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return text(value, what, field)


def note(value: Any, what: str, field: str, *, limit: int = 2_000) -> str | None:
    """Some lines of text; nothing is an answer too. Spaces at the ends of lines go, lines stay."""
    lines = [" ".join(line.split()) for line in value.splitlines()] if isinstance(value, str) else []
    tidy = "\n".join(lines).strip()
    if not tidy:
        return None
    if len(tidy) > limit:
        raise Refusal(f"{what} is too long; at most {limit:,} characters fit.", field=field)
    if not tidy.replace("\n", "").translate(_JOINERS).isprintable():
        raise Refusal(f"{what} holds a sign that cannot be printed; type it again.", field=field)
    return tidy


def slug(value: Any) -> str | None:
    """The last part of a public address: small letters, digits and single dashes; nothing takes the page down."""
    name = optional_text(value, "The address", "slug")
    if (name is not None and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)) or len(name or "") > 60:
        raise Refusal(
            "The address has small letters, digits and dashes only, at most 60, such as elm-street.", field="slug"
        )
    return name


def flag(value: Any, what: str, field: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Refusal(f"{what} is either true or false.", field=field)
    return value


def whole(value: Any, what: str, field: str, low: int, high: int, *, step: int = 1) -> int:
    """A whole number within bounds, both included, and a multiple of `step`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high or value % step:
        steps = f" in steps of {step}" if step > 1 else ""
        raise Refusal(f"{what} must be a whole number from {low} to {high}{steps}.", field=field)
    return value


def minor(value: Any, what: str, field: str) -> int:
    """An amount of money in minor units, zero or more."""
    return whole(value, f"{what}, in minor units (cents),", field, 0, 10**12)


def one_of(value: Any, what: str, field: str, choices: tuple[str, ...]) -> str:
    """One of the given words."""
    if value not in choices:
        raise Refusal(f"{what} must be one of {', '.join(choices)}.", field=field, alternatives=choices)
    return str(value)


def day(value: Any, what: str, field: str) -> date:
    """A calendar date, from `2026-03-02` or a date."""
    try:
        return plausible(date.fromisoformat(str(value)), field)
    except ValueError:
        raise Refusal(f"{what} is not a date; write it like 2026-03-02.", field=field) from None


def optional_day(value: Any, what: str, field: str) -> date | None:
    """Like `day`, but nothing is an answer too."""
    return None if value in (None, "") else day(value, what, field)


def birth_date(value: Any, today: date) -> date | None:
    """A date of birth between 1900 and today."""
    born = optional_day(value, "The date of birth", "birth_date")
    if born is not None and born > today:
        raise Refusal("The date of birth is in the future; check the year.", field="birth_date")
    return born


def email(value: Any) -> str | None:
    """An e-mail address, as typed."""
    address = optional_text(value, "The e-mail address", "email")
    if address is not None and not (len(address) <= 254 and re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", address)):
        raise Refusal("That is not an e-mail address; write it like name@example.org.", field="email")
    return address


def phone(value: Any) -> str | None:
    """A telephone number of 7 to 15 digits, as typed."""
    number = optional_text(value, "The phone number", "phone")
    if number is not None and not (
        re.fullmatch(r"[+\d\s()./-]+", number) and 7 <= len(re.sub(r"\D", "", number)) <= 15
    ):
        raise Refusal("That is not a phone number; write it like +1 555 010 0199.", field="phone")
    return number


def modifiers(value: Any) -> str | None:
    """Up to four modifiers of a code, two signs each, in their order, as '95,GT'; nothing is an answer too."""
    text_ = optional_text(value, "The modifiers", "modifiers")
    found = [one for one in re.split(r"[,;\s]+", text_.upper()) if one] if text_ else []
    if any(not re.fullmatch(r"[A-Z0-9]{2}", one) for one in found):
        raise Refusal("A modifier has two letters or digits, such as 95; put a comma between two.", field="modifiers")
    if len(found) > 4 or len(set(found)) < len(found):
        raise Refusal("A charge has at most four modifiers, each of them once.", field="modifiers")
    return ",".join(found) or None


def zone(value: Any) -> str:
    """An IANA time zone."""
    name = text(value, "The time zone", "zone")
    try:
        zone_of(name)
    except ValueError as error:
        raise Refusal(str(error), field="zone") from None
    return name


def npi(value: Any) -> str | None:
    """A National Provider Identifier: ten digits whose last one is the Luhn check digit over 80840 and the rest."""
    number = optional_text(value, "The NPI", "npi")
    if number is None:
        return None
    if not re.fullmatch(r"[0-9]{10}", number) or _luhn("80840" + number) % 10:
        raise Refusal("That is not an NPI; it has ten digits, of which the last checks the others.", field="npi")
    return number


def _luhn(number: str) -> int:
    """The Luhn sum: every second digit from the right, first the check digit's neighbour, doubled and cross-summed."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(digits))


def changed(fields: Mapping[str, Any], checks: Checks, what: str) -> dict[str, Any]:
    """The given fields as they are kept. Refuses a field that `what` does not have."""
    for name in fields:
        if name not in checks:
            raise Refusal(f"A {what} has no {name!r}; what can be changed is {', '.join(checks)}.", field=name)
    return {name: checks[name](value) for name, value in fields.items()}
