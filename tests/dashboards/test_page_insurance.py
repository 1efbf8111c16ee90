"""The Insurance page: a file is posted, a claim matched with one click, a denial worked."""

from __future__ import annotations

from datetime import date

import pytest

from dashboards import runtime
from practice.access.permissions import SYSTEM
from practice.billing.limits import set_limit
from practice.insurance.claim_facts import set_payer_days
from practice.insurance.folders import put
from practice.people.commands import add_policy
from tests.dashboards.conftest import labels, texts
from tests.dashboards.opening import commands, fill, press, refusals, select, typed
from tests.practice.insurance.claims import furnish
from tests.practice.insurance.conftest import BEN, HARBOR, Desk
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_acknowledgements import of_claims
from tests.practice.insurance.test_denials import two_lines

USUAL = ["CO*45*40.00", "PR*3*20.00"]


@pytest.fixture
def payers_say(record, house, biller):
    return Desk(record, house, biller)


def show(app, part):
    app.segmented_control(key="insurance_part").set_value(part)
    return app.run()


def upload(app, text, name="harbor.835"):
    app.file_uploader[0].set_value((name, text.encode(), "text/plain"))
    return app.run()


def paid(charge, amount, cas=USUAL, *, member="M1"):
    parts = claim(charge, 150_00, amount, line("V50", 150_00, amount, cas=cas))
    return [part.replace("MI*M1", f"MI*{member}") for part in parts]


@pytest.mark.parametrize("role", ["owner", "manager", "biller"])
def test_it_starts_empty_for_each_role_that_sees_it(open_page, role):
    app = open_page("insurance", role)
    for part in ("Claims", "Remittances", "To match", "Denials", "Covers", "Set-up"):
        show(app, part)
        assert not app.exception
    assert ("Save what it means" in labels(app)) == (role != "biller")


def test_a_file_is_posted_and_opened_to_its_lines(open_page, payers_say):
    charge = payers_say.charged("client-ben")
    app = upload(show(open_page("insurance", "biller"), "Remittances"), remit(paid(charge, 90_00), paid=90_00))
    press(app, "Post 1 file")
    assert "1 claim, 1 posted." in texts(app)
    assert (payers_say.due(charge, HARBOR), payers_say.due(charge, BEN)) == (0, 20_00)
    app = select(app, "remittances", 0)
    app = select(app, "claims:", 0)
    [said] = [line.value.replace("\\", "") for line in app.markdown if "charged" in line.value]
    assert said.endswith("$90.00 paid  \n$40.00 CO-45, above the agreed fee; $20.00 PR-3, copay")


def test_a_file_that_was_refused_by_itself_stands_there_until_somebody_has_seen_it(open_page, payers_say):
    app = open_page("insurance", "biller")
    folder = runtime.current().home.remittances_in
    (folder / "refused").mkdir(parents=True)
    (folder / "refused" / "b.835.txt").write_text("This is no remittance.\n")
    show(app, "Remittances")
    assert refusals(app) == ["b.835: This is no remittance."]
    press(app, "Seen")
    assert refusals(app) == []


def test_a_wrong_file_is_refused_and_an_unknown_payer_asked_for(open_page, payers_say):
    app = upload(show(open_page("insurance", "biller"), "Remittances"), "Dear all")
    press(app, "Post 1 file")
    assert any("A remittance is an X12 835" in sentence for sentence in refusals(app))
    charge = payers_say.charged("client-ben")
    app = upload(app, remit(paid(charge, 90_00), paid=90_00, payer="HARBOR HLTH"))
    press(app, "Post 1 file")
    assert any("none of ours" in sentence for sentence in refusals(app))
    app.selectbox(key="remittance_file:payer").set_value("payer-harbor").run()
    press(app, "Post 1 file")
    assert refusals(app) == []
    assert payers_say.due(charge, BEN) == 20_00


def test_the_folder_is_taken_and_a_held_set_says_where_it_breaks(open_page, payers_say, record):
    charge = payers_say.charged("client-ben")
    app = show(open_page("insurance", "biller"), "Remittances")
    assert "Take them" not in labels(app)
    folder = runtime.current().home.remittances_in
    put(folder, "good.835", remit(paid(charge, 90_00), paid=90_00))
    put(folder, "held.835", remit(paid(charge, 90_00), deposit=85_00, trace="TRACE-2"))
    put(folder, "letter.835", "Dear all, no IEA")
    press(app.run(), "Take them")
    assert "1 claim, 1 posted." in texts(app)
    assert "which makes" in texts(app)
    assert any("letter.835" in sentence for sentence in refusals(app))
    assert sorted(file.name for file in (folder / "done").iterdir()) == ["good.835", "held.835"]
    app = select(app, "remittances", 0)
    press(app, "Try again")
    assert any("but the deposit is" in sentence for sentence in refusals(app))
    assert commands(record)[-2:] == ["post_remittance", "post_remittance"]


