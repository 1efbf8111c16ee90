"""Papers for many: a run goes on where it stopped, and the second time there is nothing to do."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing import queries
from practice.billing.documents import pdf
from practice.billing.exceptions import not_invoiced
from practice.billing.fees import set_fee
from practice.billing.invoices import void_invoice
from practice.billing.queries import run_papers
from practice.billing.runs import begin_run, go
from practice.billing.runs import run_papers as run_some
from practice.billing.schedules import add_schedule, beat, due_on, end_schedule, set_schedule_mails
from practice.errors import Conflict, Refusal
from practice.messages.settings import set_messages
from practice.paper_mail.sending import send_run, to_send
from practice.people.commands import change_client, change_service


def read(desk, query, **about):
    with desk.record.read() as reader:
        return query(reader, desk.who, **about)


def invoice_everybody(desk, until="2026-03-02"):
    run_id = desk.run(begin_run, kind="invoices", until_date=until)["document_run_id"]
    return go(desk.record, desk.who, run_id)


def test_everybody_with_something_uninvoiced_up_to_a_day_gets_one_invoice(desk):
    desk.charged("client-ada")
    desk.charged("client-cora", service="svc-group", day=date(2026, 2, 20))  # her mother owes it
    desk.charged("client-dan", day=date(2026, 2, 25))
    desk.charged("client-ben")  # his payer is asked first
    planned = read(desk, run_papers.to_ask, until=date(2026, 2, 28))
    assert [(row["party_name"], row["lines"], row["open_minor"]) for row in planned] == [
        ("Ada Birch", 1, 60_00),
        ("Dan Ford", 1, 150_00),
    ]
    ended = invoice_everybody(desk, "2026-02-28")
    assert (ended["issued"], ended["refused"]) == (2, 0)
    assert (invoice_everybody(desk, "2026-02-28")["issued"], len(read(desk, queries.invoices))) == (0, 2)
    assert invoice_everybody(desk)["issued"] == 1
    papers = read(desk, run_papers.papers_of, document_run_id=ended["document_run_id"])
    assert [(paper["number"], paper["total_minor"]) for paper in papers] == [(1, 60_00), (2, 150_00)]
    assert pdf(papers).startswith(b"%PDF")


def test_a_run_that_was_interrupted_goes_on_and_issues_nothing_twice(desk):
    for client in ("client-ada", "client-dan"):
        desk.charged(client)
    run_id = desk.run(begin_run, kind="invoices", until_date="2026-03-02")["document_run_id"]
    [first, _] = read(desk, run_papers.to_ask, until=date(2026, 3, 2))
    desk.run(run_some, document_run_id=run_id, asks=[{name: first[name] for name in ("party", "charge_ids")}])
    ended = go(desk.record, desk.who, run_id)  # as after the app was stopped between two papers
    assert ended["issued"] == len(read(desk, queries.invoices)) == 2
    assert go(desk.record, desk.who, run_id)["issued"] == 2


def test_who_cannot_have_one_is_noted_and_the_others_go_on(desk, monkeypatch):
    taken = desk.charged("client-ada")
    desk.charged("client-dan")
    asked = read(desk, run_papers.to_ask, until=date(2026, 3, 2))
    desk.invoices(taken)  # somebody else was quicker
    monkeypatch.setattr(run_papers, "to_ask", lambda *_: asked)
    ended = invoice_everybody(desk)
    assert (ended["issued"], ended["refused"]) == (1, 1)
    [left] = read(desk, run_papers.left_out, document_run_id=ended["document_run_id"])
    assert (left["party_name"], "on invoice 1 already" in left["why"]) == ("Ada Birch", True)


def test_statements_go_to_whose_account_moved_or_is_open(desk, clock):
    desk.charged("client-ada", day=date(2026, 3, 2))
    paid = desk.charged("client-dan", day=date(2026, 3, 2))
    clock.to("2026-03-20T15:00")
    desk.receives("client:client-dan", 150_00, on=[(paid, 150_00)])
    clock.to("2026-05-01T15:00")
    for first, last, issued in (("2026-03-01", "2026-03-31", 2), ("2026-04-01", "2026-04-30", 1)):
        run = desk.run(begin_run, kind="statements", from_date=first, until_date=last)
        assert go(desk.record, desk.who, run["document_run_id"])["issued"] == issued


def test_what_no_run_can_be(desk):
    for about, sentence in [
        ({"kind": "letters", "until_date": "2026-03-01"}, "invoices or statements"),
        ({"kind": "invoices", "until_date": "2026-03-03"}, "use 2026-03-02 or before"),
        ({"kind": "statements", "until_date": "2026-03-01"}, "from which day"),
        ({"kind": "invoices", "until_date": "2026-03-01", "due_days": 1.5}, "whole number"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            desk.run(begin_run, **about)


def test_what_was_attended_and_is_not_on_an_invoice_has_a_reason_and_an_owner(desk):
    """By hand: an unresolved visit, an uncharged one, one charged, one invoiced, one that a payer is asked for."""
    desk.sees("client-ada", day=date(2026, 2, 27), status="scheduled")
    desk.record._connection.execute("update appointments set status = 'scheduled'")
    desk.sees("client-dan", day=date(2026, 3, 2))
    desk.charged("client-cora", day=date(2026, 2, 20))
    desk.invoices(desk.charged("client-ada"))
    desk.charged("client-ben")
    found = [
        (row["client_name"], row["why"], row["owner"], row["age_days"], row["amount_minor"])
        for row in read(desk, not_invoiced)
    ]
    assert found == [
        ("Cora Birch", "not_asked", "Billing", 10, 150_00),
        ("Ada Birch", "no_outcome", "Dr. Ines Moss", 3, None),
        ("Dan Ford", "not_charged", "Billing", 0, 150_00),
    ]
    assert len(read(desk, not_invoiced, until=date(2026, 2, 26))) == 1


def test_what_waits_for_a_charge_is_worth_the_fee_of_its_day_and_none_at_all_is_somebody_elses_to_set(desk, owner):
    desk.run(set_fee, who=owner, service_id="svc-group", fee_minor=75_00, effective_from="2026-01-01")
    desk.sees("client-dan", service="svc-group")
    desk.run(change_service, who=owner, service_id="svc-intake", fee_minor=0)
    desk.sees("client-ada", service="svc-intake")
    assert [(row["why"], row["amount_minor"]) for row in read(desk, not_invoiced)] == [
        ("zero_fee", None),
        ("not_charged", 75_00),
    ]


# What is made by itself


def test_a_daily_schedule_invoices_each_day_once(desk, clock):
    """It is nine in the morning in New York; at eighteen o'clock the day is invoiced."""
    desk.charged("client-ada")
    desk.run(add_schedule, kind="invoices", rhythm="daily", at_hour=18)
    assert beat(desk.record) == []
    clock.to("2026-03-02T23:01")
    assert [one["issued"] for one in beat(desk.record)] == [1]
    assert beat(desk.record) == []
    desk.charged("client-dan")
    clock.to("2026-03-03T15:00")
    assert beat(desk.record) == []
    clock.to("2026-03-06T23:30")  # nothing ran for three days
    assert [one["issued"] for one in beat(desk.record)] == [1]
    assert beat(desk.record) == []


