"""What every money command shares: reasons, amounts, parties, accounting dates, reversals."""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.billing import accounts, ledger
from practice.billing.locked import check_open
from practice.billing.queries import facts
from practice.clock import local_date, plausible, stored
from practice.errors import Conflict, NotFound, Refusal
from practice.money import Currency
from practice.store.work import Reader, Row, Work

LARGEST_MINOR = 10**12


def minor(amount: Any, field: str = "amount_minor") -> int:
    """A positive whole number of minor units. Refuses anything else, True and 1.0 too."""
    if type(amount) is not int or not 0 < amount <= LARGEST_MINOR:
        raise Refusal(
            "An amount is a whole number of minor units (cents) above zero; 12050 means 120.50.",
            rule="bad_amount",
            field=field,
        )
    return amount


def show(reader: Reader, amount: int) -> str:
    """An amount as people write it, in the practice's currency."""
    return Currency.of(reader.setting("currency", "USD")).show(amount)


def why(work: Work, verb: str) -> str:
    """The command's reason. Refuses if nobody gave one; `verb` completes the sentence."""
    if not work.reason or not work.reason.strip():
        raise Refusal(f"Say why you {verb}: the reason stays with the entry.", rule="reason_needed", field="reason")
    return work.reason.strip()


def day(text: str, field: str) -> date:
    """A date given as 'YYYY-MM-DD'."""
    try:
        return plausible(date.fromisoformat(text), field)
    except (ValueError, TypeError):
        raise Refusal("A date is written like 2026-03-31.", rule="bad_date", field=field) from None


def today_at(work: Work, location_id: str) -> date:
    """The calendar day at a location."""
    return local_date(work.now, work.get("locations", location_id, "location")["zone"])


def posting_date(
    work: Work,
    location_id: str,
    *,
    charge_id: str | None = None,
    payment_id: str | None = None,
    on: date | None = None,
) -> date:
    """Today at the location, or the earlier day `on` that somebody asked for (`asked_date`), but never before what it
    builds on was posted. Refuses a locked period."""
    earlier = (
        facts.last_post_date(work, charge_id=charge_id, payment_id=payment_id) if charge_id or payment_id else None
    )
    wanted = on or today_at(work, location_id)
    posted = max(wanted, earlier) if earlier else wanted
    check_open(work, posted, was_asked_for=on is not None)
    return posted


def asked_date(work: Work, post_date: str | None, location_id: str, *, charge_id: str | None = None) -> date | None:
    """The accounting date that somebody asks for, or None for today's. An earlier one needs a reason.

    Refuses a day to come, and one before what it builds on was posted.
    """
    if post_date is None:
        return None
    wanted, today = day(post_date, "post_date"), today_at(work, location_id)
    if wanted == today:
        return None
    if wanted > today:
        raise Refusal(f"Nothing is posted ahead; use {today} or a day before.", rule="future", field="post_date")
    why(work, "post it on an earlier day")
    earlier = facts.last_post_date(work, charge_id=charge_id) if charge_id else None
    if earlier and wanted < earlier:
        raise Refusal(
            f"What this changes was posted on {earlier}; use that day or a later one.",
            rule="before_its_ground",
            field="post_date",
            alternatives=(str(earlier),),
        )
    return wanted


def heading(work: Work, kind: str, document_id: str, post_date: date, reverses_id: str | None = None) -> ledger.Heading:
    """The heading of an entry that the command in hand posts now."""
    return ledger.Heading(
        work.new_id(), kind, document_id, post_date, stored(work.now), work.actor.user_id, work.reason, reverses_id
    )


def post_mirror(work: Work, transaction_id: str, kind: str, document_id: str, post_date: date) -> str:
    """Post the mirror image of a transaction, naming it. Returns the reversal's transaction_id."""
    reversal = heading(work, kind, document_id, post_date, reverses_id=transaction_id)
    return ledger.post(work, ledger.mirror(reversal, facts.postings_of(work, transaction_id)))


def posted_charge(work: Work, charge_id: str) -> Row:
    """The charge, unless it is void."""
    charge = work.get("charges", charge_id, "charge")
    if charge["status"] == "void":
        raise Conflict("This charge is void, so nothing can be done to it; charge the visit again.", rule="void")
    return charge


def posted_payment(work: Work, payment_id: str) -> Row:
    """The payment, unless it is void."""
    payment = work.get("payments", payment_id, "payment")
    if payment["status"] == "void":
        raise Conflict("This payment is void, so nothing can be done to it; take the payment again.", rule="void")
    return payment


def check_party(work: Work, party: str, field: str = "party") -> None:
    """Refuse what is not a party, or a party that we do not know."""
    accounts.receivable_account(party)
    if work.known_money and party in work.known_money.parties:
        return
    client_id, payer_id = accounts.client_of(party), accounts.payer_of(party)
    if not (work.find("clients", client_id) or work.find("payers", payer_id)):
        who = "client" if client_id else "payer"
        raise NotFound(f"This {who} does not exist; search for the {who} again ({field}).")
    if work.known_money:
        work.known_money.parties.add(party)


def estimate_to_undo(work: Work, charge: Row, party: str, *, leaves_minor: int, is_contractual: bool = False) -> int:
    """What is left of the estimate, if this entry ends the guess: a contractual one, or one that settles the payer."""
    is_asked_first = charge["payer_id"] and party == accounts.payer_party(charge["payer_id"])
    if not is_asked_first or (leaves_minor and not is_contractual):
        return 0
    return facts.estimate_left(work, charge["charge_id"])
