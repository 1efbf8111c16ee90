"""What is under way in the practice on the demo's day, written by its own commands: held money, promises, the drawer,
the bank, what waits for a second person."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ingestion.demo.banking import reconcile
from ingestion.demo.books import Books
from ingestion.demo.charging import TO_PAYER
from ingestion.demo.columns import NEVER, Array, as_date
from ingestion.demo.house import INDIVIDUAL, INTAKE, House
from ingestion.demo.record_of import Story
from ingestion.demo.told import People, Told
from practice.access.permissions import SYSTEM
from practice.billing.accounts import client_party
from practice.billing.adjustments import adjust_charge
from practice.billing.deposits import set_deposit_rule, take_deposit
from practice.billing.drawer import add_change, close_drawer
from practice.billing.dunning import record_dispute, record_promise, set_dunning_step
from practice.billing.limits import BACK_DATE, REFUND, WRITE_OFF, set_limit
from practice.billing.packages import redeem_session, sell_package, set_package_offer
from practice.billing.plans import agree_plan, in_instalments
from practice.billing.queries.drawer import expected
from practice.billing.queries.dunning import standings

FLOAT, DEPOSIT, SESSIONS, PACKAGE = 200_00, 50_00, 6, 900_00
WRITE_OFF_ALONE = 75_00
LIMITS = ((WRITE_OFF, "biller", WRITE_OFF_ALONE), (REFUND, "front_desk", 50_00), (BACK_DATE, "biller", 3))
DRAWER_DAYS = 6
"""So many days before yesterday the drawer was closed in the evening."""
STEPS = ((1, 10, 30_00), (2, 24, 30_00), (3, 45, 50_00))
"""Reminders: number, days after the invoice was due, least amount."""


def deal(people: People, house: House, story: Story, books: Books, told: Told) -> dict[str, int]:
    """Write all of it; answers the rows of each table. What it does to the money is told beforehand."""
    sold = _package(people, house, story, books, told)
    held = _deposits(people, house, story, told)
    open_minor = still_open(books)
    agreed = _plan(people, house, books, open_minor)
    _limits(people)
    asked = _ask_second_person(people, books, open_minor)
    closed = _drawer(people, house)
    lines = reconcile(people, house, books)
    return {
        "packages": sold, "deposits": held, "payment_plans": agreed, "approvals": asked, "drawer_counts": closed,
        "bank_lines": lines,
    }  # fmt: skip


def still_open(books: Books) -> Array:
    """What clients owe of each charge that stands, in minor units, by the generator's own papers."""
    charges, count = books.charges, len(books.charges["known"])

    def total(paper: dict[str, Array], chosen: Array) -> Array:
        return np.bincount(paper["charge"][chosen], paper["amount"][chosen], count).astype(np.int64)

    put, given = books.allocations, books.adjustments
    by_client = ~books.payments["by_payer"][put["payment"]]
    own = np.where(charges["payer"] < 0, charges["amount"], 0)
    moved = total(books.transfers, np.ones(len(books.transfers["known"]), dtype=bool))
    left = own + moved - total(put, by_client) - total(given, given["party"] != TO_PAYER)
    return np.where(charges["voided"] < NEVER, 0, left)


def _package(people: People, house: House, story: Story, books: Books, told: Told) -> int:
    """Six sessions for the price of a little more than five; some are used."""
    seats = books.prepaid
    if not len(seats):
        return 0
    service = people.ids("services", [INDIVIDUAL])[0]
    visits = story.appointments
    days = visits["day"][story.attendees["appointment"][seats]]
    client = int(story.attendees["client"][seats[0]])
    with people.at(house.first_day, 9):
        offer = people.run(
            set_package_offer, "owner", name="Six individual sessions", service_id=service, sessions=SESSIONS,
            price_minor=PACKAGE, valid_days=365,
        )  # fmt: skip
    location = int(visits["location"][story.attendees["appointment"][seats[0]]])
    with people.at(int(days[0]) - 1, 16, 10):
        sale = people.run(
            sell_package, "front_desk", client_id=people.ids("clients", [client])[0],
            package_offer_id=offer["package_offer_id"], location_id=people.ids("locations", [location])[0],
            method="card",
        )  # fmt: skip
    told.counts.update(payments=1, received_minor=PACKAGE)
    for seat, day in zip(seats.tolist(), days.tolist(), strict=True):
        with people.at(day, 19, 30):
            people.run(
                redeem_session, "biller", reason=None, package_id=sale["package_id"],
                attendee_id=people.ids("attendees", [seat])[0],
            )  # fmt: skip
        value = PACKAGE // SESSIONS
        told.counts.update(charges_posted=1, charged_minor=value, allocations=1, collected_minor=value)
        told.move(day, charged=value, collected=value)
    return 1


