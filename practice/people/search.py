"""What somebody at the desk means by what they typed: parts of a name, a phone number, a date of birth. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

_NUMERIC = re.compile(r"[+\d\s()./-]+")
_SPELLED = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
_FEWEST_PHONE_DIGITS = 3
_LATEST_YEAR = 2099
# How a run of so many digits can be read as part of a date: month, day, year of two (y) or four (Y) digits.
_PACKED = {4: ("md", "dm", "Y"), 6: ("mdy", "dmy", "mY", "Ym"), 8: ("mdY", "dmY")}


class BirthPart(NamedTuple):
    """What is known of a date of birth; None = not said."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True)
class Sought:
    """Everything here must hold: each name part in either name, each run of digits, one of the dates.

    A run of digits may be part of the phone number, or one of the parts of a date of birth that stand beside it.
    """

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    digits: tuple[tuple[str, tuple[BirthPart, ...]], ...] = ()
    birth_dates: tuple[date, ...] = ()


def possible_dates(text: str) -> tuple[date, ...]:
    """The dates that a spelling can mean: `03/04/1990` means two of them. Empty if it is no date."""
    words = re.sub(r"[,.]", " ", text).split()
    for form in _SPELLED:
        try:
            return (datetime.strptime(" ".join(words), form).date(),)  # noqa: DTZ007 - a calendar date has no zone
        except ValueError:
            continue
    numbers = re.fullmatch(r"\s*(\d{1,4})([-./ ])(\d{1,2})\2(\d{1,4})\s*", text)
    packed = re.fullmatch(r"\s*((?:19|20)\d\d)(\d\d)(\d\d)\s*", text)
    if packed:
        orders = [packed.groups()]
    elif numbers and len(numbers[1]) == 4:
        orders = [(numbers[1], numbers[3], numbers[4])]
    elif numbers and len(numbers[4]) == 4:
        orders = [(numbers[4], numbers[1], numbers[3]), (numbers[4], numbers[3], numbers[1])]
    else:
        return ()
    found = set()
    for year, month, day in orders:
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return tuple(sorted(found))


def birth_parts(text: str) -> tuple[BirthPart, ...]:
    """What digits can mean as a part of a date of birth: `0314`, `3/14`, `1988`, `3/1988`, `3/14/88`; or nothing."""
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 1:
        run = numbers[0]
        forms = _PACKED.get(len(run), ())
    elif len(numbers) in (2, 3) and all(len(number) in (1, 2, 4) for number in numbers):
        run = "".join(number.zfill(2) for number in numbers)
        forms = tuple(form for form in _PACKED.get(len(run), ()) if _widths(form) == [max(2, len(n)) for n in numbers])
    else:
        return ()
    found = (_read(form, run) for form in forms)
    return tuple(dict.fromkeys(part for parts in found for part in parts))


def _widths(form: str) -> list[int]:
    return [{"m": 2, "d": 2, "y": 2, "Y": 4}[sign] for sign in form]


def _read(form: str, run: str) -> list[BirthPart]:
    """The run read as that form; two digits of a year are of this century or the last. Empty if it is no date."""
    fields: dict[str, int] = {}
    at = 0
    for sign, width in zip(form, _widths(form), strict=True):
        fields[sign] = int(run[at : at + width])
        at += width
    month, day = fields.get("m"), fields.get("d")
    years = [1900 + fields["y"], 2000 + fields["y"]] if "y" in fields else [fields.get("Y")]
    is_sound = (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31)
    return [
        BirthPart(year, month, day) for year in years if is_sound and (year is None or 1900 <= year <= _LATEST_YEAR)
    ]


def understand(text: str) -> Sought:
    """Read the search box. The whole text may be a date or a phone number; else each word is judged by itself."""
    if dates := possible_dates(text):
        return Sought(birth_dates=dates)
    whole_number = bool(_NUMERIC.fullmatch(text)) and any(sign.isdigit() for sign in text)
    names: list[str] = []
    emails: list[str] = []
    digits: list[tuple[str, tuple[BirthPart, ...]]] = []
    birth_dates: list[date] = []
    for word in [text] if whole_number else text.replace(",", " ").split():
        run = re.sub(r"\D", "", word)
        if dates := possible_dates(word):
            birth_dates.extend(dates)
        elif _NUMERIC.fullmatch(word) and (len(run) >= _FEWEST_PHONE_DIGITS or (run and birth_parts(word))):
            digits.append((run, birth_parts(word)))
        elif "@" in word:
            emails.append(word)
        elif word.strip():
            names.append(word.strip())
    return Sought(tuple(names), tuple(emails), tuple(digits), tuple(birth_dates))