def test_a_monthly_schedule_of_one_client_makes_the_month_before(desk, clock):
    desk.charged("client-ada")
    desk.charged("client-dan")
    schedule = desk.run(
        add_schedule, kind="statements", rhythm="monthly", day_of_month=3, at_hour=6, client_id="client-ada"
    )
    clock.to("2026-04-02T15:00")
    # March began before it did, so February's, due on 3 March, is the first
    assert [one["issued"] for one in beat(desk.record)] == [0]
    clock.to("2026-04-03T15:00")
    assert [one["issued"] for one in beat(desk.record)] == [1]
    [paper] = read(desk, queries.documents, client_id="client-ada")
    assert paper["title"] == "2026-03-01 to 2026-03-31"
    assert beat(desk.record) == []
    desk.run(end_schedule, **schedule)
    clock.to("2026-05-03T15:00")
    assert beat(desk.record) == []
    with pytest.raises(Conflict, match="ended already"):
        desk.run(end_schedule, **schedule)


def test_what_no_schedule_can_be(desk):
    desk.run(add_schedule, kind="invoices", rhythm="daily")
    for about, sentence in [
        ({"kind": "invoices", "rhythm": "daily"}, "made by themselves already"),
        ({"kind": "statements", "rhythm": "daily"}, "make them monthly"),
        ({"kind": "statements", "rhythm": "monthly"}, "day of the month"),
        ({"kind": "statements", "rhythm": "monthly", "day_of_month": 31}, "from 1 to 28"),
        ({"kind": "invoices", "rhythm": "daily", "client_id": "client-cora"}, "choose the guarantor"),
        ({"kind": "invoices", "rhythm": "hourly"}, "one of daily, monthly"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            desk.run(add_schedule, **about)


@given(wall=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), hour=st.integers(0, 23), day=st.integers(1, 28))
def test_law_what_is_due_is_the_newest_of_its_days_that_has_come(wall, hour, day):
    daily = {"rhythm": "daily", "at_hour": hour, "starts_date": date(2025, 1, 1)}
    found = due_on(daily, wall)
    assert datetime.combine(found, datetime.min.time()).replace(hour=hour) <= wall
    assert (wall - datetime.combine(found, datetime.min.time()).replace(hour=hour)).total_seconds() < 86_400
    monthly = due_on(daily | {"rhythm": "monthly", "day_of_month": day}, wall)
    assert monthly.day == day
    assert monthly <= found
    assert (found - monthly).days < 31
    assert due_on(daily | {"starts_date": date(2027, 6, 1)}, wall) is None


# Sent to whom they are for


@pytest.fixture
def post(desk):
    """Clients can be written to; Ada has an address, Dan has none."""
    desk.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
    desk.run(change_client, who=SYSTEM, client_id="client-ada", email="ada@birch.example")
    return desk


def to_whom(desk):
    return [row["client_id"] for row in desk.rows("select client_id from messages where status = 'queued'")]


def test_a_run_is_sent_as_often_as_one_likes_and_nobody_gets_two(post):
    for client in ("client-ada", "client-cora", "client-dan"):
        post.charged(client)
    run_id = invoice_everybody(post)["document_run_id"]
    plan = read(post, lambda reader, who: to_send(reader, who, run_id))
    assert (len(plan.ready), [row["client_id"] for row in plan.left]) == (1, ["client-dan"])  # Ada's has Cora's visit
    first = send_run(post.record, post.who, run_id)
    assert (first["sent"], [row["party"] for row in first["left"]]) == (1, ["client:client-dan"])
    assert "No address is on record" in first["left"][0]["why"]
    assert send_run(post.record, post.who, run_id)["sent"] == 0
    post.run(change_client, who=SYSTEM, client_id="client-dan", email="dan@ford.example")
    assert send_run(post.record, post.who, run_id) == {"sent": 1, "left": []}
    assert sorted(to_whom(post)) == ["client-ada", "client-dan"]
    [invoice] = post.rows("select invoice_id from run_papers where party = 'client:client-dan'")
    post.run(void_invoice, **invoice)
    assert send_run(post.record, post.who, run_id)["sent"] == 0
    assert to_whom(post) == ["client-ada"]


def test_what_is_made_by_itself_is_sent_by_itself_once_that_is_switched_on(post, clock):
    post.charged("client-ada")
    schedule = post.run(add_schedule, kind="invoices", rhythm="daily", at_hour=9)["document_schedule_id"]
    beat(post.record)
    assert (len(read(post, queries.invoices)), to_whom(post)) == (1, [])
    post.run(set_schedule_mails, document_schedule_id=schedule, is_on=True)
    beat(post.record)
    assert to_whom(post) == []  # what was made before is a person's to send
    clock.forward(days=1)
    post.charged("client-ada")
    for _ in range(2):
        beat(post.record)
    assert to_whom(post) == ["client-ada"]
    post.run(end_schedule, document_schedule_id=schedule)
    with pytest.raises(Conflict, match="ended"):
        post.run(set_schedule_mails, document_schedule_id=schedule, is_on=False)
