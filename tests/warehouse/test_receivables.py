"""Law 6: for every day, the buckets are the receivables and the receivables are the ledger."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .till import Till

pytestmark = pytest.mark.warehouse

FIRST, TODAY = date(2026, 1, 5), date(2026, 6, 30)
EDGES = {  # service date → what is open, in minor units: ages 30, 31, 60, 61, 90, 91, 120 and 121 on 30 June
    date(2026, 5, 31): 10_00, date(2026, 5, 30): 20_00, date(2026, 5, 1): 40_00, date(2026, 4, 30): 80_00,
    date(2026, 4, 1): 160_00, date(2026, 3, 31): 320_00, date(2026, 3, 2): 640_00, date(2026, 3, 1): 1280_00,
}  # fmt: skip


def land(landing):
    """The receivable postings of every ledger here, to recompute from."""
    _family(landing)
    return (
        _edges(landing.books("edges"))
        + _practice_books(landing, random.Random(5))
        + _old_books(landing, random.Random(6))
    )


def _family(landing):
    """One family's account: owed 100.00 of February, 80.00 of April, 50.00 of June; 120.00 were paid on the later two."""
    landing.record("clients", {"client_id": "forward", "location_id": "l1"})
    till, on = Till(landing, "forwarded"), date(2026, 6, 22)
    old, later, new = (
        till.charge(amount, day, client_id="forward")
        for amount, day in ((100_00, date(2026, 2, 20)), (80_00, date(2026, 4, 20)), (50_00, date(2026, 6, 20)))
    )
    payment = till.pay(125_00, on, "client:forward")  # five of it wait
    till.apply(payment, later, 70_00, on)
    till.apply(payment, new, 50_00, on)
    till.take_back(till.paid(old, 30_00, on), date(2026, 6, 23))
    till.void(till.charge(40_00, date(2026, 1, 10), client_id="forward"), on)


def _edges(books):
    for number, (day, amount) in enumerate(EDGES.items()):
        owed = books.owe(f"e{number}", "client:c1", amount, service_date=day)
        books.post(day, "charge", owed, {"account": "4000", "amount": -amount})
    credit = books.owe("e-credit", "client:c1", -25_00, service_date=date(2026, 6, 15))
    books.post(date(2026, 6, 15), "charge", credit, {"account": "4000", "amount": 25_00})
    books.post(
        date(2026, 6, 20), "payment", {"account": "1010", "amount": 75_00}, {"account": "2100", "amount": -75_00}
    )
    return books.lines


def _practice_books(landing, dice):
    """The record's ledger: charged, part-paid, adjusted, moved to the client, some voided; nothing falls below zero."""
    books = landing.books("record")
    for number in range(90):
        client, day = f"c{dice.randrange(12)}", FIRST + timedelta(days=dice.randrange(170))
        payer, amount = dice.choice([None, "y1", "y2"]), dice.randrange(20_00, 200_00)
        charge, party = f"h{number}", f"payer:{payer}" if payer else f"client:{client}"
        place = {
            "location_id": dice.choice(["l1", "l2"]),
            "provider_id": dice.choice(["p1", "p2", "p3"]),
            "service_date": day,
        }
        posted, about = day + timedelta(days=dice.randrange(4)), place | {"client_id": client}
        of_charge = about | {"charge_id": charge, "payer_id": payer}
        charged = (books.owe(charge, party, amount, **about), {"account": "4000", "amount": -amount} | of_charge)
        entry = books.post(posted, "charge", *charged, known=posted + timedelta(days=dice.randrange(9)))
        row = of_charge | {
            "guarantor_client_id": client, "service_id": dice.choice(["s1", "s2"]), "kind": "service", "units": 1,
            "amount_minor": amount, "post_date": posted, "transaction_id": entry, "status": "posted",
        }  # fmt: skip
        later = posted + timedelta(days=dice.randrange(1, 60))
        if number % 9 == 0:
            mirror = [leg | {"amount": -leg["amount"]} for leg in charged]
            row |= {"status": "void", "void_transaction_id": books.post(later, "void_charge", *mirror)}
        else:
            paid = dice.randrange(1, amount)
            _pay(landing, books, charge, party, paid, later, of_charge)
            if payer and dice.random() < 0.7:
                _move(
                    books, charge, party, f"client:{client}", (amount - paid) // 2, later + timedelta(days=3), of_charge
                )
        landing.record("charges", row)
    return books.lines


