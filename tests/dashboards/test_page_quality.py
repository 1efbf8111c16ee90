"""Data quality: what passed, what failed and with which rows, what is left to mend, what imports left behind."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from dashboards import runtime
from dashboards.components.quality.concerns import concerns
from dashboards.components.quality.imports import as_csv, filtered
from dashboards.components.quality.results import at_bar, kept, since, standing, trend
from dashboards.components.quality.site import docs_archive
from dashboards.components.quality.words import age, numbers_concerned
from expectations.check import CRITICAL, WARNING, CheckResult
from expectations.concerns import OF_TABLE
from expectations.results import write_results
from ingestion.imports.quarantine import ImportBatch, QuarantinedRow
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import open_empty
from tests.dashboards.published import TODAY, publish, refuse

WHEN = datetime(2026, 3, 2, 13)
ROLES = ["owner", "manager", "biller", "analyst"]
PASSED = CheckResult("the_ledger_agrees_to_the_cent", CRITICAL, True, "Every account stands alike.", "", 0, value=0)
LATE = CheckResult(
    "money_arrives_as_usual", WARNING, False, "Money arrives as usual.", "charges, 2026-02-27, 0, 20", 1,
    concerns=OF_TABLE["charges"], value=1, sample='[{"table_name": "charges", "rows_landed": 0, "usual_rows": 20}]',
)  # fmt: skip
BROKEN = CheckResult("visits_agree_by_status", CRITICAL, False, "Visits agree.", "status completed", 3, value=3)
HELD = CheckResult("an_import_fits_its_mapping", CRITICAL, False, "It fits.", "rejected 9", 1, "old_system/7")
ROWS = [
    QuarantinedRow("old_system", "7", "visits.csv", 4, "Day", "31/02/2024", "the date does not exist"),
    QuarantinedRow("old_system", "7", "visits.csv", 9, "Id", "=1.2E+12", "the id is in scientific notation"),
    QuarantinedRow("other", "8", "slots.csv", 2, None, None, "the date does not exist"),
]
BATCHES = [
    ImportBatch(source, batch, source.title(), (file,), WHEN, WHEN, {"read": 9, "loaded": 9 - rejected, "rejected": rejected})
    for source, batch, file, rejected in (("old_system", "7", "visits.csv", 2), ("other", "8", "slots.csv", 1))
]  # fmt: skip


def keep(running, build_id, *results, door="served", when=WHEN):
    """Those results are kept for a build."""
    write_results(running.home, build_id, door, results, when)


@pytest.fixture
def built(running):
    """A published build whose checks passed but for a warning."""
    keep(running, publish(running.home), PASSED, LATE)
    return running


@pytest.fixture
def imported(built, monkeypatch):
    """Two imports with three quarantined rows."""
    monkeypatch.setattr("dashboards.components.quality.imports.import_batches", lambda home: BATCHES)
    monkeypatch.setattr("dashboards.components.quality.imports.quarantined", lambda home: ROWS)
    return built


def shown(app, column):
    """The page's table that has that column."""
    return next(found.value for found in app.dataframe if column in found.value)


