"""What the ledger says at a date: receivables in buckets, and the trial balance."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.aging import BUCKETS, LABELS
from practice.billing.queries.items import PARTIES, here
from practice.store.work import Reader, Row

_UP_TO = " post_date <= ? and (? is null or known_at <= ?)"


def receivables(
    reader: Reader, actor: Actor, as_of: date | str, *, by: str = "party", known_at: datetime | None = None
) -> Row:
    """Open items as of a date (post_date ≤ as_of; `known_at`, naive UTC: only what was known then), by age of service.

    Answers {as_of, buckets: {'0-30': …, '31-60', '61-90', '91-120', '120+'}, open_minor, credit_minor, ledger_minor,
    unapplied_minor (2100), payer_credit_minor (2130), clearing_minor (payers' money waiting in 1040), rows}. Σ buckets
    = open; open − credit = ledger, which is summed from the accounts and not from the items. `rows` has one per party,
    or per client seen (by='client'): key, name, one column per bucket label, open_minor, credit_minor.
    """
    require(actor, Permission.SEE_MONEY)
    as_of = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    scope, here_values = here(actor, "location_id")
    known = [as_of, known_at, known_at, *here_values]
    rows = _rows(reader, as_of, by, scope, known)
    accounts = {
        row["account"]: row["balance_minor"]
        for row in reader.rows(
            "select account, cast(sum(debit_minor - credit_minor) as bigint) as balance_minor from postings"
            f" where {_UP_TO}{scope} group by account",
            *known,
        )
    }
    return {
        "as_of": as_of,
        "buckets": {label: sum(row[label] for row in rows) for label in LABELS},
        "open_minor": sum(row["open_minor"] for row in rows),
        "credit_minor": sum(row["credit_minor"] for row in rows),
        "ledger_minor": accounts.get("1100", 0) + accounts.get("1110", 0),
        "unapplied_minor": -accounts.get("2100", 0),
        "payer_credit_minor": -accounts.get("2130", 0),
        "clearing_minor": -accounts.get("1040", 0),
        "rows": rows,
    }


def _rows(reader: Reader, as_of: date, by: str, scope: str, known: list[Any]) -> list[Row]:
    names = PARTIES if by == "party" else "select client_id, given_name || ' ' || family_name from clients"
    key = "party" if by == "party" else "client_id"
    buckets, ages = [], []
    after = -(10**6)
    for label, last in BUCKETS:
        upto = 10**6 if last is None else last
        buckets.append(
            "cast(coalesce(sum(greatest(balance, 0)) filter (age > ? and age <= ?), 0) as bigint)" + f' as "{label}"'
        )
        ages += [after, upto]
        after = upto
    sql = f"""
        with items as (
            select charge_id, party, any_value(client_id) as client_id,
                date_diff('day', any_value(service_date), cast(? as date)) as age,
                sum(debit_minor - credit_minor) as balance
            from postings where account in ('1100', '1110') and {_UP_TO}{scope} group by charge_id, party
        ), named (key, name) as ({names})
        select i.{key} as key, n.name, {", ".join(buckets)},
            cast(coalesce(sum(greatest(balance, 0)), 0) as bigint) as open_minor,
            cast(coalesce(sum(greatest(-balance, 0)), 0) as bigint) as credit_minor
        from items i left join named n on n.key = i.{key} where balance <> 0
        group by i.{key}, n.name order by open_minor desc, i.{key}
    """
    return reader.rows(sql, as_of, *known, *ages)


def trial_balance(reader: Reader, actor: Actor, as_of: date | str, *, known_at: datetime | None = None) -> list[Row]:
    """Every account that moved by the date: account, name, kind, debit_minor, credit_minor, balance_minor.

    balance = debit − credit; Σ debit_minor = Σ credit_minor.
    """
    require(actor, Permission.SEE_MONEY)
    scope, values = here(actor, "p.location_id")
    return reader.rows(
        "select account, a.name, a.kind, cast(sum(p.debit_minor) as bigint) as debit_minor,"
        " cast(sum(p.credit_minor) as bigint) as credit_minor,"
        " cast(sum(p.debit_minor - p.credit_minor) as bigint) as balance_minor"
        f" from postings p join accounts a using (account) where {_UP_TO}{scope}"
        " group by account, a.name, a.kind order by account",
        as_of,
        known_at,
        known_at,
        *values,
    )
