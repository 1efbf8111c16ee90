"""Acknowledgements of claim files as a command: what was rejected can be put right and sent again, as an original."""

from __future__ import annotations

from collections.abc import Sequence

from practice.access.permissions import Permission, require_location
from practice.errors import Refusal
from practice.insurance import sent_claim_queries as sent
from practice.insurance.acknowledging import ACCEPTED, NOTED, RECEIVED, REJECTED, Word, is_acknowledgement, words_of
from practice.insurance.claims import free_lines, note
from practice.insurance.envelopes import read
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.ADJUST)
def read_acknowledgement(work: Work, *, text: str) -> Row:
    """Apply what a receiver says of files and claims that we sent: TA1, 999 or 277CA, as often as it is read.

    A rejected claim asks for nothing any more: its charges can be sent again. A claim with a remittance is past
    rejection; the word is kept beside it. Answers {received, accepted, rejected, noted, unknown: what is none of ours,
    sentences}.
    """
    file = read(text)
    if not is_acknowledgement(file):
        raise Refusal("This file acknowledges nothing: it is neither a TA1, nor a 999, nor a 277CA.", rule="not_ours")
    counts = dict.fromkeys((RECEIVED, ACCEPTED, REJECTED, NOTED, "unknown"), 0)
    sentences: list[str] = []
    words = words_of(file)
    named = sent.claims_named(work, [word.control_number for word in words if word.control_number])
    for word in words:
        if word.control_number:
            claim = named.get(word.control_number)
            counts[_apply(work, claim, word) if claim else "unknown"] += 1
            if word.kind == REJECTED and claim:
                sentences.append(f"{word.control_number}: {word.note}")
        else:
            _of_file(work, word, counts, sentences)
    return {**counts, "sentences": sentences}


def _of_file(work: Work, word: Word, counts: dict[str, int], sentences: list[str]) -> None:
    file = sent.file_numbered(work, word.file_number) if word.file_number is not None else None
    if file is None:
        counts["unknown"] += 1
        return
    status = "refused" if word.kind == REJECTED else "received"
    work.update("claim_files", file["claim_file_id"], status=status, status_note=word.note)
    claims: Sequence[Row] = sent.claims_of_file(work, file["claim_file_id"])
    for claim in claims:
        counts[_apply(work, claim, word)] += 1
    if word.kind == REJECTED:
        sentences.append(f"{file['file_name']}: {word.note}")


def _apply(work: Work, claim: Row, word: Word) -> str:
    """Note it, and move the claim where it may still move. Answers what it counts as."""
    require_location(work.actor, claim["location_id"])
    claim_id = claim["insurance_claim_id"]
    claim = work.get("insurance_claims", claim_id, "claim")
    if sent.is_noted(work, claim_id, word.kind, word.note):
        return NOTED
    changes: Row = {}
    if word.payer_control_number and not claim["payer_control_number"]:
        changes["payer_control_number"] = word.payer_control_number
    may_move = claim["status"] in ("submitted", "accepted") and not sent.is_answered(work, claim["control_number"])
    if may_move and word.kind == REJECTED:
        changes |= {"status": "rejected", "status_note": word.note}
        free_lines(work, claim_id)
        if claim["frequency"] != "1":
            _stands_again(work, claim)
    elif may_move and word.kind == ACCEPTED:
        changes |= {"status": "accepted", "status_note": None}
    if changes:
        work.update("insurance_claims", claim_id, **changes)
    note(work, claim_id, word.kind if may_move or word.kind not in (REJECTED, ACCEPTED) else NOTED, word.note)
    return word.kind


def _stands_again(work: Work, claim: Row) -> None:
    """The payer did not take the correction or the void, so what it has is still the claim before it."""
    original = work.get("insurance_claims", claim["original_id"], "claim")
    work.update("insurance_claims", original["insurance_claim_id"], status="accepted")
    for line in sent.lines_of(work, original["insurance_claim_id"]):
        key = f"{line['charge_id']}|{original['payer_id']}"
        if not sent.is_asked(work, key):
            work.update("insurance_claim_lines", line["insurance_claim_line_id"], live_key=key)
    note(
        work,
        original["insurance_claim_id"],
        NOTED,
        f"{claim['control_number']}, which was to take its place, was rejected.",
    )
