"""Claims out: what is missing is said before, the file says what was meant, nothing is asked for twice."""

from __future__ import annotations

import json
from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.billing.authorisations import add_authorisation
from practice.errors import Conflict, Refusal
from practice.insurance import claim_facts
from practice.insurance import sent_claim_queries as sent
from practice.insurance.claim_checks import check_claims
from practice.insurance.claim_queries import to_claim
from practice.insurance.claim_reading import read_claims
from practice.insurance.claims import correct_claim, leave_out_of_claims, send_claims, void_claim
from practice.insurance.denial_queries import denials
from practice.insurance.envelopes import read
from practice.insurance.filing_queries import file_by
from practice.money import Currency
from practice.people.commands import add_payer, add_policy
from tests.practice.insurance.claims import REED_NPI, address, furnish
from tests.practice.insurance.conftest import BEN, HARBOR
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_x12 import SHARED, needs_samples

USD = Currency.of("USD")


def listed(desk):
    with desk.record.read() as reader:
        return to_claim(reader, desk.who)


def send_all(desk):
    """Send whatever is ready; answers the file's text and its claims."""
    ready = [row for row in listed(desk) if row["state"] == "ready"]
    answer = desk.run(send_claims, claims=[{name: row[name] for name in ("charge_ids", "payer_id")} for row in ready])
    with desk.record.read() as reader:
        _, text = sent.file_text(reader, answer["claim_file_id"])
    return text


def body(text):
    """The segments between ST and SE, without line breaks."""
    segments = [one for one in text.replace("\n", "").split("~") if one]
    return segments[3:-3]


def states(desk, **options):
    with desk.record.read() as reader:
        return [(row["control_number"], row["state"]) for row in sent.claims_sent(reader, desk.who, **options)]


def test_what_is_missing_is_said_in_words_before_anything_is_sent(desk):
    desk.charged("client-ben")
    [row] = listed(desk)
    assert (row["state"], row["client_name"]) == ("incomplete", "Ben Alder")
    said = row["problem"]
    for part in (
        "not said yet who bills", "has no payer code", "kind of cover Harbor Health gives", "sex, as the payer has it",
        "client's postal address", "name for claims and taxonomy", "provider's NPI is missing", "no diagnosis",
        "V50 is no procedure code",
    ):  # fmt: skip
        assert part in said, said
    with pytest.raises(Refusal, match="is not ready"):
        desk.run(send_claims, claims=[{"charge_ids": row["charge_ids"], "payer_id": row["payer_id"]}])
    assert desk.rows("select * from claim_files") == []


def first_looks(desk):
    return [(row["is_clean"], row["failed"]) for row in desk.rows("select * from claim_checks order by known_at")]


def test_the_first_look_at_a_claim_is_kept_whatever_is_put_right_after_it(desk):
    desk.charged("client-ben")
    assert desk.run(check_claims) == {"entered": 0, "clean": 0}  # nobody has said who bills: no claims are sent
    assert [row["is_checked"] for row in listed(desk)] == [True]
    desk.run(
        claim_facts.set_claim_sender, who=SYSTEM, name="Elm Street Practice", npi="1234567893", tax_id="12-3456789",
        taxonomy="251S00000X", contact_name="Bo Biller", phone="(212) 555-0142", submitter_code="ELM1",
        receiver_name="Clearing House", receiver_code="CLEAR1",
    )  # fmt: skip
    assert [row["is_checked"] for row in listed(desk)] == [False]
    assert desk.run(check_claims) == {"entered": 1, "clean": 0}
    furnish(desk)
    failed = "practice_address payer_code kind_of_cover sex client_address provider_name provider_npi no_diagnosis procedure_code"
    assert desk.run(check_claims) == {"entered": 0, "clean": 0}
    assert first_looks(desk) == [(False, failed)]
    assert [row["is_checked"] for row in listed(desk)] == [True]


