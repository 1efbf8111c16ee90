"""A folder of an earlier system: several files, each row of each accounted for, joined where one names another."""

from datetime import date, datetime

import pytest

from ingestion.imports import import_file
from practice.errors import Refusal
from practice.home import Home
from tests.ingestion.exports import CLINIC, CLINIC_FILES, landed, write_export


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def import_clinic(home, tmp_path):
    """Imports the clinic's folder with some files' lines replaced."""

    def run(mapping=CLINIC, files=None, **options):
        path, export = write_export(tmp_path, mapping, CLINIC_FILES | (files or {}))
        return import_file(home, path, export, **options)

    return run


def counts(report):
    return {file.file: (file.read, file.loaded, file.merged, file.rejected, file.ignored) for file in report.files}


def test_each_file_gives_what_the_mapping_says(home, import_clinic):
    report = import_clinic()
    assert counts(report) == dict.fromkeys(CLINIC_FILES, (2, 2, 0, 0, 0))
    assert (report.read, report.loaded) == (6, 6)
    first = landed(home, "slots")[0]
    assert (first["slot_id"], first["location_id"], first["is_taken"]) == ("007", "main", True)
    assert (first["start_date"], first["wall_start"]) == (date(2026, 6, 1), datetime(2026, 6, 1, 9))
    assert [row["client_id"] for row in landed(home, "clients")] == ["0001", "0002"]


def test_a_visit_takes_its_time_and_provider_from_its_slot(home, import_clinic):
    import_clinic()
    seen, missed = landed(home, "appointments")
    assert (seen["provider_id"], seen["starts_at"]) == ("D1", datetime(2026, 6, 1, 8))  # summer time in London
    assert (seen["arrived_at"], missed["arrived_at"]) == (datetime(2026, 6, 1, 7, 52), None)


def test_a_visit_whose_slot_is_not_there_is_rejected_for_want_of_a_time(import_clinic):
    report = import_clinic(files={"visits.csv": [CLINIC_FILES["visits.csv"][0], "v1,0001,999,08:52,seen"]})
    assert report.reasons == {"missing_start": 1}
    assert report.examples == ("visits.csv, row 2: the start has no date or no time.",)


def test_names_and_contacts_never_land(home, import_clinic):
    import_clinic()
    landing = b"".join(path.read_bytes() for path in home.landing.rglob("*.*"))
    everything = str([landed(home, entity) for entity in ("clients", "rows", "names", "quarantine")])
    for private in ("Ada", "Bright", "555-0100"):
        assert private not in everything
        assert private.encode() not in landing


def test_a_file_that_grew_brings_its_new_rows_and_those_that_changed(home, import_clinic):
    import_clinic(as_known_at="2026-06-02")
    lines = [CLINIC_FILES["visits.csv"][0], "v1,0001,007,08:52,seen", "v2,0002,007,,seen", "v3,0001,008,,planned"]
    again = import_clinic(files={"visits.csv": lines}, as_known_at="2026-06-03")
    assert counts(again) == {"slots.csv": (2, 0, 0, 0, 2), "people.csv": (2, 0, 0, 0, 2), "visits.csv": (3, 1, 1, 0, 1)}
    assert again.reasons == {"already_loaded": 5, "changed_since_earlier_import": 1}
    assert len(landed(home, "appointments")) == 4
    assert len(landed(home, "slots")) == 2
    assert import_clinic(files={"visits.csv": lines}, as_known_at="2026-06-03").batch_id is None


def test_files_that_the_mapping_has_no_use_for_are_named(tmp_path, import_clinic):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "diagnoses.csv").write_text("x\n1\n")
    assert import_clinic().left_out == ("diagnoses.csv",)


def test_a_broken_row_of_any_file_is_rejected_alone(import_clinic):
    report = import_clinic(
        files={
            "slots.csv": [*CLINIC_FILES["slots.csv"], "009,D1,2026-06-01,09:30,Maybe"],
            "people.csv": [*CLINIC_FILES["people.csv"], "1.29E+11,Cy,1", ",Di,2"],
        }
    )
    assert report.reasons == {"broken_is_taken": 1, "missing_client_id": 1, "scientific_notation_client_id": 1}
    assert counts(report) == {
        "slots.csv": (3, 2, 0, 1, 0),
        "people.csv": (4, 2, 0, 2, 0),
        "visits.csv": (2, 2, 0, 0, 0),
    }


def test_an_id_that_stands_twice_counts_once_and_its_last_row_wins(home, import_clinic):
    header, first, second = CLINIC_FILES["slots.csv"]
    report = import_clinic(files={"slots.csv": [header, first, second, second, first.replace("False", "True")]})
    assert report.reasons == {"later_row_of_same_id": 1, "repeated_row": 1}
    assert {row["slot_id"]: row["is_taken"] for row in landed(home, "slots")} == {"007": False, "008": False}


def test_a_missing_file_or_column_is_one_sentence(tmp_path, home, import_clinic):
    with pytest.raises(Refusal, match=r"^people\.csv has no column 'id', which the mapping clinic reads"):
        import_clinic(files={"people.csv": ["person,name"]})
    path, export = write_export(tmp_path, CLINIC, CLINIC_FILES)
    with pytest.raises(Refusal, match=r"reads slots\.csv and people\.csv and visits\.csv: name the folder that holds"):
        import_file(home, path, export / "slots.csv")
    (export / "people.csv").unlink()
    with pytest.raises(Refusal, match=r"has no people\.csv, which the mapping clinic reads; it holds: slots\.csv"):
        import_file(home, path, export)


def test_a_dry_run_of_a_folder_counts_and_keeps_nothing(home, import_clinic):
    report = import_clinic(dry_run=True)
    assert (report.loaded, report.batch_id) == (6, None)
    assert [landed(home, entity) for entity in ("slots", "clients", "appointments")] == [[], [], []]


def test_progress_names_the_steps(import_clinic):
    said = []
    import_clinic(progress=said.append)
    assert said == ["reading ids, dates and amounts", "comparing with what is loaded", "writing the batch"]
