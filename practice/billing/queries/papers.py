"""Papers that were handed out: those of a client, one of them as it was, and what a new one must know."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from practice.access.permissions import Actor, Permission, require, require_location
from practice.errors import NotFound
from practice.store.work import Reader, Row


def latest(reader: Reader, kind: str, subject: str) -> Row | None:
    """The newest version of the paper of that kind on that subject. For commands."""
    return reader.one(
        "select * from documents where kind = ? and subject = ? order by version desc limit 1", kind, subject
    )


def next_number(reader: Reader, kind: str) -> int:
    """One above the highest of the kind: numbers have no gap. For commands."""
    return int(reader.value("select coalesce(max(number), 0) + 1 from documents where kind = ?", kind))


def documents(reader: Reader, actor: Actor, client_id: str, *, limit: int = 200) -> list[Row]:
    """What was handed out to or about a client besides invoices, the newest first.

    Rows: document_id, kind, number, version, subject, issued_date, known_at, title (what it is about), is_replaced.
    """
    require(actor, Permission.SEE_MONEY)
    rows = reader.rows(
        "select document_id, kind, number, version, subject, location_id, issued_date, known_at, title,"
        " exists (select 1 from documents n where n.replaces_id = d.document_id) as is_replaced"
        " from documents d where client_id = ? order by known_at desc, document_id desc limit ?",
        client_id,
        limit,
    )
    return [row for row in rows if not actor.location_ids or row["location_id"] in actor.location_ids]


def document(reader: Reader, actor: Actor, document_id: str) -> dict[str, Any]:
    """One paper exactly as it was issued."""
    require(actor, Permission.SEE_MONEY)
    row = reader.get("documents", document_id, "document")
    require_location(actor, row["location_id"])
    found = json.loads(row["content"])
    if not isinstance(found, dict):
        raise NotFound("This document is empty; issue it again.")
    return found


def may_state(reader: Reader, actor: Actor, party: str) -> bool:
    """Whether the actor may issue a statement of the client's account: all of it was posted where they work."""
    places = {row["location_id"] for row in reader.rows("select location_id from postings where party = ?", party)}
    return actor.may(Permission.INVOICE) and (not actor.location_ids or places <= actor.location_ids)


def logos(reader: Reader, papers: Iterable[Row]) -> dict[str, str]:
    """The SVG of each logo that the papers name, by logo_id."""
    wanted = {logo for paper in papers if (logo := paper["practice"].get("logo"))}
    return {logo: str(reader.value("select content from logos where logo_id = ?", logo)) for logo in sorted(wanted)}


def split(reader: Reader, payment_id: str) -> list[Row]:
    """Where a payment's money is now, by charge, the oldest visit first. For commands."""
    return reader.rows(
        """
        with live as (
            select charge_id, party, cast(sum(amount_minor) as bigint) as amount_minor
            from allocations where payment_id = ? group by all having sum(amount_minor) <> 0
        )
        select cast(h.service_date as text) as service_date, h.code, h.description,
            c.given_name || ' ' || c.family_name as client_name, i.number as invoice_number, l.amount_minor
        from live l
        join charges h using (charge_id)
        join clients c on c.client_id = h.client_id
        left join invoice_lines n on n.live_key = l.charge_id || '|' || l.party
        left join invoices i on i.invoice_id = n.invoice_id
        order by h.service_date, l.charge_id
        """,
        payment_id,
    )


def paid_back(reader: Reader, payment_id: str) -> list[Row]:
    """Refunds of a payment, the oldest first: date, method, amount_minor. For commands."""
    return reader.rows(
        "select cast(post_date as text) as date, method, amount_minor from refunds where payment_id = ?"
        " order by post_date, known_at, refund_id",
        payment_id,
    )


def waiting(reader: Reader, payment_id: str) -> tuple[int, int]:
    """Of a client's payment, in minor units: what is unapplied (2100), and what is held as a deposit or for a package
    (2110, 2120). For commands."""
    [row] = reader.rows(
        "select cast(coalesce(sum(credit_minor - debit_minor) filter (account = '2100'), 0) as bigint) as unapplied,"
        " cast(coalesce(sum(credit_minor - debit_minor) filter (account in ('2110', '2120')), 0) as bigint) as held"
        " from postings where payment_id = ?",
        payment_id,
    )
    return row["unapplied"], row["held"]