def test_a_claim_is_matched_with_one_click(open_page, payers_say):
    charge, twin = payers_say.charged("client-ben"), payers_say.charged("client-ben")
    payers_say.remits(remit(paid("THEIRS", 90_00, member="H-100"), paid=90_00))
    app = show(open_page("insurance", "biller"), "To match")
    assert "1 claim to match" in texts(app)
    assert "same member number, amount, day, code" in texts(app)
    press(app, "Match")
    assert not app.exception
    assert {payers_say.due(charge, HARBOR), payers_say.due(twin, HARBOR)} == {0, 150_00}
    assert "Every claim that was paid found its charge." in texts(app)


def test_a_denial_is_worked(open_page, payers_say):
    charge = payers_say.charged("client-ben")
    payers_say.remits(remit(paid(charge, 0, ["CO*197*150.00"])))
    app = show(open_page("insurance", "biller"), "Denials")
    assert "1 denial, $150.00 owed." in texts(app)
    app = select(app, "denials", 0)
    press(fill(app, "What was done, and why", "She should pay"), "Client owes it")
    assert any("may not be asked" in sentence for sentence in refusals(app))
    assert typed(app, "What was done, and why") == "She should pay"
    press(fill(app, "What was done, and why", "Sent the authorisation"), "Appealed")
    assert "Noted; it stays here until the payer answers." in texts(app)
    app = select(app, "denials", 0)
    press(fill(app, "What was done, and why", "Appeal failed"), "Write off")
    assert payers_say.due(charge) == 0
    assert "No denial waits for anybody." in texts(app)
    app.toggle(key="denials_done").set_value(True).run()
    assert list(app.dataframe[0].value["state_name"]) == ["Written off"]


@pytest.mark.parametrize(
    ("most", "said", "left"),
    [
        (100_00, "$90.00 written off; $150.00 waits for a second person (Billing, Approvals).", "$150.00"),
        (10_00, "Not done yet: it waits for a second person (Billing, Approvals).", "$240.00"),
        (200_00, "$240.00 written off.", None),
    ],
)
def test_of_a_write_off_it_is_said_what_is_done_and_what_waits(open_page, payers_say, owner, most, said, left):
    two_lines(payers_say, "CO*197*90.00")
    payers_say.run(set_limit, who=owner, kind="write_off", role="biller", most=most)
    app = select(show(open_page("insurance", "biller"), "Denials"), "denials", 0)
    press(fill(app, "What was done, and why", "Sent too late"), "Write off")
    assert said in texts(app)
    if left:
        app = select(app, "denials", 0)
        assert f"To write off {left} is for a second person to decide." in texts(app)


def test_what_a_claim_lacks_is_put_right_on_the_spot_and_it_is_sent(open_page, payers_say):
    furnish(payers_say)
    charge = payers_say.charged("client-ben")
    payers_say.run(add_policy, who=SYSTEM, client_id="client-dan", payer_id="payer-harbor", member_number="H-7",
                   effective_from="2025-01-06")  # fmt: skip
    payers_say.charged("client-dan")
    app = open_page("insurance", "biller")
    assert "2 claims to send, $300.00; 1 ready, 1 not yet." in texts(app)
    app = select(app, "to_claim", 1 - list(app.dataframe[0].value["client_name"]).index("Ben Alder"))
    assert "The client's postal address is missing." in texts(app)
    assert next(button for button in app.button if button.label == "Send 1 claim").disabled
    for label, text in (("Street", "3 Low Road"), ("City", "Albany"), ("State", "New York"), ("ZIP code", "12207")):
        fill(app, label, text)
    next(one for one in app.button_group if one.label == "Sex").set_value("M")
    press(app, "Save the client")
    assert refusals(app) == ["The state has two letters, such as NY."]
    assert typed(app, "Street") == "3 Low Road"
    app = press(fill(app, "State", "NY"), "Save the client")
    assert "The charge has no diagnosis." in texts(app)
    press(fill(fill(app, "Diagnosis", "nervous"), "What it means", "Anxiety"), "Save the diagnosis")
    assert len(refusals(app)) == 1
    assert typed(app, "What it means") == "Anxiety"
    press(fill(app, "Diagnosis", "F41.1"), "Save the diagnosis")
    assert "2 claims to send, $300.00; 2 ready." in texts(app)
    press(app, "Send 1 claim")  # the selected one
    press(app, "Send 1 claim")
    assert not app.exception
    folder = runtime.current().home.claims_out
    assert sorted(file.name for file in folder.iterdir()) == ["claims-000001.837", "claims-000002.837"]
    assert "Every payer was asked for what it owes." in texts(app)
    app.toggle(key="claims_sent").set_value(True).run()
    assert list(app.dataframe[0].value["state_name"]) == ["Submitted", "Submitted"]
    assert payers_say.due(charge, HARBOR) == 150_00
    seen = payers_say.rows("select is_clean, failed from claim_checks order by is_clean")
    assert [(row["is_clean"], row["failed"]) for row in seen] == [
        (False, "sex client_address no_diagnosis"), (True, None),
    ]  # fmt: skip


