"""What people look at of cards: a client's cards, what needs somebody, tonight's autopay, whether events arrive."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.billing.accounts import client_party
from practice.billing.queries.items import PARTIES, not_here
from practice.billing.queries.worklists import today
from practice.cards import queries
from practice.cards.autopay import due_by_client, tonight
from practice.cards.links import due_under
from practice.cards.processor import state_words
from practice.clock import local_date
from practice.store.work import Reader, Row

EXPIRES_SOON = timedelta(days=31)

TASKS = {
    "no_answer": "Charged, without an answer",
    "not_in_books": "Charged, not in the books",
    "refund_failed": "The card did not take a refund",
    "refund_outside": "Refunded at the processor",
    "disputed": "Disputed at the client's bank",
    "declined": "Autopay was declined",
    "above_most": "Autopay: more than its limit",
    "expires": "The card for autopay expires",
    "card_expires": "A saved card expires",
}
"""What needs somebody → what people call it, in the order of what it costs to leave it."""


def label(card: Row) -> str:
    """`Visa •••• 4242`."""
    return f"{str(card['brand']).replace('_', ' ').capitalize()} •••• {card['last4']}"


def expires_date(card: Row) -> date:
    """The last day on which a card can be charged."""
    year, month = card["expires_year"], card["expires_month"]
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def account_cards(reader: Reader, actor: Actor, client_id: str) -> dict[str, Any]:
    """Of who owes: `cards` with label and expires_date, autopay (or None), due_minor with its items, newest charges,
    and those without an answer (`waiting`)."""
    require(actor, Permission.SEE_MONEY)
    party = client_party(client_id)
    items = due_under(reader, party, None)
    charges = reader.rows(
        "select c.*, s.brand, s.last4 from card_charges c left join saved_cards s using (saved_card_id)"
        " where c.client_id = ? and (c.refusal is distinct from 'page_closed')"
        " order by c.requested_at desc, c.card_charge_id desc limit 5",
        client_id,
    )
    return {
        "party": party,
        "cards": [
            card | {"label": label(card), "expires_date": expires_date(card)}
            for card in queries.live_cards(reader, client_id)
        ],
        "autopay": reader.find("autopays", client_id),
        "items": items,
        "due_minor": sum(row["due_minor"] for row in items),
        "charges": charges,
        "waiting": queries.under_way(reader, party),
    }


def card_tasks(reader: Reader, actor: Actor) -> list[Row]:
    """What of cards needs somebody, the dearest kind first; each leaves the list as soon as its reason is gone.

    {kind, what, client_id, client_name, amount_minor, since_date, note} and the id that its step needs.
    """
    require(actor, Permission.SEE_MONEY)
    elsewhere, places = not_here(actor, "c.location_id")
    hidden = {
        row["card_charge_id"]
        for row in reader.rows(f"select c.card_charge_id from card_charges c where true{elsewhere}", *places)
    }
    zone, day = reader.setting("zone", "UTC"), today(reader)
    rows = [*_money_tasks(reader), *_autopay_tasks(reader, day), *_expiring(reader, day)]
    steps = dict.fromkeys(("card_charge_id", "card_refund_id", "payment_id", "dispute_token"))
    rows = [steps | row | {"what": TASKS[row["kind"]], "since_date": local_date(row["since_at"], zone)} for row in rows]
    kinds = list(TASKS)
    shown = [row for row in rows if row["card_charge_id"] not in hidden]
    return sorted(shown, key=lambda row: (kinds.index(row["kind"]), row["since_date"], row["client_name"]))


_NAMED = f"""
    select {{kind}} as kind, c.card_charge_id, c.client_id, n.party_name as client_name, {{rest}}
    from {{table}} join card_charges c using (card_charge_id) join ({PARTIES}) n on n.party = c.party where {{where}}
