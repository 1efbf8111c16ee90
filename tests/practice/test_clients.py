"""Clients: who they are, who may be there twice, who finds whom, and what covers them."""

from __future__ import annotations

import time
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM, Permission
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.people import queries
from practice.people.commands import add_client, add_location, add_policy, change_client, end_policy, set_self_pay
from practice.people.search import possible_dates
from practice.store.record import Command


def read(record, query, *arguments):
    with record.read() as reader:
        return query(reader, *arguments)


@pytest.fixture
def find(record, desk):
    """`find("text")` gives the ids that the search box shows the front desk."""
    return lambda text, actor=desk: [row["client_id"] for row in read(record, queries.search_clients, actor, text)]


@pytest.fixture
def add(record, desk):
    """`add("Given", "Family", …)` adds a client and gives the id."""

    def _add(given_name, family_name, **fields):
        return record.run(add_client, desk, given_name=given_name, family_name=family_name, **fields)["client_id"]

    return _add


def test_a_client_added_at_the_only_location_belongs_there(record, desk, house, add):
    client = add("Esme", "Grün", birth_date="1984-02-29", phone="+1 (555) 010-0777", email="Esme@example.org")
    shown = read(record, queries.client, desk, client)
    assert (shown["name"], shown["location_id"], shown["birth_date"]) == (
        "Esme Grün",
        house.location,
        date(1984, 2, 29),
    )
    assert (shown["guarantor"], shown["policies"], shown["owes_for"]) == (None, [], [])


def test_with_two_locations_one_has_to_be_chosen(record, owner, house, add):
    oak = record.run(add_location, owner, name="Oak", zone="America/New_York")["location_id"]
    with pytest.raises(Refusal, match="choose one"):
        add("Esme", "Grün")
    add("Esme", "Grün", location_id=oak)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("given_name", "", "given name is missing"),
        ("family_name", "y" * 201, "at most 200"),
        ("given_name", "Esme\x00", "cannot be printed"),
        ("birth_date", "2026-03-03", "in the future"),
        ("birth_date", "1899-12-31", "not between 1900 and 2199"),
        ("birth_date", "17 May", "write it like 2026-03-02"),
        ("phone", "call me", "not a phone number"),
        ("phone", "123456", "not a phone number"),
        ("email", "esme@home", "not an e-mail address"),
        ("provider_id", "nobody", "does not exist"),
        ("location_id", "nowhere", "does not exist"),
    ],
)
def test_a_client_with_a_wrong_field_is_refused(record, desk, house, add, field, value, says):
    with pytest.raises(Refusal, match=says):
        add(**({"given_name": "Esme", "family_name": "Grün"} | {field: value}))
    with pytest.raises(Refusal, match=says):
        record.run(change_client, desk, client_id=house.ada, **{field: value})


def test_today_is_a_possible_date_of_birth_where_the_practice_is(clock, house, add):
    clock.to("2026-03-03T03:00")  # still 2 March in New York
    add("Newborn", "Grün", birth_date="2026-03-02")
    with pytest.raises(Refusal, match="future"):
        add("Unborn", "Wald", birth_date="2026-03-03")


@pytest.mark.parametrize(
    "twin",
    [
        {"given_name": "ADA", "family_name": "birch", "birth_date": "1990-05-17"},
        {"given_name": "Àda", "family_name": "Bírch", "birth_date": "1990-05-17"},
        {"given_name": "Adda", "family_name": "Birch", "birth_date": "1990-05-17"},
        {"given_name": "Birch", "family_name": "Ada", "birth_date": "1990-05-17"},
        {"given_name": "Someone", "family_name": "Else", "phone": "+1-555-010-0777"},
        {"given_name": "Someone", "family_name": "Else", "email": "ADA@example.org"},
    ],
)
def test_a_likely_duplicate_is_refused_until_somebody_says_it_is_none(record, desk, house, add, twin):
    record.run(change_client, desk, client_id=house.ada, phone="(1) 555 010 0777", email="ada@example.org")
    with pytest.raises(Conflict) as refused:
        add(**twin)
    assert refused.value.rule == "possible_duplicate"
    assert refused.value.alternatives == (house.ada,)
    assert "Ada" not in str(refused.value)
    shown = read(record, queries.duplicates, desk, list(refused.value.alternatives))
    assert [row["name"] for row in shown] == ["Ada Birch"]
    assert add(**twin, is_duplicate_accepted=True)


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": "Ada", "family_name": "Birch", "birth_date": "1991-05-17"},
        {"given_name": "Ada", "family_name": "Birch"},
        {"given_name": "Edith", "family_name": "Sommer", "birth_date": "1990-05-17"},
        {"given_name": "Someone", "family_name": "Else", "phone": "+1 555 010 07777"},
    ],
)
def test_somebody_who_only_resembles_a_client_is_added(record, desk, house, add, other):
    record.run(change_client, desk, client_id=house.ada, phone="+1 555 010 0777")
    assert add(**other)


