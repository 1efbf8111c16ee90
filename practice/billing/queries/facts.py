"""What a money command must know before it writes. No permission is asked here: the command has asked."""

from __future__ import annotations

from datetime import date

from practice.billing.queries.known import Item
from practice.store.work import Reader, Row

_LIVE_ALLOCATION = """
    select a.* from allocations a
    where a.amount_minor > 0 and not exists (select 1 from allocations r where r.reverses_id = a.allocation_id)
"""


def item_balances(reader: Reader, charge_id: str) -> dict[str, int]:
    """Of one charge: what each party owes, by party; a settled party stays with 0."""
    if known := _known(reader, charge_id):
        return dict(known.balances)
    rows = reader.rows(
        "select party, cast(sum(debit_minor - credit_minor) as bigint) as open_minor from postings"
        " where charge_id = ? and account in ('1100', '1110') group by party",
        charge_id,
    )
    return {row["party"]: row["open_minor"] for row in rows}


def estimate_left(reader: Reader, charge_id: str) -> int:
    """How much of a charge's expected contractual has not been undone."""
    if known := _known(reader, charge_id):
        return known.estimate_minor
    return int(
        reader.value(
            "select coalesce(sum(credit_minor - debit_minor), 0) from postings"
            " where charge_id = ? and account = '1190'",
            charge_id,
        )
    )


def pots(reader: Reader, payment_id: str) -> dict[str, int]:
    """Where a payment's money waits, by account (2100, 1040, 2130); the sum is what is unapplied."""
    if reader.known_money:
        return dict(reader.known_money.payment(reader, payment_id).waiting)
    rows = reader.rows(
        "select account, cast(sum(credit_minor - debit_minor) as bigint) as waiting_minor from postings"
        " where payment_id = ? and account in ('2100', '1040', '2130') group by account",
        payment_id,
    )
    return {row["account"]: row["waiting_minor"] for row in rows}


def refunded(reader: Reader, payment_id: str) -> int:
    """What of a payment has been paid back."""
    return int(reader.value("select coalesce(sum(amount_minor), 0) from refunds where payment_id = ?", payment_id))


def last_post_date(reader: Reader, *, charge_id: str | None = None, payment_id: str | None = None) -> date | None:
    """The latest accounting date on anything posted about them. Locations in different zones may disagree on today."""
    if reader.known_money:
        of_charge = reader.known_money.charge(reader, charge_id).last_date if charge_id else None
        of_payment = reader.known_money.payment(reader, payment_id).last_date if payment_id else None
        return max(of_charge, of_payment) if of_charge and of_payment else of_charge or of_payment
    found: date | None = reader.value(
        "select max(post_date) from postings where charge_id = ? or payment_id = ?", charge_id, payment_id
    )
    return found


def postings_of(reader: Reader, transaction_id: str) -> list[Row]:
    """The postings of one transaction, as they stand."""
    return reader.rows("select * from postings where transaction_id = ? order by posting_id", transaction_id)


def live_allocations(reader: Reader, *, charge_id: str | None = None, payment_id: str | None = None) -> list[Row]:
    """Allocations of a charge or a payment that have not been undone, the newest first."""
    if charge_id and not payment_id and (known := _known(reader, charge_id)):
        return list(known.allocations)
    return reader.rows(
        _LIVE_ALLOCATION + " and (a.charge_id = ? or a.payment_id = ?) order by a.known_at desc, a.allocation_id desc",
        charge_id,
        payment_id,
    )


def is_live_allocation(reader: Reader, allocation_id: str) -> bool:
    """Whether it moves money still: neither undone nor itself an undoing."""
    return bool(reader.one(_LIVE_ALLOCATION + " and a.allocation_id = ?", allocation_id))


def live_adjustments(reader: Reader, charge_id: str) -> list[Row]:
    """Adjustments of a charge that have not been reversed, the newest first."""
    return reader.rows(
        "select a.* from adjustments a where a.charge_id = ? and a.reverses_id is null"
        " and not exists (select 1 from adjustments r where r.reverses_id = a.adjustment_id)"
        " order by a.known_at desc, a.adjustment_id desc",
        charge_id,
    )


def is_reversed_adjustment(reader: Reader, adjustment_id: str) -> bool:
    """Whether a reversal names it."""
    return bool(reader.one("select 1 from adjustments where reverses_id = ?", adjustment_id))


def live_transfers(reader: Reader, charge_id: str) -> list[Row]:
    """Transfers of a charge whose entry has not been mirrored, the newest first."""
    if known := _known(reader, charge_id):
        return list(known.transfers)
    return reader.rows(
        "select f.* from transfers f join ledger_transactions t using (transaction_id)"
        " where f.charge_id = ? and t.reverses_id is null"
        " and not exists (select 1 from ledger_transactions r where r.reverses_id = f.transaction_id)"
        " order by f.known_at desc, f.transfer_id desc",
        charge_id,
    )


