"""X12 files as they arrive: interchanges cut into segments, with every defect named in words. Never raises on content.

The separators are those that the ISA segment itself uses. `envelopes.read` makes transaction sets (ST to SE) of the
segments; whoever reads a kind of set decides what its defects mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ISA_ELEMENTS = 16
LONGEST_ISA = 4_096
"""An ISA has 106 characters; one that is padded or torn is looked at so far."""
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

    def dump(self) -> str:
        """As JSON text, for keeping; `load` reads it."""
        plain = vars(self) | {"separators": vars(self.separators), "defects": [vars(one) for one in self.defects]}
        return json.dumps(plain | {"segments": [vars(one) for one in self.segments]}, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> TransactionSet:
        """What `dump` wrote."""
        kept = json.loads(text)
        kept["separators"] = Separators(**kept["separators"])
        kept["segments"] = tuple(Segment(one["number"], one["tag"], tuple(one["elements"])) for one in kept["segments"])
        kept["defects"] = tuple(Defect(**one) for one in kept["defects"])
        return cls(**kept)


@dataclass
class File:
    """All transaction sets of a file, in order, and the defects of what is around them."""

    sets: list[TransactionSet] = field(default_factory=list)
    receipts: list[Segment] = field(default_factory=list)
    """TA1 segments, which stand between sets: what a receiver says of a whole interchange of ours."""
    defects: list[Defect] = field(default_factory=list)

    def all_defects(self) -> list[Defect]:
        """Those of the envelopes and those inside the sets, in the order of the file."""
        inside = [defect for one in self.sets for defect in one.defects]
        return sorted([*self.defects, *inside], key=lambda defect: defect.segment)


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


def segments(text: str, defects: list[Defect]) -> Iterator[tuple[Segment, Separators]]:
    """Every segment with the separators in force; each interchange brings its own."""
    number, at = 0, 0
    while at < len(text):
        found = separators_of(text[at : at + LONGEST_ISA])
        if found is None:
            what = "The file does not begin" if number == 0 else "What follows the last interchange does not begin"
            sentence = f"{what} with a whole ISA segment, so nothing can be read from there; have it sent again."
            defects.append(Defect(number + 1, "no_interchange", sentence))
            return
        separators, _ = found
        ended = False
        while at < len(text) and not ended:
            end = text.find(separators.segment, at)
            raw = text[at:] if end < 0 else text[at:end]
            number += 1
            segment = _segment(number, raw, separators, defects)
            if end < 0 and segment:
                sentence = f"Segment {number} ({segment.tag}) has no terminator: the file may have been cut off there."
                defects.append(Defect(number, "cut_off", sentence))
            if segment:
                yield segment, separators
            ended = segment is not None and segment.tag == "IEA"
            at = len(text) if end < 0 else end + 1
            skipped = _BETWEEN + (separators.segment if ended else "")
            while at < len(text) and text[at] in skipped:
                at += 1


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