@pytest.mark.parametrize("text", ["birch", "BIR", "ada bir", "birch ADA", "  àda  ", "rch, ada"])
def test_any_part_of_a_name_finds_a_client_in_any_order(house, find, text):
    assert house.ada in find(text)
    assert house.ben not in find(text)


def test_accents_do_not_matter_either_way(house, add, find):
    client = add("Zoë", "Nuñez")
    assert find("zoe nunez") == find("Nuñ") == find("NUÑEZ") == [client]


def test_digits_of_the_phone_number_find_a_client_however_they_are_written(house, add, find):
    client = add("Esme", "Grün", phone="+1 (555) 987-6543")
    for text in ("9876543", "987-65", "555 987", "grün 6543", "+1 555 987 6543"):
        assert find(text) == [client], text
    assert find("9876544") == []


@pytest.mark.parametrize("text", ["1984-02-29", "29.02.1984", "2/29/1984", "29/2/1984", "29 Feb 1984", "February 29, 1984", "19840229", "esme 29.2.1984"])  # fmt: skip
def test_a_date_of_birth_finds_a_client_however_it_is_written(house, add, find, text):
    client = add("Esme", "Grün", birth_date="1984-02-29")
    assert find(text) == [client]


@pytest.mark.parametrize(
    "text", ["0314", "3/14", "14.3.", "1988", "3/1988", "031488", "14/3/88", "03141988", "ad 3/14"]
)
def test_a_part_of_the_date_of_birth_finds_a_client(house, add, find, text):
    client = add("Ad", "Grün", birth_date="1988-03-14", phone="+1 555 700 6000")
    other = add("Ad", "Wald", birth_date="1987-04-15", phone="+1 555 700 6001")
    assert client in find(text)
    assert other not in find(text)


def test_digits_that_are_no_date_are_of_the_phone_alone(house, add, find):
    client = add("Esme", "Grün", birth_date="1988-03-14", phone="+1 (555) 129-9944")
    assert find("555 12") == find("9944") == [client]
    assert find("1399") == []


def test_an_ambiguous_date_means_both(house):
    assert possible_dates("03/04/1990") == (date(1990, 3, 4), date(1990, 4, 3))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_spelling_of_a_date_means_that_date(day):
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %B %Y", "%b %d, %Y", "%Y%m%d"):
        assert day in possible_dates(day.strftime(form))


@given(st.text(max_size=30))
def test_no_text_breaks_the_search_box(text):
    from practice.people.search import birth_parts, understand

    possible_dates(text)
    birth_parts(text)
    understand(text)


@pytest.mark.parametrize("text", ["%", "_", "' or 1=1 --", "\\", "*", "()", "@", "-", "🙂"])
def test_signs_in_the_search_box_are_only_signs(house, find, text):
    assert find(text) == []


def test_a_blank_search_shows_the_newest_clients(clock, house, add, find):
    clock.forward(hours=1)
    newest = add("Esme", "Grün")
    assert find("")[0] == newest


def test_names_that_begin_so_come_first_and_inactive_clients_last(record, desk, house, add, find):
    for given_name, family_name in (("Zara", "Alder"), ("Balder", "Quist"), ("Alda", "Young")):
        add(given_name, family_name)
    record.run(change_client, desk, client_id=house.ben, is_active=False)
    names = [f"{row['given_name']} {row['family_name']}" for row in read(record, queries.search_clients, desk, "ald")]
    assert names == ["Zara Alder", "Alda Young", "Balder Quist", "Ben Alder"]


def test_providers_find_and_open_their_own_clients_only(record, desk, house, add, find, as_role):
    reed = as_role("provider", provider_id=house.reed)
    theirs = add("Esme", "Grün", provider_id=house.reed)
    assert find("", reed) == [theirs]
    with pytest.raises(NotFound, match="seen by others only") as refused:
        read(record, queries.client, reed, house.ada)
    assert "Ada" not in str(refused.value)
    assert find("birch", as_role("provider")) == []


