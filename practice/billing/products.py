"""Products and their sale: what is in the cupboard, the tax of the day, one or several sold and paid at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing import ledger
from practice.billing.accounts import client_party
from practice.billing.payments import take_payment
from practice.billing.posting import heading, posting_date, today_at
from practice.billing.queries import selling
from practice.clock import stored
from practice.errors import Refusal
from practice.people import checks
from practice.people.setup import check_unused
from practice.store.record import command
from practice.store.work import Reader, Row, Work

MOST_OF_ONE, MOST_LINES = 999, 20
PPM = 1_000_000

_PRODUCT: checks.Checks = {
    "name": partial(checks.text, what="The product's name", field="name"),
    "code": partial(checks.optional_text, what="The code", field="code"),
    "price_minor": partial(checks.minor, what="The price", field="price_minor"),
    "tax_name": partial(checks.optional_text, what="The tax", field="tax_name"),
    "is_active": partial(checks.flag, what="Whether it is sold", field="is_active"),
}


@command(Permission.SET_UP)
def add_product(
    work: Work, *, name: str, price_minor: int, code: str | None = None, tax_name: str | None = None
) -> Row:
    """Add what is sold beside visits, at a price without tax. Answers {product_id}."""
    fields = {"name": name, "price_minor": price_minor, "code": code, "tax_name": tax_name}
    row = {"product_id": work.new_id(), **checks.changed(fields, _PRODUCT, "product"), "is_active": True}
    check_unused(work, "products", row["name"], "product")
    _check_product(work, row)
    work.insert("products", row)
    return {"product_id": row["product_id"]}


@command(Permission.SET_UP)
def change_product(work: Work, *, product_id: str, **fields: Any) -> Row:
    """Change a product from now on; what was sold keeps its price and tax. Answers {product_id}."""
    present = work.get("products", product_id, "product")
    kept = checks.changed(fields, _PRODUCT, "product")
    if "name" in kept:
        check_unused(work, "products", kept["name"], "product", except_key=product_id)
    _check_product(work, present | kept)
    work.update("products", product_id, **kept)
    return {"product_id": product_id}


@command(Permission.SET_UP)
def set_tax_rate(work: Work, *, name: str, percent: str, effective_from: str) -> Row:
    """What a tax is from a day on, in per cent such as '8.875'. What was sold before keeps its tax.

    Answers {tax_rate_id}.
    """
    named = checks.text(name, "The tax's name", "name")
    begins = checks.day(effective_from, "The first day", "effective_from")
    said = {"rate_ppm": _ppm(percent), "set_by": work.actor.user_id, "known_at": stored(work.now)}
    same = selling.tax_version(work, named, begins)
    if same:
        work.update("tax_rates", same["tax_rate_id"], **said)
        return {"tax_rate_id": same["tax_rate_id"]}
    key = work.new_id()
    work.insert("tax_rates", {"tax_rate_id": key, "name": named, "effective_from": begins} | said)
    return {"tax_rate_id": key}


@command(Permission.CHARGE)
def sell(
    work: Work, *, client_id: str, location_id: str, lines: Sequence[dict[str, Any]], method: str | None = None
) -> Row:
    """Sell products [{product_id, quantity}] to a client, today, at today's price and tax; paid at once by `method`.

    Without a method the client, or the guarantor, owes it. Each line is a charge: receivable / income and tax. Answers
    {charge_ids, total_minor, tax_minor, payment_id}.
    """
    require_location(work.actor, location_id)
    client = work.get("clients", client_id, "client")
    if not lines or len(lines) > MOST_LINES:
        raise Refusal(f"A sale has from one to {MOST_LINES} products; choose what is sold.", field="lines")
    today = today_at(work, location_id)
    guarantor: str = client["guarantor_client_id"] or client_id
    about: Row = {
        "client_id": client_id,
        "guarantor_client_id": guarantor,
        "location_id": location_id,
        "service_date": today,
        "post_date": posting_date(work, location_id),
    }
    sold = [_sell_one(work, about, line, today) for line in lines]
    total = sum(amount for _, amount, _ in sold)
    answer: Row = {
        "charge_ids": [charge_id for charge_id, _, _ in sold],
        "total_minor": total,
        "tax_minor": sum(tax for _, _, tax in sold),
        "payment_id": None,
    }
    if method is None:
        return answer
    taken = take_payment(
        work,
        party=client_party(guarantor),
        amount_minor=total,
        method=method,
        location_id=location_id,
        charges=[{"charge_id": charge_id, "amount_minor": amount} for charge_id, amount, _ in sold],
    )
    return answer | {"payment_id": taken["payment_id"]}


def tax_of(net_minor: int, rate_ppm: int) -> int:
    """The tax on an amount, in minor units: rounded once for a line, half up."""
    return (net_minor * rate_ppm * 2 + PPM) // (2 * PPM)


def rate_on(reader: Reader, tax_name: str | None, day: date) -> int:
    """What a tax is that day, in parts per million. Refuses one that is not set for that day."""
    if tax_name is None:
        return 0
    found = selling.rate_ppm(reader, tax_name, day)
    if found is None:
        raise Refusal(f"No rate of {tax_name} is set for {day}; set one in Set-up, Products.", rule="no_rate")
    return found


def _sell_one(work: Work, about: Row, line: dict[str, Any], today: date) -> tuple[str, int, int]:
    """Post one line: (charge_id, what is owed with its tax, the tax)."""
    product = work.get("products", line.get("product_id"), "product")
    if not product["is_active"]:
        raise Refusal(f"{product['name']} is not sold any more; choose another product.", rule="closed", field="lines")
    quantity = checks.whole(line.get("quantity"), "How many are sold", "quantity", 1, MOST_OF_ONE)
    rate = rate_on(work, product["tax_name"], today)
    net = product["price_minor"] * quantity
    tax = tax_of(net, rate)
    charge = about | {
        "charge_id": work.new_id(),
        "payer_id": None,
        "provider_id": None,
        "service_id": None,
        "kind": "product",
        "code": product["code"],
        "description": product["name"],
        "units": quantity,
        "amount_minor": net,
        "known_at": stored(work.now),
        "status": "posted",
    }
    head = heading(work, "charge", charge["charge_id"], about["post_date"])
    work.insert("charges", charge | {"transaction_id": head.transaction_id})
    said = {"product_id": product["product_id"], "tax_name": product["tax_name"], "rate_ppm": rate, "tax_minor": tax}
    work.insert("product_charges", {"charge_id": charge["charge_id"], **said, "known_at": stored(work.now)})
    ledger.post(work, ledger.charge_entry(head, charge, tax_minor=tax))
    return charge["charge_id"], net + tax, tax


def _ppm(percent: str) -> int:
    try:
        rate = Decimal(str(percent).strip().rstrip("%").strip())
    except InvalidOperation:
        raise Refusal("A rate is a number of per cent, such as 8.875.", field="percent") from None
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise Refusal("A rate is from 0 to 100 per cent.", field="percent")
    return int((rate * PPM / 100).quantize(Decimal(1), ROUND_HALF_UP))


def _check_product(work: Work, row: Row) -> None:
    if not row["price_minor"]:
        raise Refusal("A product costs something; give its price without tax.", field="price_minor")
    if row["tax_name"] and not selling.has_tax(work, row["tax_name"]):
        raise Refusal(f"There is no tax of the name {row['tax_name']}; set its rate first.", field="tax_name")
