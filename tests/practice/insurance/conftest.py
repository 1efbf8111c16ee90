"""A biller with remittances: `desk.remits(text)` posts a file and answers its one set."""

from __future__ import annotations

import pytest

from practice.access.permissions import Permission
from practice.billing.queries.known import Known
from practice.insurance import remittance_queries as queries
from practice.insurance.remits import post_remittance
from practice.store.record import Command
from tests.practice.billing.conftest import Desk as Biller


def _post_and_compare(work, **parameters):
    """Post, and hold what was kept in mind meanwhile against what the record says."""
    answer = post_remittance(work, **parameters)
    for known in filter(None, [work.known_money]):
        fresh = Known()
        fresh.load(work, list(known.items))
        for payment_id in known.payments:
            fresh.payment(work, payment_id)
        work.known_money = None
        assert (_items(known), _moving(known)) == (_items(fresh), _moving(fresh))
    return answer


def _items(known):
    """What happens at the same instant has no order in the record."""
    return {
        key: (item.balances, item.estimate_minor, item.last_date, *map(_ordered, (item.allocations, item.transfers)))
        for key, item in known.items.items()
    }


def _ordered(rows):
    return sorted((sorted(row.items(), key=str) for row in rows), key=str)


def _moving(known):
    """Pots that are empty by now may stand with 0 or not at all."""
    return {
        key: ({account: left for account, left in pots.waiting.items() if left}, pots.last_date)
        for key, pots in known.payments.items()
    }


POST = Command("post_remittance", Permission.ADJUST, _post_and_compare)


class Desk(Biller):
    """Does what a biller does with what payers send."""

    def remits(self, text, **more):
        [answer] = self.run(POST, text=text, **more)["remittances"]
        return answer

    def queue(self):
        """[(kind, amount, why)] of what is left for people."""
        with self.record.read() as reader:
            return [(row["kind"], row["amount_minor"], row["why"]) for row in queries.to_work(reader, self.who)]

    def clearing(self):
        """What waits in 1040 under each payment, where it is not zero."""
        rows = self.rows(
            "select payment_id, sum(credit_minor - debit_minor)::bigint b from postings where account = '1040'"
            " group by 1 having b <> 0"
        )
        return [row["b"] for row in rows]


@pytest.fixture
def desk(record, house, biller):
    """The biller at work, Monday 2 March 2026, nine in the morning."""
    return Desk(record, house, biller)


HARBOR, BEN = "payer:payer-harbor", "client:client-ben"
