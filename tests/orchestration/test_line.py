"""The whole line on a small practice: book, see, charge, refresh, read."""

from contextlib import closing
from datetime import date

import duckdb
import pytest

from ingestion.feed_sources import InProcess
from ingestion.imports import import_file
from orchestration import dbt_build
from orchestration.as_of import warehouse_as_of
from orchestration.builds import published, status
from orchestration.refresh import refresh
from practice.billing.commands import charge_visit, void_charge
from practice.errors import Refusal
from practice.home import Home
from practice.scheduling.attendance import complete_visit, record_arrival, start_visit
from practice.scheduling.commands import book_appointment
from practice.store.feed import feed_head

pytestmark = [pytest.mark.warehouse, pytest.mark.timeout(600)]

MAPPING = """
name: old_system
zone: America/New_York
columns:
  appointment_id: Id
  client_id: Client
  start_date: {column: Day, format: "%Y-%m-%d"}
  status: Status
statuses: {"Came": completed}
"""


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def build(home, record, clock):
    """Refreshes the warehouse from the record, quietly."""
    return lambda **options: refresh(home, InProcess(record), log=lambda _: None, clock=clock, **options)


@pytest.fixture
def visit(record, house, desk, owner, clock):
    """Books Ada with Dr. Moss at the given wall time; `is_seen` also completes and charges the visit of 150.00."""

    def book(wall_start, *, is_seen=False):
        booked = record.run(
            book_appointment, desk, client_id=house.ada, provider_id=house.moss, service_id=house.visit,
            location_id=house.location, wall_start=wall_start,
        )  # fmt: skip
        if is_seen:
            clock.to(f"{wall_start[:10]}T20:00")
            for step in (record_arrival, start_visit, complete_visit):
                record.run(step, owner, attendee_id=booked["attendee_id"])
            record.run(charge_visit, owner, attendee_id=booked["attendee_id"])
        return booked

    return book


def served(home, query):
    """The query's rows on the published build, as a locked-down reader sees it."""
    with closing(duckdb.connect(str(published(home).path), read_only=True)) as connection:
        connection.execute("set enable_external_access = false")
        return connection.execute(query).fetchall()


def test_what_happens_is_published_unless_a_candidate_lost_a_cent(home, record, build, visit, tmp_path):
    visit("2026-03-03T09:00", is_seen=True)
    first = build()
    assert (first.status, first.failed) == ("published", ())
    assert served(home, "select outcome from marts.fct_appointments") == [("completed",)]
    receivable = (
        "select sum(debit_minor - credit_minor) from marts.fct_ledger_entries where account in ('1100', '1110')"
    )
    assert served(home, receivable) == [(150_00,)]
    assert published(home).feed_seq == feed_head(record).seq
    assert status(home)["status"] == "published"

    pointer = home.pointer.read_bytes()
    assert build().status == "up_to_date"
    assert home.pointer.read_bytes() == pointer

    last_good = published(home)
    visit("2026-03-05T09:00")
    with pytest.MonkeyPatch.context() as careless:
        careless.setattr(dbt_build, "build", one_cent_lost(dbt_build.build, home))
        refused = build()
    assert refused.status == "refused"
    assert any("the_ledger_agrees_to_the_cent" in sentence for sentence in refused.failed)
    assert published(home).build_id == last_good.build_id
    assert served(home, "select count(*) from marts.fct_appointments") == [(1,)]
    assert status(home)["failed"] == list(refused.failed)

    (tmp_path / "old.yml").write_text(MAPPING)
    (tmp_path / "old.csv").write_text("Id,Client,Day,Status\n1,7,2026-02-02,Came\n")
    import_file(home, tmp_path / "old.yml", tmp_path / "old.csv")
    assert build().status == "published"
    by_source = "select source, outcome, count(*) from marts.fct_appointments group by all order by all"
    seen = [("old_system", "completed", 1), ("record", "completed", 1), ("record", "scheduled", 1)]
    assert served(home, by_source) == seen


def one_cent_lost(honest, home):
    """A build that is as `honest` but for one cent of the receivables."""

    def build(*arguments, **options):
        built = honest(*arguments, **options)
        with closing(duckdb.connect(str(home.candidate))) as connection:
            connection.execute(
                "update intermediate.int_billing__entries set debit_minor = 14999 where account = '1110'"
            )
        return built

    return build


def test_a_month_is_seen_as_it_was_known_on_a_day(build, home, visit, record, owner, clock):
    """What was charged by the 5th counts there though it is void since the 9th; who came on the 3rd was not known then."""
    visit("2026-03-02T10:00", is_seen=True)
    twice = visit("2026-03-02T16:00")
    late = visit("2026-03-03T10:00")
    clock.to("2026-03-05T15:00")
    record.run(complete_visit, owner, attendee_id=twice["attendee_id"])
    charged = record.run(charge_visit, owner, attendee_id=twice["attendee_id"])
    clock.to("2026-03-09T15:00")
    record.run(void_charge, owner, charge_id=charged["charge_id"], reason="charged twice")
    record.run(complete_visit, owner, attendee_id=late["attendee_id"])
    build()

    charges = "select cast(sum(numerator) as bigint) from marts.metric_daily where metric = 'charged'"
    outcomes = "select outcome, count(*) from marts.fct_appointments group by 1 order by 1"
    assert (served(home, charges), served(home, outcomes)) == ([(150_00,)], [("completed", 3)])
    then = warehouse_as_of(home, date(2026, 3, 5), log=lambda _: None)
    assert served(then, charges) == [(300_00,)]
    assert served(then, outcomes) == [("completed", 2), ("unresolved", 1)]
    with pytest.raises(Refusal, match="Nobody knows 2026-03-10 yet"):
        warehouse_as_of(home, date(2026, 3, 10), log=lambda _: None)
