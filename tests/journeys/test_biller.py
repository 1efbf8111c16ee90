"""The biller's way through one day's visits: charge → claim → acknowledgements → remittance with a denial → the client's
share → plan → part payment → refund → statement; and the owner's numbers are what a pencil says.

Ben, whom Harbor Health covers, comes twice on Monday 2 March: for 50 minutes (150.00) and for an intake (220.00).

    charged      370.00 = 150.00 + 220.00
    paid by Harbor 80.00, contractual 40.00 and Ben's deductible 30.00: the 150.00; the 220.00 is denied and written off
    Ben pays      20.00 of 30.00, and gets 5.00 back, which are taken off the charge; 10.00 stay open
    collected     95.00 = 80.00 + 20.00 − 5.00
    charged 370.00 = collected 95.00 + contractual 40.00 + denied 220.00 + courtesy 5.00 + open 10.00
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS
from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.billing.limits import set_limit
from practice.home import Home
from practice.insurance import claim_facts
from practice.messages.settings import set_messages
from practice.people.commands import change_client, change_provider, change_service
from practice.scheduling.booking import book_appointment
from practice.store.record import Record
from tests.conftest import INSERT
from tests.journeys.axe import shuts_out
from tests.journeys.conftest import OpenPages, Practice
from tests.journeys.test_spine import choose_row, go, idle
from tests.practice.insurance.claims import GROUP_NPI, MOSS_NPI
from tests.practice.insurance.remits import claim, line, remit
from tests.practice.insurance.test_acknowledgements import of_claims, of_set

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.timeout(600)]

BOOKED = datetime(2026, 2, 25, 15, tzinfo=UTC)
NUMBERS = {
    "completed_visits": 2, "charged": 370_00, "collected": 95_00, "refunds": 5_00, "contractual_adjustments": 40_00,
    "write_offs": 225_00, "invoiced": 30_00, "ar_open": 10_00, "unapplied_credit": 0, "revenue_leaked": 0,
}  # fmt: skip
"""The month's, in cents; write-offs are the denied 220.00 and the courtesy of 5.00."""
TILES = {"Completed visits": "2", "Charged": "$370", "Collected": "$95", "Accounts receivable": "$10"}
SAW = ("2026-03-02T09:00", "svc-intake"), ("2026-03-02T11:00", "svc-visit")


@pytest.fixture
def elm(prepared, tmp_path, serving, free_port):
    """The furnished practice, served, with a sign-in for each role; its clock stands at nine on Monday 2 March 2026.

    It has said who bills, and its biller may write off 100.00 alone. Nothing was ever charged.
    """
    home, clock_file = Home(tmp_path / "home"), tmp_path / "clock"
    home.create()
    template, _ = prepared(BOOKED, is_furnished=True)
    shutil.copyfile(template, home.record)
    record = Record(home.record, clock=lambda: BOOKED)
    furnish(record)
    record.close()
    clock_file.write_text("2026-03-02T14:00")
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_at.py")), str(port), str(clock_file)]
    with serving(command, port, health="/healthz", env={"DAYBOOK_HOME": str(home.path)}) as url:
        yield Practice(url, home.path, clock_file)


def furnish(record: Record) -> None:
    """Two visits booked, and what a practice says once of itself."""

    def run(command, **parameters):
        record.run(command, SYSTEM, reason="Set-up", **parameters)

    record.run(INSERT, SYSTEM, rows=[("settings", {"name": "demo_today", "value": '"2026-03-20"'})])
    for user in DEMO_USERS:
        provider = {"provider_id": "prov-moss"} if user.role == "provider" else {}
        create_user(
            record, SYSTEM, email=user.email, name=user.name, role=user.role, password=DEMO_PASSWORD, **provider
        )
    run(change_service, service_id="svc-visit", code="90834")
    run(change_service, service_id="svc-intake", code="90791")
    run(change_provider, provider_id="prov-moss", npi=MOSS_NPI)
    run(
        claim_facts.set_claim_sender, name="Elm Street Practice", npi=GROUP_NPI, tax_id="12-3456789",
        taxonomy="251S00000X", contact_name="Bo Biller", phone="(212) 555-0142", submitter_code="ELM1",
        receiver_name="Clearing House", receiver_code="CLEAR1",
    )  # fmt: skip
    run(
        claim_facts.set_postal_address, subject="practice", street="1 Elm Street", city="New York", state="NY",
        postal_code="10001-1234",
    )  # fmt: skip
    run(
        claim_facts.set_provider_claims, provider_id="prov-moss", given_name="Inès", family_name="Moss",
        taxonomy="103TC0700X",
    )  # fmt: skip
    run(set_limit, kind="write_off", role="biller", most=100_00)
    run(change_client, client_id="client-ben", email="ben@alder.example")
    for start, service in SAW:
        run(
            book_appointment, client_id="client-ben", provider_id="prov-moss", service_id=service,
            location_id="loc-elm", wall_start=start, room_id="room-1" if service == "svc-visit" else None,
        )  # fmt: skip
    run(set_messages, is_on=True, public_url="https://elm.example")


