"""Documents: an invoice as frozen JSON, and that JSON as a tagged PDF. What a person typed is data, never markup."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typst

from practice.money import Currency
from practice.store.work import Row

_HERE = Path(__file__).parent
_PAPER = {"USD": "us-letter"}  # A4 for every other currency
_METHODS = {"bank": "bank transfer"}
_ADJUSTMENTS = {
    "contractual": "Contractual adjustment",
    "courtesy": "Courtesy adjustment",
    "small_balance": "Small-balance adjustment",
    "charity": "Charity adjustment",
    "denial": "Denial write-off",
    "bad_debt": "Written off",
}


def build_invoice(
    *,
    number: int,
    issued_date: str,
    due_date: str,
    currency: str,
    practice_name: str,
    location: Row,
    party: str,
    bill_to: str,
    lines: Sequence[Row],
    settlements: Sequence[Row],
) -> Row:
    """Everything an invoice shows, JSON-able; dates 'YYYY-MM-DD', amounts in minor units of `currency`.

    `lines` and `settlements` are as `queries.paper` gives them. total_minor = Σ lines; balance_due_minor =
    total_minor − paid_minor − adjusted_minor.
    """
    total = sum(line["amount_minor"] for line in lines)
    paid, adjusted = (
        sum(one["amount_minor"] for one in settlements if one["kind"] == kind) for kind in ("payment", "adjustment")
    )
    return {
        "kind": "invoice",
        "number": number,
        "issued_date": issued_date,
        "due_date": due_date,
        "currency": currency,
        "practice": {"name": practice_name},
        "location": dict(location),
        "party": party,
        "bill_to": {"name": bill_to},
        "lines": [dict(line) for line in lines],
        "settlements": [dict(one) for one in settlements],
        "total_minor": total,
        "paid_minor": paid,
        "adjusted_minor": adjusted,
        "balance_due_minor": total - paid - adjusted,
    }


def invoice_pdf(document: Row) -> bytes:
    """The invoice as tagged PDF: the same document gives the same bytes. US letter for dollars, else A4.

    It is PDF/UA-1, unless a name has a character that the font lacks: that prints as a box, which the standard forbids.
    """
    data = json.dumps(_shown(document), ensure_ascii=False)
    try:
        return _compile(data, accessible=True)
    except typst.TypstError:
        return _compile(data, accessible=False)


def _compile(data: str, *, accessible: bool) -> bytes:
    compiled: bytes = typst.compile(
        str(_HERE / "invoice.typ"),
        root=str(_HERE),
        font_paths=[str(_HERE / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        format="pdf",
        pdf_standards="ua-1" if accessible else None,
    )
    return compiled


def _shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    clients = list(dict.fromkeys(line["client_name"] for line in document["lines"]))
    return {
        "paper": _PAPER.get(document["currency"], "a4"),
        "number": str(document["number"]),
        "issued": document["issued_date"],
        "due": document["due_date"],
        "practice": document["practice"]["name"],
        "location": [text for text in document["location"].values() if text],
        "bill_to": document["bill_to"]["name"],
        "clients": clients,
        "lines": [_shown_line(line, show, len(clients) > 1) for line in document["lines"]],
        "settlements": [
            {"date": one["date"], "what": _settled_by(one), "amount": show(-one["amount_minor"])}
            for one in document["settlements"]
        ],
        "total": show(document["total_minor"]),
        "paid": show(-document["paid_minor"]),
        "adjusted": show(-document["adjusted_minor"]) if document["adjusted_minor"] else "",
        "balance": show(document["balance_due_minor"]),
        "currency": document["currency"],
    }


def _shown_line(line: Row, show: Callable[[int], str], names_client: bool) -> dict[str, str]:
    part = line["amount_minor"] != line["charge_minor"]
    return {
        "date": line["service_date"],
        "code": line["code"] or "",
        "description": line["description"],
        "client": line["client_name"] if names_client else "",
        "note": f"Your part of {show(line['charge_minor'])}" if part else "",
        "provider": line["provider"] or "",
        "units": str(line["units"]),
        "amount": show(line["amount_minor"]),
    }


def _settled_by(one: Row) -> str:
    if one["kind"] == "adjustment":
        return _ADJUSTMENTS[one["description"]]
    return f"Payment by {_METHODS.get(one['description'], one['description'])}"
