"""How a superbill reads on paper. Pure."""

from __future__ import annotations

from typing import Any

from practice.money import Currency
from practice.store.work import Row

_PLACES = {"11": "office", "02": "telehealth", "10": "telehealth at home"}


def shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    places = dict.fromkeys(line["place_of_service"] for line in document["lines"] if line["place_of_service"])
    return {
        "facts": [],
        "client": document["client"]["name"],
        "born": document["client"]["birth_date"],
        "policies": [f"{one['payer_name']}: {one['member_number']}" for one in document["client"]["policies"]],
        "tax_id": f"{document['tax_id'][:2]}-{document['tax_id'][2:]}",
        "practice_npi": document["practice_npi"] or "",
        "providers": [
            {
                "name": f"{one['name']}, {one['credentials']}" if one["credentials"] else one["name"],
                "about": f"NPI {one['npi']} · license {one['license_number']} ({one['license_state']})",
            }
            for one in document["providers"]
        ],
        "diagnoses": [[one["code"], one["description"]] for one in document["diagnoses"]],
        "lines": [
            {
                "date": line["service_date"],
                "place": line["place_of_service"] or "",
                "code": "-".join([line["code"], *(line["modifiers"] or "").split(",")]).rstrip("-"),
                "what": line["description"],
                "provider": line["provider"] if len(document["providers"]) > 1 else "",
                "diagnoses": ", ".join(line["diagnoses"]),
                "units": str(line["units"]),
                "fee": show(line["fee_minor"]),
                "paid": show(line["paid_minor"]),
            }
            for line in document["lines"]
        ],
        "places": ", ".join(f"{place} {_PLACES.get(place, '')}".strip() for place in places),
        "sums": [
            ["Total fees", show(document["total_minor"])],
            *([["Adjustments", show(-document["adjusted_minor"])]] if document["adjusted_minor"] else []),
            ["Balance", show(document["open_minor"])],
            ["Paid by the client", show(document["paid_minor"])],
        ],
    }
