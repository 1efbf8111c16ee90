"""Whatever happens to claims in whatever order: nothing is asked for twice, and what was sent never changes."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.errors import Refusal
from practice.insurance.acknowledgements import read_acknowledgement
from practice.insurance.claims import correct_claim, send_claims, void_claim
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_acknowledgements import of_claims
from tests.practice.insurance.test_claims_out import listed, states

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["visit", "send", "accept", "reject", "deny", "pay", "correct", "void"]), st.integers(0, 5)
    ),
    min_size=4,
    max_size=8,
)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_nothing_is_asked_for_twice_and_what_was_sent_stays(desk, steps):
    if not desk.rows("select 1 from claim_senders"):
        furnish(desk)
    sent = {}
    for step, choice in [("visit", 0), ("send", 0), *steps]:
        with suppress(Refusal):  # what cannot be done now is refused, and nothing of it is kept
            act(desk, step, choice)
        for row in desk.rows("select insurance_claim_id, document from insurance_claims"):
            assert sent.setdefault(row["insurance_claim_id"], row["document"]) == row["document"]
        asking = Counter(
            row["key"]
            for row in desk.rows(
                "select l.charge_id || '|' || c.payer_id as key from insurance_claims c join insurance_claim_lines l"
                " using (insurance_claim_id) where c.status in ('submitted', 'accepted') and c.frequency <> '8'"
            )
        )
        assert not asking or max(asking.values()) == 1
        live = {row["live_key"] for row in desk.rows("select live_key from insurance_claim_lines")} - {None}
        assert live == set(asking)
        to_send = {f"{charge}|{row['payer_id']}" for row in listed(desk) for charge in row["charge_ids"]}
        assert not to_send & live
    assert desk.clearing() == []


def act(desk, step, choice):
    """One step, on the claim of that place among those that were sent."""
    if step == "visit":
        desk.charged("client-ben", day=date(2026, 2, 1 + choice))
        return
    if step == "send":
        ready = [row for row in listed(desk) if row["state"] == "ready"][: choice + 1]
        desk.run(send_claims, claims=[{name: row[name] for name in ("charge_ids", "payer_id")} for row in ready])
        return
    rows = desk.rows("select * from insurance_claims order by number")
    row = rows[choice % len(rows)]
    number, fee = row["control_number"], row["total_minor"]
    trace = f"{number}-{len(desk.rows('select 1 from remittances'))}"
    if step in ("accept", "reject"):
        status = "A2:20" if step == "accept" else "A7:562"
        desk.run(read_acknowledgement, text=of_claims((number, status, f"PAYER-{number}" if step == "accept" else "")))
    elif step in ("deny", "pay"):
        if (
            len(
                desk.rows("select 1 from insurance_claim_lines where insurance_claim_id = ?", row["insurance_claim_id"])
            )
            > 1
        ):
            return
        paid = fee - 40_00 if step == "pay" else 0
        cas = ["CO*45*40.00"] if step == "pay" else [f"CO*197*{fee / 100:.2f}"]
        desk.remits(remit(claim(number, fee, paid, line("90834", fee, paid, cas=cas)), paid=paid, trace=trace))
    else:
        desk.run(correct_claim if step == "correct" else void_claim, insurance_claim_id=row["insurance_claim_id"],
                 reason="As the payer wants it")  # fmt: skip


def test_the_states_are_those_of_the_design(desk):
    furnish(desk)
    act(desk, "visit", 0)
    act(desk, "send", 0)
    found = [states(desk, only_open=False)[0][1]]
    for step in ("accept", "deny", "correct"):
        act(desk, step, 0)
        found.append(states(desk, only_open=False)[-1][1])
    assert found == ["submitted", "accepted", "denied", "replaced"]
