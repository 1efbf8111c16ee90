"""SQL that several queries share: what each open item was made of, people's names, a reader's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practice.access.permissions import Actor

MADE_OF = """
    cast(coalesce(sum(p.debit_minor - p.credit_minor)
        filter (t.kind in ('charge', 'void_charge', 'transfer')), 0) as bigint) as share_minor,
    cast(coalesce(sum(p.credit_minor - p.debit_minor)
        filter (t.kind in ('allocation', 'deallocation')), 0) as bigint) as paid_minor,
    cast(coalesce(sum(p.credit_minor - p.debit_minor)
        filter (t.kind in ('adjustment', 'adjustment_reversal')), 0) as bigint) as adjusted_minor,
    cast(sum(p.debit_minor - p.credit_minor) as bigint) as open_minor
"""
"""Sums over postings `p` on receivables and their transactions `t`: share − paid − adjusted = open."""

OPEN = """
    select charge_id, party, cast(sum(debit_minor - credit_minor) as bigint) as open_minor
    from postings where account in ('1100', '1110')
    group by charge_id, party having sum(debit_minor - credit_minor) <> 0
"""
"""One row per charge × party that is not settled."""

PARTIES = """
    select 'client:' || client_id as party, given_name || ' ' || family_name as party_name from clients
    union all select 'payer:' || payer_id, name from payers
"""


def here(actor: Actor, column: str) -> tuple[str, list[Any]]:
    """A condition (starting with ' and') that keeps an actor to their locations, and its parameters."""
    if not actor.location_ids:
        return "", []
    return among(column, sorted(actor.location_ids))


def not_here(actor: Actor, column: str) -> tuple[str, list[Any]]:
    """The contrary of `here`: a condition that only facts of other locations meet."""
    if not actor.location_ids:
        return " and false", []
    condition, values = among(column, sorted(actor.location_ids))
    return condition.replace(" in ", " not in "), values


def among(column: str, values: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition ' and <column> in (…)', and its parameters."""
    return f" and {column} in ({', '.join('?' * len(values))})", list(values)


def also(column: str, value: str | None) -> tuple[str, list[Any]]:
    """The condition ' and <column> = ?' where a value is given, and its parameters."""
    return (f" and {column} = ?", [value]) if value else ("", [])
