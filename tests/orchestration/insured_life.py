"""What happens between a practice and its payer, in random order: claims looked at, sent and answered, money taken back."""

from __future__ import annotations

from datetime import timedelta

from practice.access.permissions import SYSTEM
from practice.billing.commands import charge_visit
from practice.billing.diagnoses import add_diagnosis
from practice.errors import Refusal
from practice.insurance import claim_facts
from practice.insurance.acknowledgements import read_acknowledgement
from practice.insurance.claim_checks import check_claims
from practice.insurance.claim_queries import to_claim
from practice.insurance.claims import correct_claim, send_claims
from practice.insurance.remits import post_remittance
from practice.people.commands import change_provider, change_service
from practice.scheduling.attendance import complete_visit
from practice.scheduling.commands import book_appointment
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_acknowledgements import of_claims

GROUP_NPI, NPIS = "1234567893", ("1003000126", "1912301953")
ADDRESS = {"street": "1 Elm Street", "city": "New York", "state": "NY", "postal_code": "10001-1234"}
INSURED = "select client_id from policies where effective_to is null order by policy_id"
SENT = "select * from insurance_claims where status in ('submitted', 'accepted') order by number"
ANSWERED = """select m.*, l.charge_minor as asked_minor from remittance_claims m join remittance_lines l
    using (remittance_claim_id) where m.status = 'posted' and m.reverses_id is null and m.claim_status = '1'
    order by m.control_number, m.known_at"""


class Insured:
    """The happenings of a life that are a payer's; what it lacks for claims is set up first."""

    def furnish(self):
        """All that claims need but what clients bring with them."""
        house = self.house
        self.run(
            claim_facts.set_claim_sender, name="Elm Street Practice", npi=GROUP_NPI, tax_id="12-3456789",
            taxonomy="251S00000X", contact_name="Bo Biller", phone="(212) 555-0142", submitter_code="ELM1",
            receiver_name="Clearing House", receiver_code="CLEAR1",
        )  # fmt: skip
        self.run(claim_facts.set_postal_address, subject="practice", **ADDRESS)
        self.run(claim_facts.set_payer_codes, payer_id=house.payer, payer_code="HARB1", filing_code="CI")
        for provider, npi in zip((house.moss, house.reed), NPIS, strict=True):
            self.run(change_provider, provider_id=provider, npi=npi)
            self.run(claim_facts.set_provider_claims, provider_id=provider, given_name="Inès", family_name="Moss",
                     taxonomy="103TC0700X")  # fmt: skip
        for service in (house.visit, house.intake, house.group):
            self.run(change_service, service_id=service, code="90834")
        with self.record.read() as reader:
            clients = [row["client_id"] for row in reader.rows("select client_id from clients order by 1")]
        for client_id in clients:
            self.bring(client_id)

    def bring(self, client_id):
        """What a client brings: most give an address."""
        self.run(add_diagnosis, client_id=client_id, code="F41.1", from_date="2020-01-10", description="Anxiety")
        self.run(claim_facts.set_client_sex, client_id=client_id, sex="F")
        if self.dice.random() < 0.6:
            self.run(claim_facts.set_postal_address, subject=f"client:{client_id}", **ADDRESS)

    def see_insured(self):
        """Somebody with a policy was here some days ago, and their payer owes for it."""
        try:
            policy = self.any(INSURED)
        except Refusal:
            self.cover()
            policy = self.any(INSURED)
        day = self.clock.instant.date() - timedelta(days=self.dice.randint(1, 6))
        booked = self.run(
            book_appointment, client_id=policy["client_id"], location_id=self.house.location,
            provider_id=self.dice.choice([self.house.moss, self.house.reed]), service_id=self.house.visit,
            wall_start=f"{day}T{self.dice.randint(9, 16):02}:{self.dice.choice(['00', '30'])}",
        )  # fmt: skip
        seat = self.any("select attendee_id from attendees where appointment_id = ?", booked["appointment_id"])
        self.run(complete_visit, attendee_id=seat["attendee_id"])
        self.run(charge_visit, attendee_id=seat["attendee_id"], amount_minor=150_00)

    def look_through(self):
        if not self.run(check_claims)["entered"]:
            raise Refusal("Nothing is new.")

    def send(self):
        with self.record.read() as reader:
            rows = [row for row in to_claim(reader, SYSTEM) if row["state"] == "ready"]
        if not rows:
            raise Refusal("Nothing is ready.")
        one = self.dice.choice(rows)
        self.run(send_claims, claims=[{name: one[name] for name in ("charge_ids", "payer_id")}])

    def acknowledge(self):
        sent = self.any(SENT)
        said = self.dice.choice(["A2:20:PR", "A2:20:PR", "A3:21"])
        self.run(read_acknowledgement, text=of_claims((sent["control_number"], said, f"HARBOR-{sent['number']}")))

    def resend(self):
        self.run(correct_claim, insurance_claim_id=self.any(SENT)["insurance_claim_id"])

    def answer(self):
        """Paid in part, the rest contractual, or denied."""
        sent = self.any(SENT)
        self.remit(sent["control_number"], sent["total_minor"], self.dice.choice([0, 60, 80]), sent["service_date"])

    def take_back(self):
        kept = self.any(ANSWERED)
        share = kept["paid_minor"] * 100 // kept["charge_minor"]
        self.remit(kept["control_number"], kept["charge_minor"], share, self.clock.instant.date(), status="22")

    def remit(self, number, total, share, day, *, status="1"):
        """A set of one claim: so many percent of it paid; with status 22 every amount is negative."""
        sign = -1 if status == "22" else 1
        paid = total * share // 100
        rest = f"CO*{45 if share else 16}*{sign * (total - paid) / 100:.2f}"
        self.remits += 1
        lines = line("90834", sign * total, sign * paid, day=f"{day:%Y%m%d}", cas=[rest], control=f"{number}-1")
        # Money that is taken back comes out of that of another claim: here, of a sum on top.
        plb = [f"L6*{-total / 100:.2f}"] if sign < 0 else []
        text = remit(
            claim(number, sign * total, sign * paid, lines, status=status), trace=f"T-{self.remits}", plb=plb,
            paid=sign * paid + (total if plb else 0),
        )  # fmt: skip
        self.run(post_remittance, text=text, payer_id=self.house.payer, location_id=self.house.location)
