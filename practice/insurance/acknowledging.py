"""What receivers say of our claim files: TA1 of an interchange, 999 of a transaction set, 277CA of each claim. Pure.

The words are ours; the official texts of the codes belong to X12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from practice.insurance.x12 import File, Segment, TransactionSet

RECEIVED, ACCEPTED, REJECTED, NOTED = "received", "accepted", "rejected", "noted"


@dataclass(frozen=True)
class Word:
    """What was said: of a whole file by its number, or of one claim by what we call it. `note` is for people."""

    kind: str
    file_number: int | None = None
    control_number: str | None = None
    payer_control_number: str | None = None
    note: str = ""


_INTERCHANGE = {
    "001": "the control numbers of its beginning and end differ",
    "005": "its sender is not known in that form",
    "006": "its sender is not known",
    "007": "its receiver is not known in that form",
    "008": "its receiver is not known",
    "014": "its date is not valid",
    "015": "its time is not valid",
    "020": "it mixes tests with the real thing",
    "022": "its control characters are not valid",
    "023": "its end is missing",
    "024": "its content is not valid",
    "025": "the same number came before",
}
_SEGMENT = {
    "1": "is not known",
    "2": "is not expected there",
    "3": "is missing",
    "4": "comes too often",
    "5": "comes too often",
    "6": "is not used here",
    "7": "is out of order",
    "8": "holds what is not valid",
}
_ELEMENT = {
    "1": "is missing",
    "2": "is missing",
    "3": "is one too many",
    "4": "is too short",
    "5": "is too long",
    "6": "has a sign that is not allowed",
    "7": "has a code that is not valid",
    "8": "is no date",
    "9": "is no time",
    "10": "is not to be there",
    "12": "comes too often",
    "13": "comes too often",
}
_CATEGORIES = {
    "A0": (NOTED, "sent on to the payer"),
    "A1": (RECEIVED, "received"),
    "A2": (ACCEPTED, "accepted for a decision"),
    "A3": (REJECTED, "returned: it cannot be processed"),
    "A4": (REJECTED, "not found"),
    "A5": (NOTED, "split in two"),
    "A6": (REJECTED, "rejected: something is missing"),
    "A7": (REJECTED, "rejected: something is not valid"),
    "A8": (REJECTED, "rejected: two things do not fit together"),
}
_STATUS = {
    "0": "",
    "19": "entered the system",
    "20": "accepted for processing",
    "21": "something is missing or not valid",
    "24": "entity not approved to send",
    "26": "entity not found",
    "33": "subscriber or client not found",
    "54": "the same claim came before",
    "88": "no cover on the date",
    "97": "client not eligible",
    "116": "sent to the wrong payer",
    "122": "something is missing or wrong",
    "125": "the name",
    "126": "the address",
    "132": "the payer's number for the provider",
    "145": "the provider's taxonomy",
    "153": "the number",
    "158": "the birth date",
    "164": "the member number",
    "187": "the date of service",
    "228": "the kind of bill",
    "249": "the place of service",
    "254": "the first diagnosis",
    "255": "a diagnosis",
    "453": "the modifiers",
    "454": "the procedure code",
    "455": "the code",
    "456": "the code",
    "464": "the payer's claim number",
    "478": "the authorisation",
    "481": "the claim as a whole",
    "500": "the postal code",
    "507": "the code",
    "562": "the NPI",
    "612": "the tax id",
    "628": "the units",
    "689": "the address lines",
    "746": "the same claim came before",
}


def is_acknowledgement(file: File) -> bool:
    """Whether there is anything in the file that says something of ours."""
    return bool(file.receipts) or any(_is_read(one) for one in file.sets)


def words_of(file: File) -> list[Word]:
    """Everything that the file says of what we sent, in its order."""
    found = list(_receipts(file.receipts))
    for one in file.sets:
        if one.kind == "999":
            found += _of_set(one)
        elif _is_read(one):
            found += _of_claims(one)
    return found


def _is_read(one: TransactionSet) -> bool:
    return one.kind == "999" or (one.kind == "277" and one.segments[0].at(3).startswith("005010X214"))


def _receipts(segments: list[Segment]) -> Iterator[Word]:
    for one in segments:
        is_refused = one.at(4) == "R"
        why = _INTERCHANGE.get(one.at(5), f"code {one.at(5)}") if one.at(5) not in ("", "000") else ""
        said = "The file was refused" if is_refused else "The file arrived"
        yield Word(REJECTED if is_refused else RECEIVED, _number(one.at(1)), note=f"{said}{': ' + why if why else ''}.")


def _of_set(one: TransactionSet) -> Iterator[Word]:
    number, errors = None, []
    where = ""
    for segment in one.segments:
        if segment.tag == "AK1":
            number = _number(segment.at(2))
        elif segment.tag == "IK3":
            where = f"segment {segment.at(2)} of the set, {segment.at(1)},"
            errors.append(f"{where} {_SEGMENT.get(segment.at(4), 'is wrong')}")
        elif segment.tag == "IK4":
            place = segment.at(1).split(one.separators.component)[0]
            errors.append(f"{where} its element {place} {_ELEMENT.get(segment.at(3), 'is wrong')}")
        elif segment.tag == "AK9":
            is_refused = segment.at(1) in ("R", "M", "W", "X")
            said = "The receiver refused what the file holds" if is_refused else "The receiver took the file"
            why = ": " + "; ".join(dict.fromkeys(errors)) if errors else ""
            yield Word(REJECTED if is_refused else RECEIVED, number, note=f"{said}{why}.")


def _of_claims(one: TransactionSet) -> Iterator[Word]:
    """A claim's level (HL03 = PT) names it by TRN02; what is said above (HL03 = 20, 21, 19) is of the whole file."""
    level, trace, kind, payer_number = "", "", "", ""
    said: list[str] = []
    for segment in [*one.segments, Segment(0, "HL", ())]:
        if segment.tag == "HL":
            if level == "PT" and trace and kind:
                note = f"{'; '.join(dict.fromkeys(said))}."
                yield Word(kind, control_number=trace, payer_control_number=payer_number or None, note=_capital(note))
            elif level and level != "PT" and kind == REJECTED:
                note = f"The whole file: {'; '.join(dict.fromkeys(said))}."
                yield Word(REJECTED, _number(trace), note=note)
            level, trace, kind, payer_number, said = segment.at(3), "", "", "", []
        elif segment.tag == "TRN" and segment.at(1) == "2":
            trace = trace or segment.at(2)
        elif segment.tag == "REF" and segment.at(1) == "1K":
            payer_number = segment.at(2)
        elif segment.tag == "STC":
            for place in (1, 10, 11):
                category, status, *_ = [*segment.at(place).split(one.separators.component), "", ""]
                if category:
                    own, word = _CATEGORIES.get(category, (NOTED, f"category {category}"))
                    kind = own if kind != REJECTED else kind
                    about = _STATUS.get(status, f"status {status}" if status else "")
                    said.append(f"{word}{' (' + about + ')' if about else ''}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
