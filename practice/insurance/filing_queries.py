"""Until when payers take claims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from practice.insurance.scrubbing import Document
from practice.store.work import Reader

USUAL_FILING_DAYS = 365


def filing_days(reader: Reader) -> dict[str, int]:
    """Payer → how many days after the visit it takes a claim."""
    return {row["payer_id"]: row["filing_days"] or USUAL_FILING_DAYS for row in reader.rows("select * from payers")}


def file_by(document: Document, limits: Mapping[str, int]) -> date:
    """The last day on which the payer takes the claim: counted from the visit, and where another payer comes first,
    from its answer. Pure."""
    begins: list[date] = [line["day"] for line in document["lines"]]
    begins += [date.fromisoformat(one["paid_date"]) for one in document["other_payers"]]
    return max(begins) + timedelta(days=limits[document["payer"]["payer_id"]])
