"""What clients are diagnosed with: dated, in an order, never deleted. Superbills and claims take them from here."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.billing.code_lists import check_diagnosis_code, unchecked
from practice.billing.queries import coding
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.people import checks
from practice.people.queries import require_client
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.DIAGNOSE)
def add_diagnosis(
    work: Work,
    *,
    client_id: str,
    code: str,
    description: str | None = None,
    from_date: str | None = None,
    until_date: str | None = None,
    provider_id: str | None = None,
) -> Row:
    """Record what a client is diagnosed with, from a day (today) until a day (still); it comes last in the order.

    The code is checked against the ICD-10-CM list in force on the first day, whose words it takes unless others are
    given. A provider made the diagnosis themselves. Answers {diagnosis_id, code, description, warning}.
    """
    work.get("clients", client_id, "client")
    require_client(work, work.actor, client_id)
    today = practice_today(work)
    first = checks.optional_day(from_date, "The day of the diagnosis", "from_date") or today
    last = checks.optional_day(until_date, "The last day", "until_date")
    if first > today:
        raise Refusal(f"A diagnosis is not made ahead; use {today} or a day before.", rule="future", field="from_date")
    if last and last < first:
        raise Refusal(f"The last day is before the first; use {first} or later.", field="until_date")
    kept, listed = check_diagnosis_code(work, code, first)
    words = checks.optional_text(description, "What the code means", "description") or listed
    if not words:
        raise Refusal(f"Write what {kept} means: no list of ours says it.", rule="no_words", field="description")
    same = coding.same_diagnosis(work, client_id, kept, first, last)
    if same:
        raise Conflict(
            f"{kept} is recorded from {same['from_date']} on already; end that one first.",
            rule="diagnosed",
            field="code",
        )
    known = coding.ranks(work, client_id)
    made_by = work.actor.provider_id if work.actor.role == "provider" else provider_id
    row = {
        "diagnosis_id": work.new_id(),
        "client_id": client_id,
        "code": kept,
        "description": words,
        "rank": max((one["rank"] for one in known), default=0) + 1,
        "from_date": first,
        "until_date": last,
        "diagnosed_by": work.get("providers", made_by, "provider")["provider_id"] if made_by else None,
        "recorded_by": work.actor.user_id,
        "known_at": stored(work.now),
        "is_withdrawn": False,
    }
    work.insert("client_diagnoses", row)
    answer = {"diagnosis_id": row["diagnosis_id"], "code": kept, "description": words}
    return answer | {"warning": unchecked(work, "icd10", first)}


@command(Permission.DIAGNOSE)
def end_diagnosis(work: Work, *, diagnosis_id: str, until_date: str | None = None) -> Row:
    """The diagnosis held up to and with a day (today). Charges keep what they say."""
    row = _standing(work, diagnosis_id)
    last = checks.optional_day(until_date, "The last day", "until_date") or practice_today(work)
    if last < row["from_date"]:
        raise Refusal(
            f"It was made on {row['from_date']}; use that day or later, or take it back as a mistake.",
            field="until_date",
        )
    work.update("client_diagnoses", diagnosis_id, until_date=last, known_at=work.now)
    return {"diagnosis_id": diagnosis_id, "until_date": str(last)}


@command(Permission.DIAGNOSE)
def withdraw_diagnosis(work: Work, *, diagnosis_id: str) -> Row:
    """It was recorded by mistake. Needs a reason; charges keep what they say."""
    _standing(work, diagnosis_id)
    if not (work.reason or "").strip():
        raise Refusal("Say why the diagnosis is taken back.", rule="reason_needed", field="reason")
    work.update("client_diagnoses", diagnosis_id, is_withdrawn=True, known_at=work.now)
    return {"diagnosis_id": diagnosis_id}


@command(Permission.DIAGNOSE)
def put_diagnosis_first(work: Work, *, diagnosis_id: str) -> Row:
    """It becomes the first on documents from now on; the others keep their order behind it."""
    row = _standing(work, diagnosis_id)
    others = [
        one["diagnosis_id"] for one in coding.ranks(work, row["client_id"]) if one["diagnosis_id"] != diagnosis_id
    ]
    for rank, key in enumerate([diagnosis_id, *others], 1):
        work.update("client_diagnoses", key, rank=rank)
    return {"diagnosis_id": diagnosis_id}


def _standing(work: Work, diagnosis_id: str) -> Row:
    row = work.get("client_diagnoses", diagnosis_id, "diagnosis")
    require_client(work, work.actor, row["client_id"])
    if row["is_withdrawn"]:
        raise Conflict("This diagnosis was taken back before; record it anew if it is right.", rule="withdrawn")
    return row
