"""A biller's day in short words: `desk.sees(ada)`, `desk.charges(visit)`, `desk.pays(ada, 80_00)`, `desk.due(charge)`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from practice.access.permissions import SYSTEM
from practice.billing import commands
from practice.billing.queries import facts
from tests.conftest import INSERT


def visit_rows(key, *, client, provider, service, day, status="completed", **more):
    """One appointment with one attendee as they stand in the record: at `hour` (ten) in New York, 50 minutes."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(hours=more.pop("hour", 10))
    starts = wall + timedelta(hours=5)
    appointment = {
        "appointment_id": f"apt-{key}", "location_id": more.pop("location", "loc-elm"), "provider_id": provider,
        "service_id": service, "wall_start": wall, "wall_end": wall + timedelta(minutes=50),
        "zone": more.pop("zone", "America/New_York"), "starts_at": starts, "ends_at": starts + timedelta(minutes=50),
        "start_date": day, "duration_minutes": 50, "mode": "in_person", "capacity": 6, "status": "closed",
        "channel": "desk", "booked_at": starts - timedelta(days=7), "known_at": starts,
    }  # fmt: skip
    attendee = {
        "attendee_id": f"att-{key}", "appointment_id": more.pop("appointment", f"apt-{key}"), "client_id": client,
        "billing_unit": more.pop("billing_unit", "attendee"), "status": status,
        "booked_at": starts - timedelta(days=7), "booked_date": day - timedelta(days=7),
        "first_booked_at": starts - timedelta(days=7), "first_booked_date": day - timedelta(days=7),
        "known_at": starts, **more,
    }  # fmt: skip
    rows = [("attendees", attendee)]
    return [("appointments", appointment), *rows] if attendee["appointment_id"] == f"apt-{key}" else rows


class Desk:
    """Does what a biller does, and answers what a biller asks. Amounts are cents."""

    def __init__(self, record, house, who):
        self.record, self.house, self.who = record, house, who
        self.visits = 0

    def run(self, command, *, who=None, reason="As agreed", **parameters):
        return self.record.run(command, who or self.who, reason=reason, **parameters)

    def sees(self, client, *, service="svc-visit", day=date(2026, 3, 2), status="completed", **more):
        """A visit that is past, with the outcome that people stated; returns attendee_id."""
        self.visits += 1
        rows = visit_rows(
            self.visits, client=client, provider="prov-moss", service=service, day=day, status=status, **more
        )
        self.record.run(INSERT, SYSTEM, rows=rows)
        return f"att-{self.visits}"

    def charges(self, attendee_id, amount=None):
        return self.run(commands.charge_visit, attendee_id=attendee_id, amount_minor=amount)["charge_id"]

    def charged(self, client, amount=None, **more):
        """A visit, charged."""
        return self.charges(self.sees(client, **more), amount)

    def receives(self, party, amount, method="card", on=()):
        """Money from a party, put towards [(charge, amount)]; returns payment_id."""
        return self.run(
            commands.take_payment, party=party, amount_minor=amount, method=method, location_id="loc-elm",
            charges=[{"charge_id": charge, "amount_minor": part} for charge, part in on],
        )["payment_id"]  # fmt: skip

    def allocates(self, payment, charge, amount):
        answer = self.run(commands.allocate_payment, payment_id=payment, charge_id=charge, amount_minor=amount)
        return answer["allocation_id"]

    def adjusts(self, charge, party, kind, amount):
        answer = self.run(
            commands.adjust_charge, charge_id=charge, party=party, adjustment_class=kind, amount_minor=amount
        )
        return answer["adjustment_id"]

    def transfers(self, charge, from_party, to_party, amount):
        return self.run(
            commands.transfer_responsibility,
            charge_id=charge,
            from_party=from_party,
            to_party=to_party,
            amount_minor=amount,
        )["transfer_id"]

    def invoices(self, *charges, **more):
        return self.run(commands.issue_invoice, charge_ids=list(charges), **more)["invoice_id"]

    def due(self, charge, party=None):
        """What is open of a charge, of one party or of all."""
        with self.record.read() as reader:
            balances = facts.item_balances(reader, charge)
        return balances.get(party, 0) if party else sum(balances.values())

    def unapplied(self, payment):
        with self.record.read() as reader:
            return sum(facts.pots(reader, payment).values())

    def rows(self, sql, *values):
        with self.record.read() as reader:
            return reader.rows(sql, *values)

    def postings(self, transaction_id):
        """A transaction as {(account, side): amount}, such as {("1110", "debit"): 150_00, …}."""
        return entry(self.rows("select * from postings where transaction_id = ?", transaction_id))

    def balances(self):
        """Every account that is not zero: debit − credit."""
        rows = self.rows(
            "select account, sum(debit_minor - credit_minor)::bigint b from postings group by 1 order by 1"
        )
        return {row["account"]: row["b"] for row in rows if row["b"]}


def entry(postings):
    """Postings as {(account, side): amount}."""
    found = {}
    for posting in postings:
        side = "debit" if posting["debit_minor"] else "credit"
        key = (posting["account"], side)
        found[key] = found.get(key, 0) + posting["debit_minor"] + posting["credit_minor"]
    return found


@pytest.fixture
def desk(record, house, biller):
    """The biller at work on the furnished practice, Monday 2 March 2026, nine in the morning."""
    return Desk(record, house, biller)


@pytest.fixture
def ada():
    """Ada pays for herself, and for her child Cora."""
    return "client:client-ada"


@pytest.fixture
def harbor():
    """Ben's payer. It allows 110.00 of the follow-up's 150.00."""
    return "payer:payer-harbor"