def test_from_two_visits_to_the_statement_and_the_owners_numbers(elm, sign_in, open_page):
    desk, biller, owner = (sign_in(elm.url, role) for role in ("front_desk", "biller", "owner"))
    seen(desk, elm)
    charge(biller)
    file = ask_the_payer(biller, elm)
    acknowledged(biller, elm, file)
    paid(biller, elm, file)
    work_the_denial(biller, owner)
    bill_the_client(biller, elm)
    agree_on_a_plan(biller)
    take_and_refund(biller, elm)
    state_the_account(biller, elm, open_page)

    elm.daybook("refresh")
    assert {name: elm.metric(name) for name in NUMBERS} == NUMBERS
    denial = json.loads(elm.daybook("metric", "initial_denial_rate", "--format", "json").stdout)[0]
    assert (denial["numerator"], denial["denominator"]) == (1, 1)
    go(owner, "Overview")
    for label, shown in TILES.items():
        expect(owner.get_by_test_id("stMetric").filter(has_text=label).first).to_contain_text(shown)
    assert elm.daybook("audit", "verify").stdout.startswith(tuple("123456789"))


def seen(desk: Page, elm: Practice) -> None:
    """Both visits: arrived, started, completed, at the desk."""
    for hour, (arrived, ended) in {"09:00": ("14:00", "15:35"), "11:00": ("16:00", "16:52")}.items():
        visit = desk.locator("article", has_text="Ben Alder").filter(has_text=hour)
        elm.now(f"2026-03-02T{arrived}")
        for step in ("Arrived", "Start", "Complete"):
            if step == "Complete":
                elm.now(f"2026-03-02T{ended}")
            visit.click()
            button = desk.get_by_role("button", name=re.compile(f"^{step}"))
            button.click()
            expect(button).to_have_count(0)  # else the next click falls into the answer to this one
            idle(desk)
        desk.keyboard.press("Escape")  # the drawer offers to charge it; that is the biller's today


def charge(biller: Page) -> None:
    go(biller, "Billing")
    choose_row(biller, row=-1)  # the box in the head: both
    biller.get_by_role("button", name=re.compile("^Charge Shortcut")).click()
    expect(biller.get_by_text("2 visits charged.")).to_be_visible()


def ask_the_payer(biller: Page, elm: Practice) -> Path:
    """What the claim lacks is said, is put right there, and the file lies in the folder."""
    go(biller, "Insurance")
    expect(biller.get_by_text("1 claim to send, $370.00; 0 ready, 1 not yet.")).to_be_visible()
    choose_row(biller)
    for sentence in (
        "The client's sex, as the payer has it, is missing.",
        "The client's postal address is missing.",
        "Harbor Health has no payer code; files name it by that.",
        "The charge has no diagnosis.",
    ):
        expect(biller.get_by_role("listitem").get_by_text(sentence)).to_be_visible()
    biller.get_by_role("radio", name="Male", exact=True).click()
    for label, text in {"Street": "7 Oak Lane", "City": "New York", "State": "NY", "ZIP code": "10001"}.items():
        biller.get_by_label(label, exact=True).fill(text)
    biller.get_by_role("button", name="Save the client").click()
    expect(biller.get_by_role("button", name="Save the client")).to_have_count(0)
    biller.get_by_label("Payer code").fill("HARB1")
    biller.get_by_role("combobox", name=re.compile("Kind of cover")).click()
    biller.get_by_role("option", name=re.compile("Commercial")).click()
    biller.get_by_role("button", name="Save the payer").click()
    expect(biller.get_by_label("Payer code")).to_have_count(0)
    biller.get_by_label("Diagnosis").fill("F41.1")
    biller.get_by_label("What it means").fill("Anxiety")
    biller.get_by_role("button", name="Save the diagnosis").click()
    expect(biller.get_by_text("1 claim to send, $370.00; 1 ready.")).to_be_visible()
    biller.get_by_role("button", name="Send 1 claim").click()
    expect(biller.get_by_text(re.compile("^Sent: "))).to_be_visible()
    [file] = (elm.home / "outbox" / "claims").iterdir()
    return file


