"""What the demo sent to payers, and what came back, is what the product's own writer, reader and commands make of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from practice.access.permissions import SYSTEM
from practice.insurance import remittance_queries
from practice.insurance.claim_documents import documents
from practice.insurance.claim_queries import facts, to_claim
from practice.insurance.claim_reading import read_claims
from practice.insurance.denial_queries import denials
from practice.insurance.envelopes import read
from practice.insurance.reading import read_remittance
from practice.insurance.scrubbing import scrub
from practice.insurance.shares import shares_of
from practice.insurance.x12 import TransactionSet
from practice.money import Currency

USD = Currency.of("USD")
ASKED = """
    select c.*, c.payer_id as asked_payer_id, p.policy_id, p.rank, p.member_number, k.given_name, k.family_name,
        k.birth_date, u.number as authorisation, u.number is not null as needs_authorisation, false as is_crossed_over,
        i.document
    from insurance_claims i join insurance_claim_lines l using (insurance_claim_id)
    join charges c using (charge_id) join policies p on p.policy_id = i.policy_id
    join clients k on k.client_id = c.client_id left join charge_authorisations t on t.charge_id = c.charge_id
    left join authorisations u using (authorisation_id)
    where i.frequency = '1' order by i.number
"""


def test_a_sent_claim_says_what_the_sending_command_would_say_and_passes_the_scrubber(demo):
    with demo.record.read() as reader:
        every = reader.rows(ASKED)
        rows = every[::9] + [row for row in every if row["authorisation"]]
        today = reader.value("select max(happened_at) from audit_entries").date()
        known = facts(reader, rows)
        for row in rows:
            sent = json.loads(row["document"])
            made = documents([row], known)[0]
            number = sent.pop("control_number")
            assert sent["lines"][0].pop("control_number") == f"{number}-1"
            made.pop("control_number")
            for line in made["lines"]:
                line.pop("control_number"), line.pop("day")
            assert sent == json.loads(json.dumps(made))
            assert not scrub(made | {"lines": [{**line, "day": None} for line in made["lines"]]}, today)


def test_every_file_reads_back_without_a_defect_and_holds_its_claims(demo):
    claims = defaultdict(list)
    for row in demo.rows("select * from insurance_claims order by number"):
        claims[row["claim_file_id"]].append((row["control_number"], row["total_minor"], row["frequency"]))
    for file in demo.rows("select * from claim_files"):
        found = read(file["content"])
        assert not found.all_defects()
        said = [claim for one in found.sets for claim in read_claims(one, USD)]
        assert [(one.control_number, one.total_minor, one.frequency) for one in said] == claims[file["claim_file_id"]]
        assert file["claim_count"] == len(said)


def test_most_of_what_waits_can_be_sent_and_some_lacks_something_in_words(demo):
    with demo.record.read() as reader:
        waiting = to_claim(reader, SYSTEM)
    states = Counter(row["state"] for row in waiting)
    assert states["ready"] > states["incomplete"] >= 3
    assert {row["problem"] for row in waiting} >= {
        "The charge has no diagnosis.", "The client's postal address is missing.",
    }  # fmt: skip


def test_most_claims_were_clean_at_the_first_look_and_the_others_say_which_edits_they_failed(demo):
    rate = "select count(*) filter (is_clean) / count(*) from claim_checks where entered_date < date '2026-11-20'"
    assert 0.9 < demo.value(rate) < 0.99
    edits = " ".join(row["failed"] for row in demo.rows("select failed from claim_checks where not is_clean"))
    assert set(edits.split()) >= {"no_diagnosis", "client_address", "authorisation"}
    # What was asked for, and what waits, was looked through; no later than it left.
    unseen = (
        "select count(*) from insurance_claims c left join claim_checks k on k.claim_check_id = concat_ws('|',"
        " c.client_id, c.provider_id, c.location_id, c.payer_id, c.service_date) where k.known_at is null"
        " or k.known_at > c.known_at"
    )
    assert demo.value(unseen) == 0
    with demo.record.read() as reader:
        assert all(row["is_checked"] for row in to_claim(reader, SYSTEM))


def test_every_remittance_balances_and_is_the_money_that_its_payer_paid(demo):
    rows = demo.rows(
        "select r.*, p.amount_minor as received_minor, p.reference from remittances r left join payments p"
        " using (payment_id) where r.status = 'posted'"
    )
    for row in rows:
        remittance = read_remittance(TransactionSet.load(row["content"]), USD)
        assert not remittance.defects
        assert remittance.difference_minor == 0
        assert all(claim.difference_minor == 0 for claim in remittance.claims)
        assert remittance.amount_minor == row["amount_minor"] == (row["received_minor"] or 0)
        assert remittance.trace_number == row["trace_number"] == (row["reference"] or row["trace_number"])
    held = demo.value("select count(*) from remittances where status = 'held'")
    by_payer = "select count(*) from payments where payer_id is not null and status = 'posted'"
    assert demo.value(by_payer) == held + sum(row["payment_id"] is not None for row in rows)


@pytest.fixture(scope="module")
def posted(demo):
    """Of every answered claim: what was read of it, its charge, and what posting it wrote: {kind: amount}."""
    entries = defaultdict(Counter)
    for row in demo.rows("select * from remittance_entries"):
        entries[row["remittance_claim_id"]][row["kind"]] += row["amount_minor"]
    found = []
    with demo.record.read() as reader:
        for row in reader.rows("select * from remittances where status = 'posted' order by known_at, remittance_id"):
            rules = remittance_queries.rules_for(reader, row["payer_id"])
            claims = read_remittance(TransactionSet.load(row["content"]), USD).claims
            kept = reader.rows(
                "select m.*, l.charge_id from remittance_claims m join remittance_lines l using (remittance_claim_id)"
                " where remittance_id = ? order by m.number",
                row["remittance_id"],
            )
            for claim, one in zip(claims, kept, strict=True):
                if one["status"] == "posted" and not one["reverses_id"]:
                    found.append((claim, one, rules, entries[one["remittance_claim_id"]]))
    return found


def test_an_answer_is_posted_as_the_remittance_command_posts_it(demo, posted):
    copays = {
        row["charge_id"]: row["amount_minor"]
        for row in demo.rows("select charge_id, sum(amount_minor)::bigint amount_minor from transfers where reason = 'copay' group by 1")
    }  # fmt: skip
    for claim, one, rules, entries in posted:
        assert (claim.control_number, claim.payer_control_number) == (
            one["control_number"],
            one["payer_control_number"],
        )
        share = shares_of(claim, [one["charge_id"]], [claim.charge_minor], rules)[0]
        assert share.paid_minor == one["paid_minor"] == entries["allocation"]
        assert share.denied_minor == one["denied_minor"]
        assert sum(amount for _, _, amount in share.lowered) == entries["adjustment"]
        # What was expected of the client before the payer answered is what the payer says, so nothing is undone.
        assert share.client_minor == copays.get(one["charge_id"], 0) + entries["transfer"]


def test_every_payer_payment_and_contractual_adjustment_is_an_answers(demo, posted):
    of = {
        "allocation": "select sum(a.amount_minor) from allocations a join payments p using (payment_id) where p.payer_id is not null",
        "adjustment": "select sum(amount_minor) from adjustments where class = 'contractual'",
        "transfer": "select sum(amount_minor) from transfers where reason <> 'copay'",
    }
    for kind, sql in of.items():
        assert sum(entries[kind] for *_, entries in posted) == demo.value(sql), kind


def test_this_morning_a_payer_took_back_sent_on_and_sent_wrong(demo):
    status = {
        row["status"]: row["n"] for row in demo.rows("select status, count(*) n from remittance_claims group by 1")
    }
    assert (status["unmatched"], status["reversed"]) == (1, 1)
    assert demo.value("select held_reason from remittances where status = 'held'").startswith("The claims sum to")
    assert demo.value("select reason_code from provider_adjustments") == "FB"
    assert demo.value("select sum(credit_minor - debit_minor) from postings where account = '2130'") > 0
    with demo.record.read() as reader:
        second = [row for row in to_claim(reader, SYSTEM) if row["rank"] == 2]
    assert [row["state"] for row in second] == ["ready"]


def test_a_tenth_of_claims_is_denied_at_first_and_some_denials_wait(demo):
    old = (
        "select count(*) filter (denied) / count(*) from (select bool_or(m.denied_minor > 0) as denied"
        " from insurance_claims c left join remittance_claims m using (control_number)"
        " where c.frequency = '1' and c.sent_date < date '2026-09-15' group by c.insurance_claim_id)"
    )
    assert 0.06 < demo.value(old) < 0.13
    with demo.record.read() as reader:
        open_ones = [row for row in denials(reader, SYSTEM) if row["state"] == "open"]
    assert 3 <= len(open_ones) <= 15
    assert all(row["reasons"] and row["deadline_date"] for row in open_ones)
    states = {row["status"] for row in demo.rows("select distinct status from insurance_claims")}
    assert states == {"submitted", "accepted", "rejected", "replaced"}


def test_most_covers_were_looked_up_in_the_month_of_the_visit_and_before_it(demo):
    verified = (
        "select count(*) filter (exists (select 1 from eligibility_checks e where e.client_id = t.client_id"
        " and e.payer_id = p.payer_id and e.status = 'active' and e.answered_at < a.starts_at"
        " and date_trunc('month', e.asked_date) = date_trunc('month', a.start_date)"
        " and e.asked_date >= a.start_date - 30)) / count(*)"
        " from attendees t join appointments a using (appointment_id) join policies p on p.client_id = t.client_id"
        " and p.rank = 1 and a.start_date between p.effective_from and coalesce(p.effective_to, a.start_date)"
        " where t.status = 'completed'"
    )
    assert 0.65 < demo.value(verified) < 0.9
