"""Reading the files of code lists. Pure: text in, codes out, and what was left aside with the reason.

ICD-10-CM is read as its publisher's order file (number, code, billable or not, words), as its shorter file (code,
words) or as codes alone; chapters and blocks are headings, no codes. CPT is licensed: it is the practice's own list,
`code,description`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

KINDS = {"icd10": "ICD-10-CM", "cpt": "CPT"}

_ORDER = re.compile(r"^\d{5} ([A-Z]\w{2,6}) +([01]) (.{60}) (.+)$")
# The second sign was a digit in every code until QA0 came in April 2026; words alone have no digit in front.
_ICD10 = re.compile(r"^(?=..?\d)([A-Z][0-9A-Z]{2})\.?([0-9A-Z]{0,4})$")
_HEADING = re.compile(r"^(\d{1,2}|[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2})$")
_CPT = re.compile(r"^[A-Z0-9][A-Z0-9.-]{0,14}$")


@dataclass
class CodeFile:
    """What a file holds: code → (description, billable); how many lines were headings; lines that are no codes."""

    codes: dict[str, tuple[str | None, bool]] = field(default_factory=dict)
    headings: int = 0
    rejected: list[str] = field(default_factory=list)


def bare(code: str) -> str | None:
    """An ICD-10-CM code as lists write it, without its dot; None if it is not written like one."""
    match = _ICD10.match(code.strip().upper())
    return match[1] + match[2] if match else None


def dotted(code: str) -> str:
    """An ICD-10-CM code as people write it: F411 → F41.1."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def read_codes(kind: str, text: str) -> CodeFile:
    """The codes of a file."""
    found = CodeFile()
    flagged: set[str] = set()
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        order = _ORDER.match(line) if kind == "icd10" else None
        if order:
            found.codes[order[1]] = (order[4].strip(), order[2] == "1")
            flagged.add(order[1])
            continue
        code, words = _code_and_words(kind, line)
        if code is None:
            _set_aside(found, kind, number, line)
        else:
            found.codes[code] = (words, True)
    if kind == "icd10":
        for category in _categories(found.codes):
            if category not in flagged:
                found.codes[category] = (found.codes[category][0], False)
    return found


def _code_and_words(kind: str, line: str) -> tuple[str | None, str | None]:
    """The code at the beginning of a line, and what follows it."""
    if kind == "cpt" or re.match(r'^"?[A-Za-z]\w\w\.?\w*"?[,;\t]', line):
        delimiter = next((sign for sign in "\t;," if sign in line), ",")
        cells = next(csv.reader([line], delimiter=delimiter))
        raw, words = cells[0].strip().upper(), " ".join(" ".join(cells[1:2]).split())
    else:
        raw, _, rest = line.strip().partition(" ")
        raw, words = raw.upper(), " ".join(rest.split())
    if kind == "icd10":
        return bare(raw), words or None
    is_head = raw in ("CODE", "CPT", "HCPCS", "CPT CODE")
    return (raw if _CPT.match(raw) and not is_head else None), words or None


def _set_aside(found: CodeFile, kind: str, number: int, line: str) -> None:
    is_heading = bool(_HEADING.match(line.strip())) if kind == "icd10" else False
    if is_heading or (number == 1 and "code" in line.lower()):
        found.headings += 1
    else:
        found.rejected.append(f"line {number}")


def _categories(codes: dict[str, tuple[str | None, bool]]) -> Iterator[str]:
    """Codes with others below them: nobody pays for those."""
    ordered = sorted(codes)
    for code, following in pairwise(ordered):
        if following.startswith(code):
            yield code
