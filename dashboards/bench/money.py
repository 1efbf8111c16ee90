"""Money: charge, payment and allocation by the rules and by raw inserts; and what the biller's lists cost to read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from dashboards.bench.measure import Laps, Measure, Say, alone, compare, seconds_of
from dashboards.bench.papers import measure_papers
from dashboards.bench.raw import Duel, pass_over
from dashboards.bench.remittance import measure_remittance
from dashboards.bench.scheduling import RAW, writes
from dashboards.bench.visits import wishes
from practice.access.permissions import SYSTEM
from practice.billing.commands import allocate_payment, charge_visit, take_payment
from practice.billing.queries import invoices, open_items, receivables, to_charge, to_invoice
from practice.clock import fixed_clock, local_date
from practice.errors import Refusal
from practice.home import Home
from practice.scheduling.attendance import complete_visit
from practice.scheduling.commands import book_appointment
from practice.scheduling.slots import MOST_DAYS
from practice.store.work import Row

AREA = "money"
ROUNDS = 5
VISITS = 15
"""Visits in a round: each is charged, paid and allocated."""
CLAIMS = 10_000
"""Claims of the one remittance that is posted."""
PAPERS = 1_000
"""Invoices that are issued and printed."""
ASKED = 7
"""How often each list is asked for."""


def measure(home: Home, say: Say) -> list[Measure]:
    """Commands per second against raw inserts; lists against one pass over the postings."""
    with tempfile.TemporaryDirectory() as folder:
        duel = Duel(home, Path(folder))
        try:
            said = _reads(duel, say)
            say("seeing clients, so that there is something to charge")
            duel.follow(lambda: _see_clients(duel, (ROUNDS + 1) * VISITS))
            with duel.record.read() as reader:
                seen = to_charge(reader, SYSTEM)[-(ROUNDS + 1) * VISITS :]
            rounds: dict[str, list[tuple[Laps, Laps]]] = {"charges": [], "payments": [], "allocations": []}
            for number in range(ROUNDS + 1):
                say(f"charging and being paid, round {number + 1} of {ROUNDS + 1}")
                some = _round(duel, seen[number * VISITS : (number + 1) * VISITS])
                for name, laps in some.items() if number else ():  # the first round is for warming up
                    rounds[name].append(laps)
            together = ([sum(len(rounds[name][n][side].each) for name in rounds)
                         / sum(rounds[name][n][side].seconds for name in rounds) for n in range(ROUNDS)]
                        for side in (0, 1))  # fmt: skip
            ours, theirs = together
            whole = compare(AREA, "charge, payment, allocation", "per second", ours, RAW, theirs, is_rate=True)
            bulk = measure_remittance(AREA, home, say, CLAIMS)
            paper = measure_papers(AREA, home, say, PAPERS)
            return [
                whole,
                bulk,
                *paper,
                *(line for name, laps in rounds.items() for line in writes(AREA, name, laps)),
                *said,
            ]
        finally:
            duel.close()


def _see_clients(duel: Duel, count: int) -> None:
    """Book so many visits, let three months pass, and state that they took place."""
    with duel.record.read() as reader:
        wanted = wishes(reader, count + count // 4)
    booked: list[str] = []
    for wish in wanted:
        try:
            booked.append(duel.record.run(book_appointment, SYSTEM, **wish)["attendee_id"])
        except Refusal:
            continue  # a room or a client was taken
        if len(booked) == count:
            break
    duel.record.clock = fixed_clock(duel.record.clock() + timedelta(days=MOST_DAYS + 1))
    for attendee_id in booked:
        duel.record.run(complete_visit, SYSTEM, attendee_id=attendee_id)


def _round(duel: Duel, visits: list[Row]) -> dict[str, tuple[Laps, Laps]]:
    """Charge each visit, take the whole fee from who owes it, and allocate it: three commands, as a biller does it."""
    run = duel.record.run
    charged: list[Row] = []
    paid: list[Row] = []

    def charge(visit: Row) -> None:
        answer = run(charge_visit, SYSTEM, attendee_id=visit["attendee_id"])
        charged.append(visit | answer)

    def pay(one: Row) -> None:
        method = "remittance" if one["party"].startswith("payer:") else "card"
        answer = run(
            take_payment,
            SYSTEM,
            party=one["party"],
            amount_minor=one["fee_minor"],
            method=method,
            location_id=one["location_id"],
        )
        paid.append(one | answer)

    def put(one: Row) -> None:
        run(
            allocate_payment,
            SYSTEM,
            payment_id=one["payment_id"],
            charge_id=one["charge_id"],
            amount_minor=one["fee_minor"],
        )

    def each(do: Callable[[Row], None], rows: list[Row]) -> tuple[Laps, Laps]:
        return duel.round([partial(do, row) for row in rows])

    return {"charges": each(charge, visits), "payments": each(pay, charged), "allocations": each(put, paid)}


def _reads(duel: Duel, say: Say) -> list[Measure]:
    """The lists of the Billing page and the aging, each against one pass over the postings."""
    say("reading the biller's lists")
    with duel.record.read() as reader:
        today = local_date(reader.now, reader.setting("zone", "UTC"))
        questions: dict[str, Callable[[], Any]] = {
            "open items": lambda: open_items(reader, SYSTEM),
            "aging (receivables as of today)": lambda: receivables(reader, SYSTEM, today),
            "to charge": lambda: to_charge(reader, SYSTEM),
            "to invoice": lambda: to_invoice(reader, SYSTEM),
            "invoices": lambda: invoices(reader, SYSTEM),
        }
        said = []
        for name, ask in questions.items():
            ask()
            pairs = [(seconds_of(ask), seconds_of(partial(pass_over, reader, "postings"))) for _ in range(ASKED)]
            ours, passes = ([pair[side] * 1000 for pair in pairs] for side in (0, 1))
            said.append(compare(AREA, name, "ms", ours, "one pass over the postings", passes))
        said.append(alone(AREA, "open items, rows", "", [len(open_items(reader, SYSTEM))]))
    return said
