"""What a practice has switched on happens without a press, at its hour, once a day; until then nothing does."""

from __future__ import annotations

import pytest

from dashboards import money_beat
from practice.access.permissions import SYSTEM
from practice.billing.by_itself import COVERS, EXPIRY, REMINDERS, last_run, set_by_itself
from practice.billing.dunning import set_dunning_step
from practice.billing.packages import sell_package, set_package_offer
from practice.home import Home
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.conftest import Desk
from tests.practice.insurance.remits import claim, line, remit


@pytest.fixture
def desk(record, house, biller):
    return Desk(record, house, biller)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    return home


def switch(desk, owner, **on):
    desk.run(set_by_itself, who=owner, **({"reminds": False, "expires": False, "reads_files": False} | on))


def last(desk, errand):
    with desk.record.read() as reader:
        return last_run(reader, errand)


def test_reminders_leave_from_nine_once_and_who_cannot_be_reached_is_counted(desk, owner, home, clock):
    desk.run(set_messages, who=SYSTEM, is_on=True)
    desk.run(change_client, who=owner, client_id="client-ada", email="ada@example.com")
    desk.run(change_client, who=owner, client_id="client-dan", phone=None)
    desk.run(set_dunning_step, who=owner, number=1, days=7)
    for client in ("client-ada", "client-dan"):
        desk.invoices(desk.charged(client), due_days=10)
    clock.to("2026-03-20T14:00")
    money_beat.once(home, desk.record)
    assert last(desk, REMINDERS) is None
    switch(desk, owner, reminds=True)
    clock.to("2026-03-21T12:30")  # half past eight in New York
    money_beat.once(home, desk.record)
    assert desk.rows("select 1 from dunning_reminders") == []
    clock.to("2026-03-21T13:30")
    for _ in range(2):
        money_beat.once(home, desk.record)
    assert last(desk, REMINDERS) == {"date": "2026-03-21", "done": 1, "left": 1}
    assert desk.rows("select party, number, sent_date::text as day from dunning_reminders") == [
        {"party": "client:client-ada", "number": 1, "day": "2026-03-21"}
    ]


def test_a_package_expires_on_the_day_after_its_last(desk, owner, home, clock):
    """Two sessions for 200.00 on 2 March, good for thirty days: up to 1 April. On the 2nd they are income (4030)."""
    offer = desk.run(
        set_package_offer, who=owner, name="Two", service_id="svc-visit", sessions=2, price_minor=200_00, valid_days=30
    )
    sold = {"client_id": "client-ada", "location_id": "loc-elm", "method": "card"}
    desk.run(sell_package, package_offer_id=offer["package_offer_id"], **sold)
    switch(desk, owner, expires=True)
    for day, earned in (("2026-04-01", 0), ("2026-04-02", 200_00), ("2026-04-03", 200_00)):
        clock.to(f"{day}T14:00")
        money_beat.once(home, desk.record)
        assert breakage(desk) == earned
    assert last(desk, EXPIRY) == {"date": "2026-04-03", "done": 0, "left": 0}
    [row] = desk.rows("select post_date::text as day from postings where account = '4030'")
    assert row["day"] == "2026-04-02"


def breakage(desk):
    return desk.rows("select coalesce(sum(credit_minor - debit_minor), 0)::bigint as b from postings where account = '4030'")[0]["b"]  # fmt: skip


def test_files_of_payers_are_read_where_they_lie(desk, owner, home):
    charge = desk.charged("client-ben")
    text = remit(claim(charge, 150_00, 110_00, line("V50", 150_00, 110_00, cas=["CO*45*40.00"], control=charge)),
                 paid=110_00)  # fmt: skip
    (home.remittances_in / "a.835").write_text(text)
    (home.remittances_in / "b.835").write_text("ISA no IEA")
    money_beat.once(home, desk.record)
    assert desk.due(charge, "payer:payer-harbor") == 150_00
    switch(desk, owner, reads_files=True)
    for _ in range(2):
        money_beat.once(home, desk.record)
    assert desk.due(charge, "payer:payer-harbor") == 0
    assert [file.name for file in (home.remittances_in / "done").iterdir()] == ["a.835"]
    assert sorted(file.name for file in (home.remittances_in / "refused").iterdir()) == ["b.835", "b.835.txt"]


def test_covers_of_who_comes_are_asked_about_once_and_the_question_lies_in_the_folder(desk, owner, home, clock):
    furnish(desk)
    desk.sees("client-ben", status="scheduled")
    switch(desk, owner, cover_days=3)
    for _ in range(2):
        money_beat.once(home, desk.record)
    clock.forward(hours=3)
    money_beat.once(home, desk.record)
    assert [file.name for file in home.claims_out.iterdir()] == ["eligibility-700000001.270"]
    assert last(desk, COVERS) == {"date": "2026-03-02", "done": 1, "left": 0}


def test_a_payer_that_files_cannot_name_is_left_to_people(desk, owner, home):
    desk.sees("client-ben", status="scheduled")
    switch(desk, owner, cover_days=3)
    money_beat.once(home, desk.record)
    assert not home.claims_out.exists()
    assert last(desk, COVERS) == {"date": "2026-03-02", "done": 0, "left": 1}
