"""X12 files as they arrive: interchanges cut into segments, with every defect named in words. Never raises on content.

The separators are those that the ISA segment itself uses. `read` answers transaction sets (ST to SE) with the defects
of each, and the defects of the envelopes around them; whoever reads a kind of set decides what its defects mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

ISA_ELEMENTS = 16
_BETWEEN = "\r\n \t\x00\x1a"
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")


@dataclass(frozen=True)
class Defect:
    """Something wrong in the file: the number of the segment (from 1), a rule in snake case, a sentence for people."""

    segment: int
    rule: str
    sentence: str


@dataclass(frozen=True)
class Separators:
    """The four characters that cut a file; the repetition separator is '' before version 00402."""

    element: str
    component: str
    repetition: str
    segment: str


@dataclass(frozen=True)
class Segment:
    """A tag such as 'CLP' with its elements, as text. `number` counts the file's segments from 1."""

    number: int
    tag: str
    elements: tuple[str, ...]

    def at(self, position: int) -> str:
        """The element of that number (CLP01 is at(1)), without blanks around it; '' where there is none."""
        return self.elements[position - 1].strip() if 0 < position <= len(self.elements) else ""


@dataclass(frozen=True)
class TransactionSet:
    """ST to SE. `kind` is ST01 ('835'), `control_number` ST02, `made_on` the group's date (GS04) as it stands."""

    kind: str
    control_number: str
    made_on: str
    separators: Separators
    segments: tuple[Segment, ...]
    defects: tuple[Defect, ...] = ()


@dataclass
class File:
    """All transaction sets of a file, in order, and the defects of what is around them."""

    sets: list[TransactionSet] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    def all_defects(self) -> list[Defect]:
        """Those of the envelopes and those inside the sets, in the order of the file."""
        inside = [defect for one in self.sets for defect in one.defects]
        return sorted([*self.defects, *inside], key=lambda defect: defect.segment)


def read(text: str) -> File:
    """Cut a file into its transaction sets. A file that is no X12 at all has no sets and one defect that says so."""
    file = File()
    reading = _Envelopes(file)
    for segment, separators in _segments(text.lstrip("\ufeff \t\r\n\x00"), file.defects):
        reading.take(segment, separators)
    reading.finish()
    return file


def separators_of(text: str) -> tuple[Separators, int] | None:
    """The separators that an ISA at the start of `text` uses, and where that segment ends; None if it is none."""
    if len(text) < ISA_ELEMENTS * 2 or not text.startswith("ISA") or text[3].isalnum() or text[3].isspace():
        return None
    element, position = text[3], 3
    for _ in range(ISA_ELEMENTS - 1):
        position = text.find(element, position + 1)
        if position < 0:
            return None
    if position + 2 >= len(text):
        return None
    component, terminator = text[position + 1], text[position + 2]
    if component.isalnum() or terminator.isalnum() or terminator == element:
        return None
    elements = text[4:position].split(element)
    repetition = elements[10].strip()
    is_separator = len(repetition) == 1 and not repetition.isalnum()
    return Separators(element, component, repetition if is_separator else "", terminator), position + 2


def _segments(text: str, defects: list[Defect]) -> Iterator[tuple[Segment, Separators]]:
    """Every segment with the separators in force; each interchange brings its own."""
    number = 0
    while text:
        found = separators_of(text)
        if found is None:
            what = "The file does not begin" if number == 0 else "What follows the last interchange does not begin"
            sentence = f"{what} with a whole ISA segment, so nothing can be read from there; have it sent again."
            defects.append(Defect(number + 1, "no_interchange", sentence))
            return
        separators, _ = found
        ended = False
        while text and not ended:
            raw, terminator, text = text.partition(separators.segment)
            number += 1
            segment = _segment(number, raw, separators, defects)
            if not terminator and segment:
                sentence = f"Segment {number} ({segment.tag}) has no terminator: the file may have been cut off there."
                defects.append(Defect(number, "cut_off", sentence))
            if segment:
                yield segment, separators
            ended = segment is not None and segment.tag == "IEA"
            text = text.lstrip(_BETWEEN + (separators.segment if ended else ""))


def _segment(number: int, raw: str, separators: Separators, defects: list[Defect]) -> Segment | None:
    tag, *elements = raw.strip("\r\n").split(separators.element)
    if not raw.strip():
        defects.append(Defect(number, "empty_segment", f"Segment {number} is empty; it was passed over."))
        return None
    if not _TAG.fullmatch(tag):
        defects.append(
            Defect(number, "unknown_tag", f"Segment {number} begins with {tag[:12]!r}, which is no segment's name.")
        )
    return Segment(number, tag[:12], tuple(elements))


