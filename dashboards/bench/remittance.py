"""A remittance of many claims: an 835 over charges that exist, posted, against raw inserts of the rows it wrote."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from dashboards.bench.measure import Measure, Say, against, seconds_of
from practice.access.permissions import SYSTEM, Permission
from practice.billing import ledger
from practice.clock import local_date, stored
from practice.home import Home, open_record
from practice.insurance.remits import post_remittance
from practice.money import Currency
from practice.store.record import Command, Record
from practice.store.work import Row, Work

CLAIMS = 10_000
WRITTEN = (
    "payments", "ledger_transactions", "postings", "allocations", "adjustments", "transfers", "remittances",
    "remittance_claims", "remittance_lines", "remittance_adjustments", "remittance_entries", "changes", "audit_entries",
)  # fmt: skip
"""The tables that a remittance adds rows to, and changes none of."""


def write_835(payer_name: str, trace_number: str, charges: Sequence[Row], paid_on: date, currency: Currency) -> str:
    """A whole file with a claim for each charge (charge_id, code, service_date, amount_minor), balanced.

    Most are paid at 70 % with a contractual part and a copay; every 10th is denied, every 7th leaves a deductible.
    """
    bodies, paid_minor = [], 0
    for number, charge in enumerate(charges, start=1):
        paid, segments = _claim(number, charge, currency)
        paid_minor += paid
        bodies += segments
    made = f"{paid_on:%Y%m%d}"
    deposit = currency.plain(paid_minor)
    body = [
        "ST*835*0001",
        f"BPR*I*{deposit}*C*ACH*CCP*01*999999999*DA*1*1999999999**01*999999999*DA*2*{made}",
        f"TRN*1*{trace_number}*1999999999",
        f"DTM*405*{made}",
        f"N1*PR*{payer_name}",
        "N1*PE*PRACTICE*XX*1234567893",
        "LX*1",
        *bodies,
    ]
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'PAYER':15}*ZZ*{'PRACTICE':15}*{made[2:]}*0900*^*00501*000000001*0*P*:"
    head = [isa, f"GS*HP*PAYER*PRACTICE*{made}*0900*1*X*005010X221A1"]
    return "~\n".join([*head, *body, f"SE*{len(body) + 1}*0001", "GE*1*1", "IEA*1*000000001", ""])


def _claim(number: int, charge: Row, currency: Currency) -> tuple[int, list[str]]:
    """What is paid, and the segments that say so."""
    fee = charge["amount_minor"]
    contractual, share = fee // 5, fee // 10
    adjusted = [("CO", "45", contractual), ("PR", "1" if number % 7 == 0 else "3", share)]
    if number % 10 == 0:
        adjusted = [("CO", "197", fee)]
    paid = fee - sum(amount for _, _, amount in adjusted)
    client = sum(amount for group, _, amount in adjusted if group == "PR")
    amounts = [currency.plain(amount) for amount in (fee, paid, client)]
    return paid, [
        f"CLP*{charge['charge_id']}*1*{'*'.join(amounts)}*12*PAYER{number}",
        "NM1*QC*1*DOE*JO****MI*MEMBER",
        f"SVC*HC:{charge['code']}*{amounts[0]}*{amounts[1]}**1",
        f"DTM*472*{charge['service_date']:%Y%m%d}",
        *(f"CAS*{group}*{reason}*{currency.plain(amount)}" for group, reason, amount in adjusted),
    ]


def measure_remittance(area: str, home: Home, say: Say, claims: int = CLAIMS) -> Measure:
    """Seconds to post one remittance of that many claims, against raw inserts of the same rows into the same file."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Home(Path(folder) / "ours")
        ours.path.mkdir()
        shutil.copyfile(home.record, ours.record)
        record = open_record(ours)
        try:
            say(f"charging {claims:,} visits for a remittance")
            text = _ground(record, claims)
            theirs = Path(folder) / "theirs.duckdb"
            with record.standing_still() as reader:
                shutil.copyfile(record.path, theirs)
                before = {table: reader.value(f"select count(*) from {table}") for table in WRITTEN}
            say(f"posting a remittance of {claims:,} claims")
            took = seconds_of(lambda: record.run(post_remittance, SYSTEM, text=text))
            with record.read() as reader:
                rows = {
                    table: reader.cursor.sql(f"select * from {table} where rowid >= {count}").to_arrow_table()
                    for table, count in before.items()
                }
        finally:
            record.close()
        raw = _insert(theirs, rows)
        return against(area, f"a remittance of {claims:,} claims", "s", took, "raw inserts", raw)


def _insert(path: Path, rows: dict[str, Any]) -> float:
    """Seconds that the same rows take, a statement for each table and one commit."""

    def insert() -> None:
        connection.begin()
        for table, data in rows.items():
            connection.register("given", data)
            connection.execute(f"insert into {table} select * from given")
            connection.unregister("given")
        connection.commit()

    with duckdb.connect(str(path)) as connection:
        return seconds_of(insert)


def _ground(record: Record, count: int) -> str:
    """Charges that a payer owes, like one that the practice has, over the last sixty days; and the file that pays."""

    def charge(work: Work) -> dict[str, Any]:
        model = work.one("select * from charges where payer_id is not null and code is not null order by charge_id")
        if model is None:
            raise RuntimeError("The practice has no charge that a payer owes.")
        payer = work.get("payers", model["payer_id"], "payer")
        today = local_date(work.now, work.setting("zone", "UTC"))
        now = stored(work.now)
        charges = []
        for number in range(count):
            key = work.new_id()
            own = {"charge_id": key, "transaction_id": f"{key}-t", "live_key": key, "attendee_id": key}
            own |= {"service_date": today - timedelta(days=number % 60 + 1), "post_date": today, "known_at": now}
            charges.append(model | own | {"status": "posted", "void_transaction_id": None, "appointment_id": None})
        work.insert_all("charges", charges)
        for one in charges:
            head = ledger.Heading(one["transaction_id"], "charge", one["charge_id"], today, now, work.actor.user_id)
            ledger.post(work, ledger.charge_entry(head, one | {"payer_id": payer["payer_id"]}))
        currency = Currency.of(work.setting("currency", "USD"))
        return {"text": write_835(payer["name"], "BENCH-1", charges, today, currency)}

    answer = record.run(Command("bench_ground", Permission.OPERATE, charge), SYSTEM, reason="Benchmark")
    text: str = answer["text"]
    return text
