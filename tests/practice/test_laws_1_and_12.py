"""Law 1: one command = one transaction = one audit entry. Law 12: navigation hides, the command refuses."""

from __future__ import annotations

import importlib
import importlib.util
import json
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import PEOPLE_ROLES, ROLES, SYSTEM, Actor, Permission
from practice.audit.verify import verify
from practice.errors import Conflict, NotPermitted, Refusal
from practice.people.commands import add_client, add_location, add_room, change_location, set_practice
from practice.store.record import COMMANDS, Command, Record
from practice.store.tables import TABLES
from practice.store.work import plain

# Every module of the business that can define a command, so that a new one is held to law 12 the day it is written.
for room in (
    "people",
    "access",
    "scheduling",
    "billing",
    "online",
    "messages",
    "calendars",
    "insurance",
    "notes",
    "cards",
    "paper_mail",
):
    package = importlib.import_module(f"practice.{room}") if importlib.util.find_spec(f"practice.{room}") else None
    for module in pkgutil.walk_packages(package.__path__ if package else (), f"practice.{room}."):
        importlib.import_module(module.name)

REFUSED = sorted(
    (role, name) for name, command in COMMANDS.items() for role in PEOPLE_ROLES if command.needs not in ROLES[role]
)


def actor(role):
    return Actor(f"user-{role}", role)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One empty record for all refusals: they leave nothing behind."""
    record = Record(tmp_path_factory.mktemp("laws") / "record.duckdb")
    yield record
    record.close()


@pytest.mark.parametrize(("role", "name"), REFUSED)
def test_a_role_without_the_permission_is_refused(shared, role, name):
    with pytest.raises(NotPermitted, match="ask a manager or the owner"):
        shared.run(COMMANDS[name], actor(role))
    with shared.read() as reader:
        assert reader.value("select count(*) from audit_entries") == 0


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_inside_another_asks_for_its_own_permission(shared, name):
    needs = COMMANDS[name].needs
    lacking = [role for role in PEOPLE_ROLES if needs not in ROLES[role]]
    # The outer command needs something that the role has; the inner one must still refuse.
    for role in lacking:
        outer = Command("outer", Permission.OWN_PASSWORD, lambda work: COMMANDS[name](work))
        with pytest.raises(NotPermitted):
            shared.run(outer, actor(role))


def test_the_registry_is_full_enough_for_this_test_to_mean_something():
    assert {"set_practice", "add_client", "add_policy", "add_user", "disable_user", "open_session"} <= set(COMMANDS)
    assert {role for role, _ in REFUSED} == set(PEOPLE_ROLES)


def test_every_command_has_a_docstring_and_its_own_name():
    for name, command in COMMANDS.items():
        assert name == command.function.__name__ == command.name
        assert command.function.__doc__, name


# Law 1 ----------------------------------------------------------------------------------------------------------------


class TripError(Exception):
    """A fault in the middle of a command."""


def _trips(work, *, after, inner):
    """Does `after` things and then falls over: by a refusal, a fault of our own, or one of the store."""
    for number in range(after):
        add_location(work, name=f"Half {number} {work.new_id()}", zone="Europe/Berlin")
    if inner == "refusal":
        raise Refusal("No.")
    if inner == "fault":
        raise TripError
    if inner == "store":
        work.insert("settings", {"name": None, "value": "x"})
    return work.rows("select no_such_column from settings")


TRIPS = Command("trips", Permission.SET_UP, _trips)

steps = st.one_of(
    st.tuples(st.just("location"), st.integers(0, 4)),
    st.tuples(st.just("rename"), st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.just("room"), st.integers(0, 4), st.integers(0, 3)),
    st.tuples(st.just("practice"), st.sampled_from(["USD", "EUR", "XXX"])),
    st.tuples(st.just("client"), st.integers(0, 3)),
    st.tuples(st.just("trip"), st.integers(0, 3), st.sampled_from(["refusal", "fault", "store", "query"])),
    st.tuples(st.just("repeat"), st.integers(0, 2)),
)


def _do(record, step):
    """Run a step; True if it was done, False if it was refused or fell over."""
    kind, *values = step
    with record.read() as reader:
        places = [row["location_id"] for row in reader.rows("select location_id from locations order by name")]
    place = places[values[0] % len(places)] if places and isinstance(values[0], int) else "nowhere"
    calls = {
        "location": lambda: record.run(add_location, SYSTEM, name=f"Place {values[0]}", zone="Europe/Berlin"),
        "rename": lambda: record.run(change_location, SYSTEM, location_id=place, name=f"Place {values[1]}"),
        "room": lambda: record.run(add_room, SYSTEM, location_id=place, name=f"Room {values[1]}"),
        "practice": lambda: record.run(set_practice, SYSTEM, name="Elm", zone="UTC", currency=values[0]),
        "client": lambda: record.run(
            add_client, SYSTEM, given_name="Ada", family_name=f"Birch{values[0]}", location_id=place
        ),
        "trip": lambda: record.run(TRIPS, SYSTEM, after=values[0], inner=values[1]),
        "repeat": lambda: record.run(
            add_location, SYSTEM, key=f"key-{values[0]}", name=f"Twice {values[0]}", zone="Europe/Berlin"
        ),
    }
    try:
        calls[kind]()
    except (Refusal, TripError, duckdb.Error):
        return False
    return True


def _everything(record):
    with record.read() as reader:
        tables = [row["table_name"] for row in reader.rows("select table_name from duckdb_tables() order by all")]
        return {table: sorted(map(str, reader.rows(f"select * from {table}"))) for table in tables}


@settings(max_examples=30)
@given(st.lists(steps, min_size=6, max_size=14))
def test_whatever_is_tried_rows_audit_and_feed_agree_and_nothing_is_half_done(tmp_path_factory, tried):
    record = Record(tmp_path_factory.mktemp("law1") / "r.duckdb", clock=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
    try:
        keys_done = set()
        after = _everything(record)
        for step in tried:
            before = after
            is_done = _do(record, step)
            after = _everything(record)
            is_repeat = step[0] == "repeat" and step[1] in keys_done
            if not is_done or is_repeat:
                assert after == before, step
            else:
                assert len(after["audit_entries"]) == len(before["audit_entries"]) + 1
            if is_done and step[0] == "repeat":
                keys_done.add(step[1])
        assert verify(record) == []
        _assert_feed_and_audit_tell_the_rows(record)
    finally:
        record.close()


def _assert_feed_and_audit_tell_the_rows(record):
    """Playing back the feed, and the audit trail, gives the tables as they are."""
    with record.read() as reader:
        fed = {(row["table_name"], row["key"]): json.loads(row["row"]) for row in reader.rows("select * from changes order by seq")}  # fmt: skip
        audited = {}
        for entry in reader.rows("select changes from audit_entries order by seq"):
            for change in json.loads(entry["changes"]):
                audited.setdefault((change["table"], change["key"]), {}).update(change["after"])
        for table in ("settings", "locations", "rooms", "clients"):
            spec = TABLES[table]
            rows = {row[spec.key]: row for row in reader.rows(f"select * from {table}")}
            assert {key for name, key in fed if name == table} == set(rows)
            for key, row in rows.items():
                said = {name: plain(row[name]) for name in spec.fed if name not in spec.told}
                told = {name: any(row[one] is not None for one in columns) for name, columns in spec.told.items()}
                assert fed[table, key] == said | told
                assert audited[table, key] == {name: plain(value) for name, value in row.items()}


def test_a_command_sent_twice_under_its_key_is_done_once(record, house, owner):
    first = record.run(add_room, owner, key="k", location_id=house.location, name="Blue")
    assert record.run(add_room, owner, key="k", location_id=house.location, name="Blue") == first
    with pytest.raises(Conflict, match="reload"):
        record.run(add_room, owner, key="k", location_id=house.location, name="Green")


def test_a_key_is_its_sender_s_own(record, house, owner, as_role):
    record.run(add_room, owner, key="k", location_id=house.location, name="Blue")
    with pytest.raises(Conflict, match="reload"):
        record.run(add_room, as_role("manager"), key="k", location_id=house.location, name="Blue")


def test_a_refused_command_leaves_its_key_free(record, house, owner):
    with pytest.raises(Refusal):
        record.run(add_room, owner, key="k", location_id=house.location, name="")
    record.run(add_room, owner, key="k", location_id=house.location, name="Blue")


def test_eight_threads_with_one_key_do_it_once_and_hear_the_same(record, house, owner):
    def send(_):
        return record.run(add_room, owner, key="one form", location_id=house.location, name="Blue")["room_id"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    with record.read() as reader:
        assert reader.value("select count(*) from rooms where name = 'Blue'") == len(answers) == 1
        assert reader.value("select count(*) from audit_entries where idempotency_key = 'one form'") == 1


def test_eight_threads_at_once_leave_one_whole_chain(record, house, owner):
    def send(number):
        try:
            record.run(add_room, owner, location_id=house.location, name=f"Room {number % 12}")
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(send, range(48)))
    assert done == 10  # rooms 1 and 2 were there
    assert verify(record) == []


def test_the_audit_entry_says_who_what_and_why(record, house, owner):
    record.run(change_location, owner, reason="we moved", location_id=house.location, address="2 Elm Street")
    with record.read() as reader:
        entry = reader.one("select * from audit_entries order by seq desc limit 1")
    assert (entry["actor_id"], entry["actor_role"], entry["command"]) == ("user-owner", "owner", "change_location")
    assert entry["reason"] == "we moved"
    assert json.loads(entry["changes"]) == [
        {
            "table": "locations",
            "key": house.location,
            "before": {"address": "1 Elm Street"},
            "after": {"address": "2 Elm Street"},
        }
    ]
