"""Whatever is pressed in whatever order: a paper leaves once per press that was not refused, never once it is void, and
no message says who was seen for what."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from practice.access.permissions import SYSTEM
from practice.billing.invoices import void_invoice
from practice.errors import Refusal
from practice.ids import seeded_ids
from practice.messages.consent import record_consent
from practice.messages.leaving import settle_message, take_due
from practice.messages.settings import set_messages
from practice.paper_mail.sending import end_paper_links, send_paper
from practice.people.commands import change_client
from practice.store.record import Record
from tests.conftest import MovableClock, actor
from tests.practice.billing.conftest import Desk

papers = st.integers(0, 2)
steps = st.one_of(
    st.tuples(st.just("press"), papers),
    st.tuples(st.just("press"), papers),
    st.tuples(st.just("void"), papers),
    st.tuples(st.just("end"), papers),
    st.tuples(st.just("wait"), st.sampled_from((1, 3))),
    st.tuples(st.just("stop"), st.booleans()),
)


class Post:
    """Three invoices, and what has to have left of each; the last two go to one mother."""

    def __init__(self, desk, clock):
        self.desk, self.clock = desk, clock
        desk.run(set_messages, who=SYSTEM, is_on=True, public_url="https://elm.example")
        for name in ("ada", "dan"):
            desk.run(change_client, who=SYSTEM, client_id=f"client-{name}", email=f"{name}@clients.example")
        self.invoices = [desk.invoices(desk.charged(f"client-{name}")) for name in ("dan", "ada", "cora")]
        self.waiting, self.left, self.voided, self.stopped = {}, [], set(), False

    def press(self, paper):
        may = paper not in self.waiting and paper not in self.voided and not (self.stopped and paper)
        try:
            self.desk.run(send_paper, invoice_id=self.invoices[paper])
        except Refusal:
            assert not may
        else:
            assert may
            self.waiting[paper] = self.clock.instant

    def void(self, paper):
        if paper not in self.voided:
            self.desk.run(void_invoice, invoice_id=self.invoices[paper])
            self.voided.add(paper)
            self.waiting.pop(paper, None)

    def end(self, paper):
        try:
            self.desk.run(end_paper_links, invoice_id=self.invoices[paper])
        except Refusal:
            assert paper not in self.waiting
        self.waiting.pop(paper, None)

    def stop(self, is_stopped):
        """Ada wants no such messages, or wants them again."""
        for channel in ("email", "text"):
            about = {"client_id": "client-ada", "channel": channel, "purpose": "payments"}
            self.desk.run(record_consent, who=SYSTEM, is_given=not is_stopped, **about)
        self.stopped = is_stopped

    def wait(self, minutes):
        self.clock.forward(minutes=minutes)
        for key in self.desk.run(take_due, who=SYSTEM, limit=20)["message_ids"]:
            self.desk.run(settle_message, who=SYSTEM, message_id=key, outcome="sent")
        due = [paper for paper, at in self.waiting.items() if (self.clock.instant - at).total_seconds() >= 180]
        for paper in due:
            del self.waiting[paper]
            self.left += [] if self.stopped and paper else [paper]

    def check(self):
        sent = self.desk.rows(
            "select m.invoice_id, s.body, s.address from paper_mails m join messages s using (message_id)"
            " where s.status = 'sent'"
        )
        assert sorted(self.invoices.index(row["invoice_id"]) for row in sent) == sorted(self.left)
        for row in sent:
            to = "dan" if row["invoice_id"] == self.invoices[0] else "ada"
            assert (row["address"], row["body"].split(",")[0]) == (f"{to}@clients.example", f"Hello {to.capitalize()}")
            assert not re.search("Birch|Ford|Cora|Follow-up|V50|Moss", row["body"])


@settings(max_examples=5)
@given(st.lists(steps, min_size=8, max_size=16))
def test_a_paper_leaves_once_per_press_and_never_once_it_is_void(tmp_path_factory, prepared, life):
    clock = MovableClock(datetime(2026, 3, 2, 14, tzinfo=UTC))
    template, _ = prepared(clock.instant, is_furnished=True)
    path = shutil.copyfile(template, tmp_path_factory.mktemp("papers") / "record.duckdb")
    record = Record(path, clock=clock, ids=seeded_ids(7))
    try:
        post = Post(Desk(record, SimpleNamespace(), actor("biller")), clock)
        for step, what in life:
            getattr(post, step)(what)
        post.wait(3)
        post.check()
    finally:
        record.close()
