"""Files from outside are read without a crash, and what is wrong in them is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.insurance.envelopes import read
from practice.insurance.reading import read_remittance
from practice.money import Currency
from tests.practice.insurance.remits import claim, line, remit

USD = Currency.of("USD")
SHARED = Path(__file__).parents[4] / "shared" / "data"
needs_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="the sample files of ../shared/data are not here")

TWO_LINES = remit(
    claim(
        "77", 250_00, 160_00,
        line("90837", 150_00, 110_00, cas=["CO*45*40.00"]),
        line("90834", 100_00, 50_00, cas=["CO*45*20.00**253*0.50", "PR*1*29.50"]),
    ),
    paid=160_00,
)  # fmt: skip


def remittances(text):
    return [read_remittance(one, USD) for one in read(text).sets if one.kind == "835"]


def rules(text):
    return [defect.rule for defect in read(text).all_defects()]


def test_a_remittance_is_read_to_the_line():
    [found] = remittances(TWO_LINES)
    assert (found.trace_number, found.payer_name, found.amount_minor) == ("TRACE-1", "Harbor Health", 160_00)
    assert str(found.payment_date) == "2026-03-02"
    [one] = found.claims
    assert [(each.code, each.charge_minor, each.paid_minor) for each in one.lines] == [
        ("90837", 150_00, 110_00),
        ("90834", 100_00, 50_00),
    ]
    assert [(cas.group, cas.reason, cas.amount_minor) for cas in one.lines[1].adjustments] == [
        ("CO", "45", 20_00),
        ("CO", "253", 50),
        ("PR", "1", 29_50),
    ]
    assert found.defects == []
    assert found.difference_minor == one.difference_minor == one.lines[0].difference_minor == 0


@pytest.mark.parametrize(
    ("was", "is_now", "rule"),
    [
        ("SE*", "SE*9", "se_count"),
        ("GE*1*", "GE*2*", "ge_count"),
        ("IEA*1*", "IEA*3*", "iea_count"),
        ("GE*1*7", "GE*1*8", "control_number"),
        ("IEA*1*000000007~", "", "no_interchange_trailer"),
        ("IEA*1*000000007~\n", "IEA*1*000000007", "cut_off"),
        ("LX*1~", "LX*1~~", "empty_segment"),
        ("LX*1~", "l?x*1~", "unknown_tag"),
        ("GS*HP", "LX*1~\nGS*HP", "outside"),
        ("GE*1*7~", "GE*1*7~\nGE*1*7~", "stray_trailer"),
    ],
)
def test_a_defect_of_the_envelope_is_named(was, is_now, rule):
    assert rules(TWO_LINES) == []
    assert rule in rules(TWO_LINES.replace(was, is_now))


def test_a_set_without_its_end_is_kept_and_named():
    text = TWO_LINES[: TWO_LINES.index("SE*")]
    assert {"no_set_trailer", "no_group_trailer", "no_interchange_trailer"} <= set(rules(text))
    assert len(remittances(text)[0].claims) == 1


def test_several_interchanges_bring_their_own_separators():
    other = TWO_LINES.replace("*", "|").replace(":", ">").replace("~\n", "!").replace("TRACE-1", "TRACE-2")
    first, second = remittances(TWO_LINES + "\n" + other)
    assert (first.trace_number, second.trace_number) == ("TRACE-1", "TRACE-2")
    assert first.claims[0].lines[0].code == second.claims[0].lines[0].code == "90837"


def test_what_does_not_add_up_is_named_by_line_claim_and_set():
    [found] = remittances(TWO_LINES.replace("PR*1*29.50", "PR*1*30.00"))
    assert [defect.rule for defect in found.defects] == ["line_balance", "claim_balance"]
    assert "off by −$0.50" in found.defects[0].sentence
    [found] = remittances(TWO_LINES.replace("BPR*I*160.00", "BPR*I*159.00"))
    assert found.difference_minor == 1_00


def test_an_amount_or_date_that_is_none_is_named():
    [found] = remittances(TWO_LINES.replace("CO*45*40.00", "CO*45*forty").replace("472*20260302", "472*20261302"))
    assert {"bad_amount", "bad_date"} <= {defect.rule for defect in found.defects}


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    for one in read(text).sets:
        read_remittance(one, USD)


@given(st.integers(0, len(TWO_LINES) - 1), st.integers(0, 60), st.text(alphabet="~*:\n^AISE0159.-é", max_size=8))
def test_no_damage_breaks_the_reader(start, length, put):
    remittances(TWO_LINES[:start] + put + TWO_LINES[start + length :])


@needs_samples
def test_every_sample_835_balances_and_its_one_malformed_line_is_named():
    files = [*sorted((SHARED / "x12_linuxforhealth").rglob("*.835")), SHARED / "x12_pyx12" / "835_mult_loops.txt"]
    assert len(files) == 6
    malformed = []
    for file in files:
        [found] = remittances(file.read_text())
        assert found.difference_minor == 0, file.name
        assert [one.difference_minor for one in found.claims] == [0] * len(found.claims), file.name
        malformed += [(file.name, each.segment) for each in found.defects if each.rule == "malformed_line"]
        assert not {"line_balance", "claim_balance"} & {defect.rule for defect in found.defects}
    assert malformed == [("tertiary-payment.835", 20)]


@needs_samples
def test_the_defects_of_the_other_samples_are_named():
    found = {
        file.name: rules(file.read_text())
        for folder in ("x12_linuxforhealth", "x12_pyx12", "hccinfhir_samples")
        for file in sorted((SHARED / folder).rglob("*"))
        if file.suffix.startswith((".27", ".83", ".txt"))
    }
    assert len(found) > 80
    assert {name: each for name, each in found.items() if each} == {
        "sample_834_01.txt": ["se_count"],
        "sample_837_11.txt": ["se_count"],
        "sample_837_12.txt": ["se_count", "ge_count"],
        "subscriber-health-benefit-check-error.271": ["control_number"],
    }