"""


def _money_tasks(reader: Reader) -> list[Row]:
    rows = reader.rows(
        f"select 'not_in_books' as kind, c.card_charge_id, c.client_id, n.party_name as client_name, c.amount_minor,"
        f" c.known_at as since_at, c.refusal as note from card_charges c join ({PARTIES}) n on n.party = c.party"
        " where c.state = 'succeeded' and c.payment_id is null"
    )
    rows += reader.rows(
        f"select 'no_answer' as kind, c.card_charge_id, c.client_id, n.party_name as client_name, c.amount_minor,"
        f" c.requested_at as since_at, c.state as note from card_charges c join ({PARTIES}) n on n.party = c.party"
        " where c.way <> 'page' and c.state in ('requested', 'processing')"
    )
    rest = "x.amount_minor, x.known_at as since_at, x.refusal as note, x.card_refund_id, x.payment_id"
    failed = "x.state = 'failed' and x.refund_id is not null"
    outside = "x.refund_id is null and x.state <> 'failed'"
    for kind, where in (("refund_failed", failed), ("refund_outside", outside)):
        rows += reader.rows(_NAMED.format(kind=f"'{kind}'", rest=rest, table="card_refunds x", where=where))
    rest = "x.amount_minor, x.known_at as since_at, x.reason as note, x.dispute_token, x.refund_id as posted_id"
    rest += ", x.is_inquiry"
    rows += reader.rows(_NAMED.format(kind="'disputed'", rest=rest, table="card_disputes x", where="x.state = 'open'"))
    return [row | {"note": _note(row)} for row in rows]


def _note(row: Row) -> str:
    words = {
        "no_answer": "ask what became of it here; until then the card is not charged again",
        "not_in_books": f"{state_words(row['note'])}; take it by hand as it is there, and choose it here",
        "refund_failed": f"{state_words(row['note'])}; pay it in another way",
        "refund_outside": "not in the books: refund the payment by card to book it, nothing is paid twice",
        "disputed": f"{state_words(row['note'])}; answer it at the processor",
    }
    if row["kind"] == "disputed" and row["is_inquiry"]:
        return f"{state_words(row['note'])}: the bank only asks, no money has moved; answer it at the processor"
    if row["kind"] == "disputed" and not row["posted_id"]:
        return "of another amount than the payment: record it by hand, and answer it at the processor"
    return words[row["kind"]]


def _autopay_tasks(reader: Reader, day: date) -> list[Row]:
    rows = []
    autopays = reader.rows(
        f"select a.*, n.party_name as client_name, s.brand, s.last4, s.expires_month, s.expires_year from autopays a"
        f" join saved_cards s using (saved_card_id) join ({PARTIES}) n on n.party = 'client:' || a.client_id"
    )
    owed = due_by_client(reader) if autopays else {}
    for autopay in autopays:
        about = {name: autopay[name] for name in ("client_id", "client_name")}
        last = queries.last_autopay(reader, autopay["client_id"], autopay["since_at"])
        items = owed.get(autopay["client_id"], [])
        due = sum(row["due_minor"] for row in items)
        if last and last["state"] == "failed" and due and autopay["stopped_why"] in (None, "declined"):
            on = "it is tried again in some days" if autopay["is_on"] else "it has stopped; ask for another card"
            note = f"{label(autopay)}: {state_words(last['refusal'])}; {on}"
            rows.append(about | {"kind": "declined", "amount_minor": due, "since_at": last["known_at"], "note": note})
        if not autopay["is_on"]:
            continue
        found = tonight(reader, autopay, day + timedelta(days=1), items)
        if found and found["held_by"] == "above_most":
            amount = found["amount_minor"]
            note = "charge it by hand, or raise the limit"
            rows.append(about | {"kind": "above_most", "amount_minor": amount, "since_at": reader.now, "note": note})
        if expires_date(autopay) <= day + EXPIRES_SOON:
            note = f"{label(autopay)}, {autopay['expires_month']:02}/{autopay['expires_year']}; ask for the new one"
            rows.append(about | {"kind": "expires", "amount_minor": due, "since_at": reader.now, "note": note})
    return rows


def _expiring(reader: Reader, day: date) -> list[Row]:
    """Saved cards that run out and are somebody's only one, of who comes again or pays for somebody who does."""
    good = "last_day(make_date({0}.expires_year, {0}.expires_month, 1)) > ?"
    soon = day + EXPIRES_SOON
    cards = reader.rows(
        f"select s.*, n.party_name as client_name from saved_cards s join ({PARTIES}) n"
        f" on n.party = 'client:' || s.client_id where s.removed_at is null and not {good.format('s')}"
        " and not exists (select 1 from saved_cards o where o.client_id = s.client_id and o.removed_at is null"
        f" and {good.format('o')}) and not exists (select 1 from autopays a where a.is_on"
        " and a.saved_card_id = s.saved_card_id) and exists (select 1 from attendees t"
        " join appointments v using (appointment_id) join clients c on c.client_id = t.client_id"
        " where coalesce(c.guarantor_client_id, c.client_id) = s.client_id and t.status = 'scheduled'"
        " and v.start_date >= ?) order by s.known_at desc",
        soon,
        soon,
        day,
    )
    newest = {row["client_id"]: row for row in reversed(cards)}
    return [
        {
            "kind": "card_expires", "client_id": row["client_id"], "client_name": row["client_name"],
            "amount_minor": 0, "since_at": reader.now,
            "note": f"{label(row)}, {row['expires_month']:02}/{row['expires_year']}; ask for the new one",
        }
        for row in newest.values()
    ]  # fmt: skip


