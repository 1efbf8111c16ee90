"""Payments, refunds, and a client's whole account."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.billing.accounts import client_party
from practice.billing.queries.items import PARTIES, also, here
from practice.billing.queries.worklists import invoices, today
from practice.store.work import Reader, Row

# Deposits and packages, and what was kept of packages that expired.
HELD = """
    select payment_id, sum(credit_minor - debit_minor) as held_minor
    from postings where account in ('2110', '2120', '4030') group by 1
"""

_PAYMENTS = f"""
    select p.payment_id, p.party, n.party_name, p.client_id, p.payer_id, p.location_id, l.name as location_name,
        p.method, p.amount_minor, p.reference, p.received_date, p.status, p.transaction_id, p.known_at,
        cast(coalesce(a.allocated_minor, 0) as bigint) as allocated_minor,
        cast(coalesce(r.refunded_minor, 0) as bigint) as refunded_minor,
        cast(coalesce(d.held_minor, 0) as bigint) as held_minor,
        cast(case when p.status = 'void' then 0 else p.amount_minor - coalesce(a.allocated_minor, 0)
            - coalesce(r.refunded_minor, 0) - coalesce(d.held_minor, 0) end as bigint) as unapplied_minor
    from payments p
    join ({PARTIES}) n on n.party = p.party
    join locations l on l.location_id = p.location_id
    left join (select payment_id, sum(amount_minor) as allocated_minor from allocations group by 1) a using (payment_id)
    left join (select payment_id, sum(amount_minor) as refunded_minor from refunds group by 1) r using (payment_id)
    left join ({HELD}) d using (payment_id)
    where true
"""

# Whose account: the client was seen, or owes for the charge.
_ACCOUNT_CHARGES = """
    select charge_id from charges where client_id = ?
    union select charge_id from postings where party = ? and account = '1110'
"""


def payments(
    reader: Reader, actor: Actor, client_id: str | None = None, party: str | None = None, only_unapplied: bool = False
) -> list[Row]:
    """Payments, the newest first, each with what is allocated, refunded, held and unapplied, and its age in days.

    `client_id` is the client who paid. A void payment has nothing unapplied.
    """
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "p.location_id"), also("p.client_id", client_id), also("p.party", party))
    sql = _PAYMENTS + "".join(condition for condition, _ in conditions)
    values = [value for _, values in conditions for value in values]
    rows = reader.rows(sql + " order by p.received_date desc, p.known_at desc, p.payment_id desc", *values)
    day = today(reader)
    for row in rows:
        row["age_days"] = (day - row["received_date"]).days
    return [row for row in rows if row["unapplied_minor"] or not only_unapplied]


def refunds(reader: Reader, actor: Actor, client_id: str | None = None, payment_id: str | None = None) -> list[Row]:
    """Refunds with their payment's party and date, the newest first."""
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "p.location_id"), also("p.client_id", client_id), also("r.payment_id", payment_id))
    return reader.rows(
        "select r.*, p.party, n.party_name, p.client_id, p.received_date from refunds r"
        f" join payments p using (payment_id) join ({PARTIES}) n on n.party = p.party where true"
        + "".join(condition for condition, _ in conditions)
        + " order by r.post_date desc, r.known_at desc, r.refund_id desc",
        *(value for _, values in conditions for value in values),
    )


def allocations(reader: Reader, actor: Actor, payment_id: str | None = None, charge_id: str | None = None) -> list[Row]:
    """Allocations and their undoings, the oldest first; `is_live` marks those that can be taken back or refunded."""
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "h.location_id"), also("a.payment_id", payment_id), also("a.charge_id", charge_id))
    return reader.rows(
        "select a.*, h.service_date, h.description, h.client_id, c.given_name || ' ' || c.family_name as client_name,"
        " p.method, p.received_date, a.amount_minor > 0 and"
        " not exists (select 1 from allocations r where r.reverses_id = a.allocation_id) as is_live"
        " from allocations a join charges h using (charge_id) join payments p using (payment_id)"
        " join clients c on c.client_id = h.client_id where true"
        + "".join(condition for condition, _ in conditions)
        + " order by a.post_date, a.known_at, a.allocation_id",
        *(value for _, values in conditions for value in values),
    )


def client_account(reader: Reader, actor: Actor, client_id: str) -> Row:
    """Everything about a client's money: what they were seen for, and what they owe and paid as guarantor.

    Answers {client_id, party, charges, payments, allocations, adjustments, transfers, refunds, invoices, timeline,
    balance_minor (what the client owes now), payer_open_minor (what payers owe for the client's visits),
    guarantor_open_minor (what others owe for them), unapplied_minor, held_minor (deposits and packages)}.
    """
    require(actor, Permission.SEE_MONEY)
    party = client_party(client_id)
    charges = _charges(reader, actor, client_id, party)
    paid = payments(reader, actor, client_id=client_id)
    about = {
        name: _moves(reader, actor, name, client_id, party) for name in ("allocations", "adjustments", "transfers")
    }
    account = {
        "client_id": client_id,
        "party": party,
        "charges": charges,
        "payments": paid,
        **about,
        "refunds": refunds(reader, actor, client_id=client_id),
        "invoices": invoices(reader, actor, client_id=client_id),
        "balance_minor": sum(charge["client_open_minor"] for charge in charges),
        "payer_open_minor": sum(charge["payer_open_minor"] for charge in charges),
        "guarantor_open_minor": sum(charge["guarantor_open_minor"] for charge in charges),
        "unapplied_minor": sum(payment["unapplied_minor"] for payment in paid),
        "held_minor": held_for(reader, actor, client_id),
    }
    return account | {"timeline": _timeline(account)}


