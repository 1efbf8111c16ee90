"""Reminders of unpaid invoices: the next step by age and amount, stopped by a promise, a dispute or a payment plan."""

from __future__ import annotations

from practice.access.permissions import Permission
from practice.billing.accounts import client_of
from practice.billing.posting import LARGEST_MINOR, check_party, day, show, why
from practice.billing.queries import dunning as queries
from practice.billing.queries.worklists import today
from practice.cards.links import new_secret_link
from practice.clock import stored
from practice.errors import Conflict, Refusal
from practice.messages import outbox
from practice.people import checks
from practice.store.record import command
from practice.store.work import Row, Work

KINDS = {1: "payment_reminder", 2: "payment_reminder_second", 3: "payment_reminder_last"}
"""The message of each step."""


@command(Permission.SET_UP)
def set_dunning_step(work: Work, *, number: int, days: int, least_minor: int = 0, is_active: bool = True) -> Row:
    """Say when a step is due: so many days after the oldest unpaid invoice was, from so much overdue. Steps 1 to 3."""
    if number not in KINDS:
        raise Refusal("There are three steps: 1, 2 and 3.", field="number", alternatives=("1", "2", "3"))
    after = checks.whole(days, "How many days after it was due", "days", low=1, high=730)
    if type(least_minor) is not int or not 0 <= least_minor <= LARGEST_MINOR:
        raise Refusal("The least amount is zero or more.", rule="bad_amount", field="least_minor")
    for row in queries.steps(work):
        is_before = row["number"] < number and row["days"] >= after
        is_after = row["number"] > number and row["days"] <= after
        if is_active and row["is_active"] and (is_before or is_after):
            raise Refusal(
                f"Step {row['number']} is after {row['days']} days; the steps come one after the other.",
                rule="not_in_order",
                field="days",
            )
    said = {"days": after, "least_minor": least_minor, "is_active": is_active, "known_at": stored(work.now)}
    if work.find("dunning_steps", str(number)):
        work.update("dunning_steps", str(number), **said)
    else:
        work.insert("dunning_steps", {"dunning_step_id": str(number), "number": number} | said)
    return {"dunning_step_id": str(number)}


@command(Permission.INVOICE)
def send_payment_reminder(work: Work, *, party: str) -> Row:
    """Remind a client of what is overdue, by the step that is next. Answers {number, message_ids, overdue_minor}.

    Refused where no step is due, something stops it, or no message may go to the client.
    """
    found = next((row for row in queries.standings(work, work.actor) if row["party"] == party), None)
    if found is None:
        raise Conflict("Nothing of this client is overdue any more; reload the list.", rule="nothing_overdue")
    if found["stopped_by"]:
        raise Conflict(f"No reminder goes to this client: {found['stopped_by']}.", rule="stopped")
    step = found["next_step"]
    if step is None or found["step_date"] > today(work):
        when = f"; the next step is on {found['step_date']}" if step else ""
        raise Conflict(f"No reminder is due to this client now{when}.", rule="not_due")
    invoice_id = found["invoice_id"]
    client_id = str(client_of(party))
    sent = outbox.queue(
        work,
        kind=KINDS[step],
        client_id=client_id,
        context={
            "amount": show(work, found["overdue_minor"]),
            "due": found["due_date"],
            "pay_link": new_secret_link(work, party),
        },
        dedupe_key=f"dunning:{invoice_id}:{step}",
    )
    if not sent:
        raise Conflict(
            "No message may go to this client: switch messages on, record an address or the consent to reminders of"
            " payments, or call.",
            rule="not_reachable",
        )
    row: Row = {"dunning_reminder_id": work.new_id(), "party": party, "client_id": client_id, "invoice_id": invoice_id}
    row |= {"number": step, "overdue_minor": found["overdue_minor"], "sent_date": today(work)}
    work.insert("dunning_reminders", row | {"known_at": stored(work.now)})
    return {"number": step, "message_ids": sent, "overdue_minor": found["overdue_minor"]}


@command(Permission.INVOICE)
def record_promise(work: Work, *, party: str, until: str) -> Row:
    """A client promised to pay by a day: no reminder goes before it is over. Answers {dunning_stop_id}."""
    last = day(until, "until")
    if last < today(work):
        raise Refusal(f"A promise is for a day to come; use {today(work)} or later.", field="until")
    return _stop(work, party, "promise", last, work.reason or "Promised to pay")


@command(Permission.INVOICE)
def record_dispute(work: Work, *, party: str) -> Row:
    """A client disputes what is asked: no reminder goes until that is settled. Needs a reason."""
    return _stop(work, party, "dispute", None, why(work, "mark it as disputed"))


@command(Permission.INVOICE)
def end_stop(work: Work, *, dunning_stop_id: str) -> Row:
    """A promise or dispute holds no longer. Needs a reason. Answers {dunning_stop_id}."""
    reason = why(work, "let reminders go on")
    stop = work.get("dunning_stops", dunning_stop_id, "stop")
    if stop["is_ended"]:
        raise Conflict("This was ended before; reload to see it.", rule="ended_already")
    work.update("dunning_stops", dunning_stop_id, is_ended=True, ended_reason=reason)
    return {"dunning_stop_id": dunning_stop_id}


def _stop(work: Work, party: str, kind: str, until: object, reason: str) -> Row:
    check_party(work, party)
    client_id = client_of(party)
    if not client_id:
        raise Refusal("Reminders go to clients; a payer's denials are worked on Insurance.", field="party")
    for stop in queries.stops(work, party):
        work.update("dunning_stops", stop["dunning_stop_id"], is_ended=True, ended_reason=f"Now: {reason}")
    row: Row = {"dunning_stop_id": work.new_id(), "party": party, "client_id": client_id, "kind": kind}
    row |= {"until_date": until, "reason": reason, "set_by": work.actor.user_id, "known_at": stored(work.now)}
    work.insert("dunning_stops", row | {"is_ended": False, "ended_reason": None})
    return {"dunning_stop_id": row["dunning_stop_id"]}