def test_a_claim_that_is_sent_unseen_was_clean(desk):
    furnish(desk)
    desk.charged("client-ben")
    send_all(desk)
    assert first_looks(desk) == [(True, None)]


def test_each_payer_takes_claims_for_its_own_time_and_the_most_urgent_comes_first(desk):
    """The visit was on 2 March: a year from it is 2 March 2027, 60 days are 1 May."""
    furnish(desk)
    desk.charged("client-ben")
    [row] = listed(desk)
    assert (row["file_by_date"], row["days_left"]) == (date(2027, 3, 2), 365)
    with pytest.raises(Refusal, match="days to file a claim"):
        desk.run(claim_facts.set_payer_days, who=SYSTEM, payer_id="payer-harbor", filing_days=0, appeal_days=90)
    desk.run(claim_facts.set_payer_days, who=SYSTEM, payer_id="payer-harbor", filing_days=60, appeal_days=90)
    [row] = listed(desk)
    assert (row["file_by_date"], row["days_left"]) == (date(2026, 5, 1), 60)


def test_where_another_payer_comes_first_the_time_runs_from_its_answer():
    made = {
        "payer": {"payer_id": "payer-harbor"}, "lines": [{"day": date(2026, 3, 2)}],
        "other_payers": [{"paid_date": "2026-04-10"}],
    }  # fmt: skip
    assert file_by(made, {"payer-harbor": 60}) == date(2026, 6, 9)  # 20 days of April, 31 of May, 9 of June


def test_a_claim_by_hand(desk):
    furnish(desk)
    desk.charged("client-ben")
    text = send_all(desk)
    assert text.startswith("ISA*00*          *00*          *ZZ*ELM1           *ZZ*CLEAR1         *260302*0900*^*00501*")
    assert body(text) == [
        "BHT*0019*00*1*20260302*0900*CH",
        "NM1*41*2*ELM STREET PRACTICE*****46*ELM1",
        "PER*IC*BO BILLER*TE*2125550142",
        "NM1*40*2*CLEARING HOUSE*****46*CLEAR1",
        "HL*1**20*1",
        "PRV*BI*PXC*251S00000X",
        "NM1*85*2*ELM STREET PRACTICE*****XX*1234567893",
        "N3*1 ELM STREET",
        "N4*NEW YORK*NY*100011234",
        "REF*EI*123456789",
        "HL*2*1*22*0",
        "SBR*P*18*******CI",
        "NM1*IL*1*ALDER*BEN****MI*H-100",
        "N3*7 OAK LANE",
        "N4*NEW YORK*NY*100011234",
        "DMG*D8*19900517*M",
        "NM1*PR*2*HARBOR HEALTH*****PI*HARB1",
        "CLM*D00000001*150.00***11:B:1*Y*A*Y*Y",
        "HI*ABK:F411*ABF:F330",
        "NM1*82*1*MOSS*INES****XX*1003000126",
        "PRV*PE*PXC*103TC0700X",
        "LX*1",
        "SV1*HC:90834*150.00*UN*1***1:2",
        "DTP*472*D8*20260302",
        "REF*6R*D00000001-1",
    ]
    assert states(desk) == [("D00000001", "submitted")]
    assert listed(desk) == []


def test_nothing_is_asked_for_twice(desk):
    furnish(desk)
    charge = desk.charged("client-ben")
    send_all(desk)
    with pytest.raises(Conflict, match="asked for one of these charges already"):
        desk.run(send_claims, claims=[{"charge_ids": [charge], "payer_id": "payer-harbor"}])
    other = desk.charged("client-ben", day=date(2026, 3, 1))
    desk.run(leave_out_of_claims, charge_ids=[other], payer_id="payer-harbor", reason="Sent by the old system")
    assert listed(desk) == []


