"""The audit trail: whoever edits, deletes, cuts or reorders it is found out."""

from __future__ import annotations

import shutil
from datetime import datetime

import duckdb
import pytest

from practice.access.permissions import SYSTEM
from practice.audit.chain import entry_hash
from practice.audit.verify import feed_findings, verify
from practice.errors import NotPermitted, Refusal
from practice.people.commands import add_location, change_location
from practice.store.feed import feed_head
from practice.store.record import Record
from practice.store.work import Reader

TRIGGERS = (
    "audit_is_never_changed",
    "audit_is_never_deleted",
    "changes_are_never_changed",
    "changes_are_never_deleted",
)


@pytest.fixture
def history(record, clock):
    """Six entries, a minute apart."""
    for number in range(5):
        location = record.run(add_location, SYSTEM, name=f"Place {number}", zone="Europe/Berlin", reason="opening")
        clock.forward(minutes=1)
    record.run(change_location, SYSTEM, location_id=location["location_id"], address="1 Elm Street")
    return feed_head(record)


@pytest.fixture
def tampered(record, history, tmp_path):
    """`tampered("update …", anchors)` gives what the verifier finds after somebody took the triggers off and did that
    to a copy of the file."""

    def _tampered(*statements, anchors=None):
        copy = tmp_path / "copy.duckdb"
        with record.standing_still():
            pass
        record.close()
        shutil.copyfile(record.path, copy)
        connection = duckdb.connect(str(copy))
        for trigger in TRIGGERS:
            table = "audit_entries" if "audit" in trigger else "changes"
            connection.execute(f"drop trigger {trigger} on {table}")
        for statement in statements:
            connection.execute(statement)
        found = verify(Reader(connection, datetime(2026, 3, 2)), anchors)
        connection.close()
        return found

    return _tampered


def test_a_history_that_nobody_touched_is_whole(record, history):
    assert verify(record, {history.audit_seq: history.audit_hash, 0: ""}) == []
    with record.read() as reader:
        assert verify(reader) == []


def test_an_empty_record_is_whole(record):
    assert verify(record) == []


def test_only_those_who_may_verify_do(record, as_role):
    with pytest.raises(NotPermitted):
        verify(record, actor=as_role("front_desk"))
    assert verify(record, actor=as_role("manager")) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", "'somebody-else'"),
        ("reason", "null"),
        ("changes", "'[]'"),
        ("happened_at", "happened_at - interval 1 day"),
        ("command", "'nothing'"),
        ("result", "'{}'"),
    ],
)
def test_an_edited_entry_is_found_and_named(tampered, column, value):
    found = tampered(f"update audit_entries set {column} = {value} where seq = 3")
    assert "Entry 3 was edited after it was written." in found


def test_a_deleted_entry_is_found_and_named(tampered):
    assert tampered("delete from audit_entries where seq = 3")[0] == "Entry 3 is missing; the next one is 4."


def test_a_deleted_first_entry_is_found(tampered):
    assert tampered("delete from audit_entries where seq = 1")[0] == "Entry 1 is missing; the next one is 2."


def test_a_cut_tail_is_found_by_what_was_written_down_elsewhere(tampered, history):
    cut = ("delete from audit_entries where seq > 4", "delete from changes where seq > 4")
    assert tampered(*cut, anchors={history.audit_seq: history.audit_hash}) == [
        "Entry 6 is gone that was written down elsewhere."
    ]


def test_a_chain_that_was_forged_from_some_point_on_does_not_match_what_was_written_down(record, history):
    with record.read() as reader:
        entries = reader.rows("select * from audit_entries order by seq")
    entries[3]["reason"] = "forged"
    for number in range(3, 6):
        entries[number]["prev_hash"] = entries[number - 1]["hash"]
        entries[number]["hash"] = entry_hash(entries[number])
    from practice.audit.chain import findings

    assert findings(entries) == []
    assert findings(entries, {6: history.audit_hash}) == ["Entry 6 is not the one that was written down elsewhere."]


def test_entries_in_another_order_are_found_and_named(tampered):
    found = tampered(
        "create table swapped as select * from audit_entries",
        "update swapped set seq = case seq when 3 then 4 when 4 then 3 else seq end",
        "drop table audit_entries",
        "alter table swapped rename to audit_entries",
    )
    assert "Entry 3 does not follow the entry before it." in found
    assert "Entry 4 was edited after it was written." in found


def test_a_change_that_no_command_made_is_found_and_named(tampered):
    found = tampered("insert into changes select 99, table_name, key, op, row, 1, known_at, 9 from changes limit 1")  # fmt: skip
    assert found == ["Change 99 belongs to no command."]


def test_changes_out_of_order_are_found(tampered):
    found = tampered("update changes set audit_seq = 1 where seq = 4")
    assert found == ["Change 4 is not at its command's place in the feed."]


def test_a_doubled_change_is_found(tampered):
    assert tampered("insert into changes from changes where seq = 2") == ["Change 2 is there twice."]


def test_a_clock_that_was_set_back_is_no_finding(record, history, clock):
    clock.to("2026-03-02T14:00")
    record.run(add_location, SYSTEM, name="Again", zone="Europe/Berlin")
    assert verify(record) == []
    assert feed_findings([5, 1, 5], [(1, 1, 5), (2, 2, 1), (3, 3, 5)]) == []
    assert feed_findings([5, 1], [(1, 1, 5), (2, 2, 1), (3, 3, 5)]) != []


def test_loaded_history_was_known_before_its_command_and_never_after():
    assert feed_findings([100], [(1, 1, 7), (2, 1, 100)]) == []
    assert feed_findings([100], [(1, 1, 101)]) == ["Change 1 belongs to no command."]


def test_the_store_itself_refuses_to_edit_its_history(record, history):
    for sql in (
        "update audit_entries set reason = 'x'",
        "delete from audit_entries",
        "update changes set op = 'tombstone'",
        "delete from changes",
    ):
        with pytest.raises(Refusal, match="append-only"):
            record.housekeeping(sql)
    assert verify(record) == []


def test_a_long_history_is_read_in_batches(tmp_path, clock):
    long = Record(tmp_path / "long.duckdb", clock=clock)
    from practice.access.permissions import Permission
    from practice.audit import queries
    from practice.store.record import Command

    nothing = Command("nothing", Permission.OPERATE, lambda work: {})
    for _ in range(25):
        long.run(nothing, SYSTEM)
    batch, queries._BATCH = queries._BATCH, 4
    try:
        assert verify(long, {25: feed_head(long).audit_hash}) == []
    finally:
        queries._BATCH = batch
        long.close()