def _deposits(people: People, house: House, story: Story, told: Told) -> int:
    """New clients leave fifty dollars for their first visit."""
    with people.at(house.first_day, 9, 5):
        people.run(
            set_deposit_rule, "owner", service_id=people.ids("services", [INTAKE])[0], is_for_first_visit=True,
            kind="amount", amount_minor=DEPOSIT,
        )  # fmt: skip
    seats, visits = story.attendees, story.appointments
    where = seats["appointment"]
    coming = (seats["status"] == 0) & (visits["service"][where] == INTAKE) & (visits["day"][where] > house.today)
    coming &= visits["location"][where] == 0
    chosen = np.flatnonzero(coming)[:3]
    for place, seat in enumerate(chosen.tolist()):
        with people.at(house.today, 9, 2 + place):
            people.run(take_deposit, "front_desk", attendee_id=people.ids("attendees", [seat])[0], method="card")
        told.counts.update(payments=1, received_minor=DEPOSIT)
    return len(chosen)


def _plan(people: People, house: House, books: Books, open_minor: Array) -> int:
    """Somebody who owes for several visits pays in four parts, and has missed the first."""
    charges = books.charges
    begun = house.today - 40
    moved = np.zeros(len(open_minor), dtype=np.int64)
    for paper in (books.transfers, books.allocations, books.adjustments):
        np.maximum.at(moved, paper["charge"], paper["post_day"])
    fits = (open_minor > 0) & (np.maximum(charges["post_day"], moved) < begun) & (charges["location"] == 0)
    rows = np.flatnonzero(fits)
    if not len(rows):
        return 0
    owed = np.bincount(charges["guarantor"][rows], open_minor[rows])
    debtor = int(owed.argmax())
    mine = rows[charges["guarantor"][rows] == debtor]
    with people.at(begun, 11):
        people.run(
            agree_plan, "biller", party=client_party(people.ids("clients", [debtor])[0]),
            charge_ids=people.ids("charges", mine),
            instalments=in_instalments(int(owed[debtor]), 4, as_date(begun) + timedelta(days=14), "month"),
        )  # fmt: skip
    return 1


def _limits(people: People) -> None:
    """What who may do alone."""
    for kind, role, most in LIMITS:
        people.run(set_limit, "owner", kind=kind, role=role, most=most)


def _ask_second_person(people: People, books: Books, open_minor: Array) -> int:
    """Two write-offs above what the biller may do alone wait for somebody else."""
    charges = books.charges
    rows = np.flatnonzero((open_minor > WRITE_OFF_ALONE) & (charges["payer"] < 0) & (charges["location"] == 0))
    reasons = (("bad_debt", "Moved away; three letters came back"), ("charity", "Lost the job; asked for relief"))
    chosen = rows[:: max(len(rows) // 2, 1)][: len(reasons)]
    for row, (klass, why) in zip(chosen.tolist(), reasons, strict=False):
        guarantor = people.ids("clients", [charges["guarantor"][row]])[0]
        people.run(
            adjust_charge, "biller", reason=why, charge_id=people.ids("charges", [row])[0],
            party=client_party(guarantor), adjustment_class=klass, amount_minor=int(open_minor[row]),
        )  # fmt: skip
    return len(chosen)


def _drawer(people: People, house: House) -> int:
    """Change was put in, and the drawer was closed in the evenings until the day before yesterday."""
    days = [day for day in range(house.today - 2 - DRAWER_DAYS, house.today - 1) if (day + 3) % 7 < 5]
    days = [day for day in days if day not in house.holidays]
    key = people.ids("locations", [0])[0]
    with people.at(days[0], 8, 20):
        people.run(add_change, "front_desk", location_id=key, amount_minor=FLOAT)
    for place, day in enumerate(days):
        with people.record.read() as reader:
            there = expected(reader, key, as_date(day))
        short, why = (2_00, "Two dollars short; counted twice") if place == 1 else (0, None)
        with people.at(day, 18, 40):
            people.run(
                close_drawer, "front_desk", location_id=key, counted_date=str(as_date(day)),
                counted_minor=there - short, banked_minor=max(there - short - FLOAT, 0), reason=why,
            )  # fmt: skip
    return len(days)


def remind(people: People, house: House) -> None:
    """Reminders of unpaid invoices are set up; one client promised, one disputes."""
    with people.at(house.first_day, 9, 10):
        for number, days, least in STEPS:
            people.run(set_dunning_step, "owner", number=number, days=days, least_minor=least)
    with people.record.read() as reader:
        overdue = standings(reader, SYSTEM)
    for row, (command, about) in zip(
        overdue[:8:4],
        ((record_promise, {"until": str(as_date(house.today + 10))}), (record_dispute, {})),
        strict=False,
    ):
        people.run(command, "biller", reason="On the phone", party=row["party"], **about)