def test_its_remittance_finds_the_claim_by_our_number_and_moves_its_state(desk):
    furnish(desk)
    charge = desk.charged("client-ben")
    send_all(desk)
    answer = claim("D00000001", 150_00, 90_00, line("90834", 150_00, 90_00, cas=["CO*45*40.00", "PR*3*20.00"]))
    assert desk.remits(remit(answer, paid=90_00))["posted"] == 1
    assert (desk.due(charge, HARBOR), desk.due(charge, BEN)) == (0, 20_00)
    assert states(desk) == []
    assert states(desk, only_open=False) == [("D00000001", "paid")]


def test_two_lines_of_one_visit_are_one_claim_and_matched_line_by_line(desk):
    furnish(desk)
    first, second = desk.charged("client-ben"), desk.charged("client-ben", 90_00)
    text = send_all(desk)
    [made] = read_claims(read(text).sets[0], USD)
    assert [(one.amount_minor, one.control_number) for one in made.lines] == [
        (150_00, "D00000001-1"), (90_00, "D00000001-2"),
    ] or [one.amount_minor for one in made.lines] == [90_00, 150_00]  # fmt: skip
    lines = [line("90834", 90_00, 90_00, day="20260302"), line("90834", 150_00, 0, cas=["CO*197*150.00"])]
    desk.remits(remit(claim("D00000001", 240_00, 90_00, *lines), paid=90_00))
    assert (desk.due(first, HARBOR), desk.due(second, HARBOR)) == (150_00, 0)
    assert states(desk) == [("D00000001", "partly_paid")]


def test_the_lines_of_a_day_stand_as_its_visits_did_however_they_were_charged(desk):
    furnish(desk)
    visits = [desk.sees("client-ben", hour=hour) for hour in (9, 11, 14, 16)]
    for visit, amount in reversed(list(zip(visits, (110_00, 120_00, 130_00, 140_00), strict=True))):
        desk.charges(visit, amount)
    [made] = read_claims(read(send_all(desk)).sets[0], USD)
    assert [one.amount_minor for one in made.lines] == [110_00, 120_00, 130_00, 140_00]


def test_a_denied_claim_is_corrected_with_the_payers_number(desk):
    furnish(desk)
    charge = desk.charged("client-ben")
    send_all(desk)
    [row] = desk.rows("select insurance_claim_id from insurance_claims")
    with pytest.raises(Refusal, match="number of this claim is not known yet"):
        desk.run(correct_claim, insurance_claim_id=row["insurance_claim_id"], reason="Modifier")
    desk.remits(remit(claim("D00000001", 150_00, 0, line("90834", 150_00, 0, cas=["CO*4*150.00"]),
                            payer_control="PAYER-77")))  # fmt: skip
    assert states(desk) == [("D00000001", "denied")]
    desk.run(correct_claim, insurance_claim_id=row["insurance_claim_id"], reason="Modifier")
    assert states(desk, only_open=False) == [("D00000002", "submitted"), ("D00000001", "replaced")]
    with desk.record.read() as reader:
        assert [row["state"] for row in denials(reader, desk.who)] == ["corrected"]
    [file] = desk.rows("select content from claim_files where number = 2")
    [made] = read_claims(read(file["content"]).sets[0], USD)
    assert (made.frequency, made.payer_control_number) == ("7", "PAYER-77")
    [new] = desk.rows("select original_id from insurance_claims where frequency = '7'")
    assert new["original_id"] == row["insurance_claim_id"]
    assert desk.due(charge, HARBOR) == 150_00


def test_a_void_says_the_same_once_more_and_sets_the_charges_free(desk):
    furnish(desk)
    desk.charged("client-ben")
    send_all(desk)
    [row] = desk.rows("select insurance_claim_id, document from insurance_claims")
    desk.remits(remit(claim("D00000001", 150_00, 0, line("90834", 150_00, 0, cas=["CO*18*150.00"]))))
    desk.run(void_claim, insurance_claim_id=row["insurance_claim_id"], reason="Wrong client")
    [file] = desk.rows("select content from claim_files where number = 2")
    [made] = read_claims(read(file["content"]).sets[0], USD)
    assert (made.frequency, made.total_minor, made.diagnoses) == ("8", 150_00, ["F411", "F330"])
    assert [one["state"] for one in listed(desk)] == ["ready"]
    [kept] = desk.rows("select document from insurance_claims where number = 1")
    assert json.loads(kept["document"]) == json.loads(row["document"])


