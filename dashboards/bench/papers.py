"""Papers for many: one run that issues an invoice to each of a thousand clients, and each of them as a PDF."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboards.bench.measure import Measure, Say, alone, seconds_of
from practice.access.permissions import SYSTEM, Permission
from practice.billing import ledger
from practice.billing.documents import pdf
from practice.billing.queries.run_papers import papers_of
from practice.billing.runs import begin_run, go
from practice.clock import local_date, stored
from practice.home import Home, open_record
from practice.store.record import Command, Record
from practice.store.work import Work

PAPERS = 1_000
LINES = 2
"""Visits on each invoice."""


def measure_papers(area: str, home: Home, say: Say, papers: int = PAPERS) -> list[Measure]:
    """Seconds to issue that many invoices, and to print each as the PDF that its client gets."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Home(Path(folder) / "ours")
        ours.path.mkdir()
        shutil.copyfile(home.record, ours.record)
        record = open_record(ours)
        try:
            say(f"charging {papers:,} clients who are invoiced")
            until = _ground(record, papers)
            say(f"issuing {papers:,} invoices")
            run_id = record.run(begin_run, SYSTEM, kind="invoices", until_date=until)["document_run_id"]
            issuing = seconds_of(lambda: go(record, SYSTEM, run_id))
            with record.read() as reader:
                found = papers_of(reader, SYSTEM, run_id)[-papers:]
        finally:
            record.close()
    say(f"printing {papers:,} invoices")
    printing = seconds_of(lambda: [pdf([paper]) for paper in found])
    return [
        alone(area, f"{papers:,} invoices issued", "s", [issuing]),
        alone(area, f"{papers:,} invoices as PDF", "s", [printing]),
    ]


def _ground(record: Record, count: int) -> str:
    """New clients with charges that they owe, like one that the practice has; answers the day of the last."""

    def charge(work: Work) -> dict[str, Any]:
        model = work.one("select * from charges where kind = 'service' order by charge_id")
        if model is None:
            raise RuntimeError("The practice has no charge.")
        person = work.get("clients", model["client_id"], "client")
        today = local_date(work.now, work.setting("zone", "UTC"))
        clients, charges = [], []
        for number in range(count):
            key = work.new_id()
            clients.append(person | {"client_id": key, "guarantor_client_id": None, "family_name": f"Bench {number}"})
            for line in range(LINES):
                own = dict.fromkeys(("charge_id", "live_key", "attendee_id"), f"{key}-{line}")
                own |= {"transaction_id": f"{key}-{line}-t", "client_id": key, "guarantor_client_id": key}
                own |= {"service_date": today - timedelta(days=line), "post_date": today, "known_at": stored(work.now)}
                about = {"payer_id": None, "status": "posted", "void_transaction_id": None, "appointment_id": None}
                charges.append(model | own | about)
        work.insert_all("clients", clients)
        work.insert_all("charges", charges)
        for one in charges:
            head = ledger.Heading(
                one["transaction_id"], "charge", one["charge_id"], today, stored(work.now), work.actor.user_id
            )
            ledger.post(work, ledger.charge_entry(head, one))
        return {"until": str(today)}

    answer = record.run(Command("bench_papers", Permission.OPERATE, charge), SYSTEM, reason="Benchmark")
    until: str = answer["until"]
    return until
