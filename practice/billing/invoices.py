"""Invoices: what a client is asked for. The document is frozen when issued; numbers have no gap and survive a void."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from practice.access.permissions import Permission, require_location
from practice.billing.accounts import client_of
from practice.billing.documents import build_invoice
from practice.billing.posting import check_party, posted_charge, today_at, why
from practice.billing.queries import facts, paper
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.paper_mail.taking_back import keep_from_leaving
from practice.store.record import command
from practice.store.work import Row, Work

LONGEST_DUE_DAYS = 365


@command(Permission.INVOICE)
def issue_invoice(work: Work, *, charge_ids: Sequence[str], due_days: int = 30, party: str | None = None) -> Row:
    """Ask one client (a guarantor) for charges that are open towards them and on no live invoice.

    `party` is needed only where one charge is owed by two clients. Answers {invoice_id, number}.
    """
    _check_due(due_days)
    known = paper.ground(work, list(dict.fromkeys(charge_ids)))
    return _issue(work, known, charge_ids, due_days, party, facts.next_invoice_number(work))


@command(Permission.INVOICE)
def issue_invoices(work: Work, *, asks: list[dict[str, Any]], due_days: int = 30) -> Row:
    """Some invoices at once, each as `issue_invoice` would: `asks` is [{party, charge_ids}].

    Answers {issued: [{party, invoice_id, number}], refused: [{party, why}]}: one that is refused stops no other.
    """
    _check_due(due_days)
    known = paper.ground(work, list(dict.fromkeys(charge_id for ask in asks for charge_id in ask["charge_ids"])))
    number = facts.next_invoice_number(work)
    answer: Row = {"issued": [], "refused": []}
    for ask in asks:
        try:
            issued = _issue(work, known, ask["charge_ids"], due_days, ask["party"], number)
        except Refusal as refusal:
            answer["refused"].append({"party": ask["party"], "why": str(refusal)})
            continue
        number += 1
        known.live.update({(charge_id, ask["party"]): issued["number"] for charge_id in ask["charge_ids"]})
        answer["issued"].append({"party": ask["party"]} | issued)
    return answer


def _issue(
    work: Work, known: paper.Ground, charge_ids: Sequence[str], due_days: int, party: str | None, number: int
) -> Row:
    """Check, then write. Whatever is refused is refused before anything is written."""
    charges = [_posted(work, known, charge_id) for charge_id in dict.fromkeys(charge_ids)]
    if not charges:
        raise Refusal("An invoice needs at least one charge; choose what to ask for.", field="charge_ids")
    for charge in charges:
        require_location(work.actor, charge["location_id"])
    party = _party(work, known, charges, party)
    _check_not_invoiced(known, charges, party)
    charges.sort(key=lambda charge: (charge["service_date"], charge["charge_id"]))
    issued = today_at(work, charges[0]["location_id"])
    due = issued + timedelta(days=due_days)
    document = build_invoice(
        number=number,
        issued_date=str(issued),
        due_date=str(due),
        currency=work.setting("currency", "USD"),
        practice_name=work.setting("practice_name", ""),
        logo_id=work.setting("logo_id"),
        location=paper.letterhead(work, charges[0]["location_id"]),
        party=party,
        bill_to=paper.party_name(work, party),
        lines=[paper.line(work, charge, party, known) for charge in charges],
        settlements=paper.settlements(work, [charge["charge_id"] for charge in charges], party, known),
    )
    invoice_id = work.new_id()
    invoice = {
        "invoice_id": invoice_id,
        "number": number,
        "party": party,
        "client_id": client_of(party),
        "issued_date": issued,
        "due_date": due,
        "total_minor": document["total_minor"],
        "document": json.dumps(document, ensure_ascii=False),
        "known_at": stored(work.now),
        "status": "issued",
        "void_reason": None,
    }
    work.insert("invoices", invoice)
    work.insert("invoice_lines", *(_line(work, invoice_id, line, party) for line in document["lines"]))
    return {"invoice_id": invoice_id, "number": number}


@command(Permission.VOID)
def void_invoice(work: Work, *, invoice_id: str) -> Row:
    """Take an invoice back. It keeps its number and its document; its charges can be invoiced again. Needs a reason."""
    reason = why(work, "void the invoice")
    invoice = work.get("invoices", invoice_id, "invoice")
    if invoice["status"] == "void":
        raise Conflict(f"Invoice {invoice['number']} is void already; issue a new one if it is needed.", rule="void")
    for line in facts.lines_of(work, invoice_id):
        require_location(work.actor, work.get("charges", line["charge_id"], "charge")["location_id"])
        work.update("invoice_lines", line["invoice_line_id"], live_key=None)
    keep_from_leaving(work, invoice_id=invoice_id)
    work.update("invoices", invoice_id, status="void", void_reason=reason)
    return {"invoice_id": invoice_id, "number": invoice["number"]}


def _check_due(due_days: int) -> None:
    if type(due_days) is not int or not 0 <= due_days <= LONGEST_DUE_DAYS:
        raise Refusal(f"Due days are a whole number from 0 to {LONGEST_DUE_DAYS}, such as 30.", field="due_days")


def _posted(work: Work, known: paper.Ground, charge_id: str) -> Row:
    """The charge, unless it is void or unknown."""
    charge = known.charges.get(charge_id)
    return charge if charge and charge["status"] == "posted" else posted_charge(work, charge_id)


def _party(work: Work, known: paper.Ground, charges: list[Row], party: str | None) -> str:
    """The one client that owes something for every one of the charges."""
    owing = []
    for charge in charges:
        items = known.items.get(charge["charge_id"], {})
        owing.append({who for who, item in items.items() if item["open_minor"] > 0 and client_of(who)})
    if not all(owing):
        raise Refusal(
            "One of these charges has nothing open for a client; transfer the client's part to them first, or leave it"
            " out.",
            rule="nothing_open",
            field="charge_ids",
        )
    common = set.intersection(*owing)
    if party:
        check_party(work, party)
        common &= {party}
    if not common:
        raise Refusal(
            "These charges are owed by different people; issue one invoice for each of them.",
            rule="different_parties",
            field="charge_ids",
        )
    if len(common) > 1:
        raise Refusal(
            "Two people owe these charges; say which of them to ask.",
            rule="which_party",
            field="party",
            alternatives=sorted(common),
        )
    return common.pop()


def _check_not_invoiced(known: paper.Ground, charges: list[Row], party: str) -> None:
    for charge in charges:
        number = known.live.get((charge["charge_id"], party))
        if number is not None:
            raise Conflict(
                f"One of these charges is on invoice {number} already; void that first, or leave the charge out.",
                rule="on_live_invoice",
                field="charge_ids",
                alternatives=(str(number),),
            )


def _line(work: Work, invoice_id: str, line: Row, party: str) -> Row:
    return {
        "invoice_line_id": work.new_id(),
        "invoice_id": invoice_id,
        "charge_id": line["charge_id"],
        "party": party,
        "amount_minor": line["amount_minor"],
        "live_key": f"{line['charge_id']}|{party}",
    }