def held_for(reader: Reader, actor: Actor, client_id: str) -> int:
    """What is held as deposits and packages for the client's own visits, in minor units."""
    scope, values = here(actor, "location_id")
    return int(
        reader.value(
            "with held as (select deposit_id as held_id, amount_minor from deposits where client_id = ?" + scope
            + " union all select package_id, price_minor from packages where client_id = ?" + scope
            + ") select coalesce(sum(amount_minor), 0) - (select coalesce(sum(amount_minor), 0) from held_moves"
            " where held_id in (select held_id from held)) from held",
            client_id, *values, client_id, *values,
        )
    )  # fmt: skip


def _charges(reader: Reader, actor: Actor, client_id: str, party: str) -> list[Row]:
    scope, values = here(actor, "h.location_id")
    return reader.rows(
        f"with mine as ({_ACCOUNT_CHARGES}), owed as (select charge_id,"
        " cast(coalesce(sum(debit_minor - credit_minor) filter (party = ?), 0) as bigint) as client_open_minor,"
        " cast(coalesce(sum(debit_minor - credit_minor) filter (account = '1100'), 0) as bigint) as payer_open_minor,"
        " cast(coalesce(sum(debit_minor - credit_minor) filter (party <> ? and account = '1110'), 0) as bigint)"
        " as guarantor_open_minor from postings where account in ('1100', '1110')"
        " and charge_id in (select charge_id from mine) group by charge_id)"
        " select h.charge_id, h.client_id, h.service_date, h.post_date, h.kind, h.code, h.description, h.amount_minor,"
        " h.status, h.payer_id, h.provider_id, v.name as provider_name, h.location_id, h.known_at,"
        " c.given_name || ' ' || c.family_name as client_name,"
        " o.client_open_minor, o.payer_open_minor, o.guarantor_open_minor"
        " from charges h join owed o using (charge_id) join clients c on c.client_id = h.client_id"
        f" left join providers v on v.provider_id = h.provider_id where true{scope}"
        " order by h.service_date, h.known_at, h.charge_id",
        client_id,
        party,
        party,
        party,
        *values,
    )


def _moves(reader: Reader, actor: Actor, table: str, client_id: str, party: str) -> list[Row]:
    """Rows of allocations, adjustments or transfers on the account's charges, oldest first."""
    scope, values = here(actor, "h.location_id")
    return reader.rows(
        f"select m.*, h.service_date, h.description from {table} m join charges h using (charge_id)"
        f" where m.charge_id in ({_ACCOUNT_CHARGES}){scope} order by m.post_date, m.known_at, m.transaction_id",
        client_id,
        party,
        *values,
    )


def _timeline(account: Row) -> list[Row]:
    """Every event in order: event_date, known_at, kind, description, party, amount_minor, charge_id, payment_id, id,
    and whose: the name of who was seen, where that is another one of the household.

    amount_minor is signed as the event lists it: undoings are negative.
    """
    events = []
    others = [charge for charge in account["charges"] if charge["client_id"] != account["client_id"]]
    whose = {charge["charge_id"]: charge["client_name"] for charge in others}
    sources = (
        ("charge", "charges", "charge_id", "post_date", "description"),
        ("payment", "payments", "payment_id", "received_date", "method"),
        ("allocation", "allocations", "allocation_id", "post_date", "description"),
        ("adjustment", "adjustments", "adjustment_id", "post_date", "class"),
        ("transfer", "transfers", "transfer_id", "post_date", "reason"),
        ("refund", "refunds", "refund_id", "post_date", "method"),
        ("invoice", "invoices", "invoice_id", "issued_date", "number"),
    )
    for kind, listed, key, dated, described in sources:
        for row in account[listed]:
            amount = row["total_minor"] if kind == "invoice" else row["amount_minor"]
            event = {"event_date": row[dated], "known_at": row["known_at"], "kind": kind, "id": row[key]}
            event |= {"description": str(row[described]), "amount_minor": amount, "status": row.get("status")}
            event["whose"] = whose.get(row.get("charge_id"))
            event |= {name: row.get(name) for name in ("party", "charge_id", "payment_id")}
            events.append(event)
    order = [kind for kind, *_ in sources]
    return sorted(events, key=lambda event: (event["event_date"], event["known_at"], order.index(event["kind"])))