def untied_payments(reader: Reader, actor: Actor, client_id: str) -> list[Row]:
    """Card payments of a client that are no charge of the processor's, the newest first."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select payment_id, amount_minor, received_date from payments where client_id = ? and method = 'card'"
        " and status = 'posted' and payment_id not in"
        " (select payment_id from card_charges where payment_id is not null union all"
        " select payment_id from card_disputes where payment_id is not null)"
        " order by received_date desc, known_at desc limit 20",
        client_id,
    )


def card_refunds(reader: Reader, actor: Actor, payment_id: str) -> list[Row] | None:
    """Refunds to the card of a payment, the newest first; None where it did not come by the processor."""
    require(actor, Permission.SEE_MONEY)
    if queries.charge_of_payment(reader, payment_id) is None:
        return None
    return reader.rows(
        "select * from card_refunds where payment_id = ? order by requested_at desc, card_refund_id desc", payment_id
    )


def tonight_list(reader: Reader, actor: Actor) -> list[Row]:
    """What autopay charges in the coming night, as it stands now: client_name, card, amount_minor, held_by."""
    require(actor, Permission.SEE_MONEY)
    night = today(reader) + timedelta(days=1)
    rows = []
    autopays = queries.autopays_on(reader)
    owed = due_by_client(reader) if autopays else {}
    for autopay in autopays:
        found = tonight(reader, autopay, night, owed.get(autopay["client_id"], []))
        if found:
            card = reader.get("saved_cards", autopay["saved_card_id"], "card")
            client = reader.get("clients", autopay["client_id"], "client")
            name = f"{client['given_name']} {client['family_name']}"
            rows.append({"client_id": autopay["client_id"], "client_name": name, "card": label(card)} | found)
    return rows


def processor_news(reader: Reader, actor: Actor) -> dict[str, Any]:
    """The last event, how many wait, and the newest that failed."""
    require(actor, Permission.SET_UP)
    last = "select * from processor_events {} order by received_at desc, event_id desc limit 1"
    return {
        "last": reader.one(last.format("")),
        "failed": reader.one(last.format("where state = 'failed'")),
        "waiting": int(reader.value("select count(*) from processor_events where state = 'received'")),
    }
