"""The envelopes of an X12 file: ISA → GS → ST … SE → GE → IEA. What the trailers count is checked."""

from __future__ import annotations

from dataclasses import replace

from practice.insurance.x12 import Defect, File, Segment, Separators, TransactionSet, segments


def read(text: str) -> File:
    """Cut a file into its transaction sets. A file that is no X12 at all has no sets and one defect that says so."""
    file = File()
    reading = _Envelopes(file)
    for segment, separators in segments(text.lstrip("\ufeff \t\r\n\x00"), file.defects):
        reading.take(segment, separators)
    reading.finish()
    return file


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
        elif segment.tag == "TA1":
            self.file.receipts.append(segment)
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
