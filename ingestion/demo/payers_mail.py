"""What came from payers on the demo's own morning, posted by the command that posts every remittance.

One takes a payment back and pays less; one has lost our numbers; one does not add up and is held; one
leaves a share to the client's second payer.
"""

from __future__ import annotations

import numpy as np

from ingestion.demo.books import Books
from ingestion.demo.charging import SERVICE
from ingestion.demo.claim_facts import payer_identifier
from ingestion.demo.claiming import control_numbers, payers_numbers
from ingestion.demo.columns import as_date
from ingestion.demo.house import PAYERS, SERVICES, House
from ingestion.demo.names import npi
from ingestion.demo.remittance_texts import money
from ingestion.demo.told import People, Told
from practice.insurance.remits import post_remittance
from practice.people.clients import add_policy

OFF_BY, LESS_PERCENT, SECOND_PERCENT = 17_50, 20, 20
Segments = list[tuple[str, ...]]


class Mail:
    """Writes 835 files about charges of the demo, and posts them."""

    def __init__(self, people: People, house: House, books: Books, told: Told) -> None:
        self.people, self.house, self.books, self.told = people, house, books, told
        self.answered = np.zeros(len(books.charges["known"]), dtype=bool)
        self.answered[books.insurance.answers["charge"]] = True
        self.claim = np.full(len(self.answered), -1)
        self.claim[books.insurance.claims["charge"]] = np.arange(len(books.insurance.claims["charge"]))
        self.count = 0

    def post(self, payer: int, amount: int, claims: list[Segments], more: Segments | None = None) -> None:
        """A set of that payer, at the first location, this morning."""
        self.count += 1
        day = as_date(self.house.today - 1).strftime("%Y%m%d")
        trace = f"EFT99{self.count:05d}"
        body: Segments = [
            ("ST", "835", "0001"),
            ("BPR", "I" if amount else "H", money(amount), "C", "ACH" if amount else "NON", *[""] * 11, day),
            ("TRN", "1", trace, payer_identifier(payer)),
            ("DTM", "405", day),
            ("N1", "PR", PAYERS[payer][0].upper()),
            ("N1", "PE", "HARBORVIEW THERAPY", "XX", npi(1)),
            ("LX", "1"),
            *(segment for claim in claims for segment in claim),
            *(more or []),
        ]
        body.append(("SE", str(len(body) + 1), "0001"))
        who = f"ZZ*{'TIDELINE':15}*ZZ*{'HARBORVIEW':15}"
        head = f"ISA*00*{'':10}*00*{'':10}*{who}*{day[2:]}*0700*^*00501*{self.count:09d}*0*P*:"
        lines = [head, f"GS*HP*TIDELINE*HARBORVIEW*{day}*0700*{self.count}*X*005010X221A1"]
        lines += ["*".join(segment).rstrip("*") for segment in body]
        lines += [f"GE*1*{self.count}", f"IEA*1*{self.count:09d}"]
        with self.people.at(self.house.today, 8, 30 + self.count):
            self.people.run(
                post_remittance, "biller", reason=None, text="~\n".join([*lines, ""]),
                location_id=self.people.ids("locations", [0])[0],
            )  # fmt: skip

    def about(self, charge: int, status: str, paid: int, patient: int, said: list[tuple[str, str, int]]) -> Segments:
        """A claim's answer; taken back (22) with every amount negative."""
        sign = -1 if status == "22" else 1
        row = {name: int(self.books.charges[name][charge]) for name in ("amount", "client", "day", "service", "payer")}
        claim = self.books.insurance.claims["number"][[self.claim[charge]]]
        own = control_numbers(claim)[0]
        names = self.house.names
        policy = int(self.books.policy_of[charge])
        family, given = (names[name][row["client"]].as_py().upper() for name in ("family", "given"))
        member = names["members"][policy].as_py()
        charged = money(sign * row["amount"])
        segments: Segments = [
            ("CLP", own, status, charged, money(sign * paid), money(sign * patient), "12",
             payers_numbers(np.array([row["payer"]]), claim)[0]),
            ("NM1", "QC", "1", family, given, "", "", "", "MI", member),
            ("SVC", f"HC:{SERVICES[row['service']][1]}", charged, money(sign * paid), "", "1"),
            ("DTM", "472", as_date(row["day"]).strftime("%Y%m%d")),
        ]  # fmt: skip
        segments += [("CAS", group, reason, money(sign * amount)) for group, reason, amount in said if amount]
        return [*segments, ("REF", "6R", f"{own}-1")]

    def waiting(self, payer: int) -> np.ndarray:
        """Charges of a payer at the first location whose claim waits for its answer, without a copay."""
        charges = self.books.charges
        fits = ~self.answered & (self.claim >= 0) & (charges["payer"] == payer) & (charges["location"] == 0)
        fits &= (charges["copay"] == 0) & (charges["leak"] == 0) & (charges["kind"] == SERVICE)
        ago = self.house.today - charges["day"]
        return np.flatnonzero(fits & (ago >= 9) & (ago <= 60))