def tiles(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("role", ROLES)
def test_it_opens_for_each_role_that_sees_numbers(open_page, built, role):
    app = open_page("quality", role)
    assert not app.exception
    assert tiles(app)["Checks passed"] == "1 of 2"
    assert tiles(app)["Warnings"] == "1"


@pytest.mark.parametrize("role", ["front_desk", "provider"])
def test_who_may_not_see_numbers_is_refused(open_page, built, role):
    app = open_page("today", role)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page("app_pages/quality.py").run()


def test_before_the_first_build_it_says_so(record, tmp_path, monkeypatch):
    app = open_empty(record, tmp_path, monkeypatch, "quality", "owner")
    assert not app.exception
    assert "Nothing has been built yet" in texts(app)


def test_when_all_passed_it_says_when(open_page, running):
    keep(running, publish(running.home), PASSED)
    app = open_page("quality", "owner")
    assert "All 1 check passed" in texts(app)
    assert "published on 2 Mar, 08:00" in texts(app)
    assert not [label for label in labels(app) if label == "Rows" and "money" in label]


def test_a_refused_build_is_said_with_what_is_served_instead(open_page, built):
    keep(built, "zz-refused", BROKEN, when=WHEN + timedelta(hours=1))
    refuse(built.home, "Visits agree. They do not.")
    said = texts(open_page("quality", "owner"))
    assert "1 check refused it" in said
    assert "Pages go on showing the build of 2 Mar, 08:00" in said
    assert "**Visits agree.**" in said


def test_a_failed_check_shows_what_was_found_since_when_what_it_concerns_and_its_rows(open_page, built):
    app = open_page("quality", "owner")
    line = next(caption.value for caption in app.caption if "charges, 2026-02-27" in caption.value)
    assert "since 2 Mar, 08:00 (1 build)" in line
    concerned = line.split("concerns ")[1]
    assert "Accounts receivable" in concerned
    assert "Completed visits" not in concerned
    app.button(key="rows:money_arrives_as_usual:record").click().run()
    assert not app.exception
    rows = shown(app, "Usual rows")
    assert rows.to_dict("records") == [{"Table name": "charges", "Rows landed": 0, "Usual rows": 20}]


def test_the_checks_can_be_searched_and_taken_by_door(open_page, built):
    app = open_page("quality", "owner")
    app.text_input(key="quality_search").input("ledger agrees").run()
    assert list(shown(app, "Check")["Check"]) == ["the_ledger_agrees_to_the_cent"]
    app.text_input(key="quality_search").input("")
    app.segmented_control(key="quality_door").set_value("What arrived").run()
    assert shown(app, "Check").empty


def test_the_visits_to_mend_open(open_page, built):
    visit = {
        "source": "record", "attendee_id": "att-9", "client_id": "client-ada", "provider_id": "prov-moss",
        "location_id": "loc-elm", "start_date": TODAY - timedelta(3), "is_unresolved": True, "outcome": "unresolved",
        "source_status": "scheduled",
    }  # fmt: skip
    odd = visit | {"source": "old_system", "is_unresolved": False, "flags": "booked_after_start,fractional_id"}
    publish(built.home, rows={"fct_appointments": [visit, odd]})
    app = open_page("quality", "owner")
    app.button(key="work:unresolved").click().run()
    assert not app.exception
    rows = shown(app, "Visit")
    assert list(rows["Client"]) == ["Ada Birch"]
    app = open_page("quality", "analyst")
    app.button(key="work:old_system:fractional_id").click().run()
    assert not app.exception
    assert list(shown(app, "Visit")["Client"]) == ["client-ada"]


def test_the_quarantine_can_be_filtered_by_source_and_reason(open_page, imported):
    app = open_page("quality", "owner")
    assert len(shown(app, "Reason")) == 3
    assert list(shown(app, "Rejected")["Rejected"]) == [2, 1]
    app.selectbox(key="quarantine_source").set_value("old_system").run()
    app.selectbox(key="quarantine_reason").set_value("the date does not exist").run()
    assert not app.exception
    assert shown(app, "Reason").to_dict("records") == [
        {"Source": "old_system", "File": "visits.csv", "Row": 4, "Column": "Day", "Value": "31/02/2024",
         "Reason": "the date does not exist"},
    ]  # fmt: skip


def test_what_stands_in_a_foreign_file_is_for_who_may_import_it(open_page, imported):
    assert "Value" not in shown(open_page("quality", "analyst"), "Reason")


def test_the_download_has_what_is_shown_and_no_formula():
    told = as_csv(filtered(ROWS, "old_system", None), is_value_shown=True).splitlines()
    assert told[0] == "source,file,row,column,value,reason"
    assert told[2] == "old_system,visits.csv,9,Id,'=1.2E+12,the id is in scientific notation"
    assert "31/02" not in as_csv(ROWS, is_value_shown=False)


def test_the_data_docs_can_be_taken_along(open_page, built):
    assert open_page("quality", "owner").get("download_button")
    with zipfile.ZipFile(io.BytesIO(docs_archive(built.home))) as packed:
        assert packed.namelist() == ["data-docs/index.html", "data-docs/served.html"]


def test_a_warning_stands_beside_the_numbers_it_concerns_and_no_others(built, running):
    warehouse = runtime.current().warehouse
    (sentence,) = concerns(warehouse, "charged")
    assert sentence == "Money arrives as usual. It does not: charges, 2026-02-27, 0, 20."
    assert concerns(warehouse, "days_in_ar_gross") == [sentence]
    assert concerns(warehouse, "completed_visits") == []
    assert concerns(warehouse, "charged", source="old_system") == []
    assert concerns(warehouse, "no_such_metric") == []


def test_a_warning_of_a_refused_build_is_not_one_of_what_is_served(running):
    keep(running, publish(running.home), PASSED)
    keep(running, "zz-refused", LATE)
    assert concerns(runtime.current().warehouse, "charged") == []


def test_what_stands_is_the_last_validation_of_each_door_and_of_each_import(running):
    keep(running, "b1", PASSED, LATE)
    keep(running, "b1", HELD, door="landing")
    keep(running, "b2", BROKEN, PASSED, when=WHEN + timedelta(hours=1))
    now = standing(kept(running.home))
    assert [(row.check_name, row.state) for row in now.itertuples()] == [
        ("an_import_fits_its_mapping", "failed"),
        ("visits_agree_by_status", "failed"),
        ("the_ledger_agrees_to_the_cent", "passed"),
    ]


def test_a_failure_is_dated_from_when_it_began_without_a_break(running):
    for hour, result in enumerate([LATE, PASSED, LATE, LATE]):
        named = CheckResult("c", WARNING, result.success, "S.", "", 0)
        keep(running, f"b{hour}", named, when=WHEN + timedelta(hours=hour))
    assert since(kept(running.home), "served", "c", "record") == (WHEN + timedelta(hours=2), 2)


def test_a_day_counts_each_check_once_by_its_worst_result(running):
    keep(running, "b1", PASSED, LATE)
    keep(running, "b2", PASSED, when=WHEN + timedelta(hours=1))
    keep(running, "b3", PASSED, BROKEN, when=WHEN + timedelta(days=1))
    frame = kept(running.home)
    days = trend(frame, "America/New_York", is_daily=True)
    assert [(row.label, row.state, row.checks) for row in days.itertuples()] == [
        ("2 Mar", "passed", 1), ("2 Mar", "warned", 1), ("3 Mar", "failed", 1), ("3 Mar", "passed", 1),
    ]  # fmt: skip
    assert len(trend(frame, "America/New_York", is_daily=False).key.unique()) == 3
    picked = at_bar(frame, "America/New_York", is_daily=True, key="2026-03-03")
    assert list(picked.check_name) == ["visits_agree_by_status", "the_ledger_agrees_to_the_cent"]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "just now"), (12, "12 min ago"), (125, "2 hours ago"), (3 * 24 * 60, "3 days ago")]
)
def test_ages_are_said_as_people_say_them(minutes, said):
    assert age(WHEN - timedelta(minutes=minutes), WHEN) == said


def test_many_concerned_numbers_are_named_by_the_first():
    named = {f"ar_{n}": f"AR {n}" for n in range(8)}
    assert numbers_concerned(["ar_*"], named, {}) == "AR 0, AR 1, AR 2, AR 3, AR 4 and 3 more"
    assert numbers_concerned(["*"], named, {}) == "every number"
    assert numbers_concerned(["fct_charges"], named, {}) == ""
