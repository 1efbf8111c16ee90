"""Cash drawers: what should be in one, how far it is closed, what was counted. `drawer` and `counts` ask."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require, require_location
from practice.billing.queries.items import also, here
from practice.store.work import Reader, Row


def closed_until(reader: Reader, location_id: str) -> date | None:
    """The last day that was counted and stands, or None."""
    found: date | None = reader.value(
        "select max(counted_date) from drawer_counts where location_id = ? and status = 'closed'", location_id
    )
    return found


def expected(reader: Reader, location_id: str, on: date) -> int:
    """What the ledger has in the drawer at the end of a day."""
    return int(
        reader.value(
            "select coalesce(sum(debit_minor - credit_minor), 0) from postings"
            " where account = '1010' and location_id = ? and post_date <= ?",
            location_id,
            on,
        )
    )


def drawer(reader: Reader, actor: Actor, location_id: str, on: date) -> Row:
    """A drawer on a day: opening_minor, received_minor, paid_out_minor, change_minor, expected_minor; closed_until.

    opening is what was in it before the first day since the last count; the others are of the days since then.
    """
    require(actor, Permission.SEE_MONEY)
    require_location(actor, location_id)
    closed = closed_until(reader, location_id)
    row = reader.one(
        """
        select
            cast(coalesce(sum(p.debit_minor - p.credit_minor) filter (p.post_date <= ?), 0) as bigint) as opening_minor,
            cast(coalesce(sum(p.debit_minor - p.credit_minor)
                filter (since and t.kind in ('payment', 'void_payment')), 0) as bigint) as received_minor,
            cast(coalesce(sum(p.credit_minor - p.debit_minor) filter (since and t.kind = 'refund'), 0) as bigint)
                as paid_out_minor,
            cast(coalesce(sum(p.debit_minor - p.credit_minor) filter (since and t.kind = 'cash_count'), 0) as bigint)
                as change_minor,
            cast(coalesce(sum(p.debit_minor - p.credit_minor), 0) as bigint) as expected_minor
        from (select *, post_date > ? as since from postings) p join ledger_transactions t using (transaction_id)
        where p.account = '1010' and p.location_id = ? and p.post_date <= ?
        """,
        closed or date.min,
        closed or date.min,
        location_id,
        on,
    )
    assert row is not None
    return row | {"closed_until": closed}


def counts(reader: Reader, actor: Actor, *, location_id: str | None = None, limit: int = 60) -> list[Row]:
    """Counts, the newest first, with location_name, difference_minor, who counted, and whether it can be reopened."""
    require(actor, Permission.SEE_MONEY)
    conditions = (here(actor, "c.location_id"), also("c.location_id", location_id))
    return reader.rows(
        "select c.*, l.name as location_name, c.counted_minor - c.expected_minor as difference_minor,"
        " coalesce(u.name, 'Daybook') as counted_by_name, c.status = 'closed' and c.counted_date ="
        " max(case when c.status = 'closed' then c.counted_date end) over (partition by c.location_id) as is_newest"
        " from drawer_counts c join locations l using (location_id) left join users u on u.user_id = c.counted_by"
        " where true"
        + "".join(condition for condition, _ in conditions)
        + f" order by c.counted_date desc, c.known_at desc limit {int(limit)}",
        *(value for _, values in conditions for value in values),
    )
