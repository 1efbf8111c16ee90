"""What receivers say of our files: a rejected claim comes back to be sent again as an original, an accepted one moves."""

from __future__ import annotations

import pytest

from practice.errors import Refusal
from practice.insurance.acknowledgements import read_acknowledgement
from practice.insurance.acknowledging import words_of
from practice.insurance.claims import correct_claim
from practice.insurance.envelopes import read
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_claims_out import listed, send_all, states
from tests.practice.insurance.test_x12 import SHARED, needs_samples

ISA = "ISA*00*          *00*          *ZZ*CLEAR1         *ZZ*ELM1           *260303*0900*^*00501*000000055*0*P*:"


def ta1(status="A", code="000", number=1):
    return f"{ISA}~TA1*{number:09d}*260302*0900*{status}*{code}~IEA*0*000000055~"


def envelope(kind, version, body):
    body = [f"ST*{kind}*0001*{version}", *body]
    group = {"999": "FA", "277": "HN"}[kind]
    return "~".join([ISA, f"GS*{group}*CLEAR1*ELM1*20260303*0900*9*X*{version}", *body, f"SE*{len(body) + 1}*0001",
                     "GE*1*9", "IEA*1*000000055", ""])  # fmt: skip


def of_set(status, *errors, number=1):
    body = [f"AK1*HC*{number}*005010X222A1", "AK2*837*0001*005010X222A1", *errors, f"IK5*{status}",
            f"AK9*{status}*1*1*{0 if status == 'R' else 1}"]  # fmt: skip
    return envelope("999", "005010X231A1", body)


def of_claims(*claims, file=()):
    body = ["BHT*0085*08*1*20260303*0900*TH", "HL*1**20*1", "NM1*PR*2*HARBOR*****PI*HARB1", "HL*2*1*21*1",
            "NM1*41*2*ELM*****46*ELM1", *(file or ["TRN*2*1", "STC*A1:19:PR*20260303*WQ*150"]), "HL*3*2*19*1",
            "NM1*85*2*ELM*****XX*1234567893"]  # fmt: skip
    for place, (number, status, payer_number) in enumerate(claims, 4):
        body += [f"HL*{place}*3*PT", "NM1*QC*1*ALDER*BEN****MI*H-100", f"TRN*2*{number}", f"STC*{status}*20260303*U*150",
                 *([f"REF*1K*{payer_number}"] if payer_number else [])]  # fmt: skip
    return envelope("277", "005010X214", body)


@pytest.fixture
def sent(desk):
    """One claim for Ben, D00000001, sent in file 1."""
    furnish(desk)
    desk.charged("client-ben")
    send_all(desk)
    return desk


def acknowledge(desk, text):
    return desk.run(read_acknowledgement, text=text)


def test_a_file_that_arrived_is_received(sent):
    assert acknowledge(sent, ta1())["received"] == 1
    assert acknowledge(sent, of_set("A"))["received"] == 1
    assert [row["status"] for row in sent.rows("select status from claim_files")] == ["received"]
    assert states(sent) == [("D00000001", "submitted")]


def test_a_refused_interchange_sends_all_its_claims_back(sent):
    answer = acknowledge(sent, ta1("R", "006"))
    assert answer["sentences"] == ["claims-000001.837: The file was refused: its sender is not known."]
    assert states(sent) == [("D00000001", "rejected")]
    assert [row["state"] for row in listed(sent)] == ["ready"]


def test_a_rejected_set_says_where_and_is_sent_again_as_an_original(sent):
    answer = acknowledge(sent, of_set("R", "IK3*NM1*8*2010*8", "IK4*9*67*7*X"))
    [sentence] = answer["sentences"]
    assert "segment 8 of the set, NM1, its element 9 has a code that is not valid" in sentence
    send_all(sent)
    [again] = sent.rows("select frequency, original_id is not null as is_linked from insurance_claims where number = 2")
    assert (again["frequency"], again["is_linked"]) == ("1", True)
    assert [row["is_clean"] for row in sent.rows("select is_clean from claim_checks")] == [True]  # once, at the first


def test_a_claim_is_accepted_with_the_payers_number(sent):
    assert acknowledge(sent, of_claims(("D00000001", "A2:20:PR", "HARBOR-9")))["accepted"] == 1
    assert states(sent) == [("D00000001", "accepted")]
    [row] = sent.rows("select payer_control_number from insurance_claims")
    assert row["payer_control_number"] == "HARBOR-9"
    assert acknowledge(sent, of_claims(("D00000001", "A2:20:PR", "HARBOR-9")))["accepted"] == 0  # read twice: the same


def test_a_claim_is_rejected_with_words(sent):
    answer = acknowledge(sent, of_claims(("D00000001", "A7:562:85", ""), ("THEIRS", "A2:20", "")))
    assert (answer["rejected"], answer["unknown"]) == (1, 1)
    assert answer["sentences"] == ["D00000001: Rejected: something is not valid (the NPI)."]
    assert states(sent) == [("D00000001", "rejected")]


def test_a_whole_file_can_be_rejected_by_a_277(sent):
    acknowledge(sent, of_claims(file=["TRN*2*1", "STC*A3:24:41*20260303*U*150"]))
    assert states(sent) == [("D00000001", "rejected")]


def test_what_was_paid_is_past_rejection(sent):
    answer = claim("D00000001", 150_00, 90_00, line("90834", 150_00, 90_00, cas=["CO*45*40.00", "PR*3*20.00"]))
    sent.remits(remit(answer, paid=90_00))
    acknowledge(sent, of_claims(("D00000001", "A7:562:85", "")))
    assert states(sent, only_open=False) == [("D00000001", "paid")]
    assert listed(sent) == []


def test_a_rejected_correction_leaves_the_claim_that_the_payer_has(sent):
    acknowledge(sent, of_claims(("D00000001", "A2:20:PR", "HARBOR-9")))
    [row] = sent.rows("select insurance_claim_id from insurance_claims")
    sent.run(correct_claim, insurance_claim_id=row["insurance_claim_id"], reason="Modifier")
    acknowledge(sent, of_claims(("D00000002", "A3:21", "")))
    assert states(sent, only_open=False) == [("D00000002", "rejected"), ("D00000001", "accepted")]
    assert listed(sent) == []
    sent.run(correct_claim, insurance_claim_id=row["insurance_claim_id"], reason="Modifier")


def test_what_acknowledges_nothing_is_refused(desk):
    with pytest.raises(Refusal, match="acknowledges nothing"):
        acknowledge(desk, remit(paid=0))
    assert acknowledge(desk, ta1(number=77))["unknown"] == 1


@needs_samples
def test_the_sample_of_a_999_is_read():
    words = words_of(read((SHARED / "x12_pyx12" / "834_lui_id_5010.999.txt").read_text()))
    assert [(word.kind, word.file_number) for word in words] == [("received", 13360001)] * 4
