"""What is asked of whoever books online: a deposit by card, or a card to keep. By the service's rules alone.

A client's own rule, and whether somebody has been here before, would tell a stranger who books in another's name that
they are a client here. So the public pages say what the service asks, with "for a first visit" where it is for that;
the client's own rule speaks at the desk, and in the links that the desk sends.
"""

from __future__ import annotations

from typing import NamedTuple

from practice.access.permissions import Permission
from practice.billing.accounts import client_party
from practice.billing.queries import held
from practice.billing.queries.deposit_rules import amount_of, service_rules
from practice.cards import queries
from practice.cards.links import LINKS_ON, new_link
from practice.clock import stored
from practice.errors import Conflict, NotFound
from practice.online.links import visit_behind
from practice.store.record import command
from practice.store.work import Reader, Row, Work


class Wish(NamedTuple):
    """One thing that is asked: of whom (`first`, `known` or `all`), and the money; none where it is a card to keep."""

    of: str
    amount_minor: int

    @property
    def purpose(self) -> str:
        """What its link is for."""
        return "pay" if self.amount_minor else "save_card"


def wishes(reader: Reader, service: Row) -> list[Wish]:
    """What is asked of whoever books the service online, where clients can pay by link at all; the dearest last."""
    if not reader.setting(LINKS_ON):
        return []
    rules = service_rules(reader, service["service_id"])
    first, known = rules.get(True, rules.get(False)), rules.get(False)
    said = [None if rule is None or rule["kind"] == "none" else amount_of(rule, service["fee_minor"])
            for rule in (first, known)]  # fmt: skip
    if said[0] == said[1] or service["is_for_new_clients"]:
        of = [("all", said[0])]
    else:
        of = [("known", said[1]), ("first", said[0])]
    return [Wish(whom, amount) for whom, amount in of if amount is not None]


@command(Permission.PAY_ONLINE)
def open_booking_link(work: Work, *, visit_hash: str, token_hash: str, of: str) -> Row:
    """A client goes on from their visit's page to what is asked for it. The same step twice is one link.

    Answers {pay_link_id}.
    """
    visit = visit_behind(work, visit_hash)
    if visit is None:
        raise NotFound("This link opens no visit; it may be old.")
    known = queries.pay_link(work, token_hash)
    if known:
        return {"pay_link_id": known["pay_link_id"]}
    asked = wishes(work, work.get("services", visit["service_id"], "service"))
    wish = next((one for one in asked if one.of == of), None)
    if wish is None or not is_coming(work, visit):
        raise Conflict("Nothing is asked for this visit any more.", rule="changed")
    party = client_party(held.booking(work, visit["attendee_id"])["guarantor_client_id"])
    amount = wish.amount_minor or None
    return {"pay_link_id": new_link(work, party, token_hash, wish.purpose, None, visit["attendee_id"], amount)}


def is_coming(reader: Reader, visit: Row) -> bool:
    """Whether something can still be asked for a visit."""
    return visit["status"] == "scheduled" and bool(visit["starts_at"] > stored(reader.now))
