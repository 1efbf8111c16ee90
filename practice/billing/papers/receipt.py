"""A receipt: money that came in and where it went, and how that reads on paper. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practice.billing.papers.words import method
from practice.money import Currency
from practice.store.work import Row


def figures(
    *, payment: Row, split: Sequence[Row], refunds: Sequence[Row], unapplied_minor: int, held_minor: int
) -> Row:
    """What a receipt says, JSON-able: amount = Σ split + Σ refunds + held + unapplied + lapsed; void, all are 0.

    `split` and `refunds` are as `queries.papers` gives them; `held_minor` is what waits as a deposit or for a package.
    Lapsed is what was held for a package that has expired.
    """
    is_void = payment["status"] == "void"
    applied = sum(part["amount_minor"] for part in split)
    refunded = sum(refund["amount_minor"] for refund in refunds)
    lapsed = 0 if is_void else payment["amount_minor"] - applied - refunded - held_minor - unapplied_minor
    return {
        "payment_id": payment["payment_id"],
        "received_date": str(payment["received_date"]),
        "method": payment["method"],
        "reference": payment["reference"],
        "amount_minor": payment["amount_minor"],
        "is_void": is_void,
        "split": [dict(part) for part in split],
        "refunds": [dict(refund) for refund in refunds],
        "applied_minor": applied,
        "refunded_minor": refunded,
        "held_minor": held_minor,
        "lapsed_minor": lapsed,
        "unapplied_minor": unapplied_minor,
    }


def shown(document: Row) -> dict[str, Any]:
    """The document with amounts as people read them, in its own currency."""
    show = Currency.of(document["currency"]).show
    clients = {part["client_name"] for part in document["split"]} | {document["bill_to"]["name"]}
    rest = [
        ["Paid for visits", show(document["applied_minor"])],
        *([["Held for what is to come", show(document["held_minor"])]] if document["held_minor"] else []),
        *([["Lapsed with its package", show(document["lapsed_minor"])]] if document["lapsed_minor"] else []),
        *([["Paid back", show(document["refunded_minor"])]] if document["refunded_minor"] else []),
        ["Kept as credit", show(document["unapplied_minor"])],
    ]
    return {
        "facts": [],
        "received": document["received_date"],
        "method": method(document["method"]).capitalize(),
        "reference": document["reference"] or "",
        "amount": show(document["amount_minor"]),
        "is_void": document["is_void"],
        "split": [
            {
                "date": part["service_date"],
                "code": part["code"] or "",
                "what": part["description"],
                "client": part["client_name"] if len(clients) > 1 else "",
                "invoice": str(part["invoice_number"] or ""),
                "amount": show(part["amount_minor"]),
            }
            for part in document["split"]
        ],
        "refunds": [
            {"date": one["date"], "what": f"By {method(one['method'])}", "amount": show(one["amount_minor"])}
            for one in document["refunds"]
        ],
        "sums": [*rest, ["Received", show(document["amount_minor"])]],
        "note": " Credit is yours: it is applied to a visit, or paid back." if document["unapplied_minor"] else "",
    }