def test_what_was_sent_stays_whatever_changes_afterwards(desk):
    furnish(desk)
    desk.charged("client-ben")
    send_all(desk)
    address(desk, "client:client-ben", "99 Far Away")
    [row] = desk.rows("select document from insurance_claims")
    assert json.loads(row["document"])["patient"]["address"]["street"] == "7 Oak Lane"


@pytest.fixture
def second(desk):
    """Ben is also covered by Tidewater, which comes second."""
    payer_id = desk.run(add_payer, who=SYSTEM, name="Tidewater Plan", kind="commercial")["payer_id"]
    desk.run(claim_facts.set_payer_codes, who=SYSTEM, payer_id=payer_id, payer_code="TIDE9", filing_code="BL")
    policy = {"client_id": "client-ben", "payer_id": payer_id, "rank": 2, "member_number": "T-1", "copay_minor": 0}
    policy_id = desk.run(add_policy, who=SYSTEM, effective_from="2025-01-01", **policy)["policy_id"]
    desk.run(
        claim_facts.set_policy_holder, who=SYSTEM, policy_id=policy_id, relationship="spouse", given_name="Ada",
        family_name="Alder", birth_date="1981-04-03", sex="F", group_number="GR-5",
    )  # fmt: skip
    return payer_id


def answer_of_first(status="1"):
    lines = line("90834", 150_00, 80_00, cas=["CO*45*40.00", "PR*2*30.00"])
    return remit(claim("D00000001", 150_00, 80_00, lines, status=status, payer_control="HARBOR-5"), paid=80_00)


def test_the_second_payer_is_asked_after_the_first_has_answered(desk, second):
    furnish(desk)
    desk.charged("client-ben")
    assert [row["rank"] for row in listed(desk)] == [1]
    send_all(desk)
    assert listed(desk) == []
    desk.remits(answer_of_first())
    text = send_all(desk)
    segments = body(text)
    begin = segments.index("HL*2*1*22*1")
    assert segments[begin : begin + 9] == [
        "HL*2*1*22*1", "SBR*S**GR-5******BL", "NM1*IL*1*ALDER*ADA****MI*T-1", "N3*7 OAK LANE",
        "N4*NEW YORK*NY*100011234", "DMG*D8*19810403*F", "NM1*PR*2*TIDEWATER PLAN*****PI*TIDE9", "HL*3*2*23*0",
        "PAT*01",
    ]  # fmt: skip
    begin = segments.index("SBR*P*18*******CI")
    assert segments[begin:] == [
        "SBR*P*18*******CI", "AMT*D*80.00", "OI***Y***Y", "NM1*IL*1*ALDER*BEN****MI*H-100",
        "NM1*PR*2*HARBOR HEALTH*****PI*HARB1", "REF*F8*HARBOR-5", "LX*1", "SV1*HC:90834*150.00*UN*1***1:2",
        "DTP*472*D8*20260302", "REF*6R*D00000002-1", "SVD*HARB1*80.00*HC:90834**1", "CAS*CO*45*40.00",
        "CAS*PR*2*30.00", "DTP*573*D8*20260302",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["19", "20", "21"])
def test_what_the_first_payer_sent_on_is_not_sent_again(desk, second, status):
    furnish(desk)
    charge = desk.charged("client-ben")
    send_all(desk)
    desk.remits(answer_of_first(status))
    [row] = listed(desk)
    assert row["state"] == "sent on"
    with pytest.raises(Refusal, match="would be a duplicate"):
        desk.run(send_claims, claims=[{"charge_ids": [charge], "payer_id": second}])


