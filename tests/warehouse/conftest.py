"""One warehouse for all tests of this folder: small tables written as landing, then one run of dbt in this process.

A test module brings its own rows with a function `land(landing)`; what it returns comes back as the fixture `told`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.contracts import BOOKKEEPING, CONTRACTS
from ingestion.imports.shapes import APPOINTMENTS, CLIENTS, SLOTS

HERE = Path(__file__).parent
# test_mutations.py runs these tests on copies of the project with one fault each.
PROJECT = Path(os.environ.get("DAYBOOK_DBT_PROJECT") or HERE.parents[1] / "dbt_project")
TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 20)
BEGAN = datetime(2020, 1, 1, 5)
"""When the practice's first payers were entered."""
POSTINGS = CONTRACTS["postings"] | {
    "source": "VARCHAR", "transaction_kind": "VARCHAR", "claim_id": "VARCHAR", "_batch_id": "VARCHAR",
}  # fmt: skip
IMPORTED = {"appointments": APPOINTMENTS, "clients": CLIENTS, "postings": POSTINGS, "slots": SLOTS}

Row = dict[str, Any]


@dataclass
class Landing:
    """Rows on their way into landing: `record(table, row, …)` and `imported(entity, row, …)`, oldest first."""

    path: Path
    batches: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    seq: int = 0
    visits: int = 0

    def record(self, table: str, *rows: Row, op: str = "upsert", known_at: datetime = NOW) -> None:
        for row in rows:
            self.seq += 1
            known = {"_seq": self.seq, "_op": op, "_known_at": known_at, "_batch_id": "b1"}
            self.batches.setdefault(("record", table), []).append({"known_at": known_at} | row | known)

    def imported(self, entity: str, *rows: Row) -> None:
        self.batches.setdefault(("imports", entity), []).extend({"known_at": NOW, "_batch_id": "i1"} | r for r in rows)

    def books(self, source: str) -> Books:
        """An empty ledger of that source."""
        return Books(self, source)

    def visit(self, day: date, status: str, **about: Any) -> str:
        """Lands one visit at noon and returns its attendee's id; `about` are columns of appointments and attendees."""
        self.visits += 1
        start = datetime(day.year, day.month, day.day, 12)
        appointment = {
            "appointment_id": f"a{self.visits}", "location_id": "l1", "provider_id": "p1", "service_id": "s1",
            "starts_at": start, "ends_at": start + timedelta(minutes=50), "start_date": day, "status": "scheduled",
            "series_id": None, "zone": "UTC",
        }  # fmt: skip
        appointment |= {key: about.pop(key) for key in list(about) if key in appointment}
        booked, booked_date = start - timedelta(days=9), day - timedelta(days=9)
        attendee = {
            "attendee_id": f"t{self.visits}", "appointment_id": appointment["appointment_id"], "client_id": "c1",
            "billing_unit": "attendee", "booked_at": booked, "booked_date": booked_date, "first_booked_at": booked,
            "first_booked_date": booked_date,
        }  # fmt: skip
        self.record("appointments", appointment)
        # Two versions: as booked, then as it turned out.
        self.record("attendees", attendee | {"status": "scheduled"}, attendee | {"status": status} | about)
        return attendee["attendee_id"]

    def write(self) -> None:
        """Every table gets its typed empty file; the rows of a batch lie in two files, as those of two syncs do."""
        connection = duckdb.connect()
        for table, columns in CONTRACTS.items():
            typed, rows = columns | BOOKKEEPING, self.batches.get(("record", table), [])
            folder = self.path / "record" / table
            self._file(connection, folder / "_empty.parquet", typed, [])
            self._file(connection, folder / "1.parquet", typed, rows[: len(rows) // 2])
            self._file(connection, folder / "2.parquet", typed, rows[len(rows) // 2 :])
        for entity, columns in IMPORTED.items():
            rows = self.batches.get(("imports", entity), [])
            self._file(connection, self.path / "imports" / "_none" / entity / "_empty.parquet", columns, [])
            self._file(connection, self.path / "imports" / "old" / entity / "1.parquet", columns, rows)

    @staticmethod
    def _file(connection: duckdb.DuckDBPyConnection, path: Path, columns: dict[str, str], rows: list[Row]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        names = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create or replace temp table batch ({names})")
        if rows:
            values = [[row.get(name) for name in columns] for row in rows]
            connection.executemany(f"insert into batch values ({', '.join('?' * len(columns))})", values)
        connection.execute(f"copy batch to '{path}' (format parquet)")


@dataclass
class Books:
    """A ledger in the making. `post` lands one balanced transaction; `lines` are all receivable postings, for recomputing."""

    landing: Landing
    source: str
    lines: list[Row] = field(default_factory=list)
    count: int = 0

    def post(self, day: date, kind: str, *legs: Row, known: date | None = None) -> str:
        """Each leg has an `account` and an `amount` (debit positive) and whatever else its posting says."""
        self.count += 1
        about = {
            "transaction_id": f"{self.source}-x{self.count}", "post_date": day, "location_id": "l1",
            "known_at": datetime.combine(known or day, datetime.min.time()),
        }  # fmt: skip
        for number, leg in enumerate(legs):
            amount = leg["amount"]
            money = {"debit_minor": max(amount, 0), "credit_minor": max(-amount, 0)}
            line = about | leg | money | {"posting_id": f"{about['transaction_id']}-{number}"}
            if self.source == "record":
                self.landing.record("postings", line)
            else:
                self.landing.imported("postings", line | {"source": self.source, "transaction_kind": kind})
            if line["account"] in ("1100", "1110"):
                self.lines.append(line | {"source": self.source})
        if self.source == "record":
            self.landing.record("ledger_transactions", about | {"kind": kind, "document_id": "d", "actor_id": "u"})
        return about["transaction_id"]

    def owe(self, charge: str, party: str, amount: int, **about: Any) -> Row:
        """A leg on the open item charge × party."""
        payer = party.removeprefix("payer:") if party.startswith("payer:") else None
        account = "1100" if payer else "1110"
        return {"account": account, "party": party, "payer_id": payer, "charge_id": charge, "amount": amount} | about


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    """A landing with the practice's places and people in it."""
    started = Landing(tmp_path_factory.mktemp("warehouse") / "landing")
    started.record("locations", *({"location_id": f"l{n}", "name": f"House {n}", "zone": "UTC"} for n in (1, 2)))
    started.record("providers", *({"provider_id": f"p{n}", "code": f"P{n}"} for n in (1, 2, 3)))
    started.record("services", *({"service_id": f"s{n}", "name": f"Service {n}", "fee_minor": 10000} for n in (1, 2)))
    started.record(
        "payers", *({"payer_id": f"y{n}", "name": f"Payer {n}", "kind": "other"} for n in (1, 2)), known_at=BEGAN
    )
    started.record("clients", *({"client_id": f"c{n}", "location_id": "l1"} for n in range(12)))
    return started


@pytest.fixture(scope="session")
def dbt(landing: Landing) -> Iterator[Callable[..., Any]]:
    """`dbt("build", …)` runs a command of dbt on the landing as of `TODAY`, and fails with dbt's own words."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    home = landing.path.parent
    (home / "candidate").mkdir(exist_ok=True)
    variables = {"landing_path": str(landing.path), "quality_path": str(home / "quality"), "currency": "USD"}
    common = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--target-path", home / "target"]
    common += ["--log-path", home / "logs", "--vars", json.dumps(variables)]

    def invoke(*command: str) -> Any:
        outcome = dbtRunner().invoke(["--quiet", *command, *map(str, common)])
        DuckDBConnectionManager.env().close()  # else the file stays open, its last changes in the log beside it
        failed = [
            f"{r.node.name}: {r.message}"
            for r in getattr(outcome.result, "results", [])
            if r.status in ("error", "fail")
        ]
        assert outcome.success, failed or outcome.exception
        return outcome.result

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAYBOOK_CANDIDATE", str(home / "candidate" / "warehouse.duckdb"))
        environment.setenv("DAYBOOK_TODAY", str(TODAY))
        environment.setenv("DAYBOOK_KNOWN_AT", str(NOW))
        environment.setenv("DAYBOOK_BUILD_ID", "test")
        environment.setenv("DO_NOT_TRACK", "1")
        yield invoke


@dataclass(frozen=True)
class Built:
    """The results of `dbt build`, and what each test module's `land` said about the rows it brought."""

    results: Any
    told: dict[str, Any]


@pytest.fixture(scope="session")
def built(landing: Landing, dbt: Callable[..., Any], request: pytest.FixtureRequest) -> Built:
    """One build, unit tests and data tests included, over what every module that runs has landed by its `land(landing)`."""
    modules = {item.module.__name__: item.module for item in request.session.items if item.path.parent == HERE}
    told = {name: module.land(landing) for name, module in sorted(modules.items()) if hasattr(module, "land")}
    landing.write()
    return Built(dbt("build"), told)


@pytest.fixture(scope="session")
def warehouse(built: Built, landing: Landing) -> Iterator[Callable[..., list[tuple]]]:
    """`warehouse(sql, *values)` answers from a copy of the built file, opened as readers open it."""
    home = landing.path.parent
    published = home / "published" / "warehouse.duckdb"
    published.parent.mkdir()
    shutil.copy(home / "candidate" / "warehouse.duckdb", published)
    config = {"enable_external_access": "false"}
    with duckdb.connect(str(published), read_only=True, config=config) as connection:
        yield lambda sql, *values: connection.execute(sql, list(values)).fetchall()


@pytest.fixture(scope="module")
def told(built: Built, request: pytest.FixtureRequest) -> Any:
    """What this module's `land` returned."""
    return built.told[request.module.__name__]
