"""What was taken off what clients and payers owe: of which class, how much, by whom, why, and what was undone."""

from __future__ import annotations

from datetime import date

from practice.access.permissions import Actor, Permission, require
from practice.billing.queries.items import PARTIES, here
from practice.store.work import Reader, Row

CLASSES = {
    "courtesy": "Courtesy",
    "charity": "Charity",
    "small_balance": "Small balance",
    "denial": "Denied",
    "bad_debt": "Bad debt",
    "waived": "Fee waived",
}
"""Classes of write-offs → what people call them. A missed visit's fee that was voided is waived, whatever it was."""


def written_off(reader: Reader, actor: Actor, first: date, last: date) -> list[Row]:
    """Write-offs posted on those days, the newest first; what undoes one is a row of its own with a negative amount.

    {adjustment_id, post_date, class, amount_minor, client_name, party_name, description, service_date, reason, by_name,
    asked_by_name, is_undone}: where a second person decided, `by_name` is theirs and `asked_by_name` the asker's.
    What a payer's contract does not allow is none.
    """
    require(actor, Permission.ADJUST)
    scope, values = here(actor, "h.location_id")
    return reader.rows(
        f"""
        with taken as (
            select adjustment_id, charge_id, party, class, amount_minor, post_date, reason, transaction_id, known_at,
                reverses_id is not null as is_reversal,
                adjustment_id in (select reverses_id from adjustments where reverses_id is not null) as is_undone
            from adjustments where class <> 'contractual'
            union all
            select h.charge_id, h.charge_id, 'client:' || h.guarantor_client_id, 'waived', h.amount_minor, t.post_date,
                t.reason, t.transaction_id, t.known_at, false, false
            from charges h join ledger_transactions t on t.transaction_id = h.void_transaction_id
            where h.kind = 'missed_visit'
        )
        select w.adjustment_id, w.post_date, w.class, w.amount_minor, w.is_reversal, w.is_undone, w.reason,
            c.given_name || ' ' || c.family_name as client_name, h.client_id, n.party_name, h.description,
            h.service_date, coalesce(u.name, 'Daybook') as by_name, asker.name as asked_by_name
        from taken w join charges h using (charge_id) join clients c on c.client_id = h.client_id
        join ({PARTIES}) n on n.party = w.party
        join ledger_transactions t on t.transaction_id = w.transaction_id
        left join users u on u.user_id = t.actor_id
        left join approvals a on a.charge_id = w.charge_id and a.outcome = 'approved' and a.decided_at = w.known_at
        left join users asker on asker.user_id = a.asked_by
        where w.post_date between ? and ?{scope} order by w.post_date desc, w.known_at desc, w.adjustment_id
        """,
        first,
        last,
        *values,
    )


def by_class(rows: list[Row]) -> list[Row]:
    """The sums of each class, in the order of CLASSES: {class, what, amount_minor, number}. Pure."""
    sums = []
    for name, what in CLASSES.items():
        own = [row for row in rows if row["class"] == name]
        if own:
            amount = sum(row["amount_minor"] for row in own)
            sums.append({"class": name, "what": what, "amount_minor": amount, "number": len(own)})
    return sums
