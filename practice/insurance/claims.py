"""Claims out, as commands: sent, corrected, voided, left out. What was sent is kept as it was, and asked for once."""

from __future__ import annotations

import json
from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.billing.posting import today_at, why
from practice.clock import local_date, stored, to_wall
from practice.errors import Conflict, Refusal
from practice.insurance import claim_queries as queries
from practice.insurance import sent_claim_queries as sent
from practice.insurance.claim_checks import enter
from practice.insurance.claim_reading import read_claims
from practice.insurance.claim_writing import write_claims
from practice.insurance.denials import decide
from practice.insurance.envelopes import read
from practice.insurance.scrubbing import Document, scrub
from practice.money import Currency
from practice.store.record import command
from practice.store.work import Row, Work

MOST_CLAIMS = 5_000
"""Claims of one transaction set, as the guide recommends."""


@command(Permission.ADJUST)
def send_claims(work: Work, *, claims: Sequence[Row]) -> Row:
    """Write a file that asks payers for these charges: [{charge_ids, payer_id}], one claim for each visit.

    Refuses, with what is missing, if a claim of them cannot be sent; and a charge that this payer was asked for.
    Answers {claim_file_id, file_name, claims}.
    """
    if not 1 <= len(claims) <= MOST_CLAIMS:
        raise Refusal(f"Choose between one claim and {MOST_CLAIMS:,}.", rule="how_many", field="claims")
    keys = [f"{charge_id}|{one['payer_id']}" for one in claims for charge_id in one["charge_ids"]]
    made = queries.asked(work, keys)
    asked = [key for document in made for key in _keys(document)]
    if sorted(asked) != sorted(keys):
        raise Conflict(
            "The payer was asked for one of these charges already, or owes nothing of it; reload the list.",
            rule="asked_already",
        )
    return _send(work, made)


@command(Permission.ADJUST)
def correct_claim(work: Work, *, insurance_claim_id: str) -> Row:
    """Send a claim again as it would be made today, in place of the one that the payer has (frequency 7).

    Charges that were voided and charged anew come in with their new ones. Needs the payer's own number of the claim,
    and a reason. Answers as `send_claims`.
    """
    why(work, "correct the claim")
    old = _at_payer(work, insurance_claim_id)
    charge_ids = sent.charges_now(work, insurance_claim_id)
    free_lines(work, insurance_claim_id)
    made = queries.asked(work, [f"{charge_id}|{old['payer_id']}" for charge_id in charge_ids])
    if len(made) != 1:
        raise Conflict(
            "What this claim asked for is no longer one visit that the payer owes something of; void it, and send what"
            " is owed as a new claim.",
            rule="not_one_claim",
        )
    document = made[0] | {"frequency": "7", "payer_control_number": old["payer_control_number"]}
    answer = _send(work, [document], original_id=insurance_claim_id)
    _settle(work, old, "replaced")
    for remittance_claim_id in sent.denials_of(work, old["control_number"]):
        decide(work, remittance_claim_id, "corrected", why(work, "correct the claim"))
    return answer


@command(Permission.ADJUST)
def void_claim(work: Work, *, insurance_claim_id: str) -> Row:
    """Tell the payer to forget a claim (frequency 8): what it said, once more. Needs the payer's number and a reason.

    Its charges can be asked for anew. Answers as `send_claims`.
    """
    why(work, "void the claim")
    old = _at_payer(work, insurance_claim_id)
    document = json.loads(old["document"])
    document |= {"frequency": "8", "payer_control_number": old["payer_control_number"]}
    free_lines(work, insurance_claim_id)
    answer = _send(work, [document], original_id=insurance_claim_id, is_asking=False)
    _settle(work, old, "voided")
    return answer


@command(Permission.ADJUST)
def leave_out_of_claims(work: Work, *, charge_ids: Sequence[str], payer_id: str) -> Row:
    """No claim asks this payer for these charges: it was asked from elsewhere, or pays without. Needs a reason."""
    reason = why(work, "ask for no payment by a claim")
    for charge_id in charge_ids:
        charge = work.get("charges", charge_id, "charge")
        require_location(work.actor, charge["location_id"])
        key = f"{charge_id}|{payer_id}"
        if work.find("claim_exclusions", key) is None:
            row = {"claim_exclusion_id": key, "charge_id": charge_id, "payer_id": payer_id, "reason": reason}
            work.insert("claim_exclusions", row | {"excluded_by": work.actor.user_id, "known_at": stored(work.now)})
    return {"left_out": len(charge_ids)}


@command(Permission.ADJUST)
def note_dropped(work: Work, *, claim_file_id: str) -> Row:
    """The file lies in the folder from which it is carried to the receiver."""
    work.get("claim_files", claim_file_id, "file")
    work.update("claim_files", claim_file_id, dropped_at=stored(work.now))
    return {"claim_file_id": claim_file_id}


def free_lines(work: Work, insurance_claim_id: str) -> None:
    """The claim asks for nothing any more: its charges can be asked for anew."""
    for line in sent.lines_of(work, insurance_claim_id):
        if line["live_key"]:
            work.update("insurance_claim_lines", line["insurance_claim_line_id"], live_key=None)


def note(work: Work, insurance_claim_id: str, kind: str, text: str | None = None) -> None:
    """Something happened to a claim."""
    row = {"claim_event_id": work.new_id(), "insurance_claim_id": insurance_claim_id, "kind": kind, "note": text}
    work.insert("claim_events", row | {"known_at": stored(work.now)})


