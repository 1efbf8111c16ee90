"""A claim as the CMS-1500 form (02/12) has it: box → text. For payers that take paper, or a form on a screen. Pure."""

from __future__ import annotations

from practice.insurance.claim_writing import code_of, said
from practice.insurance.scrubbing import Document
from practice.money import Currency

_KINDS = {"MB": "Medicare", "MC": "Medicaid", "CH": "Tricare", "VA": "CHAMPVA"}
_RELATIONSHIPS = {"self": "Self", "spouse": "Spouse", "child": "Child", "other": "Other"}
LINES = 6
"""Service lines that a form takes."""


def boxes(claim: Document, currency: Currency) -> list[dict[str, str]]:
    """The forms of a claim, one for each six lines. The total stands on the last; a blank box is left out."""
    lines = claim["lines"]
    pages = [lines[begin : begin + LINES] for begin in range(0, len(lines), LINES)] or [[]]
    found = []
    for number, page in enumerate(pages, 1):
        form = _head(claim) | _service_lines(page, claim, currency) | _foot(claim)
        if number == len(pages):
            form["28"] = currency.plain(claim["total_minor"])
            paid = sum(other["paid_minor"] for other in claim["other_payers"])
            form["29"] = currency.plain(paid) if paid else ""
        found.append({box: text for box, text in form.items() if text})
    return found


def _head(claim: Document) -> dict[str, str]:
    patient, holder, payer = claim["patient"], claim["subscriber"], claim["payer"]
    other = claim["other_payers"][0] if claim["other_payers"] else None
    is_resent = claim["frequency"] != "1"
    return {
        "carrier": payer["name"],
        "1": _KINDS.get(payer["filing_code"], "Other"),
        "1a": holder["member_number"],
        "2": _name(patient),
        "3": f"{_day(patient['birth_date'])} {patient['sex']}",
        "4": _name(holder),
        "5": _address(patient),
        "6": _RELATIONSHIPS[holder["relationship"]],
        "7": _address(holder),
        "9": _name(other["subscriber"]) if other else "",
        "9a": other["subscriber"]["member_number"] if other else "",
        "9d": other["name"] if other else "",
        "10a": "No",
        "10b": "No",
        "10c": "No",
        "11": holder["group_number"] or "",
        "11a": f"{_day(holder['birth_date'])} {holder['sex']}",
        "11c": payer["name"],
        "11d": "Yes" if other else "No",
        "12": "Signature on file",
        "13": "Signature on file",
        "17": f"DQ {_name(claim['supervising'])}" if claim["supervising"] else "",
        "17b": claim["supervising"]["npi"] if claim["supervising"] else "",
        "21 ind.": "0",
        **{f"21{chr(65 + place)}": code_of(code) for place, code in enumerate(claim["diagnoses"])},
        "22": f"{claim['frequency']} {claim['payer_control_number']}" if is_resent else "",
        "23": claim["authorisation"] or "",
    }


def _service_lines(page: list[Document], claim: Document, currency: Currency) -> dict[str, str]:
    form: dict[str, str] = {}
    for row, line in enumerate(page, 1):
        day = _day(line["service_date"])
        form |= {
            f"24.{row}A": f"{day} {day}",
            f"24.{row}B": claim["place_of_service"],
            f"24.{row}D": " ".join([line["code"], *line["modifiers"]]),
            f"24.{row}E": "".join(chr(64 + pointer) for pointer in line["pointers"]),
            f"24.{row}F": currency.plain(line["amount_minor"]),
            f"24.{row}G": str(line["units"]),
            f"24.{row}J": claim["provider"]["npi"],
        }
    return form


def _foot(claim: Document) -> dict[str, str]:
    sender, facility = claim["sender"], claim["facility"]
    place = facility or sender
    return {
        "25": f"{sender['tax_id']} EIN",
        "26": claim["control_number"],
        "27": "Yes",
        "31": f"{_name(claim['provider'])}, signature on file",
        "32": f"{said(place['name'])}, {_address(place)}",
        "33": f"{said(sender['name'])}, {_address(sender)}, {sender['phone']}",
        "33a": sender["npi"],
    }


def _name(person: Document) -> str:
    return f"{said(person['family_name'])}, {said(person['given_name'])}"


def _address(person: Document) -> str:
    address = person["address"]
    if not address:
        return ""
    return f"{said(address['street'])}, {said(address['city'])} {address['state']} {address['postal_code']}"


def _day(text: str | None) -> str:
    """MM DD YYYY, as the form has it."""
    return f"{text[5:7]} {text[8:10]} {text[:4]}" if text else ""
