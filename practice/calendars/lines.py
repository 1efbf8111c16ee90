"""The text of a calendar file as components and properties (RFC 5545, section 3.1), and nothing more.

Own code because a parser that also resolves what it reads lets a file decide how long that takes: a zone that changes
its offset every second keeps a library busy for hours before the first event is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from practice.errors import Refusal

LARGEST_FILE = 5_000_000
MOST_DEPTH = 8
_FOLD = re.compile(r"\r?\n[ \t]|\r[ \t](?!\n)")
_BREAK = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"([A-Za-z0-9-]+)")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,])*)*)')
_ESCAPED = re.compile(r"\\([\\;,Nn])")


class Property(NamedTuple):
    """A line: its parameters by upper-case name, and its value as it stands."""

    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """BEGIN … END: its properties by upper-case name, in the order of the file, and what lies inside it."""

    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    inner: list[Component] = field(default_factory=list)

    def first(self, name: str) -> Property | None:
        """The first property of that name, or None."""
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The first property's value, trimmed; empty where there is none."""
        found = self.first(name)
        return found.value.strip() if found else ""

    def walk(self, name: str) -> Iterator[Component]:
        """Every component of that name inside, in the order of the file."""
        for one in self.inner:
            if one.name == name:
                yield one
            else:
                yield from one.walk(name)


def components(data: bytes) -> list[Component]:
    """The calendars of a file. Raises Refusal (rule 'calendar_file') where it is none, is cut off, or is too large."""
    if len(data) > LARGEST_FILE:
        raise _refusal(f"is larger than {LARGEST_FILE // 1_000_000} MB; export a shorter stretch of time")
    root = Component("")
    open_ = [root]
    for line in _BREAK.split(_FOLD.sub("", _decoded(data))):
        if not line.strip():
            continue
        parsed = _parsed(line)
        if parsed is None:
            continue  # a line without a name says nothing; calendars in the wild have some
        name, one = parsed
        if name == "BEGIN":
            if len(open_) > MOST_DEPTH:
                raise _refusal("has components inside components without end; export it again")
            open_.append(Component(one.value.strip().upper()))
            open_[-2].inner.append(open_[-1])
        elif name == "END":
            if len(open_) == 1 or open_[-1].name != one.value.strip().upper():
                raise _refusal("is damaged: something ends that never began; export it again")
            open_.pop()
        else:
            open_[-1].properties.setdefault(name, []).append(one)
    if len(open_) > 1:
        raise _refusal("is cut off in the middle; export it again")
    calendars = [one for one in root.inner if one.name == "VCALENDAR"]
    if not calendars:
        raise _refusal("holds no calendar; choose a file that ends in .ics")
    return calendars


def unescaped(text: str) -> str:
    """A text value as people read it."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "Nn" else found[1], text)


def _parsed(line: str) -> tuple[str, Property] | None:
    named = _NAME.match(line)
    if named is None:
        return None
    position, parameters = named.end(), {}
    while position < len(line) and line[position] == ";":
        found = _PARAMETER.match(line, position)
        if found is None:
            return None
        parameters[found[1].upper()] = found[2].strip('"')
        position = found.end()
    if position >= len(line) or line[position] != ":":
        return None
    return named[1].upper(), Property(parameters, line[position + 1 :])


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _refusal(what: str) -> Refusal:
    return Refusal(f"This file {what}.", rule="calendar_file", field="file")