def receipts(reader: Reader, payment_id: str) -> list[str]:
    """The transactions that brought a payment in: its own and, for a payer, any excess over a line."""
    rows = reader.rows(
        "select transaction_id from ledger_transactions t where document_id = ? and kind in ('payment', 'allocation')"
        " and not exists (select 1 from ledger_transactions r where r.reverses_id = t.transaction_id)"
        " order by kind",  # 'allocation' (an excess) is undone before 'payment'
        payment_id,
    )
    return [row["transaction_id"] for row in rows]


def live_invoice(reader: Reader, charge_id: str, party: str | None = None) -> int | None:
    """The number of the live invoice that the charge is on (towards that party), or None."""
    number: int | None = reader.value(
        "select i.number from invoice_lines l join invoices i using (invoice_id)"
        " where l.charge_id = ? and l.live_key is not null and (? is null or l.party = ?)",
        charge_id,
        party,
        party,
    )
    return number


def next_invoice_number(reader: Reader) -> int:
    """One above the highest ever given, void ones too: numbers have no gap."""
    return int(reader.value("select coalesce(max(number), 0) + 1 from invoices"))


def live_charge(reader: Reader, live_key: str) -> Row | None:
    """The posted charge of a visit."""
    return reader.one("select * from charges where live_key = ?", live_key)


def live_charge_of(reader: Reader, attendee: Row) -> Row | None:
    """The posted charge of what an attendee belongs to: the visit, or the whole appointment of a couple."""
    return live_charge(
        reader, attendee["appointment_id" if attendee["billing_unit"] == "appointment" else "attendee_id"]
    )


def unit_of(reader: Reader, appointment_id: str) -> list[Row]:
    """Those of an appointment that is one billing unit who hold a place, with `client_name`."""
    return reader.rows(
        "select t.*, c.given_name || ' ' || c.family_name as client_name from attendees t join clients c"
        " using (client_id) where t.appointment_id = ?"
        " and t.status not in ('rescheduled', 'entered_in_error') order by t.booked_at, t.attendee_id",
        appointment_id,
    )


def first_payer(reader: Reader, client_id: str, day: date) -> str | None:
    """The payer of rank 1 in force that day, or None: self-pay."""
    payer_id: str | None = reader.value(
        "select payer_id from policies where client_id = ? and rank = 1 and effective_from <= ?"
        " and (effective_to is null or effective_to >= ?) order by effective_from desc, policy_id limit 1",
        client_id,
        day,
        day,
    )
    return payer_id


def allowed(reader: Reader, payer_id: str, service_id: str, day: date) -> int | None:
    """What the payer's contract allows for the service that day, in minor units; None without a contract."""
    amount: int | None = reader.value(
        "select allowed_minor from payer_contracts where payer_id = ? and service_id = ? and effective_from <= ?"
        " and (effective_to is null or effective_to >= ?) order by effective_from desc limit 1",
        payer_id,
        service_id,
        day,
        day,
    )
    return amount


def missed_visit_fee(reader: Reader, service_id: str, day: date) -> int:
    """What a missed visit costs by the policy in force that day (the service's own before the general one), or 0."""
    return int(
        reader.value(
            "select fee_minor from cancellation_policies where (service_id = ? or service_id is null)"
            " and effective_from <= ? and (effective_to is null or effective_to >= ?)"
            " order by service_id nulls last, effective_from desc limit 1",
            service_id,
            day,
            day,
        )
        or 0
    )


def is_owing(reader: Reader, party: str) -> bool:
    """Whether the party has an open item."""
    return bool(
        reader.one(
            "select 1 from postings where party = ? and account in ('1100', '1110')"
            " group by charge_id having sum(debit_minor - credit_minor) > 0 limit 1",
            party,
        )
    )


def lines_of(reader: Reader, invoice_id: str) -> list[Row]:
    """The lines of an invoice, in the order they were written."""
    return reader.rows("select * from invoice_lines where invoice_id = ? order by invoice_line_id", invoice_id)


def remittance_of(reader: Reader, payment_id: str) -> str | None:
    """The trace number of the remittance whose deposit the payment is, or None."""
    found: str | None = reader.value("select trace_number from remittances where payment_id = ?", payment_id)
    return found


def _known(reader: Reader, charge_id: str) -> Item | None:
    """What the command at work keeps in mind of the charge, where it keeps anything in mind."""
    known: Item | None = reader.known_money.charge(reader, charge_id) if reader.known_money else None
    return known