class _Envelopes:
    """Walks ISA → GS → ST … SE → GE → IEA and compares what the trailers count with what is there."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.isa: Segment | None = None
        self.group: Segment | None = None
        self.groups = self.sets = 0
        self.inside: list[Segment] = []
        self.separators: Separators | None = None

    def take(self, segment: Segment, separators: Separators) -> None:
        """The next segment of the file."""
        self.separators = separators
        handler = getattr(self, f"_{segment.tag.lower()}", None) if segment.tag in _ENVELOPE else None
        if handler:
            handler(segment)
        elif self.inside:
            self.inside.append(segment)
        else:
            sentence = f"Segment {segment.number} ({segment.tag}) stands outside of a transaction set; it was left out."
            self._say(segment.number, "outside", sentence)

    def finish(self) -> None:
        """The end of the file: whatever is still open is named."""
        self._close_interchange(None)

    def _isa(self, segment: Segment) -> None:
        self._close_interchange(segment)
        self.isa, self.groups = segment, 0

    def _gs(self, segment: Segment) -> None:
        self._close_group(segment)
        self.group, self.sets = segment, 0
        self.groups += 1

    def _st(self, segment: Segment) -> None:
        self._close_set(segment)
        if self.group is None:
            self._say(segment.number, "no_group", f"The set at segment {segment.number} is in no group (GS).")
        self.inside = [segment]
        self.sets += 1

    def _se(self, segment: Segment) -> None:
        if not self.inside:
            self._stray(segment)
            return
        self.inside.append(segment)
        first, counted = self.inside[0], len(self.inside)
        defects = []
        if not _is_number(segment.at(1), counted):
            defects.append(_count(segment, "SE", "segments", counted))
        if segment.at(2) != first.at(2):
            defects.append(_control(segment, "SE02", first.at(2), "the set"))
        self._keep(tuple(defects))

    def _ge(self, segment: Segment) -> None:
        self._close_set(segment)
        if self.group is None:
            self._stray(segment)
            return
        if not _is_number(segment.at(1), self.sets):
            self.file.defects.append(_count(segment, "GE", "transaction sets", self.sets))
        if segment.at(2) != self.group.at(6):
            self.file.defects.append(_control(segment, "GE02", self.group.at(6), "the group"))
        self.group = None

    def _iea(self, segment: Segment) -> None:
        self._close_group(segment)
        if self.isa is None:
            self._stray(segment)
            return
        if not _is_number(segment.at(1), self.groups):
            self.file.defects.append(_count(segment, "IEA", "groups", self.groups))
        if segment.at(2) != self.isa.at(13):
            self.file.defects.append(_control(segment, "IEA02", self.isa.at(13), "the interchange"))
        self.isa = None

    def _close_set(self, before: Segment | None) -> None:
        if self.inside:
            where = before.number if before else self.inside[-1].number
            sentence = f"The set that begins at segment {self.inside[0].number} has no SE: its end may be missing."
            self._keep((Defect(where, "no_set_trailer", sentence),))

    def _close_group(self, before: Segment | None) -> None:
        self._close_set(before)
        if self.group:
            self._say(self.group.number, "no_group_trailer", f"The group at segment {self.group.number} has no GE.")
            self.group = None

    def _close_interchange(self, before: Segment | None) -> None:
        self._close_group(before)
        if self.isa:
            sentence = f"The interchange at segment {self.isa.number} has no IEA: the file may have been cut off."
            self._say(self.isa.number, "no_interchange_trailer", sentence)
            self.isa = None

    def _keep(self, defects: tuple[Defect, ...]) -> None:
        assert self.separators
        first = self.inside[0]
        made_on = self.group.at(4) if self.group else ""
        kept = TransactionSet(first.at(1), first.at(2), made_on, self.separators, tuple(self.inside))
        self.file.sets.append(replace(kept, defects=defects))
        self.inside = []

    def _stray(self, segment: Segment) -> None:
        sentence = f"Segment {segment.number} ({segment.tag}) closes what was never opened."
        self._say(segment.number, "stray_trailer", sentence)

    def _say(self, number: int, rule: str, sentence: str) -> None:
        self.file.defects.append(Defect(number, rule, sentence))


_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")


def _is_number(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and text.lstrip("0") == (str(number) if number else "")


def _count(segment: Segment, tag: str, what: str, counted: int) -> Defect:
    said = segment.at(1) or "nothing"
    sentence = f"{tag} at segment {segment.number} counts {said} {what}, but there are {counted}."
    return Defect(segment.number, f"{tag.lower()}_count", sentence)


def _control(segment: Segment, name: str, opened: str, what: str) -> Defect:
    sentence = f"{name} is {segment.at(2)!r}, but {what} was opened as {opened!r}."
    return Defect(segment.number, "control_number", sentence)
