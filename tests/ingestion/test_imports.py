"""Files of earlier systems: every row accounted for, twice is once, and broken ones say which row and why."""

from datetime import date, datetime

import duckdb
import pytest

from ingestion.imports import import_file
from ingestion.imports.holding import hold_batch, landed_batches
from practice.errors import Refusal
from practice.home import Home

MAPPING = """
name: old_system
zone: America/New_York
late_notice_hours: 24
columns:
  appointment_id: Id
  client_id: Client
  provider_id: Provider
  booked_at: {column: Booked, format: "%Y-%m-%d %H:%M"}
  starts_at: {column: [Day, Time], format: "%d/%m/%Y %H:%M"}
  duration_minutes: Minutes
  cancelled_at: {column: Cancelled, format: "%Y-%m-%d %H:%M"}
  status: Status
statuses:
  "Came": completed
  "Missed": no_show
  "Booked": scheduled
  "Show": {outcome: completed, basis: default}
  "Cancelled": {outcome: cancelled, cancelled_by: client}
"""
HEADER = "Id,Client,Provider,Booked,Day,Time,Minutes,Cancelled,Status"
GOOD = "1,77.0,P1,2026-01-05 10:00,02/02/2026,09:00,50,,Came"


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def import_rows(home, tmp_path):
    """Writes rows below the header and imports them with the mapping above."""
    (tmp_path / "old.yml").write_text(MAPPING)

    def run(*rows, encoding="utf-8", name="old.csv", **options):
        file = tmp_path / name
        file.write_text("\n".join((HEADER, *rows)) + "\n", encoding=encoding)
        return import_file(home, tmp_path / "old.yml", file, **options)

    return run


def landed(home, entity="appointments"):
    found = duckdb.sql(f"select * from read_parquet('{home.landing}/imports/*/{entity}/*.parquet') order by all")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def adds_up(report):
    return report.read == report.loaded + report.merged + report.rejected + report.ignored


def test_a_row_becomes_one_canonical_appointment(home, import_rows):
    report = import_rows(GOOD)
    (row,) = landed(home)
    assert (row["client_id"], row["attendee_id"], row["source"]) == ("77", "1", "old_system")
    assert (row["starts_at"], row["ends_at"]) == (datetime(2026, 2, 2, 14), datetime(2026, 2, 2, 14, 50))
    assert (row["start_date"], row["booked_date"]) == (date(2026, 2, 2), date(2026, 1, 5))
    assert (row["outcome"], row["outcome_basis"], row["flags"]) == ("completed", "stated", None)
    assert row["known_at"] == report.as_known_at == datetime(2026, 2, 3, 4, 59, 59)


def test_importing_the_same_file_twice_changes_nothing(home, import_rows):
    import_rows(GOOD, "x,,P1,,,,,,Came")
    before = {path: path.read_bytes() for path in home.landing.rglob("*.*")}
    again = import_rows(GOOD, "x,,P1,,,,,,Came")
    assert (again.batch_id, again.ignored, again.rejected) == (None, 1, 1)
    assert {path: path.read_bytes() for path in home.landing.rglob("*.*")} == before


def test_a_later_export_merges_what_changed_and_an_older_one_does_not_undo_it(home, import_rows):
    old = GOOD.replace("Came", "Booked")
    import_rows(old, as_known_at="2026-02-01")
    newer = import_rows(GOOD, as_known_at="2026-03-01")
    older = import_rows(old, as_known_at="2026-02-01")
    assert (newer.merged, newer.reasons) == (1, {"changed_since_earlier_import": 1})
    assert (older.ignored, older.reasons, older.batch_id) == (1, {"newer_export_loaded": 1}, None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (GOOD.replace("02/02/2026", "31/02/2026"), "broken_starts_at"),
        (GOOD.replace("2026-01-05 10:00", "yesterday"), "broken_booked_at"),
        (GOOD.replace("02/02/2026", "02/02/0226"), "broken_starts_at"),
        (GOOD.replace("77.0", "2.98725E+13"), "scientific_notation_client_id"),
        (GOOD.replace("77.0", ""), "missing_client_id"),
        (GOOD.replace("02/02/2026,09:00", ","), "missing_start"),
        (GOOD.replace(",50,", ",5.4,"), "broken_duration_minutes"),
        (GOOD + ",too,many", "wrong_number_of_columns"),
    ],
)
def test_a_broken_row_is_rejected_by_name_and_number_and_the_rest_loads(home, import_rows, row, reason):
    report = import_rows("2,8,P2,2026-01-05 10:00,02/02/2026,09:00,50,,Came", row)
    assert (report.loaded, report.rejected, report.reasons) == (1, 1, {reason: 1})
    assert report.examples[0].startswith("Row 3: ")
    assert [(r["file_row"], r["disposition"], r["reason"]) for r in landed(home, "rows")] == [
        (2, "loaded", None),
        (3, "rejected", reason),
    ]


def test_a_file_in_another_encoding_loses_only_the_rows_that_show_it(import_rows):
    report = import_rows(GOOD, "2,José,P2,2026-01-05 10:00,02/02/2026,09:00,50,,Came", encoding="latin-1")
    assert (report.loaded, report.reasons) == (1, {"not_utf_8": 1})
    assert report.examples == ("Row 3: the row is not utf-8 text; name the file's encoding in the mapping.",)


def test_odd_rows_load_with_a_flag(home, import_rows):
    report = import_rows(
        "1,93779.52927,P1,2026-01-05 10:00,02/02/2026,09:00,50,,Came",
        "2,8,P1,2026-02-05 10:00,02/02/2026,09:30,50,,Came",
    )
    assert report.flagged == 2
    assert [row["flags"] for row in landed(home)] == ["fractional_id", "booked_after_visit,overlaps"]


