"""Statements and receipts: an account over a time, and where one payment went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from practice.access.permissions import Permission, require_location
from practice.billing.accounts import client_of
from practice.billing.freezing import freeze
from practice.billing.papers import receipt
from practice.billing.papers.statement import figures
from practice.billing.posting import check_party, day
from practice.billing.queries import papers, statement
from practice.errors import Refusal
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Row, Work


@command(Permission.INVOICE)
def issue_statement(work: Work, *, party: str, from_date: str, to_date: str) -> Row:
    """A client's account from one day to another, both included: before, what happened, after, what is open by age.

    Issued again for the same days it is the same paper, unless something was posted in them since: then it is a new
    version that names the older one. Answers {document_id, number, version, is_new}.
    """
    check_party(work, party)
    first, last = _days(work, from_date, to_date)
    return _issue(work, party, first, last, _read(work, [party], first, last)[party])


@command(Permission.INVOICE)
def issue_statements(work: Work, *, parties: Sequence[str], from_date: str, to_date: str) -> Row:
    """Some statements at once, each as `issue_statement` would.

    Answers {issued: [{party, document_id}], refused: [{party, why}]}: one that is refused stops no other.
    """
    first, last = _days(work, from_date, to_date)
    known = _read(work, list(dict.fromkeys(parties)), first, last)
    answer: Row = {"issued": [], "refused": []}
    for party, read in known.items():
        try:
            made = _issue(work, party, first, last, read)
        except Refusal as refusal:
            answer["refused"].append({"party": party, "why": str(refusal)})
        else:
            answer["issued"].append({"party": party, "document_id": made["document_id"]})
    return answer


def _days(work: Work, from_date: str, to_date: str) -> tuple[date, date]:
    first, last = day(from_date, "from_date"), day(to_date, "to_date")
    if first > last:
        raise Refusal(f"The period ends before it begins; swap the days, or begin on {last}.", field="from_date")
    present = practice_today(work)
    if last > present:
        raise Refusal(
            f"The period is not over on {last}; end it on {present} or before.", rule="future", field="to_date"
        )
    return first, last


def _read(work: Work, parties: Sequence[str], first: date, last: date) -> dict[str, Row]:
    """By party: `places`, and the `figures` of its statement."""
    places = statement.places(work, parties)
    opening = statement.balances(work, parties, before=first)
    lines = statement.lines(work, parties, first, last)
    items = statement.open_items(work, parties, last)
    credit = statement.credit(work, parties, first, last)
    held = statement.held(work, parties, last)
    return {
        party: {
            "places": places[party],
            "figures": figures(
                first=first,
                last=last,
                opening_minor=opening[party],
                lines=lines[party],
                open_items=items[party],
                credit=credit[party],
                held_minor=held[party],
            ),
        }
        for party in parties
    }


def _issue(work: Work, party: str, first: date, last: date, read: Row) -> Row:
    client_id = client_of(party)
    if client_id is None:
        raise Refusal("Statements are for clients; what a payer owes stands under Billing, Open items.", field="party")
    for place in sorted(read["places"]):
        require_location(work.actor, place)
    return freeze(
        work,
        "statement",
        f"{party}|{first}|{last}",
        title=f"{first} to {last}",
        client_id=client_id,
        party=party,
        location_id=work.get("clients", client_id, "client")["location_id"],
        figures=read["figures"],
    )


@command(Permission.TAKE_PAYMENT)
def issue_receipt(work: Work, *, payment_id: str) -> Row:
    """A receipt of a client's payment: what it was put towards, what was paid back, what is kept.

    Issued again it is the same paper, unless the money has moved since: then it is a new version that names the older
    one. Answers {document_id, number, version, is_new}.
    """
    payment = work.get("payments", payment_id, "payment")
    if payment["client_id"] is None:
        raise Refusal("Receipts are for clients; a payer's money is confirmed by its remittance.", field="payment_id")
    unapplied, held = papers.waiting(work, payment_id)
    return freeze(
        work,
        "receipt",
        payment_id,
        title=f"Payment of {payment['received_date']}",
        client_id=payment["client_id"],
        party=payment["party"],
        location_id=payment["location_id"],
        figures=receipt.figures(
            payment=payment,
            split=papers.split(work, payment_id),
            refunds=papers.paid_back(work, payment_id),
            unapplied_minor=unapplied,
            held_minor=held,
        ),
    )
