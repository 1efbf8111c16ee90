"""A practice's life in random but seeded order: bookings, visits, money, people and days, as commands of the record."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

from practice.access.permissions import SYSTEM
from practice.billing import commands as money
from practice.errors import Refusal
from practice.insurance.eligibility_checks import note_eligibility
from practice.notes.commands import reopen_note, sign_note
from practice.people.clients import add_client, add_policy, change_client, end_policy
from practice.people.payers import add_referral_source
from practice.people.self_pay import set_self_pay
from practice.scheduling import attendance
from practice.scheduling import commands as desk
from practice.scheduling.moving import move_appointment
from tests.conftest import INSERT
from tests.orchestration.insured_life import Insured

LOCAL = timedelta(hours=5)
"""New York's winter is this much behind UTC; in summer visits just start an hour earlier on the wall."""


class Life(Insured):
    """A practice in which anything may happen next. What the record refuses has not happened."""

    def __init__(self, record, clock, house, seed):
        self.record, self.clock, self.house, self.dice = record, clock, house, random.Random(seed)
        self.done = Counter()
        self.happenings = {
            self.book: 9, self.move: 3, self.cancel: 3, self.see: 9, self.miss: 3, self.correct: 2, self.err: 1,
            self.book_group: 3, self.begin_series: 1, self.charge: 8, self.pay: 6, self.allocate: 3, self.deallocate: 2,
            self.adjust: 3, self.transfer: 2, self.void_charge: 2, self.void_payment: 3, self.refund: 2,
            self.invoice: 4, self.void_invoice: 2,
            self.add_client: 2, self.refer_anew: 1, self.cover: 2, self.end_cover: 1, self.day_passes: 4,
            self.register: 2, self.pay_alone: 2,
            self.verify: 2, self.sign: 4, self.reopen: 1,
            self.see_insured: 9, self.look_through: 4, self.send: 9, self.acknowledge: 4, self.resend: 2, self.answer: 9, self.take_back: 4,
        }  # fmt: skip
        self.remits = 0
        self.furnish()

    def happen(self, times):
        for happening in self.dice.choices(list(self.happenings), list(self.happenings.values()), k=times):
            self.clock.forward(minutes=self.dice.randint(1, 20))
            try:
                happening()
            except Refusal:
                continue
            self.done[happening.__name__] += 1

    def run(self, command, **parameters):
        return self.record.run(command, SYSTEM, reason="So it was", **parameters)

    def any(self, sql, *values):
        """One row of the query; refused if there is none."""
        with self.record.read() as reader:
            rows = reader.rows(sql, *values)
        if not rows:
            raise Refusal("There is none.")
        return self.dice.choice(rows)

    def client(self):
        return self.any("select client_id from clients order by all")["client_id"]

    def a_time(self):
        day = self.clock.instant.replace(tzinfo=None) - LOCAL + timedelta(days=self.dice.randint(-3, 9))
        return f"{day:%Y-%m-%d}T{self.dice.randint(9, 16):02}:00"

    def book(self, service=None, when=None):
        self.run(
            desk.book_appointment, client_id=self.client(), location_id=self.house.location,
            provider_id=self.dice.choice([self.house.moss, self.house.reed]),
            service_id=service or self.dice.choice([self.house.visit, self.house.intake]),
            wall_start=when or self.a_time(),
        )  # fmt: skip

    def book_group(self):
        when = self.a_time()
        for _ in range(3):
            self.book(self.house.group, when)

    def begin_series(self):
        """Two clients, three Saturdays each week; a later command may bring an earlier occurrence to it."""
        series = f"series-{self.dice.randint(1, 3)}"
        day = self.clock.instant.replace(tzinfo=None) + timedelta(days=self.dice.randint(-5, 9))
        about = {"known_at": self.clock.instant.replace(tzinfo=None), "booked_at": day - timedelta(days=20)}
        key = f"{series}-{day:%m%d%H%M}"
        appointment = about | {
            "appointment_id": key, "series_id": series, "location_id": self.house.location, "provider_id": self.house.moss,
            "service_id": self.house.visit, "wall_start": day - LOCAL, "wall_end": day - LOCAL + timedelta(minutes=50),
            "zone": "America/New_York", "starts_at": day, "ends_at": day + timedelta(minutes=50), "start_date": day.date(),
            "duration_minutes": 50, "mode": "video", "capacity": 2, "status": "scheduled", "channel": "desk",
        }  # fmt: skip
        booked = {"booked_date": day.date(), "first_booked_at": about["booked_at"], "first_booked_date": day.date()}
        couple = [
            about | booked | {
                "attendee_id": f"{key}-{client}", "appointment_id": key, "client_id": client,
                "billing_unit": "appointment", "status": "scheduled",
            }
            for client in (self.house.ada, self.house.ben)
        ]  # fmt: skip
        self.record.run(INSERT, SYSTEM, rows=[("appointments", appointment), *(("attendees", row) for row in couple)])

    def visit(self, *statuses):
        return self.any(f"select * from attendees where status in {(*statuses, '')} order by attendee_id")

    def move(self):
        visit = self.visit("scheduled")
        at, by = self.a_time(), self.dice.choice(["client", "practice"])
        self.run(move_appointment, appointment_id=visit["appointment_id"], wall_start=at, moved_by=by, code="other")

    def cancel(self):
        visit, by = self.visit("scheduled"), self.dice.choice(["client", "provider", "practice"])
        self.run(desk.cancel_appointment, appointment_id=visit["appointment_id"], cancelled_by=by, code="other")

    def see(self):
        """Arrived, begun or seen: whatever its day allows."""
        visit = self.visit("scheduled", "arrived", "in_session")
        steps = {
            "scheduled": [attendance.record_arrival, attendance.complete_visit],
            "arrived": [attendance.start_visit, attendance.complete_visit],
            "in_session": [attendance.complete_visit],
        }
        self.run(self.dice.choice(steps[visit["status"]]), attendee_id=visit["attendee_id"])

    def miss(self):
        self.run(attendance.record_no_show, attendee_id=self.visit("scheduled")["attendee_id"])

    def correct(self):
        visit = self.visit("completed", "no_show")
        status = self.dice.choice(["scheduled", "completed", "no_show", "left_unseen"])
        self.run(attendance.correct_attendance, attendee_id=visit["attendee_id"], status=status)

    def err(self):
        self.run(desk.enter_in_error, appointment_id=self.visit("scheduled", "cancelled")["appointment_id"])

    def charge(self):
        self.run(money.charge_visit, attendee_id=self.visit("completed", "no_show")["attendee_id"], amount_minor=150_00)

    def item(self):
        return self.any(
            "select charge_id, party, sum(debit_minor - credit_minor)::bigint as open_minor from postings"
            " where account in ('1100', '1110') group by all having open_minor <> 0 order by all"
        )

    def part(self, amount):
        return max(amount * self.dice.choice([10, 50, 100]) // 100, 1)

    def pay(self):
        item = self.item()
        paid = self.part(item["open_minor"])
        on = [{"charge_id": item["charge_id"], "amount_minor": paid}] if self.dice.random() < 0.6 else []
        day = (self.clock.instant - LOCAL - timedelta(days=self.dice.choice([0, 0, 1, 12]))).date()
        self.run(
            money.take_payment, party=item["party"], amount_minor=paid + self.dice.choice([0, 10_00]), method="check",
            location_id=self.house.location, charges=on, received_date=str(day),
        )  # fmt: skip

    def allocate(self):
        item = self.item()
        payment = self.any("select * from payments where party = ? and status = 'posted'", item["party"])
        amount = min(self.part(item["open_minor"]), payment["amount_minor"])
        self.run(
            money.allocate_payment, payment_id=payment["payment_id"], charge_id=item["charge_id"], amount_minor=amount
        )

    def deallocate(self):
        self.run(money.deallocate, allocation_id=self.any("from allocations order by allocation_id")["allocation_id"])

    def adjust(self):
        item, kind = self.item(), self.dice.choice(["courtesy", "contractual", "bad_debt"])
        self.run(
            money.adjust_charge, charge_id=item["charge_id"], party=item["party"], adjustment_class=kind,
            amount_minor=self.part(item["open_minor"]),
        )  # fmt: skip

    def transfer(self):
        item = self.item()
        to = self.dice.choice([f"client:{self.client()}", f"payer:{self.house.payer}"])
        self.run(
            money.transfer_responsibility, charge_id=item["charge_id"], from_party=item["party"], to_party=to,
            amount_minor=self.part(item["open_minor"]),
        )  # fmt: skip

    def void_charge(self):
        self.run(money.void_charge, charge_id=self.any("from charges order by charge_id")["charge_id"])

    def void_payment(self):
        self.run(money.void_payment, payment_id=self.any("from payments order by payment_id")["payment_id"])

    def refund(self):
        payment = self.any("from payments order by payment_id")
        self.run(money.refund_payment, payment_id=payment["payment_id"], method="card", amount_minor=10_00)

    def invoice(self):
        charge = self.any("select charge_id from charges where status = 'posted' order by charge_id")
        self.run(money.issue_invoice, charge_ids=[charge["charge_id"]])

    def void_invoice(self):
        self.run(money.void_invoice, invoice_id=self.any("from invoices order by invoice_id")["invoice_id"])

    def add_client(self):
        name = f"Guest {self.dice.randint(1, 10**9)}"
        made = self.run(
            add_client, given_name=name, family_name=name, birth_date="1980-04-01", referral_source_id="ref-web"
        )
        self.bring(made["client_id"])

    def refer_anew(self):
        source = self.run(add_referral_source, name=f"Word {self.dice.randint(1, 10**9)}", kind="other")
        self.run(change_client, client_id=self.client(), referral_source_id=source["referral_source_id"])

    def cover(self):
        day = self.clock.instant.date() - timedelta(days=self.dice.randint(0, 20))
        self.run(
            add_policy, client_id=self.client(), payer_id=self.house.payer, effective_from=str(day),
            member_number=f"H-{self.dice.randint(1, 10**9)}",
        )  # fmt: skip

    def end_cover(self):
        policy = self.any("from policies where effective_to is null order by policy_id")
        self.run(end_policy, policy_id=policy["policy_id"], effective_to=str(self.clock.instant.date()))

    def register(self):
        fields = {"birth_date": ["1980-04-01", None], "phone": ["+1 555 010 0009", None]}
        field = self.dice.choice(list(fields))
        self.run(change_client, client_id=self.client(), **{field: self.dice.choice(fields[field])})

    def pay_alone(self):
        self.run(set_self_pay, client_id=self.client(), is_self_pay=self.dice.random() < 0.7)

    def verify(self):
        policy = self.any("from policies order by policy_id")
        self.run(note_eligibility, policy_id=policy["policy_id"], is_active=self.dice.random() < 0.8)

    def sign(self):
        self.run(sign_note, attendee_id=self.visit("completed")["attendee_id"], text="Went well.")

    def reopen(self):
        note = self.any("from notes where status = 'signed' order by note_id")
        self.run(reopen_note, attendee_id=note["attendee_id"])

    def day_passes(self):
        self.clock.forward(hours=self.dice.choice([4, 9, 26, 80]))
