"""Codes: lists that the practice loads, what clients are diagnosed with, what a charge points to."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.billing import commands
from practice.billing.code_files import bare, dotted, read_codes
from practice.billing.queries import coding
from practice.errors import Conflict, NotFound, NotPermitted, Refusal
from practice.people import commands as commands_of_people

# As the publisher writes it: number, code, 1 = billable, short words, long words.
ORDER = "\n".join(
    f"{number:05} {code:<7} {flag} {words[:60]:<60} {words}"
    for number, (code, flag, words) in enumerate(
        [
            ("F41", 0, "Other anxiety disorders"),
            ("F410", 1, "Panic disorder [episodic paroxysmal anxiety]"),
            ("F411", 1, "Generalized anxiety disorder"),
            ("F418", 1, "Other specified anxiety disorders"),
            ("I10", 1, "Essential (primary) hypertension"),
        ],
        1,
    )
)


@pytest.fixture
def listed(desk, owner):
    """The ICD-10-CM list of October 2025 is loaded."""
    return desk.run(commands.load_codes, who=owner, kind="icd10", text=ORDER)


@pytest.fixture
def doctor(as_role):
    return as_role("provider", provider_id="prov-moss")


def diagnose(desk, code, *, client="client-ada", **more):
    return desk.run(commands.add_diagnosis, client_id=client, code=code, **more)


# Lists


def test_the_order_file_says_which_codes_can_be_billed(listed, record):
    assert (listed["from_date"], listed["loaded"], listed["rejected"]) == ("2025-10-01", 5, 0)
    with record.read() as reader:
        found = coding.code_list(reader, "icd10", date(2026, 3, 2))
        assert coding.listed(reader, found["code_list_id"], "F41")["is_billable"] is False
        assert coding.code_list(reader, "icd10", date(2025, 9, 30)) is None


def test_of_codes_alone_a_code_with_others_below_it_is_a_category():
    found = read_codes("icd10", "1\nA00-A09\nA00\nA000\nA001\nI10\nQA0\nQA08\nwhat is this\nanxiety\n")
    assert found.codes == {
        "A00": (None, False),
        "A000": (None, True),
        "A001": (None, True),
        "I10": (None, True),
        "QA0": (None, False),
        "QA08": (None, True),
    }
    assert (found.headings, found.rejected) == (2, ["line 9", "line 10"])


def test_the_practices_own_list_is_code_and_words():
    found = read_codes(
        "cpt", 'code,description\n90834,"Psychotherapy, 45 minutes"\n90837,Psychotherapy 60 minutes\n??\n'
    )
    assert found.codes == {"90834": ("Psychotherapy, 45 minutes", True), "90837": ("Psychotherapy 60 minutes", True)}
    assert (found.headings, found.rejected) == (1, ["line 4"])


@given(st.from_regex(r"[A-TV-Z][0-9][0-9A-Z][0-9A-Z]{0,4}", fullmatch=True))
def test_a_code_is_the_same_with_and_without_its_dot(code):
    assert bare(dotted(code)) == code == bare(code) == bare(dotted(code).lower())


def test_the_same_file_loaded_twice_is_loaded_once(listed, desk, owner):
    again = desk.run(commands.load_codes, who=owner, kind="icd10", text=ORDER)
    assert (again["is_new"], again["code_list_id"]) == (False, listed["code_list_id"])
    assert len(desk.rows("select * from listed_codes")) == 5


def test_a_file_without_codes_is_refused_whole(desk, owner):
    with pytest.raises(Refusal, match=r"No code was found in this file; it has codes like F41.1, one a line"):
        desk.run(commands.load_codes, who=owner, kind="icd10", text="minutes of the meeting\n")


# Diagnoses


def test_a_diagnosis_takes_the_lists_words_and_comes_last(listed, desk, doctor):
    first = desk.run(commands.add_diagnosis, who=doctor, client_id="client-ada", code="f411")
    diagnose(desk, "I10", from_date="2025-11-03")
    assert (first["code"], first["description"], first["warning"]) == ("F41.1", "Generalized anxiety disorder", None)
    rows = desk.rows("select code, rank, from_date, diagnosed_by from client_diagnoses order by rank")
    assert [(row["code"], row["rank"]) for row in rows] == [("F41.1", 1), ("I10", 2)]
    assert rows[0]["diagnosed_by"] == "prov-moss"


@pytest.mark.parametrize(
    ("code", "sentence", "alternatives"),
    [
        ("F41", "F41 is a category, which cannot be billed; choose a code below it: F41.0, F41.1, F41.8.", "F41.0 F41.1 F41.8"),
        ("F41.9", "F41.9 is not in the ICD-10-CM list of 2025-10-01; of F41 it has F41.0, F41.1, F41.8.", "F41.0 F41.1 F41.8"),
        ("Z99.9", "Z99.9 is not in the ICD-10-CM list of 2025-10-01; check the code.", ""),
        ("anxiety", "anxiety is not written like an ICD-10-CM code; write it like F41.1.", ""),
    ],
)  # fmt: skip
def test_a_code_that_cannot_be_billed_is_refused_by_name(listed, desk, code, sentence, alternatives):
    with pytest.raises(Refusal) as refused:
        diagnose(desk, code)
    assert (str(refused.value), refused.value.alternatives) == (sentence, tuple(alternatives.split()))


def test_without_a_list_the_code_is_taken_with_a_warning(desk):
    with pytest.raises(Refusal, match=r"Write what F41.1 means"):
        diagnose(desk, "F41.1")
    answer = diagnose(desk, "F41.1", description="Generalized anxiety disorder")
    assert answer["warning"].startswith("No ICD-10-CM list is in force on 2026-03-02, so codes are not checked")


def test_the_same_diagnosis_stands_once_at_a_time(listed, desk):
    kept = diagnose(desk, "F41.1")["diagnosis_id"]
    with pytest.raises(Conflict, match=r"F41.1 is recorded from 2026-03-02 on already"):
        diagnose(desk, "F41.1", from_date="2026-02-01")
    desk.run(commands.withdraw_diagnosis, diagnosis_id=kept)
    assert diagnose(desk, "F41.1", from_date="2026-02-01")


def test_who_neither_makes_nor_bills_diagnoses_sees_none(desk, as_role, record):
    with record.read() as reader, pytest.raises(NotPermitted):
        coding.client_diagnoses(reader, as_role("analyst"), "client-ada")
    with pytest.raises(NotFound):
        desk.run(
            commands.add_diagnosis, who=as_role("provider", provider_id="prov-reed"), client_id="client-ada", code="I10"
        )


# Charges


def coded(desk, charge):
    return [
        (row["position"], row["code"], row["pointer"])
        for row in desk.rows("select * from charge_diagnoses where charge_id = ? order by position", charge)
    ]


def test_a_charge_takes_the_diagnoses_of_its_day_in_their_order(listed, desk):
    diagnose(desk, "I10", from_date="2026-01-05", until_date="2026-02-01")
    diagnose(desk, "F41.0", from_date="2026-01-05")
    first = diagnose(desk, "F41.1", from_date="2026-03-02")["diagnosis_id"]
    desk.run(commands.put_diagnosis_first, diagnosis_id=first)
    assert coded(desk, desk.charged("client-ada")) == [(1, "F41.1", 1), (2, "F41.0", 2)]
    assert coded(desk, desk.charged("client-ada", day=date(2026, 1, 20))) == [(1, "I10", 1), (2, "F41.0", 2)]


def test_chosen_diagnoses_pointers_modifiers_and_units(listed, desk):
    for code in ("F41.0", "F41.1", "I10"):
        diagnose(desk, code, from_date="2026-01-05")
    charge = desk.run(
        commands.charge_visit,
        attendee_id=desk.sees("client-ada"),
        diagnoses=["F41.1", "I10"],
        pointers=[2],
        modifiers="95 gt",
        units=2,
    )["charge_id"]
    assert coded(desk, charge) == [(1, "F41.1", None), (2, "I10", 1)]
    assert desk.rows("select units, amount_minor, modifiers, place_of_service from charges") == [
        {"units": 2, "amount_minor": 300_00, "modifiers": "95,GT", "place_of_service": "11"}
    ]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"diagnoses": ["F41.8"]}, "F41.8 is not among the client's diagnoses on 2026-03-02"),
        ({"pointers": [2]}, "points to one to four of its diagnoses by their places, 1 to 1"),
        ({"modifiers": "95,95"}, "at most four modifiers, each of them once"),
        ({"modifiers": "TELE"}, "A modifier has two letters or digits"),
        ({"units": 0}, "Units are a whole number from 1 to 999"),
    ],
)
def test_a_charge_that_is_coded_wrong_is_refused(listed, desk, asked, sentence):
    diagnose(desk, "F41.1")
    with pytest.raises(Refusal, match=sentence):
        desk.run(commands.charge_visit, attendee_id=desk.sees("client-ada"), **asked)
    assert desk.rows("select * from charges") == []


def test_a_service_whose_code_is_not_in_the_list_of_that_day_is_refused(desk, owner):
    desk.run(commands.load_codes, who=owner, kind="cpt", text="90834,Psychotherapy 45 minutes\n")
    with pytest.raises(Refusal, match="V50 is not in the practice's code list of 2026-01-01"):
        desk.charged("client-ada")
    assert desk.charged("client-ada", day=date(2025, 12, 30))


def test_what_a_charge_left_out_is_said_later_once(listed, desk):
    charge = desk.charged("client-ada")
    with pytest.raises(Refusal, match="no diagnosis of 2026-03-02 or before"):
        desk.run(commands.code_charge, charge_id=charge)
    diagnose(desk, "F41.1", from_date="2026-03-01")
    assert desk.run(commands.code_charge, charge_id=charge, modifiers="95", diagnoses=["F41.1"])["diagnoses"] == [
        "F41.1"
    ]
    with pytest.raises(Conflict, match="has its diagnoses"):
        desk.run(commands.code_charge, charge_id=charge)


def test_a_diagnosis_said_with_the_charges_is_recorded_from_their_first_day_and_put_on_those_without(listed, desk):
    charges = [desk.charged("client-ada", day=date(2026, 3, day)) for day in (2, 1)]
    answer = desk.run(commands.diagnose_charges, charge_ids=charges, code="f411")
    assert answer == {"charges": 2, "code": "F41.1"}
    assert [coded(desk, charge) for charge in charges] == [[(1, "F41.1", 1)]] * 2
    assert desk.rows("select code, from_date::text as day from client_diagnoses") == [
        {"code": "F41.1", "day": "2026-03-01"}
    ]
    later = desk.charged("client-ada")  # has it already
    assert desk.run(commands.diagnose_charges, charge_ids=[later])["charges"] == 0
    with pytest.raises(Refusal, match="of different clients"):
        desk.run(commands.diagnose_charges, charge_ids=[later, desk.charged("client-dan")])


def test_a_charge_is_made_anew_with_the_right_diagnoses_and_stays_paid_as_it_was(listed, desk):
    """Ben's 150.00: 20.00 of them his copay, 15.00 of which he paid. The same stands after the correction."""
    for code in ("F41.1", "I10"):
        diagnose(desk, code, client="client-ben", from_date="2026-01-05")
    visit = desk.sees("client-ben")
    harbor, ben = "payer:payer-harbor", "client:client-ben"
    old = desk.run(commands.charge_visit, attendee_id=visit, diagnoses=["I10"], modifiers="95")["charge_id"]
    desk.transfers(old, harbor, ben, 20_00)
    payment = desk.receives(ben, 15_00, on=[(old, 15_00)])
    with pytest.raises(Refusal, match="Say why"):
        desk.run(commands.recode_charge, charge_id=old, diagnoses=["F41.1"], reason=None)
    answer = desk.run(commands.recode_charge, charge_id=old, diagnoses=["F41.1", "I10"], reason="Wrong one first")
    new = answer["charge_id"]
    assert answer["replaces_id"] == old
    assert coded(desk, new) == [(1, "F41.1", 1), (2, "I10", 2)]
    assert (desk.due(new, harbor), desk.due(new, ben), desk.due(old)) == (130_00, 5_00, 0)
    assert desk.rows("select sum(amount_minor)::bigint as paid from allocations where payment_id = ?", payment) == [
        {"paid": 15_00}
    ]
    [row] = desk.rows("select modifiers, amount_minor, status from charges where charge_id = ?", new)
    assert (row["modifiers"], row["amount_minor"], row["status"]) == ("95", 150_00, "posted")
    assert desk.rows("select sum(debit_minor - credit_minor)::bigint as b from postings") == [{"b": 0}]


def test_what_holds_a_charge_as_it_is_is_named(listed, desk):
    diagnose(desk, "F41.1", from_date="2026-01-05")
    charge = desk.charged("client-ada")
    desk.adjusts(charge, "client:client-ada", "courtesy", 10_00)
    with pytest.raises(Conflict, match="take the adjustment back first"):
        desk.run(commands.recode_charge, charge_id=charge, diagnoses=[])
    other = desk.charged("client-ada")
    desk.invoices(other)
    with pytest.raises(Conflict, match="void invoice 1 first"):
        desk.run(commands.recode_charge, charge_id=other, diagnoses=[])


def test_a_missed_visit_is_not_coded(listed, desk):
    diagnose(desk, "F41.1")
    assert coded(desk, desk.charged("client-ada", status="no_show")) == []


def test_a_charge_carries_the_services_modifiers_unless_it_says_otherwise(desk, owner):
    desk.run(commands_of_people.change_service, who=owner, service_id="svc-visit", modifiers="95")
    desk.charged("client-ada")
    desk.run(commands.charge_visit, attendee_id=desk.sees("client-dan"), modifiers="")
    assert {row["modifiers"] for row in desk.rows("select modifiers from charges")} == {"95", None}