def test_an_appointment_makes_a_client_a_providers_own(record, house, find, as_role):
    from_import = {
        "appointment_id": "a-1", "location_id": house.location, "provider_id": house.reed, "room_id": None,
        "service_id": house.visit, "wall_start": "2026-03-03 10:00", "wall_end": "2026-03-03 11:00",
        "zone": "America/New_York", "starts_at": "2026-03-03 15:00", "ends_at": "2026-03-03 16:00",
        "start_date": "2026-03-03", "duration_minutes": 60, "mode": "in_person", "capacity": 1, "status": "scheduled",
        "channel": "import", "booked_at": "2026-03-01", "known_at": "2026-03-01",
    }  # fmt: skip
    attendee = {
        "attendee_id": "t-1", "appointment_id": "a-1", "client_id": house.ben, "billing_unit": "attendee",
        "status": "scheduled", "booked_at": "2026-03-01", "booked_date": "2026-03-01",
        "first_booked_at": "2026-03-01", "first_booked_date": "2026-03-01", "known_at": "2026-03-01",
    }  # fmt: skip

    def put(work):
        work.insert("appointments", from_import)
        work.insert("attendees", attendee)

    record.run(Command("put", Permission.OPERATE, put), SYSTEM)
    assert find("", as_role("provider", provider_id=house.reed)) == [house.ben]


def test_people_of_one_location_see_and_change_its_clients_only(record, owner, house, find, as_role):
    oak = record.run(add_location, owner, name="Oak", zone="America/New_York")["location_id"]
    clerk = as_role("front_desk", location_ids=frozenset({oak}))
    client = record.run(add_client, clerk, given_name="Esme", family_name="Grün")["client_id"]
    assert find("", clerk) == [client]
    with pytest.raises(NotFound):
        record.run(change_client, clerk, client_id=house.ada, phone=None)
    with pytest.raises(NotPermitted):
        record.run(change_client, clerk, client_id=client, location_id=house.location)


def test_analysts_see_no_client(record, house, as_role):
    for query, argument in ((queries.search_clients, "ada"), (queries.client, house.ada), (queries.duplicates, [])):
        with pytest.raises(NotPermitted):
            read(record, query, as_role("analyst"), argument)


def test_a_guarantor_is_shown_from_both_sides(record, desk, house):
    assert read(record, queries.client, desk, house.cora)["guarantor"]["name"] == "Ada Birch"
    assert [row["client_id"] for row in read(record, queries.client, desk, house.ada)["owes_for"]] == [house.cora]


def test_a_guarantor_is_neither_oneself_nor_somebody_who_has_one(record, desk, house, add):
    with pytest.raises(Refusal, match="leave the guarantor empty"):
        record.run(change_client, desk, client_id=house.dan, guarantor_client_id=house.dan)
    with pytest.raises(Refusal, match="who pays in the end"):
        add("Esme", "Grün", guarantor_client_id=house.cora)
    with pytest.raises(Refusal, match="owes for others"):
        record.run(change_client, desk, client_id=house.ada, guarantor_client_id=house.dan)
    with pytest.raises(NotFound):
        add("Esme", "Grün", guarantor_client_id="nobody")
    record.run(change_client, desk, client_id=house.cora, guarantor_client_id=None)
    record.run(change_client, desk, client_id=house.ada, guarantor_client_id=house.dan)


def test_one_policy_of_a_rank_covers_a_client_at_a_time(record, desk, house):
    cover = {"client_id": house.ben, "payer_id": house.payer, "member_number": "H-200"}
    with pytest.raises(Conflict, match="end that one first") as refused:
        record.run(add_policy, desk, **cover, effective_from="2026-04-01")
    assert refused.value.alternatives == ("pol-ben",)
    record.run(add_policy, desk, **cover, rank=2, effective_from="2026-04-01")
    record.run(end_policy, desk, policy_id="pol-ben", effective_to="2026-03-31")
    with pytest.raises(Conflict):
        record.run(add_policy, desk, **cover, effective_from="2026-03-31", effective_to="2026-03-31")
    added = record.run(add_policy, desk, **cover, effective_from="2026-04-01", copay_minor=25_00)["policy_id"]
    with pytest.raises(Conflict):
        record.run(end_policy, desk, policy_id="pol-ben", effective_to="2026-04-01")
    policies = read(record, queries.client, desk, house.ben)["policies"]
    assert [(row["rank"], row["policy_id"] == added, row["payer_name"]) for row in policies] == [
        (1, True, "Harbor Health"),
        (1, False, "Harbor Health"),
        (2, False, "Harbor Health"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("effective_to", "2026-03-31"),
        ("effective_from", "soon"),
        ("rank", 4),
        ("copay_minor", -1),
        ("member_number", " "),
    ],
)
def test_a_policy_with_a_wrong_field_is_refused_naming_it(record, desk, house, field, value):
    fields = {"client_id": house.dan, "payer_id": house.payer, "member_number": "1", "effective_from": "2026-04-01"}
    with pytest.raises(Refusal) as refused:
        record.run(add_policy, desk, **(fields | {field: value}))
    assert refused.value.field == field


