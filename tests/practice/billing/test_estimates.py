"""Good-faith estimates: what they say, by when they are due, when they end, and bills far above them."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from practice.access.permissions import SYSTEM
from practice.billing import queries
from practice.billing.diagnoses import add_diagnosis
from practice.billing.documents import pdf
from practice.billing.estimate_clocks import after_business_days, business_days, due_when_asked, due_when_booked
from practice.billing.estimate_tasks import estimates_due, far_above
from practice.billing.estimates import expected, issue_estimate, note_estimate_request
from practice.errors import Refusal
from practice.people.identities import set_practice_identity, set_provider_identity
from practice.people.providers import change_provider
from practice.scheduling.hours import add_exception
from tests.conftest import INSERT
from tests.practice.billing.conftest import visit_rows

YEAR = {"from_date": "2026-03-02", "until_date": "2027-03-02"}


@pytest.fixture
def ready(desk, owner):
    """The practice and Dr. Moss say who they are. It is Monday, 2 March 2026."""
    desk.run(set_practice_identity, who=owner, tax_id="12-3456789")
    desk.run(change_provider, who=owner, provider_id="prov-moss", npi="1245319599")
    about = {"credentials": "PhD", "license_number": "4711", "license_state": "NY"}
    desk.run(set_provider_identity, who=owner, provider_id="prov-moss", **about)
    return desk


def estimate(desk, client="client-ada", lines=(("svc-visit", 12),), **changes):
    about = {"client_id": client, "provider_id": "prov-moss", "location_id": "loc-elm", **YEAR, **changes}
    answer = desk.run(issue_estimate, lines=[{"service_id": key, "count": n} for key, n in lines], **about)
    with desk.record.read() as reader:
        return answer, queries.document(reader, desk.who, answer["document_id"])


def booked(desk, day, *, client="client-ada", on=date(2026, 3, 2), service="svc-visit"):
    """A visit to come, booked on a day."""
    desk.visits += 1
    key = f"b{desk.visits}"
    rows = visit_rows(key, client=client, provider="prov-moss", service=service, day=day, status="scheduled")
    rows = [(table, row | ({"booked_date": on} if table == "attendees" else {})) for table, row in rows]
    desk.record.run(INSERT, SYSTEM, rows=rows)


def due(desk):
    with desk.record.read() as reader:
        return [
            (row["client_name"], row["why"], str(row["due_date"]), row["is_late"])
            for row in estimates_due(reader, desk.who)
        ]


def test_an_estimate_says_everything_that_the_rule_asks_for(ready):
    """By hand: 12 × 150.00 + 4 × 60.00 = 2,040.00."""
    about = {"client_id": "client-ada", "code": "F41.1", "description": "Anxiety", "from_date": "2026-02-01"}
    ready.run(add_diagnosis, who=SYSTEM, **about)
    booked(ready, date(2026, 3, 16))
    answer, says = estimate(ready, lines=(("svc-visit", 12), ("svc-group", 4)), separate="Psychological testing")
    assert (answer["number"], says["total_minor"]) == (1, 2040_00)
    assert [(line["code"], line["diagnoses"], line["total_minor"]) for line in says["lines"]] == [
        ("V50", ["F41.1"], 1800_00),
        ("G60", ["F41.1"], 240_00),
    ]
    pages = PdfReader(io.BytesIO(pdf([says]))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for wanted in (
        "Good-faith estimate", "Ada Birch", "Born 1990-05-17", "Dr. Ines Moss, PhD", "NPI 1245319599",
        "Tax id 12-3456789", "1 Elm Street", "2026-03-02 to 2027-03-02", "Booked: 2026-03-16", "$2,040.00",
        "Psychological testing", "estimate of its own", "not a contract", "may differ", "400 dollars or more above",
        "nosurprises", "does not lower the quality", "booked apart",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert len(pages) == 1


def test_the_same_is_the_same_paper_and_another_one_takes_its_place(ready):
    first, _ = estimate(ready)
    assert estimate(ready)[0] == first | {"is_new": False}
    newer, says = estimate(ready, lines=(("svc-visit", 20),))
    assert (newer["version"], says["replaces"]["number"]) == (2, 1)


def test_what_no_estimate_can_be(ready):
    for about, sentence in [
        ({"until_date": "2027-03-03"}, "at most twelve months; end it on 2027-03-02"),
        ({"until_date": "2026-03-01"}, "ends before it begins"),
        ({"lines": ()}, "one to 20 services"),
        ({"lines": (("svc-visit", 0),)}, "from 1 to 400"),
        ({"lines": (("svc-visit", 1), ("svc-visit", 2))}, "stands there twice"),
        ({"provider_id": "prov-reed"}, "the NPI of Tomas Reed"),
    ]:
        with pytest.raises(Refusal, match=sentence):
            estimate(ready, **about)


# The clocks. By hand, from Monday 2 March 2026:


@pytest.mark.parametrize(
    ("visit", "due_date"),
    [
        (date(2026, 3, 4), None),  # Wednesday: two business days ahead
        (date(2026, 3, 5), date(2026, 3, 3)),  # Thursday: three, so within one
        (date(2026, 3, 13), date(2026, 3, 3)),  # the Friday of next week: nine
        (date(2026, 3, 16), date(2026, 3, 5)),  # the Monday after: ten, so within three
        (date(2026, 3, 2), None),
    ],
)
def test_a_booking_says_by_when_its_estimate_is_due(visit, due_date):
    assert due_when_booked(date(2026, 3, 2), visit) == due_date


def test_weekends_are_no_business_days():
    assert due_when_asked(date(2026, 3, 5)) == date(2026, 3, 10)  # Thursday: Friday, Monday, Tuesday
    assert due_when_booked(date(2026, 3, 6), date(2026, 3, 11)) == date(2026, 3, 9)
    assert business_days(date(2026, 3, 7), date(2026, 3, 8)) == 0


@given(
    begin=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    count=st.integers(0, 400),
    closed=st.sets(st.integers(-5, 60), max_size=12),
)
def test_law_counting_business_days_and_going_forward_by_them_agree(begin, count, closed):
    closed = {begin + timedelta(days=n) for n in closed}
    assert business_days(begin, after_business_days(begin, count, closed), closed) == count
    days = [begin + timedelta(days=n) for n in range(1, count + 1)]
    plain = sum(day.weekday() < 5 and day not in closed for day in days)
    assert business_days(begin, begin + timedelta(days=count), closed) == plain


def test_days_on_which_the_whole_practice_is_closed_are_no_business_days(ready, owner):
    """Booked on Monday for Monday in a fortnight: ten business days ahead, or nine and due sooner, if one is closed."""
    booked(ready, date(2026, 3, 16))
    assert due_days(ready) == [date(2026, 3, 5)]
    ready.run(add_exception, who=owner, location_id="loc-elm", exception_date="2026-03-03")
    assert due_days(ready) == [date(2026, 3, 4)]


def due_days(desk):
    with desk.record.read() as reader:
        return [row["due_date"] for row in estimates_due(reader, desk.who)]


def test_whose_estimate_is_due_and_by_when(ready, clock):
    booked(ready, date(2026, 3, 16))
    booked(ready, date(2026, 3, 6), client="client-dan", on=date(2026, 2, 26))
    booked(ready, date(2026, 3, 16), client="client-ben")  # a payer covers him
    booked(ready, date(2026, 3, 3), client="client-cora")  # tomorrow: too soon for one
    assert due(ready) == [
        ("Dan Ford", "booked", "2026-02-27", True),
        ("Ada Birch", "booked", "2026-03-05", False),
    ]
    estimate(ready, lines=(("svc-visit", 1),))
    assert [row[0] for row in due(ready)] == ["Dan Ford"]
    booked(ready, date(2026, 3, 23))  # one more than the estimate says
    assert ("Ada Birch", "booked", "2026-03-05", False) in due(ready)
    booked(ready, date(2026, 3, 24), client="client-ben", service="svc-group")
    assert len(due(ready)) == 2


def test_who_asks_is_answered_within_three_business_days(ready, clock):
    ready.run(note_estimate_request, client_id="client-dan")
    assert due(ready) == [("Dan Ford", "asked", "2026-03-05", False)]
    clock.to("2026-03-06T15:00")
    assert due(ready) == [("Dan Ford", "asked", "2026-03-05", True)]
    estimate(ready, client="client-dan", from_date="2026-03-06")
    assert due(ready) == []


def test_an_estimate_that_ends_while_visits_go_on_is_to_be_renewed(ready, clock):
    estimate(ready)
    clock.forward(days=340)
    booked(ready, date(2027, 3, 8), on=date(2027, 2, 1))
    assert due(ready) == [("Ada Birch", "ends", "2027-03-02", False)]
    estimate(ready, from_date="2027-03-03", until_date="2028-03-02")
    assert due(ready) == []


def test_a_bill_400_dollars_above_its_estimate_is_flagged_and_one_399_99_above_is_not(ready):
    estimate(ready, lines=(("svc-visit", 1),))  # 150.00
    ready.charged("client-ada", 549_99)
    ready.charged("client-ada", 60_00, status="no_show")  # no part of it
    with ready.record.read() as reader:
        assert far_above(reader, ready.who) == []
    ready.charged("client-ada", 1)
    with ready.record.read() as reader:
        [row] = far_above(reader, ready.who)
    assert (row["client_name"], row["estimated_minor"], row["charged_minor"], row["above_minor"]) == (
        "Ada Birch", 150_00, 550_00, 400_00,
    )  # fmt: skip


def test_what_is_booked_is_what_an_estimate_begins_with(ready):
    for day in (9, 16, 23):
        booked(ready, date(2026, 3, day))
    booked(ready, date(2026, 3, 24), service="svc-group")
    with ready.record.read() as reader:
        [plan] = expected(reader, ready.who, "client-ada", date(2026, 3, 2))
    assert (plan["provider_id"], plan["last_date"]) == ("prov-moss", date(2026, 3, 24))
    assert [(line["service_name"], line["count"]) for line in plan["lines"]] == [("Follow-up", 3), ("Group", 1)]
