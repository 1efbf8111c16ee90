"""Law 6: Σ buckets = AR = ledger. The edges of the buckets, computed by hand, from postings and from the record."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from practice.access.permissions import SYSTEM
from practice.billing import aging, commands, ledger, queries
from tests.conftest import INSERT

AS_OF = date(2026, 6, 30)
# (service date, age, amount): ages 30, 31, 60, 61, 90, 91, 120, 121.
EDGES = [
    (date(2026, 5, 31), 30, 10), (date(2026, 5, 30), 31, 20), (date(2026, 5, 1), 60, 40), (date(2026, 4, 30), 61, 80),
    (date(2026, 4, 1), 90, 160), (date(2026, 3, 31), 91, 320), (date(2026, 3, 2), 120, 640),
    (date(2026, 3, 1), 121, 1280),
]  # fmt: skip
BY_HAND = {"0-30": 10, "31-60": 60, "61-90": 240, "91-120": 960, "120+": 1280}


def posted(number, account, debit, credit, *, charge=None, day=None, post=AS_OF, party="client:client-ada"):
    return {
        "posting_id": f"p{number}:{account}", "transaction_id": f"t{number}", "account": account, "party": party,
        "client_id": "client-ada", "payer_id": None, "charge_id": charge, "payment_id": None, "provider_id": "prov-moss",
        "location_id": "loc-elm", "service_date": day, "post_date": post, "known_at": datetime(2026, 6, 30, 12),
        "debit_minor": debit, "credit_minor": credit,
    }  # fmt: skip


@pytest.fixture
def golden():
    """The eight edges, an imported item in credit by 25, and 75 unapplied."""
    entries = [
        [posted(n, "1110", amount, 0, charge=f"c{n}", day=day), posted(n, "4000", 0, amount, charge=f"c{n}", day=day)]
        for n, (day, _, amount) in enumerate(EDGES)
    ]
    imported = {"charge": "c-imported", "day": date(2026, 5, 1)}
    entries.append([posted(90, "1110", 0, 25, **imported), posted(90, "4110", 25, 0, **imported)])
    entries.append([posted(91, "1010", 75, 0), posted(91, "2100", 0, 75)])
    return entries


@pytest.mark.parametrize(("age", "label"), [(-3, "0-30"), (0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"),
    (61, "61-90"), (90, "61-90"), (91, "91-120"), (120, "91-120"), (121, "120+"), (9999, "120+")])  # fmt: skip
def test_the_edges_of_the_buckets(age, label):
    assert aging.bucket_of(age) == label


def test_golden_case_6_from_postings(golden):
    items = aging.open_items([row for rows in golden for row in rows], AS_OF)
    assert [(AS_OF - day).days for day, _, _ in EDGES] == [age for _, age, _ in EDGES]
    assert aging.aging(items, AS_OF) == BY_HAND
    assert sum(item.open_minor for item in items) == 2550
    assert sum(item.credit_minor for item in items) == 25
    assert sum(item.balance_minor for item in items) == 2525


def test_golden_case_6_from_the_record(record, house, owner, golden):
    for rows in golden:
        record.run(INSERT_MANY, SYSTEM, rows=rows)
    with record.read() as reader:
        answer = queries.receivables(reader, owner, AS_OF)
        by_client = queries.receivables(reader, owner, str(AS_OF), by="client")
        balances = {row["account"]: row["balance_minor"] for row in queries.trial_balance(reader, owner, AS_OF)}
    assert answer["buckets"] == BY_HAND == by_client["buckets"]
    assert (answer["open_minor"], answer["credit_minor"], answer["ledger_minor"]) == (2550, 25, 2525)
    assert answer["unapplied_minor"] == 75
    assert balances == {"1010": 75, "1110": 2525, "2100": -75, "4000": -2550, "4110": 25}
    assert [(row["key"], row["name"], row["open_minor"]) for row in answer["rows"]] == [
        ("client:client-ada", "Ada Birch", 2550)
    ]
    assert by_client["rows"][0]["key"] == "client-ada"


def _insert_together(work, *, rows):
    work.insert("postings", *rows)


INSERT_MANY = type(INSERT)("test_insert_together", INSERT.needs, _insert_together)
"""All postings of a transaction in one statement, which the store insists on."""


def test_two_times_on_every_fact(desk, clock, ada, owner):
    """March as we saw it then, and March as we know it now."""
    charge = desk.charged("client-ada", 80_00)
    clock.to("2026-04-05T15:00")
    seen_in_april = clock.instant
    clock.to("2026-04-06T15:00")
    desk.receives(ada, 80_00, on=[(charge, 80_00)])
    with desk.record.read() as reader:
        march = queries.receivables(reader, owner, "2026-03-31")
        today = queries.receivables(reader, owner, "2026-04-06")
        as_known = queries.receivables(reader, owner, "2026-04-06", known_at=seen_in_april.replace(tzinfo=None))
        before = queries.receivables(reader, owner, "2026-03-01")
    assert [answer["open_minor"] for answer in (march, today, as_known, before)] == [80_00, 0, 80_00, 0]


def test_the_pure_and_the_stored_answer_agree_for_every_party(desk, clock, ada, harbor, owner):
    first = desk.charged("client-ada", day=date(2025, 12, 1))
    second = desk.charged("client-ben", day=date(2026, 1, 31))
    clock.forward(days=40)
    desk.transfers(second, harbor, "client:client-ben", 20_00)
    desk.receives(ada, 100_00, on=[(first, 90_00)])
    clock.forward(days=40)
    desk.run(commands.void_charge, charge_id=second)
    for as_of in (date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 11), date(2026, 5, 21)):
        items = aging.open_items(desk.rows("select * from postings"), as_of)
        with desk.record.read() as reader:
            answer = queries.receivables(reader, owner, as_of)
        assert answer["buckets"] == aging.aging(items, as_of)
        assert answer["ledger_minor"] == sum(item.balance_minor for item in items) == sum(answer["buckets"].values())
        for row in answer["rows"]:
            theirs = [item for item in items if item.party == row["key"]]
            assert {label: row[label] for label in aging.LABELS} == aging.aging(theirs, as_of)


def test_postings_of_a_bulk_writer_are_those_of_the_commands(desk, ada):
    """The demo writes years of entries with the same builders."""
    charge = desk.charged("client-ada", 80_00)
    [row] = desk.rows("select * from charges where charge_id = ?", charge)
    stored = desk.rows("select * from postings where transaction_id = ? order by posting_id", row["transaction_id"])
    [transaction] = desk.rows("select * from ledger_transactions")
    entry = ledger.charge_entry(ledger.Heading(**transaction), row)
    assert list(entry.postings) == stored
    assert entry.transaction() == transaction
