"""The practice loads its own lists of codes; what is coded on a day must be in the list of that day."""

from __future__ import annotations

import hashlib
from datetime import date

import pyarrow as pa

from practice.access.permissions import Permission
from practice.billing.code_files import KINDS, bare, dotted, read_codes
from practice.billing.queries import coding
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Reader, Row, Work

SHOWN = 6


@command(Permission.SET_UP)
def load_codes(work: Work, *, kind: str, text: str, from_date: str | None = None, file_name: str | None = None) -> Row:
    """Load a list of codes (icd10, cpt) that counts from a day on; by default since its last yearly change.

    That is 1 October for ICD-10-CM and 1 January for CPT. The same file for the same day changes nothing. Answers
    {code_list_id, from_date, loaded, headings, rejected, is_new}.
    """
    checks.one_of(kind, "The kind of list", "kind", tuple(KINDS))
    begins = checks.optional_day(from_date, "The first day", "from_date") or last_change(kind, practice_today(work))
    found = read_codes(kind, text)
    if not found.codes:
        like = "codes like F41.1, one a line" if kind == "icd10" else "lines like 90834,Psychotherapy 45 minutes"
        raise Refusal(f"No code was found in this file; it has {like}.", rule="no_codes", field="text")
    digest = hashlib.sha256(text.encode()).hexdigest()
    answer = {
        "from_date": str(begins),
        "loaded": len(found.codes),
        "headings": found.headings,
        "rejected": len(found.rejected),
        "rejected_at": found.rejected[:SHOWN],
    }
    before = coding.code_list(work, kind, begins)
    if before and before["from_date"] == begins and before["content_hash"] == digest:
        return answer | {"code_list_id": before["code_list_id"], "is_new": False}
    list_id = work.new_id()
    row = {"code_list_id": list_id, "kind": kind, "from_date": begins, "content_hash": digest}
    row |= {
        "file_name": checks.optional_text(file_name, "The file's name", "file_name"),
        "code_count": len(found.codes),
        "loaded_by": work.actor.user_id,
        "known_at": stored(work.now),
    }
    work.insert("code_lists", row)
    codes = list(found.codes)
    table = {
        "listed_code_id": [f"{list_id}|{code}" for code in codes],
        "code_list_id": [list_id] * len(codes),
        "code": codes,
        "description": pa.array([found.codes[code][0] for code in codes], pa.string()),
        "is_billable": [found.codes[code][1] for code in codes],
    }
    work.insert_many("listed_codes", pa.table(table))
    return answer | {"code_list_id": list_id, "is_new": True}


def last_change(kind: str, today: date) -> date:
    """The day on which the yearly list that is in force today began."""
    month = 10 if kind == "icd10" else 1
    this_year = date(today.year, month, 1)
    return this_year if today >= this_year else this_year.replace(year=today.year - 1)


def unchecked(reader: Reader, kind: str, day: date) -> str | None:
    """The warning that no list is in force that day, so that codes are taken as typed; None if there is one."""
    if coding.code_list(reader, kind, day):
        return None
    return f"No {KINDS[kind]} list is in force on {day}, so codes are not checked; load one in Set-up, Code lists."


def check_diagnosis_code(reader: Reader, code: str, day: date, field: str = "code") -> tuple[str, str | None]:
    """An ICD-10-CM code with its dot, and the list's words for it, if any. Refuses what cannot be billed that day.

    Without a list in force only its spelling is checked (`unchecked` says so).
    """
    plain = bare(code or "")
    if plain is None:
        shown = " ".join((code or "").split())[:20]
        raise Refusal(
            f"{shown or 'Nothing'} is not written like an ICD-10-CM code; write it like F41.1.",
            rule="code_form",
            field=field,
        )
    found_list = coding.code_list(reader, "icd10", day)
    if found_list is None:
        return dotted(plain), None
    listed = coding.listed(reader, found_list["code_list_id"], plain)
    if listed is None:
        near = tuple(dotted(one) for one in coding.billable_below(reader, found_list["code_list_id"], plain[:3], SHOWN))
        hint = f"; of {plain[:3]} it has {', '.join(near)}" if near else ""
        raise Refusal(
            f"{dotted(plain)} is not in the ICD-10-CM list of {found_list['from_date']}{hint or '; check the code'}.",
            rule="code_unknown",
            field=field,
            alternatives=near,
        )
    if not listed["is_billable"]:
        below = tuple(dotted(one) for one in coding.billable_below(reader, found_list["code_list_id"], plain, SHOWN))
        raise Refusal(
            f"{dotted(plain)} is a category, which cannot be billed; choose a code below it: {', '.join(below)}.",
            rule="code_category",
            field=field,
            alternatives=below,
        )
    return dotted(plain), listed["description"]


def check_procedure_code(reader: Reader, code: str | None, day: date) -> None:
    """Refuse a charge's code that is not in the practice's CPT list of that day. Without a list nothing is checked."""
    found_list = coding.code_list(reader, "cpt", day) if code else None
    if code and found_list and coding.listed(reader, found_list["code_list_id"], code.upper()) is None:
        raise Refusal(
            f"{code} is not in the practice's code list of {found_list['from_date']}; correct the service's code, or"
            " load a list that has it.",
            rule="code_unknown",
            field="code",
        )
