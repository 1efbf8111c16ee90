"""Asking payers about covers, as commands: a file of questions, the answers, or what somebody heard by phone."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission
from practice.clock import local_date, stored, to_wall
from practice.errors import Refusal
from practice.insurance import eligibility_queries as queries
from practice.insurance.eligibility import Answer, read_271, write_270
from practice.insurance.envelopes import read
from practice.money import Currency
from practice.people import checks
from practice.people.queries import require_client
from practice.store.record import command
from practice.store.work import Row, Work

FIRST_NUMBER = 700_000_001
"""Files of questions are numbered apart from those of claims, so that an acknowledgement names one of them only."""
MOST = 500


@command(Permission.ADJUST)
def ask_eligibility(work: Work, *, policy_ids: Sequence[str]) -> Row:
    """Write a file that asks the payers whether these policies are in force today.

    Refuses, with what is missing, if it is not said who asks, or how files name one of the payers. Answers
    {eligibility_file_id, asked}.
    """
    if not 1 <= len(policy_ids) <= MOST:
        raise Refusal(f"Choose between one policy and {MOST}.", rule="how_many", field="policy_ids")
    sender = work.find("claim_senders", "practice")
    if sender is None:
        raise Refusal("It is not said yet who asks: name, NPI and tax id of the practice stand under Claims.")
    asked = queries.questions(work, policy_ids)
    for one in asked:
        require_client(work, work.actor, one["client_id"])
        if not one["payer"]["code"]:
            raise Refusal(f"{one['payer']['name']} has no payer code; files name it by that.", rule="no_payer_code")
    zone = work.setting("zone", "UTC")
    today, number = local_date(work.now, zone), queries.next_number(work, FIRST_NUMBER)
    for place, one in enumerate(asked, 1):
        one["trace_number"] = f"E{number}-{place}"
    file = {
        "eligibility_file_id": work.new_id(),
        "number": number,
        "file_name": f"eligibility-{number}.270",
        "content": write_270(asked, sender, number, today, to_wall(work.now, zone)),
        "sent_by": work.actor.user_id,
        "dropped_at": None,
        "known_at": stored(work.now),
    }
    work.insert("eligibility_files", file)
    for one in asked:
        work.insert(
            "eligibility_checks",
            _blank(work, one)
            | {"trace_number": one["trace_number"], "eligibility_file_id": file["eligibility_file_id"],
               "asked_date": today},
        )  # fmt: skip
    return {"eligibility_file_id": file["eligibility_file_id"], "asked": len(asked)}


@command(Permission.ADJUST)
def read_eligibility(work: Work, *, text: str) -> Row:
    """Keep what payers answered (271), as often as it is read. Answers {active, inactive, refused, unknown}."""
    sets = [one for one in read(text).sets if one.kind == "271"]
    if not sets:
        raise Refusal("This file holds no answer about a cover (271).", rule="not_ours", field="text")
    currency = Currency.of(work.setting("currency", "USD"))
    counts = dict.fromkeys(("active", "inactive", "refused", "unknown"), 0)
    for one in sets:
        answers, number, refused = read_271(one, currency)
        for answer in answers:
            row = queries.check_traced(work, answer.trace_number)
            counts[_keep(work, row, answer) if row else "unknown"] += 1
        if refused and number.isdigit():
            for row in queries.checks_of_file(work, int(number)):
                counts[_keep(work, row, Answer(row["trace_number"], refusals=list(refused)))] += 1
    return counts


@command(Permission.ADJUST)
def note_eligibility(
    work: Work, *, policy_id: str, is_active: bool, copay_minor: int | None = None,
    deductible_left_minor: int | None = None, note: str | None = None,
) -> Row:  # fmt: skip
    """Write down what a payer said by phone or on its own page. Answers {eligibility_check_id}."""
    policy = work.get("policies", policy_id, "policy")
    require_client(work, work.actor, policy["client_id"])
    row = _blank(work, {"policy_id": policy_id, "client_id": policy["client_id"], "payer": policy})
    row |= {
        "trace_number": f"N{row['eligibility_check_id']}",
        "eligibility_file_id": None,
        "asked_date": local_date(work.now, work.setting("zone", "UTC")),
        "status": "active" if checks.flag(is_active, "Whether it is in force", "is_active") else "inactive",
        "copay_minor": None if copay_minor is None else checks.minor(copay_minor, "The copay", "copay_minor"),
        "deductible_left_minor": None if deductible_left_minor is None else checks.minor(
            deductible_left_minor, "What is left of the deductible", "deductible_left_minor"),
        "note": checks.optional_text(note, "The note", "note"),
        "answered_at": stored(work.now),
    }  # fmt: skip
    work.insert("eligibility_checks", row)
    return {"eligibility_check_id": row["eligibility_check_id"]}


@command(Permission.ADJUST)
def note_questions_dropped(work: Work, *, eligibility_file_id: str) -> Row:
    """The file lies in the folder from which it is carried to the receiver."""
    work.get("eligibility_files", eligibility_file_id, "file")
    work.update("eligibility_files", eligibility_file_id, dropped_at=stored(work.now))
    return {"eligibility_file_id": eligibility_file_id}


def _blank(work: Work, one: Row) -> Row:
    names = ("plan_name", "copay_minor", "coinsurance_percent", "deductible_minor", "deductible_left_minor", "note",
             "answer", "answered_at")  # fmt: skip
    about = {"policy_id": one["policy_id"], "client_id": one["client_id"], "payer_id": one["payer"]["payer_id"]}
    own = {"eligibility_check_id": work.new_id(), "status": "asked", "known_at": stored(work.now)}
    return own | about | dict.fromkeys(names)


def _keep(work: Work, row: Row, answer: Answer) -> str:
    status = "refused" if answer.is_active is None else "active" if answer.is_active else "inactive"
    why = "; ".join(answer.refusals) or ("the payer said neither yes nor no" if status == "refused" else "")
    work.update(
        "eligibility_checks",
        row["eligibility_check_id"],
        status=status,
        plan_name=answer.plan_name or None,
        copay_minor=answer.copay_minor,
        coinsurance_percent=answer.coinsurance_percent,
        deductible_minor=answer.deductible_minor,
        deductible_left_minor=answer.deductible_left_minor,
        note=f"{why[:1].upper()}{why[1:]}." if why else None,
        answer="~".join(answer.segments),
        answered_at=row["answered_at"] or stored(work.now),
    )
    return status