def _pay(landing, books, charge, party, paid, day, of_charge):
    """Received a little above what is applied: the rest waits."""
    payment, payer = f"m-{charge}", of_charge["payer_id"]
    about = {"payment_id": payment, "payer_id": payer, "location_id": of_charge["location_id"]}
    pot, cash = ("1040", "1000") if payer else ("2100", "1020")
    received = paid + 5_00
    entry = books.post(
        day, "payment", {"account": cash, "amount": received} | about, {"account": pot, "amount": -received} | about
    )
    item = books.owe(
        charge,
        party,
        -paid,
        payment_id=payment,
        **{key: of_charge[key] for key in ("location_id", "provider_id", "service_date")},
    )
    applied = books.post(day, "allocation", {"account": pot, "amount": paid} | about | {"charge_id": charge}, item)
    money = {"payment_id": payment, "party": party, "payer_id": payer, "location_id": of_charge["location_id"]}
    landing.record("payments", money | {
        "method": "check", "amount_minor": received, "received_date": day, "transaction_id": entry, "status": "posted",
    })  # fmt: skip
    landing.record("allocations", {
        "allocation_id": f"al-{charge}", "payment_id": payment, "charge_id": charge, "party": party, "amount_minor": paid,
        "post_date": day, "transaction_id": applied,
    })  # fmt: skip


