"""Claims out in the warehouse: each fate once, at a location of its own, worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from .till import amounts

pytestmark = pytest.mark.warehouse
PLACE, PLAN = "claimed", "claimed-plan"
SENT, ANSWERED = date(2026, 4, 6), date(2026, 4, 20)


def land(landing):
    """A first claim of 100.00 for every fate, those that came of it, and a remittance that answers."""
    landing.record("locations", {"location_id": PLACE, "name": PLACE, "zone": "UTC"})
    landing.record("payers", {"payer_id": PLAN, "name": PLAN, "kind": "commercial"})
    for remittance, day in (("first", ANSWERED), ("second", date(2026, 5, 4))):
        landing.record("remittances", {
            "remittance_id": f"claimed-{remittance}", "payer_id": PLAN, "location_id": PLACE, "amount_minor": 0,
            "payment_date": day, "status": "posted", "known_at": datetime.combine(ANSWERED, time(9)),
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
    }


def test_rates_are_of_first_claims_by_the_day_of_sending(warehouse):
    assert amounts(warehouse, "claims_sent", PLACE, SENT) == (9, None)
    assert amounts(warehouse, "claim_acceptance_rate", PLACE, SENT) == (6, 7)  # two of nine are not acknowledged
    assert amounts(warehouse, "initial_denial_rate", PLACE, SENT) == (2, 9)
    assert amounts(warehouse, "first_pass_resolution_rate", PLACE, SENT) == (2, 9)
    assert warehouse(
        "select count(*) from marts.metric_daily where location_id = ? and metric_date > ? and metric like 'claim%'",
        PLACE, SENT,
    ) == [(0,)]  # fmt: skip


def test_a_claim_names_the_one_before_it(warehouse):
    assert warehouse(
        "select claim_id, original_claim_id from marts.fct_claims where original_claim_id is not null"
        " and location_id = ? order by 1", PLACE,
    ) == [("again", "refused"), ("corrected", "denied")]  # fmt: skip
