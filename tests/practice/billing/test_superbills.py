"""Superbills: only visits that took place, each with a diagnosis of its day; frozen, and corrected by a new version."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from practice.access.permissions import SYSTEM
from practice.billing import commands, queries
from practice.billing.diagnoses import add_diagnosis
from practice.billing.documents import pdf
from practice.billing.papers.data import as_csv
from practice.billing.superbills import issue_superbill, why_not
from practice.errors import NotFound, Refusal
from practice.insurance.claim_facts import set_claim_sender
from practice.people.identities import set_practice_identity, set_provider_identity
from practice.people.providers import change_provider

ADA = "client:client-ada"


@pytest.fixture
def ready(desk, owner):
    """The practice and Dr. Moss say who they are; Ada is diagnosed since 16 February."""
    desk.run(set_practice_identity, who=owner, tax_id="12-3456789", npi="1234567893")
    desk.run(change_provider, who=owner, provider_id="prov-moss", npi="1245319599")
    desk.run(
        set_provider_identity, who=owner, provider_id="prov-moss", credentials="PhD", license_number="PSY 4711",
        license_state="ny",
    )  # fmt: skip
    diagnosed(desk, "F41.1", "Generalized anxiety disorder", "2026-02-16")
    return desk


def diagnosed(desk, code, words, day, client="client-ada"):
    about = {"client_id": client, "code": code, "description": words, "from_date": day}
    return desk.run(add_diagnosis, who=SYSTEM, **about)["diagnosis_id"]


def superbill(desk, **about):
    answer = desk.run(issue_superbill, **about)
    with desk.record.read() as reader:
        return answer, queries.document(reader, desk.who, answer["document_id"])


def text_of(says):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf([says]))).pages).split())


def test_a_month_of_visits_has_every_field_that_an_insurer_asks_for(ready):
    """By hand: 150.00 on 20 February (80.00 paid, 10.00 off), 60.00 on 27 February; what was missed is not on it."""
    first = ready.charged("client-ada", day=date(2026, 2, 20))
    diagnosed(ready, "F32.0", "Mild depressive episode", "2026-02-25")
    ready.charged("client-ada", day=date(2026, 2, 27), service="svc-group", amount=60_00)
    ready.charged("client-ada", day=date(2026, 2, 24), status="no_show")
    ready.charged("client-ada", day=date(2026, 3, 2))  # another month
    ready.receives(ADA, 80_00, on=[(first, 80_00)])
    ready.adjusts(first, ADA, "courtesy", 10_00)
    answer, says = superbill(ready, client_id="client-ada", month="2026-02")
    assert (answer["number"], answer["version"]) == (1, 1)
    assert [
        (line["service_date"], line["place_of_service"], line["code"], line["diagnoses"], line["units"],
         line["fee_minor"], line["paid_minor"])
        for line in says["lines"]
    ] == [
        ("2026-02-20", "11", "V50", ["F41.1"], 1, 150_00, 80_00),
        ("2026-02-27", "11", "G60", ["F41.1", "F32.0"], 1, 60_00, 0),
    ]  # fmt: skip
    assert [says[f"{name}_minor"] for name in ("total", "adjusted", "paid", "open")] == [210_00, 10_00, 80_00, 120_00]
    text = text_of(says)
    for wanted in (
        "Superbill", "Ada Birch", "Born 1990-05-17", "Dr. Ines Moss, PhD", "NPI 1245319599", "license PSY 4711 (NY)",
        "Tax id 12-3456789", "NPI 1234567893", "1 Elm Street", "F32.0 Mild depressive episode", "11 office",
        "Signature of the provider", "Paid by the client $80.00", "Balance $120.00", "This is not a bill",
    ):  # fmt: skip
        assert wanted in text
    assert as_csv(says).splitlines()[2].startswith("2026-02-27,11,G60,,F41.1 F32.0,Group")


def test_one_visit_and_its_correction_which_names_the_older_one(ready):
    visit = ready.sees("client-ada", day=date(2026, 2, 20))
    charge = ready.charges(visit)
    first, says = superbill(ready, attendee_id=visit)
    assert superbill(ready, attendee_id=visit)[0] == first | {"is_new": False}
    ready.run(commands.void_charge, charge_id=charge)
    with pytest.raises(NotFound, match="attended visits, once charged"):
        ready.run(issue_superbill, attendee_id=visit)
    ready.charges(visit, 120_00)
    newer, corrected = superbill(ready, attendee_id=visit)
    assert (newer["number"], newer["version"], corrected["replaces"]["number"]) == (2, 2, 1)
    assert "In place of No. 1" in text_of(corrected)
    with ready.record.read() as reader:
        assert queries.document(reader, ready.who, first["document_id"]) == says


@pytest.mark.parametrize(
    "status", [{"status": "no_show"}, {"status": "cancelled", "cancelled_by": "client", "is_late": True}]
)
def test_law_what_was_missed_is_never_on_a_superbill(ready, status):
    ready.charged("client-ada", day=date(2026, 2, 20), **status)
    with pytest.raises(NotFound, match="No visit that took place was charged in February 2026"):
        ready.run(issue_superbill, client_id="client-ada", month="2026-02")


def test_a_visit_that_turned_out_not_to_have_taken_place_is_not_on_it_either(ready):
    visit = ready.sees("client-ada", day=date(2026, 2, 20))
    ready.charges(visit)
    ready.record._connection.execute("update attendees set status = 'no_show' where attendee_id = ?", [visit])
    with pytest.raises(NotFound):
        ready.run(issue_superbill, attendee_id=visit)


def test_a_diagnosis_must_be_dated_on_or_before_the_visit(ready):
    ready.charged("client-ada", day=date(2026, 2, 15))
    with pytest.raises(Refusal, match="on or before the visit of 2026-02-15"):
        ready.run(issue_superbill, client_id="client-ada", month="2026-02")
    diagnosed(ready, "F43.2", "Adjustment disorder", "2026-02-15")
    assert superbill(ready, client_id="client-ada", month="2026-02")[1]["lines"][0]["diagnoses"] == ["F43.2"]


def test_what_lacks_is_said_at_once_and_a_payers_visits_are_not_asked_for_twice(desk):
    diagnosed(desk, "F41.1", "Anxiety", "2026-01-02")
    visit = desk.sees("client-ada")
    desk.charges(visit)
    with desk.record.read() as reader:
        sentence = why_not(reader, client_id="client-ada", attendee_id=visit)
    assert sentence == (
        "An insurer would send this back, because it lacks the practice's tax id (Set-up, Places), the NPI of"
        " Dr. Ines Moss (Set-up, Providers), the credentials and license of Dr. Ines Moss (Set-up, Providers)."
    )
    desk.charged("client-ben")
    with pytest.raises(Refusal, match="We ask the payer"):
        desk.run(issue_superbill, client_id="client-ben", month="2026-03")
    for month in (None, "2026-13", "March"):
        with pytest.raises(Refusal, match="A month is written like"):
            desk.run(issue_superbill, client_id="client-ada", month=month)


def test_what_no_identity_can_be(desk, owner):
    for command, about, sentence in [
        (set_practice_identity, {"tax_id": "1234"}, "nine digits"),
        (set_practice_identity, {"tax_id": None, "npi": "1234567890"}, "not an NPI"),
        (
            set_provider_identity,
            {"provider_id": "prov-moss", "credentials": None, "license_number": "1", "license_state": None},
            "write both",
        ),
        (
            set_provider_identity,
            {"provider_id": "prov-moss", "credentials": None, "license_number": "1", "license_state": "New York"},
            "two letters",
        ),
    ]:
        with pytest.raises(Refusal, match=sentence):
            desk.run(command, who=owner, **about)


def test_a_familys_visit_that_one_of_them_attended_is_on_the_identified_clients_superbill(ready):
    shared = {"billing_unit": "appointment"}
    ready.sees("client-ada", day=date(2026, 2, 20), status="no_show", is_identified=True, **shared)
    ready.sees("client-cora", day=date(2026, 2, 20), appointment="apt-1", is_identified=False, **shared)
    ready.charges("att-1")
    assert len(superbill(ready, client_id="client-ada", month="2026-02")[1]["lines"]) == 1


def test_papers_and_claims_never_differ_in_the_tax_id(ready, owner):
    about = {
        "name": "Elm", "npi": "1245319599", "tax_id": "98-7654321", "taxonomy": "103TC0700X", "contact_name": "Sam",
        "phone": "555 010 0199", "submitter_code": "ELM", "receiver_name": "Clear", "receiver_code": "CLR",
    }  # fmt: skip
    ready.run(set_claim_sender, who=owner, **about)
    ready.charged("client-ada", day=date(2026, 2, 20))
    says = superbill(ready, client_id="client-ada", month="2026-02")[1]
    assert (says["tax_id"], says["practice_npi"]) == ("987654321", "1245319599")
    with pytest.raises(Refusal, match="change them there"):
        ready.run(set_practice_identity, who=owner, tax_id="12-3456789")
