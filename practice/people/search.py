"""What somebody at the desk means by what they typed: parts of a name, a phone number, a date of birth. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

_NUMERIC = re.compile(r"[+\d\s()./-]+")
_SPELLED = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y")
_FEWEST_PHONE_DIGITS = 3


@dataclass(frozen=True)
class Sought:
    """Everything here must hold: each name part in either name, each run of digits in the phone, one of the dates."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()
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


def understand(text: str) -> Sought:
    """Read the search box. The whole text may be a date or a phone number; else each word is judged by itself."""
    if dates := possible_dates(text):
        return Sought(birth_dates=dates)
    whole_number = bool(_NUMERIC.fullmatch(text)) and any(sign.isdigit() for sign in text)
    names: list[str] = []
    emails: list[str] = []
    digits: list[str] = []
    birth_dates: list[date] = []
    for word in [text] if whole_number else text.replace(",", " ").split():
        run = re.sub(r"\D", "", word)
        if dates := possible_dates(word):
            birth_dates.extend(dates)
        elif _NUMERIC.fullmatch(word) and len(run) >= _FEWEST_PHONE_DIGITS:
            digits.append(run)
        elif "@" in word:
            emails.append(word)
        elif word.strip():
            names.append(word.strip())
    return Sought(tuple(names), tuple(emails), tuple(digits), tuple(birth_dates))