def test_a_supervisor_and_another_place_are_named(desk):
    furnish(desk)
    desk.run(
        claim_facts.set_provider_claims, provider_id="prov-reed", given_name="Tomas", family_name="Reed",
        taxonomy="103TC0700X",
    )  # fmt: skip
    desk.run(claim_facts.set_provider_claims, provider_id="prov-moss", given_name="Ines", family_name="Moss",
             taxonomy="103TC0700X", supervising_provider_id="prov-reed")  # fmt: skip
    desk.charged("client-ben")
    assert "The supervisor's NPI is missing." in listed(desk)[0]["problem"]
    from practice.people.commands import change_provider

    desk.run(change_provider, who=SYSTEM, provider_id="prov-reed", npi=REED_NPI)
    address(desk, "location:loc-elm", "5 Harbour Road")
    segments = body(send_all(desk))
    assert "NM1*DQ*1*REED*TOMAS****XX*1912301953" in segments
    begin = segments.index("NM1*77*2*ELM STREET")
    assert segments[begin + 1] == "N3*5 HARBOUR ROAD"


def test_what_the_payer_authorised_beforehand_is_named(desk):
    furnish(desk)
    authorised = {"client_id": "client-ben", "payer_id": "payer-harbor", "number": "AUTH-7", "units": 1}
    desk.run(add_authorisation, **authorised, from_date="2026-01-01", until_date="2026-06-30")
    desk.charged("client-ben")
    desk.charged("client-ben", day=date(2026, 3, 1))
    first, second = sorted(listed(desk), key=lambda row: row["state"])
    assert first["problem"] == "The payer authorises this beforehand, and the charge took up no authorisation."
    assert second["state"] == "ready"
    segments = body(send_all(desk))
    assert segments[segments.index("CLM*D00000001*150.00***11:B:1*Y*A*Y*Y") + 1] == "REF*G1*AUTH-7"


# The shape of the files ---------------------------------------------------------------------------------------------


def names_in_order(text):
    """Each claim's segments from CLM on by name, with the qualifier of those that have one, each at its first place."""
    found, current = [], None
    for one in text.replace("\n", "").split("~"):
        parts = one.strip().split("*")
        if parts[0] == "CLM":
            current = []
            found.append(current)
        if parts[0] in ("HL", "SE"):
            current = None
        if current is not None:
            name = "*".join(parts[:2]) if parts[0] in ("NM1", "DTP", "REF", "AMT") else parts[0]
            if name not in current:
                current.append(name)
    return found


@needs_samples
def test_the_samples_are_read_and_their_lines_sum(desk):
    files = [*(SHARED / "x12_linuxforhealth").glob("837_005010X222A2/*.837"),
             *(SHARED / "hccinfhir_samples").glob("sample_837_*.txt")]  # fmt: skip
    claims = [claim for file in files for one in read(file.read_text()).sets for claim in read_claims(one, USD)]
    assert len(files) > 15
    assert len(claims) >= len(files)
    assert all(claim.control_number and claim.diagnoses and claim.difference_minor == 0 for claim in claims)


@needs_samples
def test_ours_has_its_segments_in_the_order_of_the_samples(desk, second):
    before = set()
    for file in (SHARED / "x12_linuxforhealth").glob("837_005010X222A2/*.837"):
        for names in names_in_order(file.read_text()):
            before |= {(one, other) for place, one in enumerate(names) for other in names[place + 1 :]}
    furnish(desk)
    desk.charged("client-ben")
    texts = [send_all(desk)]
    desk.remits(answer_of_first())
    texts.append(send_all(desk))
    for text in texts:
        for names in names_in_order(text):
            for place, one in enumerate(names):
                for other in names[place + 1 :]:
                    assert (other, one) not in before or (one, other) in before, (one, other)
