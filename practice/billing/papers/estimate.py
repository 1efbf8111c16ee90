"""A good-faith estimate: the notices that the law asks for, and how the paper reads. Pure."""

from __future__ import annotations

from typing import Any

from practice.money import Currency
from practice.store.work import Row

NOTICES = (
    "This is an estimate of what can reasonably be expected on the day it was made. What is charged in the end may"
    " differ.",
    "It is not a contract. You are not bound to have any of these services, from this provider or anywhere.",
    "More may be recommended in the course of your care. Such services are booked apart and are not part of this"
    " estimate.",
    "If you are billed 400 dollars or more above this estimate by a provider named here, you may dispute the bill. You"
    " may ask the practice to bring it in line, to negotiate it, or whether there is financial help. You may also start"
    " a dispute with the U.S. Department of Health and Human Services within 120 calendar days of the date of the bill,"
    " for a fee of 25 dollars: www.cms.gov/nosurprises, or 1-800-985-3059. Keep this paper, as you may need it. To"
    " dispute a bill does not lower the quality of the care that you are given.",
)
"""In our words, what 45 CFR 149.610(c)(1)(viii) to (xi) asks for."""

SEPARATE = "Each of these gets a good-faith estimate of its own when it is booked, or when you ask for one."


def shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    provider, booked = document["provider"], document["booked_dates"]
    named = f"{provider['name']}, {provider['credentials']}" if provider["credentials"] else provider["name"]
    more = f" and {len(booked) - 8} more" if len(booked) > 8 else ""
    return {
        "facts": [["For", f"{document['from_date']} to {document['until_date']}"]],
        "client": document["client"]["name"],
        "born": document["client"]["birth_date"],
        "provider": named,
        "npi": provider["npi"],
        "state": provider["license_state"] or "",
        "tax_id": f"{document['tax_id'][:2]}-{document['tax_id'][2:]}",
        "practice_npi": document["practice_npi"] or "",
        "booked": ", ".join(booked[:8]) + more,
        "lines": [
            {
                "code": line["code"],
                "what": line["description"],
                "diagnoses": ", ".join(line["diagnoses"]) or "not known yet",
                "fee": show(line["fee_minor"]),
                "count": str(line["count"]),
                "total": show(line["total_minor"]),
            }
            for line in document["lines"]
        ],
        "total": show(document["total_minor"]),
        "separate": document["separate"] or "",
        "separate_note": SEPARATE,
        "notices": document["notices"],
    }
