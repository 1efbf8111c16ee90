"""The demo practice: made, written into an empty record through its commands, and its truth put aside."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np

from ingestion.demo.books import keep_books
from ingestion.demo.checking import check_tables
from ingestion.demo.claim_facts import fact_tables
from ingestion.demo.claim_rows import claim_out_tables, coded_tables
from ingestion.demo.claims import claim_tables
from ingestion.demo.coming import look_ahead
from ingestion.demo.dealings import deal, remind
from ingestion.demo.house import build_house, give_ids
from ingestion.demo.house_rows import house_tables
from ingestion.demo.invoice_rows import invoice_tables
from ingestion.demo.load import load, load_parts, refuse_unless_empty
from ingestion.demo.money_rows import money_tables
from ingestion.demo.noting import note_tables, signers
from ingestion.demo.payers_mail import bring_mail
from ingestion.demo.people_rows import client_tables
from ingestion.demo.reaching import reach_clients
from ingestion.demo.record_of import tell
from ingestion.demo.remittance_rows import remittance_tables
from ingestion.demo.schedule_rows import schedule_tables
from ingestion.demo.sizes import DEMO_SEED, DEMO_TODAY, size_of
from ingestion.demo.told import People, Told
from ingestion.demo.truth import write_truth
from ingestion.frugal import frugal
from practice.clock import fixed_clock
from practice.home import Home
from practice.ids import seeded_ids
from practice.insurance.claim_checks import check_claims
from practice.store.record import Record

__all__ = ["DEMO_TODAY", "make_demo"]

MEMORY_LIMIT = "2500MB"
"""What the record's DuckDB may use meanwhile; the generator's own arrays come on top."""


def make_demo(
    record: Record,
    home: Home,
    size: str,
    today: date,
    seed: int = DEMO_SEED,
    progress: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """Fill an empty record with a practice whose history ends on `today` at 9:30. Answers the rows of each table.

    `size` is a name of SIZES. The same size, day and seed give the same tables. Commands are stamped with the demo's
    present; each row carries the instant at which the practice knew it. What was planted goes to `home.truth`. Refuses
    a record that is not empty.
    """
    chosen = size_of(size)
    refuse_unless_empty(record)
    say = progress or (lambda _: None)
    clock, ids = record.clock, record.ids
    house = build_house(chosen, today, np.random.default_rng([seed, 90]))
    record.clock = fixed_clock(datetime.fromtimestamp(house.now, UTC))
    record.ids = seeded_ids(seed)
    about = {"size": size, "today": str(today), "seed": seed}
    counts: dict[str, int] = {}
    try:
        # One thread fills row groups to the brim, so that they are compressed and written as they come.
        with frugal(record, memory_limit=MEMORY_LIMIT, threads=1):
            dice = np.random.default_rng([seed, 91])
            give_ids(house, dice)
            say("Setting up the practice")
            furniture = house_tables(house, dice)
            letterheads = furniture["locations"].select(["name", "address", "phone"]).to_pylist()
            counts |= load(record, "set-up", furniture, **about)
            say("Telling the story of its clients and visits")
            story = tell(house, seed)
            people = client_tables(house, story, dice)
            counts |= load(record, "clients", people, **about)
            say(f"Writing {len(story.attendees['client']):,} visits")
            counts |= load_parts(record, "visits", schedule_tables(house, story, dice), say, **about)
            counts |= load_parts(record, "claims", claim_tables(house, story, dice), say, **about)
            gc.collect()
            books = keep_books(house, story, seed)
            say(f"Writing {len(books.transactions['row']):,} ledger entries")
            counts |= load_parts(record, "money", money_tables(house, books, dice), say, **about)
            say(f"Writing {len(books.invoices['known']):,} invoices")
            counts |= load_parts(record, "invoices", invoice_tables(house, books, letterheads, dice), say, **about)
            say(f"Writing {len(books.insurance.claims['charge']):,} claims to payers and what came back")
            dealt = np.random.default_rng([seed, 94])
            facts = fact_tables(house, story, books, dealt)
            counts |= load(record, "claim facts", facts, **about)
            counts["users"] += load(record, "colleagues", signers(house, furniture["users"]), **about)["users"]
            counts |= load_parts(record, "notes", note_tables(house, story, books.notes), say, **about)
            known = furniture | people | facts
            counts |= load_parts(record, "charges coded", coded_tables(house, books), say, **about)
            counts |= load_parts(record, "claims sent", claim_out_tables(house, books, known, dealt), say, **about)
            counts |= load_parts(record, "remittances", remittance_tables(house, books, dealt), say, **about)
            checks = check_tables(house, books, np.random.default_rng([seed, 95]))
            counts |= load_parts(record, "claims looked through", checks, say, **about)
            say("Today: held money, promises, the drawer, the bank, what payers sent")
            record.ids = seeded_ids(seed + 3)
            staff, told = People(record, house), Told()
            counts |= deal(staff, house, story, books, told)
            bring_mail(staff, house, books, told)
            counts["claim_checks"] += staff.run(check_claims, "biller", reason=None)["entered"]
            # Before messages are on: nobody is told today of what was agreed long ago.
            say("Looking ahead: series and the waitlist")
            record.ids = seeded_ids(seed + 2)
            ahead, in_series = look_ahead(record, house, story, np.random.default_rng([seed, 93]))
            say("Agreeing with clients on messages")
            record.ids = seeded_ids(seed + 1)  # its ids are the same however many slices came before
            counts |= reach_clients(record, house, np.random.default_rng([seed, 92]), **about)
            record.ids = seeded_ids(seed + 4)
            remind(staff, house)
            write_truth(home.truth, house, story, books, told, in_series)
            counts |= ahead
    finally:
        record.clock, record.ids = clock, ids
    return counts