def _move(books, charge, payer_party, client_party, amount, day, of_charge):
    about = {key: of_charge[key] for key in ("location_id", "provider_id", "service_date", "client_id")}
    if amount:
        books.post(
            day,
            "transfer",
            books.owe(charge, client_party, amount, **about),
            books.owe(charge, payer_party, -amount, **about),
        )
        adjusted = books.owe(charge, payer_party, -amount // 3, **about)
        books.post(day, "adjustment", {"account": "4100", "amount": -adjusted["amount"]} | of_charge, adjusted)


def _old_books(landing, dice):
    """An imported ledger whose items swing into credit and back."""
    books = landing.books("migrated")
    for number in range(60):
        day, party = FIRST + timedelta(days=dice.randrange(150)), dice.choice(["client:c1", "client:c2", "payer:y1"])
        for _ in range(dice.randrange(1, 6)):
            amount = dice.randrange(-150_00, 200_00)
            item = books.owe(f"o{number}", party, amount, service_date=day, provider_id=f"p{1 + number % 3}")
            books.post(day + timedelta(days=dice.randrange(60)), "charge", item, {"account": "4000", "amount": -amount})
    return books.lines


def balances(lines, day, known=datetime(9999, 1, 1)):
    """(source, charge, party) → its postings up to the day, and what they come to. By hand, line by line."""
    items = {}
    for line in lines:
        if line["post_date"] <= day and line["known_at"] <= known:
            items.setdefault((line["source"], line["charge_id"], line["party"]), []).append(line)
    return {key: (found, sum(line["amount"] for line in found)) for key, found in items.items()}


def bucket_of(age):
    return next(
        (name for last, name in ((30, "0-30"), (60, "31-60"), (90, "61-90"), (120, "91-120")) if age <= last), "120+"
    )


def test_the_edges_of_the_buckets_fall_as_printed(warehouse):
    rows = warehouse(
        """select bucket, sum(open_minor)::bigint, sum(credit_minor)::bigint from marts.ar_daily
        where source = 'edges' and as_of_date = ? and aging_clock = 'service_date' group by 1 order by 1""",
        TODAY,
    )
    assert rows == [
        ("0-30", 10_00, 25_00), ("120+", 1280_00, 0), ("31-60", 60_00, 0), ("61-90", 240_00, 0), ("91-120", 960_00, 0),
    ]  # fmt: skip
    amounts = dict(warehouse(
        "select metric, sum(numerator)::bigint from marts.metric_daily where source = 'edges' and metric_date = ? group by 1", TODAY
    ))  # fmt: skip
    assert (amounts["ar_open"], amounts["ar_credit"], amounts["unapplied_credit"]) == (2550_00, 25_00, 75_00)
    ledger = "select sum(debit_minor - credit_minor)::bigint from marts.fct_ledger_entries where source = 'edges' and account = '1110'"
    assert warehouse(ledger) == [(2525_00,)]


def test_balance_forward_pays_the_oldest_first_whatever_the_money_was_meant_for(warehouse):
    """Of 230.00 owed 120.00 are paid: February's 100.00 and 20.00 of April's. By open item February is unpaid."""
    sql = "select bucket, sum(open_minor)::bigint from marts.{}(?) where party = 'client:forward' group by 1 order by 1"
    assert warehouse(sql.format("balance_forward_as_of"), TODAY) == [("0-30", 50_00), ("61-90", 60_00)]
    assert warehouse(sql.format("ar_as_of"), TODAY) == [("120+", 100_00), ("61-90", 10_00)]
    assert warehouse(sql.format("balance_forward_as_of"), date(2026, 6, 21)) == [
        ("0-30", 50_00), ("120+", 140_00), ("61-90", 80_00),
    ]  # fmt: skip


def test_on_any_day_balance_forward_adds_up_to_what_each_party_owes(warehouse):
    for day in (date(2026, 3, 31), date(2026, 5, 31), TODAY):
        total = "select source, party, sum(open_minor - credit_minor)::bigint as owed from marts.{}(?) group by 1, 2 having owed <> 0"
        forward, items = ({(source, party): owed for source, party, owed in warehouse(total.format(name), day)}
                          for name in ("balance_forward_as_of", "ar_as_of"))  # fmt: skip
        assert forward == items


@given(day=st.dates(FIRST - timedelta(days=2), TODAY), clock=st.sampled_from(["service_date", "responsibility_date"]))
def test_on_any_day_each_bucket_holds_its_items(warehouse, told, day, clock):
    expected = Counter()
    for (source, _charge, _party), (found, balance) in balances(told, day).items():
        first = found[0]
        since = first["service_date"] if clock == "service_date" else min(line["post_date"] for line in found)
        place = (
            source,
            first["location_id"],
            first.get("provider_id"),
            first["payer_id"],
            bucket_of((day - since).days),
        )
        expected[(*place, "open")] += max(balance, 0)
        expected[(*place, "credit")] += max(-balance, 0)
    found = Counter()
    for *place, opened, credit in warehouse(
        """select source, location_id, provider_id, payer_id, bucket, open_minor, credit_minor from marts.ar_daily
        where as_of_date = ? and aging_clock = ? and source in ('edges', 'record', 'migrated') and location_id in ('l1', 'l2')""",
        day, clock,
    ):  # fmt: skip
        found[(*place, "open")], found[(*place, "credit")] = opened, credit
    assert +found == +expected


@given(day=st.dates(FIRST - timedelta(days=2), TODAY), knowledge=st.dates(FIRST, TODAY))
def test_as_of_any_day_with_the_knowledge_of_another_each_item_has_its_balance(warehouse, told, day, knowledge):
    until = datetime.combine(knowledge, time.max)
    expected = {key: balance for key, (_, balance) in balances(told, day, until).items() if balance}
    rows = warehouse(
        """select source, charge_id, party, balance_minor, open_minor - credit_minor
        from marts.ar_as_of(?, known_until := ?) where source in ('edges', 'record', 'migrated') and location_id in ('l1', 'l2')""",
        day, until,
    )  # fmt: skip
    assert {(source, charge, party): balance for source, charge, party, balance, _ in rows} == expected
    assert all(balance == parts for *_, balance, parts in rows)


def test_receivables_end_today_and_hold_nothing_that_is_zero(warehouse):
    assert warehouse("select max(as_of_date), min(greatest(open_minor, credit_minor)) > 0 from marts.ar_daily") == [
        (TODAY, True)
    ]


def test_what_payments_leave_unapplied_is_what_the_ledger_holds(warehouse):
    held = warehouse(
        "select sum(numerator)::bigint from marts.metric_daily where metric = 'unapplied_credit' and source = 'record' and metric_date = ?",
        TODAY,
    )
    posted = warehouse("select sum(unapplied_minor)::bigint from marts.fct_payments where post_date <= ?", TODAY)
    assert held == posted
    assert held[0][0] > 0


def test_what_is_91_days_old_is_over_90_and_what_is_90_is_not(warehouse):
    found = warehouse(
        """select sum(numerator)::bigint, sum(denominator)::bigint from marts.metric_daily
        where source = 'edges' and metric = 'ar_over_90_rate' and metric_date = ?""",
        TODAY,
    )
    assert found == [((320 + 640 + 1280) * 100, 2550_00)]
