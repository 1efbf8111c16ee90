"""Autopay charges what was invoiced, overnight and once; a decline is told, tried again and at last left to a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from practice.access.permissions import SYSTEM
from practice.access.users import create_user
from practice.billing import dunning
from practice.billing.plans import agree_plan
from practice.cards.autopay import charge_by_itself, set_autopay
from practice.cards.evening import tell_owners
from practice.cards.people_queries import card_tasks
from practice.cards.saving import note_card, remove_card
from practice.errors import Refusal
from practice.messages.senders import Outcome
from practice.messages.settings import set_messages
from practice.people.commands import change_client
from tests.words import names_in

ADA = "client-ada"


@pytest.fixture
def autopay(till):
    """`autopay(card)` switches it on for Ada."""

    def switch(card, **more):
        return till.run(set_autopay, client_id=ADA, saved_card_id=card, is_on=True, **more)

    return switch


def night(till, days=1):
    """The beat at four in the morning in New York, so many days later."""
    till.clock.to(str((till.clock.instant + timedelta(days=days)).date()) + "T08:00")
    for _ in range(2):
        charge_by_itself(till.record, till.processor)


def tried(till):
    return [row["state"] for row in till.rows("select state from card_charges order by requested_at")]


def test_what_was_invoiced_is_charged_the_night_after_and_only_once(till, ada, autopay):
    asked, unasked = till.charged(ADA), till.charged(ADA)
    autopay(till.card(ada))
    till.invoices(asked)
    till.clock.forward(hours=8)
    charge_by_itself(till.record, till.processor)
    assert tried(till) == []  # issued today
    for _ in range(3):
        night(till)
    assert (till.due(asked), till.due(unasked), tried(till)) == (0, 150_00, ["succeeded"])


def test_of_a_plan_the_instalment_is_charged_on_its_day(till, ada, autopay):
    visit = till.charged(ADA)
    parts = [{"due_date": day, "amount_minor": 75_00} for day in ("2026-03-04", "2026-04-04")]
    till.run(agree_plan, party=ada, charge_ids=[visit], instalments=parts)
    autopay(till.card(ada))
    night(till)
    assert till.due(visit) == 150_00
    night(till)
    night(till)
    assert (till.due(visit), tried(till)) == (75_00, ["succeeded"])


def test_declines_are_told_and_after_three_it_stops(till, ada, autopay):
    till.run(change_client, who=SYSTEM, client_id=ADA, email="ada@birch.example")
    till.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
    till.invoices(till.charged(ADA))
    autopay(till.card(ada, "pm_declined"))
    for _ in range(14):
        night(till)
    assert tried(till) == ["failed"] * 3
    (row,) = till.rows("select is_on, stopped_why from autopays")
    assert row == {"is_on": False, "stopped_why": "declined"}
    bodies = [row["body"] for row in till.rows("select body from messages where kind = 'card_declined'")]
    assert len(bodies) == 3
    assert "it was declined. Nothing was taken." in bodies[0]
    autopay(till.card(ada))  # another card: it counts anew
    night(till)
    assert tried(till)[-1] == "succeeded"


def test_a_dispute_too_much_and_a_card_that_is_gone_are_left_to_a_person(till, ada, autopay):
    till.invoices(till.charged(ADA))
    card = till.card(ada)
    autopay(card, most_minor=100_00)
    night(till)
    assert tried(till) == []
    autopay(card)
    till.run(dunning.record_dispute, party=ada)
    night(till)
    assert tried(till) == []
    till.run(remove_card, saved_card_id=card)
    with pytest.raises(Refusal, match="cannot be charged"):
        autopay(card)
    assert till.rows("select is_on, stopped_why from autopays") == [{"is_on": False, "stopped_why": "card_removed"}]


class Post:
    """A mail server that is away for the first `away` mails."""

    def __init__(self, away=0):
        self.sent, self.away = [], away

    def send(self, message):
        if self.away:
            self.away -= 1
            return Outcome("again", "no_answer")
        self.sent.append(message)
        return Outcome("sent")


def test_the_owners_get_the_list_of_the_night_in_the_evening_before_once_and_without_names(till, ada, autopay):
    create_user(
        till.record, SYSTEM, email="o@elm.example", name="Odile", role="owner", password="four quiet herons wade"
    )
    till.invoices(till.charged(ADA))
    autopay(till.card(ada))
    post = Post(away=1)
    till.clock.to("2026-03-02T22:00")  # five in the afternoon
    assert tell_owners(till.record, post) == 0
    till.clock.to("2026-03-02T23:10")
    assert [tell_owners(till.record, post) for _ in range(3)] == [0, 1, 0]
    (mail,) = post.sent
    assert (mail.address, mail.subject) == ("o@elm.example", "Autopay tonight: $150.00, 1 card")
    assert "- $150.00, Visa •••• 4242" in mail.body
    assert not names_in(mail.body, "Ada", "Birch")
    night(till)
    assert tried(till) == ["succeeded"]


def test_the_only_card_of_who_comes_again_is_a_task_before_it_runs_out(till, ada):
    def tasks():
        with till.record.read() as reader:
            return [(row["kind"], row["note"]) for row in card_tasks(reader, till.who)]

    till.card(ada)
    till.clock.to("2030-08-10T14:00")
    assert tasks() == []  # nobody needs it
    till.sees(ADA, day=date(2030, 8, 20), status="scheduled")
    assert tasks() == [("card_expires", "Visa •••• 4242, 08/2030; ask for the new one")]
    key = till.card(ada)
    renewed = {"saved_card_id": key, "last4": "1111", "expires_month": 1, "expires_year": 2034}
    till.run(note_card, who=SYSTEM, **renewed)
    assert tasks() == []