def _send(work: Work, made: list[Document], *, original_id: str | None = None, is_asking: bool = True) -> Row:
    zone = work.setting("zone", "UTC")
    today = local_date(work.now, zone)
    for document in made:
        require_location(work.actor, document["location_id"])
        problems = scrub(document, today)
        if problems:
            name = f"{document['patient']['given_name']} {document['patient']['family_name']}"
            said = " ".join(one.sentence for one in problems)
            raise Refusal(f"The claim for {name}, {document['service_date']}, is not ready. {said}", rule="not_ready")
    if is_asking and original_id is None:
        enter(work, ((document, ()) for document in made))
    number, first = sent.next_numbers(work)
    for place, document in enumerate(made):
        document["control_number"] = f"D{first + place:08d}"
        for line_number, line in enumerate(document["lines"], 1):
            line["control_number"] = f"{document['control_number']}-{line_number}"
            line.pop("day", None)
    currency = Currency.of(work.setting("currency", "USD"))
    text = write_claims(made, number, to_wall(work.now, zone), currency)
    _check_reads_back(text, made, currency)
    file = {
        "claim_file_id": work.new_id(),
        "number": number,
        "file_name": f"claims-{number:06d}.837",
        "content": text,
        "claim_count": len(made),
        "status": "sent",
        "status_note": None,
        "sent_by": work.actor.user_id,
        "dropped_at": None,
        "known_at": stored(work.now),
    }
    work.insert("claim_files", file)
    rejected = sent.rejected(work, [key for document in made for key in _keys(document)])
    rows = [
        _row(
            work, file, document, first + place,
            original_id or next((rejected[key] for key in _keys(document) if key in rejected), None),
        )
        for place, document in enumerate(made)
    ]  # fmt: skip
    work.insert_all("insurance_claims", rows)
    work.insert_all("insurance_claim_lines", [one for row, document in zip(rows, made, strict=True)
                                              for one in _lines(work, row, document, is_asking=is_asking)])  # fmt: skip
    for row in rows:
        note(work, row["insurance_claim_id"], "submitted", str(file["file_name"]))
    return {"claim_file_id": file["claim_file_id"], "file_name": file["file_name"], "claims": len(rows)}


def _keys(document: Document) -> list[str]:
    """Each of its charges with the payer it asks."""
    return [f"{line['charge_id']}|{document['payer']['payer_id']}" for line in document["lines"]]


def _row(work: Work, file: Row, document: Document, number: int, original_id: str | None) -> Row:
    names = ("policy_id", "rank", "client_id", "provider_id", "location_id", "service_date", "frequency")
    return {
        "insurance_claim_id": work.new_id(),
        "number": number,
        "control_number": document["control_number"],
        "claim_file_id": file["claim_file_id"],
        "payer_id": document["payer"]["payer_id"],
        "sent_date": today_at(work, document["location_id"]),
        **{name: document[name] for name in names},
        "original_id": original_id,
        "total_minor": document["total_minor"],
        "document": json.dumps(document, ensure_ascii=False),
        "status": "submitted",
        "status_note": None,
        "payer_control_number": None,
        "known_at": stored(work.now),
    }


def _lines(work: Work, row: Row, document: Document, *, is_asking: bool) -> list[Row]:
    return [
        {
            "insurance_claim_line_id": work.new_id(),
            "insurance_claim_id": row["insurance_claim_id"],
            "number": number,
            "charge_id": line["charge_id"],
            "control_number": line["control_number"],
            "amount_minor": line["amount_minor"],
            "live_key": f"{line['charge_id']}|{row['payer_id']}" if is_asking else None,
        }
        for number, line in enumerate(document["lines"], 1)
    ]


def _check_reads_back(text: str, made: list[Document], currency: Currency) -> None:
    """The file says what was meant: our own reader finds each claim with its lines and amounts, and no defect."""
    file = read(text)
    claims = [claim for one in file.sets for claim in read_claims(one, currency)]
    said = [(one.control_number, one.total_minor, one.member_number, len(one.lines)) for one in claims]
    meant = [
        (one["control_number"], one["total_minor"], one["subscriber"]["member_number"].upper(), len(one["lines"]))
        for one in made
    ]
    if file.all_defects() or said != meant or any(one.difference_minor for one in claims):
        raise Refusal("The file would not say what was meant; look for signs such as * or ~ in names and numbers.")


def _at_payer(work: Work, insurance_claim_id: str) -> Row:
    """The claim, if the payer has it and has told its own number."""
    row = work.get("insurance_claims", insurance_claim_id, "claim")
    require_location(work.actor, row["location_id"])
    if row["status"] not in ("submitted", "accepted"):
        raise Conflict(f"This claim was {row['status']} already; reload to see it.", rule="not_live")
    number = row["payer_control_number"] or sent.number_from_remittance(work, row["control_number"])
    if not number:
        raise Refusal(
            "The payer's own number of this claim is not known yet; it comes with its acknowledgement or remittance.",
            rule="no_payer_number",
        )
    return row | {"payer_control_number": number}


def _settle(work: Work, old: Row, status: str) -> None:
    work.update("insurance_claims", old["insurance_claim_id"], status=status,
                payer_control_number=old["payer_control_number"])  # fmt: skip
    note(work, old["insurance_claim_id"], status, work.reason)
