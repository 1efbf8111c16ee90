"""Is the cover in force? The question (270) by hand, the answer (271) read, and what counts as fresh."""

from __future__ import annotations

from datetime import date

import pytest

from practice.access.permissions import SYSTEM
from practice.errors import Refusal
from practice.insurance import claim_facts
from practice.insurance.eligibility import read_271
from practice.insurance.eligibility_checks import ask_eligibility, note_eligibility, read_eligibility
from practice.insurance.eligibility_queries import covers_to_check
from practice.insurance.envelopes import read
from practice.insurance.incoming import command_for
from practice.money import Currency
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.test_x12 import SHARED, needs_samples

TRACE = "E700000001-1"


def answer(*segments, trace=TRACE, number=700000001):
    body = [
        "ST*271*0001*005010X279A1", f"BHT*0022*11*{number}*20260302*0910", "HL*1**20*1", "NM1*PR*2*HARBOR*****PI*HARB1",
        "HL*2*1*21*1", "NM1*1P*2*ELM*****XX*1234567893", *(("HL*3*2*22*0", f"TRN*2*{trace}*9123456789",
        "NM1*IL*1*ALDER*BEN****MI*H-100") if trace else ()), *segments,
    ]  # fmt: skip
    isa = "ISA*00*          *00*          *ZZ*CLEAR1         *ZZ*ELM1           *260302*0910*^*00501*000000009*0*P*:"
    return "~".join([isa, "GS*HB*CLEAR1*ELM1*20260302*0910*9*X*005010X279A1", *body, f"SE*{len(body) + 1}*0001",
                     "GE*1*9", "IEA*1*000000009", ""])  # fmt: skip


@pytest.fixture
def asked(desk):
    """Ben comes today, and Harbor Health was asked about his cover."""
    furnish(desk)
    desk.sees("client-ben", status="scheduled")
    desk.run(ask_eligibility, policy_ids=["pol-ben"])
    return desk


def cover(desk, **options):
    with desk.record.read() as reader:
        [row] = covers_to_check(reader, desk.who, **options)
    return row


def test_the_question_by_hand(asked):
    [file] = asked.rows("select content from eligibility_files")
    assert file["content"].replace("\n", "").split("~")[1:-3] == [
        "GS*HS*ELM1*CLEAR1*20260302*0900*700000001*X*005010X279A1", "ST*270*0001*005010X279A1",
        "BHT*0022*13*700000001*20260302*0900", "HL*1**20*1", "NM1*PR*2*HARBOR HEALTH*****PI*HARB1", "HL*2*1*21*1",
        "NM1*1P*2*ELM STREET PRACTICE*****XX*1234567893", "HL*3*2*22*0", f"TRN*1*{TRACE}*9123456789",
        "NM1*IL*1*ALDER*BEN****MI*H-100", "DMG*D8*19900517", "DTP*291*D8*20260302", "EQ*30", "SE*13*0001",
    ]  # fmt: skip
    assert read(file["content"]).all_defects() == []
    assert (cover(asked)["state"], cover(asked)["is_due"]) == ("asked", False)


def test_a_dependant_is_asked_about_below_the_holder(desk):
    furnish(desk)
    desk.run(
        claim_facts.set_policy_holder, who=SYSTEM, policy_id="pol-ben", relationship="child", given_name="Ada",
        family_name="Alder", birth_date="1961-04-03", sex="F",
    )  # fmt: skip
    desk.run(ask_eligibility, policy_ids=["pol-ben"])
    [file] = desk.rows("select content from eligibility_files")
    segments = file["content"].replace("\n", "").split("~")
    begin = segments.index("HL*3*2*22*1")
    assert segments[begin : begin + 6] == ["HL*3*2*22*1", "NM1*IL*1*ALDER*ADA****MI*H-100", "HL*4*3*23*0",
                                           f"TRN*1*{TRACE}*9123456789", "NM1*03*1*ALDER*BEN", "DMG*D8*19900517"]  # fmt: skip


def test_the_answer_is_kept_with_copay_and_what_is_left_of_the_deductible(asked):
    text = answer("EB*1**30**GOLD 123", "EB*B*IND*98^MH***27*25*****Y", "EB*B*IND*98***27*60*****N",
                  "EB*C*IND*30***23*1500*****Y", "EB*C*IND*30***29*420.50*****Y", "EB*C*FAM*30***29*900*****Y",
                  "EB*A*IND*30***27**.2****Y")  # fmt: skip
    assert asked.run(read_eligibility, text=text) == {"active": 1, "inactive": 0, "refused": 0, "unknown": 0}
    asked.run(read_eligibility, text=text)
    row = cover(asked)
    assert (row["state"], row["plan_name"], row["payer_copay_minor"], row["deductible_left_minor"]) == (
        "active", "GOLD 123", 25_00, 420_50,
    )  # fmt: skip
    [kept] = asked.rows("select coinsurance_percent, deductible_minor, asked_date from eligibility_checks")
    assert (float(kept["coinsurance_percent"]), kept["deductible_minor"]) == (20.0, 1500_00)
    assert kept["asked_date"] == date(2026, 3, 2)


def test_a_cover_that_ended_and_a_refusal_in_words(asked):
    asked.run(read_eligibility, text=answer("EB*6**30"))
    assert cover(asked)["state"] == "inactive"
    asked.run(read_eligibility, text=answer("AAA*N**72*C"))
    row = cover(asked)
    assert (row["state"], row["note"], row["is_due"]) == ("refused", "The member number is not valid.", True)


def test_a_payer_can_refuse_the_whole_file(asked):
    counts = asked.run(read_eligibility, text=answer("AAA*Y**50*N", trace=None))
    assert counts["refused"] == 1
    assert cover(asked)["note"] == "The provider may not ask."


def test_an_answer_is_old_when_another_month_has_begun(asked, clock):
    asked.run(read_eligibility, text=answer("EB*1**30"))
    assert (cover(asked)["state"], cover(asked)["is_due"]) == ("active", False)
    asked.sees("client-ben", status="scheduled", day=date(2026, 4, 1))
    clock.to("2026-04-01T09:00")
    assert (cover(asked)["state"], cover(asked)["is_due"]) == ("old", True)


def test_what_was_heard_by_phone_is_written_down(desk):
    desk.sees("client-ben", status="scheduled")
    assert cover(desk)["state"] == "never"
    desk.run(note_eligibility, policy_id="pol-ben", is_active=True, copay_minor=30_00, note="Spoke with Kim")
    row = cover(desk)
    assert (row["state"], row["payer_copay_minor"], row["note"]) == ("active", 30_00, "Spoke with Kim")


def test_nothing_is_asked_before_it_is_said_who_asks(desk):
    with pytest.raises(Refusal, match="who asks"):
        desk.run(ask_eligibility, policy_ids=["pol-ben"])


@needs_samples
def test_the_samples_are_read():
    folder = SHARED / "x12_linuxforhealth" / "271_005010X279A1"
    for name in ("subscriber-health-benefit-check.271", "dependent-health-benefit-check.271"):
        text = (folder / name).read_text()
        assert command_for(text) is read_eligibility
        [found], number, refused = read_271(read(text).sets[0], Currency.of("USD"))
        assert (found.trace_number, found.is_active, found.plan_name) == ("93175-012547", True, "GOLD 123 PLAN")
        assert (found.copay_minor, number, refused) == (10_00, "10001234", [])
    error = read((folder / "subscriber-health-benefit-check-error.271").read_text()).sets[0]
    assert read_271(error, Currency.of("USD")) == ([], "10001234", ["the provider may not ask"])
