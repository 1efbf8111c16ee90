"""Autopay: overnight a saved card is charged for what was invoiced before, or is due of a plan. Once a night, at most.

The client agreed to it with the card (`saving.CONSENT`). A decline is told to the client, tried again some days later,
and after a few in a row autopay stops until somebody switches it on again.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta

from practice.access.permissions import SYSTEM, Permission
from practice.billing.accounts import client_of, client_party
from practice.billing.posting import minor, show
from practice.billing.queries import dunning
from practice.billing.queries.plans import due_items
from practice.cards import queries
from practice.cards.charges import new_card_charge
from practice.cards.charging import charge_now
from practice.cards.links import new_secret_link
from practice.cards.processor import Processor
from practice.clock import stored, to_wall
from practice.errors import Conflict, Refusal
from practice.messages import outbox
from practice.store.record import Record, command
from practice.store.work import Reader, Row, Work

FROM_HOUR = 3
"""From this hour of the practice's day on; later, if nothing ran then."""

TRIES = 3
REST = timedelta(days=3)
"""Between a decline and the next try."""

NOT_THE_CARDS = ("keys_refused", "no_answer", "never_arrived", "resource_missing", "refused")
"""Failures that are not the client's: nobody is told, and they do not count."""

_log = logging.getLogger("daybook.cards")


@command(Permission.TAKE_PAYMENT)
def set_autopay(
    work: Work, *, client_id: str, is_on: bool, saved_card_id: str | None = None, most_minor: int | None = None
) -> Row:
    """Charge a client's card by itself, up to an amount each night, or no more. Answers {client_id, is_on}."""
    now = stored(work.now)
    known = work.find("autopays", client_id)
    if not is_on:
        if known and known["is_on"]:
            work.update("autopays", client_id, is_on=False, stopped_why="by_hand", known_at=now)
        return {"client_id": client_id, "is_on": False}
    card = work.get("saved_cards", saved_card_id, "card")
    if card["client_id"] != client_id or card["removed_at"]:
        raise Conflict("That card cannot be charged for this client; choose another one.", field="saved_card_id")
    client = work.get("clients", client_id, "client")
    if client["guarantor_client_id"] not in (None, client_id):
        raise Refusal("Somebody else owes for this client; switch it on for the guarantor.", field="client_id")
    said = {
        "saved_card_id": card["saved_card_id"],
        "is_on": True,
        "most_minor": minor(most_minor, "most_minor") if most_minor is not None else None,
        "consent_version": card["consent_version"],
        "consented_at": card["consented_at"],
        "since_at": now,
        "stopped_why": None,
        "set_by": work.actor.user_id,
        "known_at": now,
    }
    if known:
        work.update("autopays", client_id, **said)
    else:
        work.insert("autopays", {"client_id": client_id} | said)
    return {"client_id": client_id, "is_on": True}


@command(Permission.OPERATE)
def request_autopay(work: Work, *, client_id: str) -> Row:
    """Ask for tonight's charge of a client, if there is one. Answers {card_charge_id or None}."""
    autopay = work.get("autopays", client_id, "autopay")
    night = _night(work)
    wanted = tonight(work, autopay, night)
    if wanted is None or wanted["held_by"]:
        return {"card_charge_id": None}
    asked = new_card_charge(
        work,
        party=client_party(client_id),
        amount_minor=wanted["amount_minor"],
        location_id=wanted["items"][0]["location_id"],
        items=[{"charge_id": row["charge_id"], "amount_minor": row["due_minor"]} for row in wanted["items"]],
        way="autopay",
        saved_card_id=autopay["saved_card_id"],
        claim_key=f"{client_id}|{night}",
    )
    return {"card_charge_id": asked["card_charge_id"]}


@command(Permission.OPERATE)
def note_decline(work: Work, *, card_charge_id: str) -> Row:
    """Autopay was declined: tell the client, with a link to pay otherwise; stop after a few in a row. {is_stopped}."""
    row = work.get("card_charges", card_charge_id, "charge")
    outbox.queue(
        work,
        kind="card_declined",
        client_id=row["client_id"],
        context={"amount": show(work, row["amount_minor"]), "pay_link": new_secret_link(work, row["party"])},
        dedupe_key=f"declined:{card_charge_id}",
    )
    autopay = work.find("autopays", row["client_id"])
    is_over = bool(autopay and autopay["is_on"] and _declines(work, autopay) >= TRIES)
    if is_over:
        work.update("autopays", row["client_id"], is_on=False, stopped_why="declined", known_at=stored(work.now))
    return {"is_stopped": is_over}


