"""Why a payer said no to a charge, as a write-off of it is classed."""

from __future__ import annotations

from practice.store.work import Reader

KINDS = {
    "timely_filing": ("29",),
    "no_authorisation": ("15", "39", "197", "198", "243"),
    "no_cover": ("26", "27", "31", "32", "109", "200", "204"),
    "documentation": ("16", "125", "226", "227", "251", "252"),
}
"""Reason codes of the classes that a practice can avoid: asked too late, not authorised, cover not looked at, papers
missing."""
OTHER = "other"


def kind_of_denial(reader: Reader, charge_id: str) -> str:
    """One of `KINDS`, by the reason under which most of the charge was denied; `other` where none of them, or no
    remittance, says why."""
    reason = reader.value(
        "select arg_max(reason_code, (amount_minor, reason_code)) from ("
        " select a.reason_code, sum(a.amount_minor) as amount_minor from remittance_adjustments a"
        " join remittance_claims c using (remittance_claim_id)"
        " left join remittance_lines l using (remittance_line_id)"
        " where a.class = 'denial' and c.status = 'posted' and coalesce(l.charge_id, '') in (?, '')"
        " and c.remittance_claim_id in (select remittance_claim_id from remittance_lines where charge_id = ?)"
        " group by a.reason_code)",
        charge_id,
        charge_id,
    )
    return next((kind for kind, codes in KINDS.items() if reason in codes), OTHER)
