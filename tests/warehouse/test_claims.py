"""Claims out in the warehouse: each fate once, at a location of its own, worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from .till import amounts

pytestmark = pytest.mark.warehouse
PLACE, PLAN = "claimed", "claimed-plan"
SENT, ANSWERED, YOUNG = date(2026, 4, 6), date(2026, 4, 20), date(2026, 6, 10)


def land(landing):
    """A first claim of 100.00 for every fate, those that came of it, and a remittance that answers."""
    landing.record("locations", {"location_id": PLACE, "name": PLACE, "zone": "UTC"})
    landing.record("payers", {"payer_id": PLAN, "name": PLAN, "kind": "commercial"})
    for remittance, day in (("first", ANSWERED), ("second", date(2026, 5, 4))):
        landing.record("remittances", {
            "remittance_id": f"claimed-{remittance}", "payer_id": PLAN, "location_id": PLACE, "amount_minor": 0,
            "payment_date": day, "status": "posted", "known_at": datetime.combine(ANSWERED, time(9)),
        })  # fmt: skip

    # Four claims come to the scrubber: two pass, one lacks a diagnosis and is put right, one passes nothing for long.
    for name, day, failed, total in (
        ("one", SENT, None, 100_00), ("two", SENT, None, 50_00), ("three", SENT, "no_diagnosis", 100_00),
        ("four", YOUNG, "sex client_address", 70_00),
    ):  # fmt: skip
        landing.record("claim_checks", {
            "claim_check_id": name, "client_id": "c1", "provider_id": "p1", "location_id": PLACE, "payer_id": PLAN,
            "rank": 1, "service_date": date(2026, 4, 2), "entered_date": day, "total_minor": total,
            "is_clean": failed is None, "failed": failed, "known_at": datetime.combine(day, time(12)),
        })  # fmt: skip

    def send(name, *events, status="submitted", **about):
        row = {
            "insurance_claim_id": name, "control_number": f"D-{name}", "payer_id": PLAN, "client_id": "c1",
            "provider_id": "p1", "location_id": PLACE, "rank": 1, "service_date": date(2026, 4, 2), "sent_date": SENT,
            "frequency": "1", "total_minor": 100_00, "known_at": datetime.combine(SENT, time(17)),
        }  # fmt: skip
        landing.record("insurance_claims", row | {"status": "submitted"}, row | {"status": status} | about)
        for number, kind in enumerate(("submitted", *events)):
            landing.record(
                "claim_events", {"claim_event_id": f"{name}-{number}", "insurance_claim_id": name, "kind": kind}
            )

    def answer(name, paid, denied, *, status="posted", on="first", **about):
        landing.record("remittance_claims", {
            "remittance_claim_id": f"{name}-{on}-{status}-{about.get('claim_status', '1')}",
            "remittance_id": f"claimed-{on}", "control_number": f"D-{name}", "claim_status": "1", "charge_minor": 100_00,
            "paid_minor": paid, "denied_minor": denied, "status": status, "known_at": datetime.combine(ANSWERED, time(9)),
        } | about)  # fmt: skip

    send("waits")
    send("taken", "received", "accepted", status="accepted")
    send("paid", "accepted", status="accepted")
    answer("paid", 70_00, 0)
    send("zero", "accepted", status="accepted")  # all of it is the deductible: no denial
    answer("zero", 0, 0)
    send("partly", "accepted", status="accepted")
    answer("partly", 40_00, 30_00)
    send("denied", "accepted", status="replaced")
    answer("denied", 0, 100_00)
    send("corrected", "accepted", status="accepted", frequency="7", original_id="denied", sent_date=date(2026, 4, 27))
    answer("corrected", 70_00, 0, on="second")
    send("refused", "rejected", status="rejected")
    send("again", "accepted", status="accepted", original_id="refused", sent_date=date(2026, 4, 8))
    send("back", "accepted", status="accepted")
    answer("back", 70_00, 0, status="reversed")
    answer("back", -70_00, 0, claim_status="22", reverses_id="back-first-reversed-1")
    landing.record("denials", *({
        "remittance_claim_id": f"{name}-first-posted-1", "outcome": outcome,
        "decided_at": datetime.combine(day, time(9)),
    } for name, outcome, day in (
        ("partly", "appealed", date(2026, 4, 25)), ("partly", "written_off", date(2026, 5, 30)),
        ("denied", "corrected", date(2026, 4, 27)),
    )))  # fmt: skip
    send("young", sent_date=YOUNG, service_date=YOUNG)
    send("missed")
    answer("missed", 70_00, 0, status="unmatched")  # nothing is known of it until somebody matches it


def test_every_claim_says_what_became_of_it(warehouse):
    rows = warehouse(
        "select claim_id, outcome, paid_minor, denied_minor, is_first, is_settled_at_first, answer_days"
        " from marts.fct_claims where location_id = ?", PLACE,
    )  # fmt: skip
    assert {row[0]: row[1:] for row in rows} == {
        "waits": ("submitted", 0, 0, True, False, None),
        "taken": ("accepted", 0, 0, True, False, None),
        "paid": ("paid", 70_00, 0, True, True, 14),
        "zero": ("paid", 0, 0, True, True, 14),
        "partly": ("partly_paid", 40_00, 30_00, True, False, 14),
        "denied": ("replaced", 0, 100_00, True, False, 14),
        "corrected": ("paid", 70_00, 0, False, False, 7),
        "refused": ("rejected", 0, 0, True, False, None),
        "again": ("accepted", 0, 0, False, False, None),
        "back": ("accepted", 0, 0, True, False, 14),
        "missed": ("submitted", 0, 0, True, False, None),
        "young": ("submitted", 0, 0, True, False, None),
    }


def test_clean_claims_are_of_those_that_came_to_the_scrubber_by_the_day_they_came(warehouse):
    """Two of three, 150.00 of 250.00; whatever became of them afterwards."""
    assert amounts(warehouse, "clean_claim_rate", PLACE, SENT) == (2, 3)
    assert amounts(warehouse, "clean_claim_rate_amount", PLACE, SENT) == (150_00, 250_00)
    assert amounts(warehouse, "clean_claim_rate", PLACE, YOUNG) == (0, 1)


def test_rates_are_of_first_claims_by_the_day_of_sending(warehouse):
    assert amounts(warehouse, "claims_sent", PLACE, SENT) == (9, None)
    assert amounts(warehouse, "clearinghouse_acceptance_rate", PLACE, SENT) == (
        6,
        7,
    )  # two of nine are not acknowledged
    assert amounts(warehouse, "initial_denial_rate", PLACE, SENT) == (2, 9)
    assert amounts(warehouse, "first_pass_resolution_rate", PLACE, SENT) == (2, 9)
    assert amounts(warehouse, "initial_denial_rate_amount", PLACE, SENT) == (130_00, 900_00)
    assert amounts(warehouse, "claimed_within_2_days_rate", PLACE, SENT) == (0, 9)  # four days after the visit
    assert warehouse(
        """select count(*) from marts.metric_daily where location_id = ? and metric_date > ? and metric_date <> ?
        and metric like 'claim%'""",
        PLACE, SENT, YOUNG,
    ) == [(0,)]  # fmt: skip


def test_young_claims_are_judged_by_the_mature_rates_only_later(warehouse):
    assert amounts(warehouse, "initial_denial_rate_mature", PLACE, SENT, YOUNG) == (2, 9)
    assert amounts(warehouse, "first_pass_resolution_rate_mature", PLACE, SENT, YOUNG) == (2, 9)
    assert amounts(warehouse, "initial_denial_rate", PLACE, SENT, YOUNG) == (2, 10)
    assert amounts(warehouse, "claimed_within_1_day_rate", PLACE, YOUNG) == (1, 1)


def test_denials_of_a_period_are_over_the_claims_of_a_month_before_it(warehouse):
    """Two denied in April, over a third of the claims sent 30, 60 and 90 days earlier: those of the 6th count on the 6th of
    May, the 5th of June and the 5th of July."""
    assert amounts(warehouse, "initial_denial_rate_period", PLACE, ANSWERED) == (3 * 2, 0)
    assert amounts(warehouse, "initial_denial_rate_period", PLACE, date(2026, 5, 6)) == (0, 9)
    assert amounts(warehouse, "initial_denial_rate_period_amount", PLACE, ANSWERED, date(2026, 6, 5)) == (
        3 * 130_00, 2 * 900_00,
    )  # fmt: skip


def test_of_remittances_those_that_pay_nothing_and_deny_are_primary_denials(warehouse):
    """Of five first answers one; a zero that is the client's deductible is none."""
    assert amounts(warehouse, "primary_denial_rate", PLACE, ANSWERED) == (1, 5)


def test_a_claim_names_the_one_before_it(warehouse):
    assert warehouse(
        "select claim_id, original_claim_id from marts.fct_claims where original_claim_id is not null"
        " and location_id = ? order by 1", PLACE,
    ) == [("again", "refused"), ("corrected", "denied")]  # fmt: skip


def test_a_denial_ends_when_it_is_paid_after_all_or_given_up(warehouse):
    """One is corrected and paid on the 4th of May, one appealed in vain and written off on the 30th."""
    assert warehouse(
        "select claim_id, is_overturned, appealed_date, resolved_date from marts.fct_claims"
        " where location_id = ? and is_denied_at_first order by 1", PLACE,
    ) == [
        ("denied", True, None, date(2026, 5, 4)), ("partly", False, date(2026, 4, 25), date(2026, 5, 30)),
    ]  # fmt: skip
    assert amounts(warehouse, "denials_overturned_rate", PLACE, ANSWERED) == (1, 2)