def test_no_contact_and_no_name_of_a_client_enters_the_feed(record, house, add):
    from practice.store.feed import changes_after

    add("Esmeralda", "Grünewald", phone="+1 555 987 6543", email="esme@example.org", birth_date="1984-02-29")
    fed = " ".join(change["row"] for change in changes_after(record, 0).to_pylist())
    for word in ("Esmeralda", "Grünewald", "6543", "esme@", "1984-02-29"):
        assert word not in fed


def test_the_feed_says_whether_there_is_a_birth_date_and_a_contact(record, desk, house, add):
    import json

    from practice.store.feed import changes_after

    key = add("Esme", "Grün", birth_date=None, phone=None, email=None)
    record.run(change_client, desk, client_id=key, email="esme@example.org")
    record.run(change_client, desk, client_id=key, birth_date="1984-02-29", email=None)
    in_bulk = pa.table({
        "client_id": ["c-bulk"], "given_name": ["Bo"], "family_name": ["Lund"], "phone": ["+1 555 010 0000"],
        "location_id": ["loc-elm"], "created_at": [record.clock().replace(tzinfo=None)],
        "created_date": [date(2026, 3, 2)], "is_active": [True],
    })  # fmt: skip
    record.run(Command("bulk", Permission.OPERATE, lambda work: work.insert_many("clients", in_bulk)), SYSTEM)
    versions = [
        (row["has_birth_date"], row["has_contact"])
        for change in changes_after(record, 0).to_pylist()
        if (row := json.loads(change["row"])).get("client_id") in (key, "c-bulk") and change["table"] == "clients"
    ]
    assert versions == [(False, False), (False, True), (True, False), (False, True)]


def test_that_a_client_pays_without_insurance_is_said_and_ends_with_a_cover(record, desk, house):
    def is_said(client):
        return read(record, queries.client, desk, client)["is_self_pay"]

    with pytest.raises(Conflict, match="end that cover first") as refused:
        record.run(set_self_pay, desk, client_id=house.ben, is_self_pay=True)
    assert refused.value.alternatives == ("pol-ben",)
    assert not is_said(house.dan)  # without a policy, but nobody has said so
    record.run(set_self_pay, desk, client_id=house.dan, is_self_pay=True)
    assert is_said(house.dan)
    cover = {"client_id": house.dan, "payer_id": house.payer, "member_number": "H-200"}
    record.run(add_policy, desk, **cover, effective_from="2024-01-01", effective_to="2024-12-31")
    assert is_said(house.dan)  # that cover was over long ago
    record.run(add_policy, desk, **cover, effective_from="2026-04-01")
    assert not is_said(house.dan)


@pytest.mark.parametrize("is_checkpointed", [True, False])
def test_searching_among_eighty_thousand_clients_takes_a_moment(record, desk, house, is_checkpointed):
    number = 80_000
    rows = pa.table(
        {
            "client_id": [f"c-{i:06}" for i in range(number)],
            "given_name": [f"Given{'abcdefghij'[i % 10]}{i % 900}" for i in range(number)],
            "family_name": [f"Fàmily{i % 7001}" for i in range(number)],
            "birth_date": [date(1930 + i % 80, 1 + i % 12, 1 + i % 28) for i in range(number)],
            "phone": [f"+1 555 {i + 1_000_000}" for i in range(number)],
            "email": [f"c{i}@example.org" for i in range(number)],
            "location_id": ["loc-elm"] * number,
            "created_at": [record.clock().replace(tzinfo=None)] * number,
            "created_date": [date(2026, 3, 2)] * number,
            "is_active": [True] * number,
        }
    )
    bulk = Command("bulk", Permission.OPERATE, lambda work: work.insert_many("clients", rows))
    record.run(bulk, SYSTEM)
    if is_checkpointed:
        with record.standing_still():
            pass
    with record.read() as reader:
        scan = min(_seconds(lambda: reader.value("select sum(length(given_name || family_name)) from clients"), 7))
        for text in ("family3 givenc", "nobody at all", "5551077777", "fàm", "1984-02-29", ""):
            ratio = min(_seconds(lambda text=text: queries.search_clients(reader, desk, text), 7)) / scan
            # Measured: 3 to 20 times a plain scan of two columns. A join or a sort per row would be hundreds.
            assert ratio < 100, f"{text!r} took {ratio:.0f} times a plain scan"


def _seconds(what, times):
    took = []
    for _ in range(times):
        started = time.perf_counter()
        what()
        took.append(time.perf_counter() - started)
    return took