def number(file: Path, segment: str) -> list[str]:
    """The numbers that a claim file gave: of claims (CLM) or of lines (REF*6R)."""
    return re.findall(rf"{re.escape(segment)}\*([^*~]+)", file.read_text())


def drop(elm: Practice, name: str, text: str) -> None:
    """As the practice's carrier does: a file lies in the folder."""
    (elm.home / "inbox" / "remittances" / name).write_text(text)


def acknowledged(biller: Page, elm: Practice, file: Path) -> None:
    """The receiver's 999 and the payer's 277CA are read out of the folder: the claim is accepted."""
    elm.now("2026-03-03T15:00")
    [claim_number] = number(file, "CLM")
    drop(elm, "999.txt", of_set("A"))
    drop(elm, "277.txt", of_claims((claim_number, "A2:20", "HARB-77")))
    biller.get_by_role("radio", name="Remittances").click()
    idle(biller)
    biller.get_by_role("button", name="Take them").click()
    expect(biller.get_by_text("1 claim accepted")).to_be_visible()


def paid(biller: Page, elm: Practice, file: Path) -> None:
    """Harbor pays one line less its contract and Ben's deductible, and nothing of the other: not authorised."""
    elm.now("2026-03-16T14:00")
    [claim_number] = number(file, "CLM")
    intake, visit = number(file, "REF*6R")  # as the day went: the intake at nine, the visit at eleven
    answer = claim(
        claim_number, 370_00, 80_00,
        line("90791", 220_00, 0, cas=["CO*197*220.00"], control=intake),
        line("90834", 150_00, 80_00, cas=["CO*45*40.00", "PR*1*30.00"], control=visit),
        patient=30_00, payer_control="HARB-77",
    )  # fmt: skip
    drop(elm, "835.txt", remit(answer, paid=80_00))
    biller.reload()
    idle(biller)
    biller.get_by_role("button", name="Take them").click()
    expect(biller.get_by_text("1 claim, 1 posted")).to_be_visible()


def work_the_denial(biller: Page, owner: Page) -> None:
    """Ours until a day; given up, which is above what the biller may do alone: the owner approves it."""
    biller.get_by_role("radio", name="Denials").click()
    expect(biller.get_by_text("1 denial, $220.00 owed.")).to_be_visible()
    choose_row(biller)
    biller.get_by_role("combobox", name=re.compile("Whose task")).click()
    biller.get_by_role("option", name="Bram Castellano").click()
    biller.get_by_role("button", name="Save", exact=True).click()
    expect(biller.get_by_text("Saved.")).to_be_visible()
    biller.get_by_label("What was done, and why").fill("Not authorised beforehand; Harbor does not reopen it")
    biller.get_by_role("button", name="Write off").click()
    expect(biller.get_by_text("To write off $220.00 is for a second person to decide.")).to_be_visible()

    go(owner, "Billing")
    owner.get_by_role("radio", name="Approvals").click()
    owner.get_by_role("button", name="Approve and post").click()
    expect(owner.get_by_text("Approved: $220.00 is posted.")).to_be_visible()
    biller.get_by_role("radio", name="Remittances").click()
    biller.get_by_role("radio", name="Denials").click()
    expect(biller.get_by_text("No denial waits for anybody.")).to_be_visible()


