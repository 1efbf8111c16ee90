"""A biller with remittances: `desk.remits(text)` posts a file and answers its one set."""

from __future__ import annotations

import pytest

from practice.insurance import remittance_queries as queries
from practice.insurance.remits import post_remittance
from tests.practice.billing.conftest import Desk as Biller


class Desk(Biller):
    """Does what a biller does with what payers send."""

    def remits(self, text, **more):
        [answer] = self.run(post_remittance, text=text, **more)["remittances"]
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
