"""An invoice: what it holds when it is issued, and how that reads on paper. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from practice.billing.papers.words import settled_by
from practice.money import Currency
from practice.store.work import Row


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
    logo_id: str | None = None,
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
        "practice": {"name": practice_name} | ({"logo": logo_id} if logo_id else {}),
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


def shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    clients = list(dict.fromkeys(line["client_name"] for line in document["lines"]))
    return {
        "facts": [["Due", document["due_date"]]],
        "due": document["due_date"],
        "clients": clients,
        "lines": [_line(line, show, len(clients) > 1) for line in document["lines"]],
        "settlements": [
            {
                "date": one["date"],
                "what": settled_by(one["kind"], one["description"]),
                "amount": show(-one["amount_minor"]),
            }
            for one in document["settlements"]
        ],
        "total": show(document["total_minor"]),
        "paid": show(-document["paid_minor"]),
        "adjusted": show(-document["adjusted_minor"]) if document["adjusted_minor"] else "",
        "balance": show(document["balance_due_minor"]),
    }


def _line(line: Row, show: Callable[[int], str], names_client: bool) -> dict[str, str]:
    notes = [f"Your part of {show(line['charge_minor'])}"] if line["amount_minor"] != line["charge_minor"] else []
    if line.get("tax_minor"):
        percent = f"{line['rate_ppm'] / 10_000:.4f}".rstrip("0").rstrip(".")
        notes.append(f"with {line['tax_name']} of {percent} %, {show(line['tax_minor'])}")
    return {
        "date": line["service_date"],
        "code": line["code"] or "",
        "description": line["description"],
        "client": line["client_name"] if names_client else "",
        "note": "; ".join(notes),
        "provider": line["provider"] or "",
        "units": str(line["units"]),
        "amount": show(line["amount_minor"]),
    }
