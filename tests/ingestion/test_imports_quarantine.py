"""Rejected rows can be looked at: where they are, why, and the one value at fault, but nothing about a person."""

from datetime import datetime

import pytest

from ingestion.imports import import_file
from ingestion.imports.holding import hold_batch
from ingestion.imports.quarantine import QuarantinedRow, import_batches, quarantined
from practice.home import Home
from tests.ingestion.exports import CLINIC, CLINIC_FILES, LEDGER, LEDGER_FILES, LEDGER_HEADER, write_export


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def import_clinic(home, tmp_path):
    def run(**files):
        changed = {f"{name}.csv": [CLINIC_FILES[f"{name}.csv"][0], *lines] for name, lines in files.items()}
        return import_file(home, *write_export(tmp_path, CLINIC, CLINIC_FILES | changed))

    return run


def test_a_rejected_row_shows_its_place_its_column_its_value_and_its_reason(home, import_clinic):
    report = import_clinic(people=["0001,Ada,1", "1.29E+11,Bo,2"])
    assert quarantined(home) == [
        QuarantinedRow(
            source="clinic", batch_id=report.batch_id, file="people.csv", row=3, column="id", value="1.29E+11",
            reason="the client_id is in scientific notation, so digits are lost; export it as text",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("v9,0001,008,99:99,seen", "slot.day + came", "2026-06-01 99:99"),
        ("v9,0001,008,Ada Bright,seen", "slot.day + came", "2026-06-01 xxx xxxxxx"),  # a row that slipped by a column
        (",0001,008,,seen", "visit", None),
        ("v9,0001,008,,seen,Ada Bright", None, None),
    ],
)
def test_only_mapped_columns_are_shown_and_letters_in_times_are_masked(home, import_clinic, line, column, value):
    import_clinic(visits=[line])
    (row,) = quarantined(home)
    assert (row.file, row.row, row.column, row.value) == ("visits.csv", 2, column, value)


def test_a_row_in_another_encoding_shows_no_value(home, tmp_path):
    path, export = write_export(tmp_path, CLINIC, CLINIC_FILES)
    (export / "people.csv").write_bytes("id,name,phone\n0001,José,1\n0002,Bo,2\n".encode("latin-1"))
    import_file(home, path, export)
    (row,) = quarantined(home)
    assert (row.row, row.column, row.value) == (2, None, None)
    assert row.reason == "the row is not utf-8 text; name the file's encoding in the mapping"


def test_a_ledger_row_shows_the_type_or_amount_that_is_at_fault(home, tmp_path):
    lines = [LEDGER_HEADER, "1,,c1,p1,2026-01-06,gift,cash,ins,5.00,", "2,,c1,p1,2026-01-06,charge,,ins,1.29E+3,"]
    import_file(home, *write_export(tmp_path, LEDGER, LEDGER_FILES | {"lines.csv": lines}))
    assert [(row.column, row.value) for row in quarantined(home)] == [
        ("type + method", "gift cash"), ("amount", "1.29E+3"),
    ]  # fmt: skip


def test_batches_say_what_they_brought_and_why_one_is_held(home, import_clinic, tmp_path):
    first = import_clinic()
    hold_batch(home, "clinic", first.batch_id, ["It looked wrong."])
    import_file(home, *write_export(tmp_path, LEDGER, LEDGER_FILES))
    newest, held = import_batches(home)
    assert (newest.source, newest.files, newest.held_because) == (
        "books",
        ("payers.csv", "claims.csv", "lines.csv"),
        (),
    )
    assert (held.batch_id, held.held_because) == (first.batch_id, ("It looked wrong.",))
    assert held.counts == {"read": 6, "loaded": 6, "merged": 0, "rejected": 0, "ignored": 0}
    assert isinstance(held.imported_at, datetime)
    assert held.known_at == first.as_known_at


def test_the_rows_of_a_held_batch_and_of_one_source_can_be_looked_at(home, import_clinic):
    report = import_clinic(people=["1.29E+11,Bo,2"])
    hold_batch(home, "clinic", report.batch_id, ["It looked wrong."])
    assert [row.value for row in quarantined(home, "clinic")] == ["1.29E+11"]
    assert quarantined(home, "books") == []


def test_a_home_without_imports_has_nothing_to_look_at(home):
    assert (import_batches(home), quarantined(home)) == ([], [])