def bring_mail(people: People, house: House, books: Books, told: Told) -> int:
    """Post all of it; answers how many files."""
    mail = Mail(people, house, books, told)
    _take_back(mail)
    _unknown(mail)
    _does_not_add_up(mail)
    _second_payer(mail)
    return mail.count


def _take_back(mail: Mail) -> None:
    """A payer looks again at what it paid some weeks ago: a fifth of it is the client's, and is kept forward."""
    charges, answers = mail.books.charges, mail.books.insurance.answers
    final = answers["is_final"] & (answers["paid"] > 0) & (answers["copay"] == 0) & (answers["share"] == 0)
    final &= (answers["known"] < mail.house.now - 20 * 86_400) & (charges["leak"][answers["charge"]] == 0)
    final &= (charges["location"][answers["charge"]] == 0) & (charges["payer"][answers["charge"]] == 0)
    rows = np.flatnonzero(final)
    if not len(rows):
        return
    row = int(rows[-1])
    charge, paid, off = (int(answers[name][row]) for name in ("charge", "paid", "off"))
    less = paid * LESS_PERCENT // 100
    before = mail.about(charge, "22", paid, 0, [("CO", "45", off)])
    after = mail.about(charge, "1", paid - less, less, [("CO", "45", off), ("PR", "2", less)])
    day = as_date(mail.house.today).strftime("%Y%m%d")
    mail.post(0, 0, [before, after], [("PLB", npi(1), f"{day[:4]}1231", "FB:99120", money(-less))])
    mail.told.counts.update(allocations=2, collected_minor=-less, adjustments=2 * (off > 0), transfers=1)
    mail.told.move(mail.house.today, collected=-less, open_client=less)


def _unknown(mail: Mail) -> None:
    """A payer lost our numbers and took a member number wrong: a person has to say which charge it pays."""
    rows = mail.waiting(1)
    if not len(rows):
        return
    row, charges = int(rows[0]), mail.books.charges
    amount, allowed = int(charges["amount"][row]), int(charges["allowed"][row])
    claim = mail.about(row, "1", allowed, 0, [("CO", "45", amount - allowed)])
    kept = [segment for segment in claim if segment[0] != "REF"]
    kept[0] = ("CLP", "88213-A", *kept[0][2:7], "MM55000017")
    kept[1] = (*kept[1][:9], "M00000000")
    mail.post(1, allowed, [kept])
    mail.told.counts.update(payments=1, received_minor=allowed)


def _does_not_add_up(mail: Mail) -> None:
    """The deposit is more than its claims: the cash is kept apart until the payer sends it right."""
    rows = mail.waiting(3)[:2]
    if not len(rows):
        return
    charges = mail.books.charges
    claims = [
        mail.about(
            int(row), "1", int(charges["allowed"][row]), 0,
            [("CO", "45", int(charges["amount"][row] - charges["allowed"][row]))],
        )
        for row in rows
    ]  # fmt: skip
    amount = int(charges["allowed"][rows].sum()) + OFF_BY
    mail.post(3, amount, claims)
    mail.told.counts.update(payments=1, received_minor=amount)


def _second_payer(mail: Mail) -> None:
    """A client has a second cover since spring; what the first leaves is asked of it."""
    rows = mail.waiting(0)
    if not len(rows):
        return
    row, charges = int(rows[-1]), mail.books.charges
    amount, allowed = int(charges["amount"][row]), int(charges["allowed"][row])
    left = allowed * SECOND_PERCENT // 100
    with mail.people.at(mail.house.today - 1, 10, 5):
        mail.people.run(
            add_policy, "front_desk", client_id=mail.people.ids("clients", [charges["client"][row]])[0],
            payer_id=mail.people.ids("payers", [1])[0], member_number="M55500214", rank=2,
            effective_from=str(as_date(mail.house.today - 200)),
        )  # fmt: skip
    said = [("CO", "45", amount - allowed), ("PR", "2", left)]
    mail.post(0, allowed - left, [mail.about(row, "1", allowed - left, left, said)])
    mail.told.counts.update(
        payments=1, received_minor=allowed - left, allocations=1, collected_minor=allowed - left, transfers=1,
        adjustments=int(amount > allowed), adjusted_contractual_minor=amount - allowed,
    )  # fmt: skip
    mail.told.move(
        mail.house.today, collected=allowed - left, open_payer=-(amount - left), adjusted=amount - allowed,
        expected_contractual=-(amount - allowed),
    )  # fmt: skip