def bill_the_client(biller: Page, elm: Practice) -> None:
    """What Harbor left to Ben goes on an invoice."""
    elm.now("2026-03-17T14:00")
    go(biller, "Billing")
    biller.get_by_role("radio", name="To invoice").click()
    expect(biller.get_by_text("1 line, $30.00, 1 client")).to_be_visible()
    biller.get_by_role("button", name=re.compile("^Issue")).click()
    expect(biller.get_by_text(re.compile(r"^Pay invoice \d+"))).to_be_visible()


def agree_on_a_plan(biller: Page) -> None:
    """Three instalments of 10.00, the first one today."""
    go(biller, "Cash")
    biller.get_by_role("radio", name="Plans").click()
    biller.get_by_placeholder("Name, phone or date of birth").fill("Alder")
    biller.get_by_role("button", name=re.compile("Ben Alder")).click()
    expect(biller.get_by_text("3 instalments of $10.00")).to_be_visible()
    biller.get_by_role("button", name="Agree", exact=True).click()
    expect(biller.get_by_text("1 plan, $30.00 open, $10.00 of it due.")).to_be_visible()


def take_and_refund(biller: Page, elm: Practice) -> None:
    """Ben pays two instalments by card; then 5.00 go back, and the charge is lower by as much."""
    choose_row(biller)
    biller.get_by_label(re.compile("^Amount")).first.fill("20.00")
    biller.get_by_role("button", name=re.compile("^Take payment")).click()
    expect(biller.get_by_text(re.compile(r"\$20\.00 taken"))).to_be_visible()

    elm.now("2026-03-19T14:00")
    go(biller, "Billing")
    biller.get_by_role("radio", name="Payments").click()
    idle(biller)
    choose_row(biller)
    choose_row(biller, table=1)
    biller.get_by_label(re.compile("^Amount")).last.fill("5.00")
    biller.get_by_label("Why").last.fill("The room was cold")
    biller.get_by_role("button", name=re.compile("^Refund")).click()
    expect(biller.get_by_text(re.compile(r"\$5\.00 refunded"))).to_be_visible()


def state_the_account(biller: Page, elm: Practice, open_page: OpenPages) -> None:
    """Ben's statement of the month: as a page at the desk, and by a link on his phone, which says that he looked."""
    go(biller, "Clients")
    biller.get_by_role("button", name=re.compile("Ben Alder")).click()
    expect(biller.get_by_test_id("stMetric").filter(has_text="Owed by the client")).to_contain_text("$10.00")
    biller.get_by_role("combobox", name=re.compile("Statement of")).click()
    biller.get_by_role("option", name="This month").click()
    idle(biller)
    with biller.expect_download() as paper:
        biller.get_by_role("button", name="Statement", exact=True).click()
    printed = paper.value.path().read_bytes()
    assert printed.startswith(b"%PDF")
    biller.get_by_role("button", name="E-mail").first.click()
    expect(biller.get_by_text("19 Mar 2026 · on its way")).to_be_visible()
    elm.now("2026-03-19T14:04")
    phone = open_page(elm.url + link_in(elm.home / "outbox", biller), width=390, height=800)
    expect(phone.get_by_role("heading", name="Your statement")).to_be_visible()
    expect(phone.get_by_text("Nothing is due now: the rest is on your payment plan.")).to_be_visible()
    assert shuts_out(phone) == []
    phone.get_by_label("Your date of birth").fill("1990-05-17")
    with phone.expect_download() as paper:
        phone.get_by_role("button", name="Download the statement").click()
    assert paper.value.path().read_bytes() == printed
    biller.reload()
    expect(biller.get_by_text("sent 19 Mar, opened 19 Mar")).to_be_visible()


def link_in(outbox: Path, page: Page) -> str:
    """The path in the one message that was written to a file; it is on its way for a moment."""
    for _ in range(60):
        if sent := list(outbox.glob("*.eml")):
            break
        page.wait_for_timeout(500)
    [file] = sent
    text = message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
    found = re.search(r"https://elm\.example(/paper/\S+)", text)
    assert found
    return found[1]