@pytest.mark.parametrize("minutes", ["-5", "0", "2000"])
def test_a_visit_of_an_impossible_length_loads_without_it(home, import_rows, minutes):
    assert import_rows(GOOD.replace(",50,", f",{minutes},")).flags == {"odd_duration": 1}
    (row,) = landed(home)
    assert (row["duration_minutes"], row["ends_at"], row["outcome"]) == (None, None, "completed")


def test_an_unknown_status_is_unresolved_and_kept(home, import_rows):
    report = import_rows(GOOD.replace("Came", "Wobbled"))
    (row,) = landed(home)
    assert (row["outcome"], row["source_status"], row["flags"]) == ("unresolved", "Wobbled", "unknown_status")
    assert report.loaded == 1


@pytest.mark.parametrize(
    ("status", "as_known_at", "outcome"),
    [
        ("Booked", "2026-02-01", "scheduled"),
        ("Booked", "2026-02-03", "unresolved"),
        ("Show", "2026-02-01", "scheduled"),
        ("Show", "2026-02-03", "unresolved"),
    ],
)
def test_what_nobody_stated_is_judged_by_when_the_file_was_exported(home, import_rows, status, as_known_at, outcome):
    import_rows(GOOD.replace("Came", status), as_known_at=as_known_at)
    assert landed(home)[0]["outcome"] == outcome


@pytest.mark.parametrize(
    ("cancelled", "outcome", "is_late", "notice"),
    [
        ("2026-02-01 10:00", "late_cancelled", True, 23 * 60),
        ("2026-02-01 09:00", "cancelled", False, 24 * 60),
        ("", "cancelled", None, None),
    ],
)
def test_a_cancellation_is_late_only_where_its_notice_is_known(home, import_rows, cancelled, outcome, is_late, notice):
    import_rows(f"1,77,P1,2026-01-05 10:00,02/02/2026,09:00,50,{cancelled},Cancelled")
    (row,) = landed(home)
    assert (row["outcome"], row["is_late"], row["notice_minutes"]) == (outcome, is_late, notice)


def test_rows_repeated_in_the_file_are_counted_once(home, import_rows):
    report = import_rows(GOOD.replace("Came", "Booked"), GOOD, GOOD, "", "")
    assert (report.loaded, report.merged, report.ignored) == (1, 1, 3)
    assert report.reasons == {"blank_row": 2, "later_row_of_same_id": 1, "repeated_row": 1}
    assert adds_up(report)
    assert [row["outcome"] for row in landed(home)] == ["completed"]


def test_a_dry_run_counts_and_writes_nothing(home, import_rows):
    report = import_rows(GOOD, dry_run=True)
    assert (report.loaded, report.batch_id) == (1, None)
    assert landed(home) == []


def test_the_winter_and_summer_hours_of_the_zone_are_kept_apart(home, import_rows):
    import_rows(GOOD, GOOD.replace("1,77.0", "2,77.0").replace("02/02", "02/07"))
    assert [row["starts_at"].hour for row in landed(home)] == [14, 13]


def test_a_held_batch_is_out_of_sight_and_its_mended_file_can_come_again(home, import_rows):
    batch = import_rows(GOOD)
    hold_batch(home, batch.source, batch.batch_id, ["it looked wrong"])
    assert (landed(home), landed_batches(home)) == ([], [])
    assert import_rows(GOOD).loaded == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("client_id: Client", "client_id: Customer"), "old.csv has no column 'Customer'"),
        (("zone: America/New_York", "zone: Mars/Base"), "zone: 'Mars/Base' is not an IANA time zone"),
        (("name: old_system", "name: old_system\ncolour: red"), "unknown key 'colour'; the keys are name, title"),
        (("provider_id: Provider", "therapist: Provider"), "columns: unknown key 'therapist'"),
        (('"Came": completed', '"Came": attended'), "statuses: Came: outcome 'attended' is none of completed"),
        (('"Came": completed', "No: completed"), "each of statuses is a text in quotes"),
        (("late_notice_hours: 24", "as_known_at: soon"), "as_known_at must be a date such as"),
        (("late_notice_hours: 24", "file: {encoding: klingon}"), "'klingon' is not an encoding"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_one_sentence(home, tmp_path, change, sentence):
    (tmp_path / "old.yml").write_text(MAPPING.replace(*change))
    (tmp_path / "old.csv").write_text(f"{HEADER}\n{GOOD}\n")
    with pytest.raises(Refusal) as refused:
        import_file(home, tmp_path / "old.yml", tmp_path / "old.csv")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_or_format_that_is_not_there_is_refused(home, tmp_path):
    with pytest.raises(Refusal, match="There is no file"):
        import_file(home, "noshow_brazil", tmp_path / "none.csv")
    with pytest.raises(Refusal, match="neither a shipped mapping"):
        import_file(home, "nonesuch", tmp_path / "none.csv")
    with pytest.raises(Refusal, match="can't name a source"):
        import_file(home, "noshow_brazil", tmp_path / "none.csv", source="record")


def test_a_folder_stands_for_the_one_file_in_it(home, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    with pytest.raises(Refusal, match="it holds: none"):
        import_file(home, "noshow_brazil", folder)
    (folder / "appointments.csv").write_text(
        "PatientId,AppointmentID,ScheduledDay,AppointmentDay,No_show\n1.0,10,2016-04-29 18:38:08,2016-04-29,No\n"
    )
    (folder / "SOURCE.md").write_text("where it is from")
    assert import_file(home, "noshow_brazil", folder).loaded == 1
    (folder / "more.csv").write_text("x\n1\n")
    with pytest.raises(Refusal, match=r"appointments\.csv, more\.csv"):
        import_file(home, "noshow_brazil", folder)