def tonight(reader: Reader, autopay: Row, night: date, due: list[Row] | None = None) -> Row | None:
    """What autopay charges that night: {items, amount_minor, held_by}; None where there is nothing, or it was done.

    Invoices of days before, and what is due of a plan; from the night after it was switched on. `held_by` says why it
    is left to a person: `disputed`, `above_most`, `resting` (a decline a few days ago). `due` is what is due of the
    client, where the caller knows it already.
    """
    party = client_party(autopay["client_id"])
    switched_on = to_wall(autopay["since_at"], reader.setting("zone", "UTC")).date()
    if (
        switched_on >= night
        or queries.is_claimed(reader, f"{autopay['client_id']}|{night}")
        or queries.under_way(reader, party)
    ):
        return None
    issued = queries.invoiced_before(reader, party, night)
    items = [
        row
        for row in (due_items(reader, SYSTEM, party=party) if due is None else due)
        if row["due_minor"] > 0 and (row["payment_plan_id"] or row["invoice_id"] in issued)
    ]
    amount = sum(row["due_minor"] for row in items)
    if not amount:
        return None
    last = queries.last_autopay(reader, autopay["client_id"], autopay["since_at"])
    held = None
    if is_disputed(reader, party):
        held = "disputed"
    elif autopay["most_minor"] and amount > autopay["most_minor"]:
        held = "above_most"
    elif last and last["state"] == "failed" and last["requested_at"] + REST > stored(reader.now):
        held = "resting"
    return {"items": items, "amount_minor": amount, "held_by": held}


def covers(reader: Reader, party: str, asked: list[Row]) -> bool:
    """Whether a saved card is charged by itself for all of these items (of `due_items`), as things stand.

    They are invoiced or of a plan; and all that is so is neither disputed nor above the most of a night.
    """
    autopay = reader.find("autopays", client_of(party))
    if not asked or not autopay or not autopay["is_on"] or is_disputed(reader, party):
        return False

    def is_charged(row: Row) -> bool:
        return bool(row["payment_plan_id"] or row["invoice_id"])

    amount = sum(row["due_minor"] for row in due_items(reader, SYSTEM, party=party) if is_charged(row))
    return all(map(is_charged, asked)) and amount <= (autopay["most_minor"] or amount)


def is_disputed(reader: Reader, party: str) -> bool:
    """Whether the client disputes what is asked."""
    return any(row["kind"] == "dispute" for row in dunning.stops(reader, party))


def charge_by_itself(record: Record, processor: Processor) -> int:
    """Tonight's charges that were not made yet, and what follows of declines; answers how many were made."""
    with record.read() as reader:
        wall = to_wall(reader.now, reader.setting("zone", "UTC"))
        autopays = queries.autopays_on(reader) if wall.hour >= FROM_HOUR else []
        owed = due_by_client(reader) if autopays else {}
        found = [(row, tonight(reader, row, wall.date(), owed.get(row["client_id"], []))) for row in autopays]
    due = [row for row, wanted in found if wanted and not wanted["held_by"]]
    for row in due:
        try:
            asked = record.run(request_autopay, SYSTEM, client_id=row["client_id"])["card_charge_id"]
        except Refusal as refusal:
            _log.warning("autopay of %s waits: %s", row["client_id"], refusal.rule)
            continue
        if asked:
            charge_now(record, processor, asked)
    with record.read() as reader:
        untold = queries.untold_declines(reader, NOT_THE_CARDS)
    for row in untold:
        record.run(note_decline, SYSTEM, card_charge_id=row["card_charge_id"])
    return len(due) + len(untold)


def due_by_client(reader: Reader) -> dict[str, list[Row]]:
    """What is due of each client who owes, asked for in one go; each item has due_minor."""
    owed: dict[str, list[Row]] = {}
    for row in due_items(reader, SYSTEM):
        client_id = client_of(row["party"])
        if client_id and row["due_minor"] > 0:
            owed.setdefault(client_id, []).append(row)
    return owed


def _night(reader: Reader) -> date:
    return to_wall(reader.now, reader.setting("zone", "UTC")).date()


def _declines(reader: Reader, autopay: Row) -> int:
    """How many nights in a row the card was declined since autopay was switched on."""
    count = 0
    for row in queries.autopays_since(reader, autopay["client_id"], autopay["since_at"]):
        if row["state"] == "succeeded":
            break
        count += row["state"] == "failed" and row["refusal"] not in NOT_THE_CARDS
    return count