def test_an_acknowledgement_brings_a_rejected_claim_back_with_its_words(open_page, payers_say):
    furnish(payers_say)
    payers_say.charged("client-ben")
    app = press(open_page("insurance", "biller"), "Send 1 claim")
    app = upload(show(app, "Remittances"), of_claims(("D00000001", "A7:562:85", "")), "ack.277")
    press(app, "Post 1 file")
    assert "1 claim rejected" in texts(app)
    assert "something is not valid (the NPI)." in texts(app)
    app = show(app, "Claims")
    assert "1 claim to send" in texts(app)
    app.toggle(key="claims_sent").set_value(True).run()
    app = select(app, "claims_out", 0)
    assert not app.exception
    assert "**Rejected**: Rejected\\: something is not valid (the NPI)." in texts(app)


def test_a_denied_claim_is_corrected_from_the_page(open_page, payers_say):
    furnish(payers_say)
    payers_say.charged("client-ben")
    app = press(open_page("insurance", "biller"), "Send 1 claim")
    payers_say.remits(remit(claim("D00000001", 150_00, 0, line("90834", 150_00, 0, cas=["CO*4*150.00"]))))
    app.toggle(key="claims_sent").set_value(True).run()
    app = select(app, "claims_out", 0)
    press(app, "Send a correction")
    assert any("Say why you correct the claim" in sentence for sentence in refusals(app))
    press(fill(app, "Why", "Modifier was missing"), "Send a correction")
    assert not app.exception
    assert len(list(runtime.current().home.claims_out.iterdir())) == 2
    assert list(app.dataframe[0].value["state_name"]) == ["Submitted"]


def test_covers_are_asked_about_and_what_was_heard_is_written_down(open_page, payers_say):
    payers_say.sees("client-ben", status="scheduled")
    app = show(open_page("insurance", "biller"), "Covers")
    assert "1 cover of clients who come; 1 to ask about." in texts(app)
    press(app, "Ask about 1 cover")
    assert any("not said yet who asks" in sentence for sentence in refusals(app))
    furnish(payers_say)
    press(app, "Ask about 1 cover")
    assert not app.exception
    assert [file.suffix for file in runtime.current().home.claims_out.iterdir()] == [".270"]
    assert list(app.dataframe[0].value["state_name"]) == ["Asked"]
    app = select(app, "covers", 0)
    next(one for one in app.button_group if one.label == "Cover").set_value(True)
    press(fill(app, "Copay, USD", "much"), "Write it down")
    assert refusals(app)
    assert typed(app, "Copay, USD") == "much"
    press(fill(app, "Copay, USD", "25"), "Write it down")
    assert list(app.dataframe[0].value["state_name"]) == ["Active"]
    assert list(app.dataframe[0].value["payer_copay_minor"]) == [25.0]


def test_the_owner_says_how_a_payer_works(open_page, payers_say):
    app = show(open_page("insurance", "owner"), "Set-up")
    press(app, "Save who bills")
    assert any("NPI" in sentence or "is missing" in sentence for sentence in refusals(app))
    app = select(app, "payers_in_files", 0)
    assert list(app.dataframe[0].value["filing_days"]) == [365]
    for label, days in {"Days to file a claim": 90, "Days for an appeal": 30}.items():
        next(one for one in app.number_input if one.label == label).set_value(days)
    press(app, "Save the days")
    assert list(app.dataframe[0].value[["filing_days", "appeal_days"]].loc[0]) == [90, 30]
    fill(app, "Reason", "97")
    next(one for one in app.selectbox if one.label == "Means").set_value("contractual")
    press(app, "Save what it means")
    assert not app.exception
    charge = payers_say.charged("client-ben")
    payers_say.remits(remit(paid(charge, 0, ["CO*97*150.00"])))
    assert payers_say.due(charge) == 0


def test_claims_that_soon_no_payer_takes_are_said_first(open_page, payers_say, clock):
    """Harbor takes claims for 14 days: the visit of 2 March until the 16th."""
    payers_say.charged("client-ben")
    app = open_page("insurance", "biller")
    assert not app.warning
    payers_say.run(set_payer_days, who=SYSTEM, payer_id="payer-harbor", filing_days=14, appeal_days=90)
    assert [one.value for one in app.run().warning] == ["1 claim to file within 14 days."]
    assert list(app.dataframe[0].value["file_by_date"]) == [date(2026, 3, 16)]
    clock.to("2026-03-17T15:00")
    app = open_page("insurance", "owner")
    assert [one.value for one in app.warning] == ["1 claim, $150.00, past the payer's time to file."]
