"""The rows that keep what a remittance said: claims, lines, adjustments, provider-level amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from practice.clock import stored
from practice.insurance.planning import Plan
from practice.insurance.remittance import Cas, Claim, Remittance
from practice.insurance.shares import Rules, classify, is_read_by_line
from practice.store.work import MANY, Row, Work


def write_claims(
    work: Work,
    row: Row,
    remittance: Remittance,
    found: Plan,
    rules: Rules,
    claim_ids: Sequence[str],
    notes: Mapping[int, str | None],
) -> None:
    """Every claim with its lines and adjustments, as the plan matched them.

    `notes` has, by the claim's place, what could not be posted of it.
    """
    claims: list[Row] = []
    lines: list[Row] = []
    adjustments: list[Row] = []
    for number, claim in enumerate(remittance.claims):
        claim_id, original = claim_ids[number], found.take_backs.get(number)
        denied = [cas.amount_minor for cas in claim.all_adjustments if classify(rules, cas) == "denial"]
        claims.append(
            {
                "remittance_claim_id": claim_id,
                "remittance_id": row["remittance_id"],
                "number": number,
                "control_number": claim.control_number,
                "payer_control_number": claim.payer_control_number,
                "claim_status": claim.status,
                "charge_minor": claim.charge_minor,
                "paid_minor": claim.paid_minor,
                "denied_minor": 0 if claim.is_reversal else max(sum(denied), 0),
                "status": "unmatched" if number in found.unmatched else "posted",
                "note": found.unmatched.get(number) or notes.get(number),
                "reverses_id": original["remittance_claim_id"] if original else None,
                "known_at": stored(work.now),
            }
        )
        _lines(work, claim_id, claim, found.charges.get(number, []), rules, lines, adjustments)
    work.insert_all("remittance_claims", claims)
    work.insert_all("remittance_lines", lines)
    work.insert_all("remittance_adjustments", adjustments)


def _lines(
    work: Work, claim_id: str, claim: Claim, charges: list[Row], rules: Rules, lines: list[Row], adjustments: list[Row]
) -> None:
    matched = [charge["charge_id"] for charge in charges] if is_read_by_line(claim) else []
    said: list[tuple[str | None, Cas]] = [(None, cas) for cas in claim.adjustments]
    for number, line in enumerate(claim.lines):
        line_id = work.new_id()
        lines.append(
            {
                "remittance_line_id": line_id,
                "remittance_claim_id": claim_id,
                "number": number,
                "code": line.code,
                "service_date": line.service_date or claim.service_date,
                "charge_minor": line.charge_minor,
                "paid_minor": line.paid_minor,
                "charge_id": matched[number] if matched else None,
            }
        )
        said += [(line_id, cas) for cas in line.adjustments]
    for of_line, cas in said:
        adjustments.append(
            {
                "remittance_adjustment_id": work.new_id(),
                "remittance_claim_id": claim_id,
                "remittance_line_id": of_line,
                "group_code": cas.group,
                "reason_code": cas.reason,
                "amount_minor": cas.amount_minor,
                "class": classify(rules, cas),
            }
        )


def write_provider_adjustments(work: Work, row: Row, remittance: Remittance) -> None:
    """Every PLB amount of a set that is posted."""
    work.insert_all(
        "provider_adjustments",
        [
            {
                "provider_adjustment_id": work.new_id(),
                "remittance_id": row["remittance_id"],
                "reason_code": one.reason,
                "reference": one.reference,
                "amount_minor": one.amount_minor,
            }
            for one in remittance.provider_adjustments
        ],
    )


def count_many(work: Work) -> None:
    """Of a table with many new rows the audit entry notes how many they are, as of any that come in bulk."""
    counts = Counter(note["table"] for note in work.noted if "key" in note and note["before"] is None)
    many = {table: count for table, count in counts.items() if count > MANY}
    kept = [note for note in work.noted if note["table"] not in many or note.get("before", ...) is not None]
    work.noted[:] = [*kept, *({"table": table, "rows": count} for table, count in many.items())]
