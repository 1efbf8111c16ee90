"""What a command that posts many entries keeps in mind of the items and payments it posts to.

Asking the postings before every entry costs a command of ten thousand entries most of its time. Here each charge and
payment is asked about once, many together where they are known beforehand, and every entry that is posted is added.
A command switches it on by `work.known_money = Known()`; `facts` then answers from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from practice.billing.accounts import EXPECTED_CONTRACTUAL, POTS, RECEIVABLES
from practice.store.work import Reader, Row

if TYPE_CHECKING:
    from practice.billing.ledger import Entry


@dataclass
class Item:
    """Of one charge: what each party owes, the estimate that is left, the last posting, what is live, newest first."""

    balances: dict[str, int] = field(default_factory=dict)
    estimate_minor: int = 0
    last_date: date | None = None
    allocations: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)


@dataclass
class Pots:
    """Of one payment: what waits on which account, and the last posting."""

    waiting: dict[str, int] = field(default_factory=dict)
    last_date: date | None = None


class Known:
    """Charges and payments as the transaction at work has left them."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.payments: dict[str, Pots] = {}
        self.parties: set[str] = set()
        """Those that were found to exist."""

    def load(self, reader: Reader, charge_ids: Sequence[str]) -> None:
        """Read these charges with three questions, however many they are."""
        fresh = list(dict.fromkeys(one for one in charge_ids if one not in self.items))
        if not fresh:
            return
        self.items |= {charge_id: Item() for charge_id in fresh}
        for row in reader.rows(_BALANCES, fresh):
            item = self.items[row["charge_id"]]
            item.last_date = _later(item.last_date, row["last_date"])
            if row["account"] in RECEIVABLES:
                item.balances[row["party"]] = item.balances.get(row["party"], 0) + row["amount_minor"]
            elif row["account"] == EXPECTED_CONTRACTUAL:
                item.estimate_minor -= row["amount_minor"]
        for row in reader.rows(_ALLOCATIONS, fresh):
            self.items[row["charge_id"]].allocations.append(row)
        for row in reader.rows(_TRANSFERS, fresh):
            self.items[row["charge_id"]].transfers.append(row)

    def charge(self, reader: Reader, charge_id: str) -> Item:
        """One charge, read now if it was not before."""
        if charge_id not in self.items:
            self.load(reader, [charge_id])
        return self.items[charge_id]

    def payment(self, reader: Reader, payment_id: str) -> Pots:
        """One payment, read now if it was not before."""
        if payment_id not in self.payments:
            found = reader.rows(_POTS, payment_id)
            waiting = {row["account"]: row["waiting_minor"] for row in found if row["account"] in POTS}
            dates = [row["last_date"] for row in found]
            self.payments[payment_id] = Pots(waiting, max(dates) if dates else None)
        return self.payments[payment_id]

    def take(self, entry: Entry) -> None:
        """An entry is posted."""
        for leg in entry.postings:
            amount = leg["debit_minor"] - leg["credit_minor"]
            item, pots = self.items.get(leg["charge_id"]), self.payments.get(leg["payment_id"])
            if item:
                item.last_date = _later(item.last_date, leg["post_date"])
                if leg["account"] in RECEIVABLES:
                    item.balances[leg["party"]] = item.balances.get(leg["party"], 0) + amount
                elif leg["account"] == EXPECTED_CONTRACTUAL:
                    item.estimate_minor -= amount
            if pots:
                pots.last_date = _later(pots.last_date, leg["post_date"])
                if leg["account"] in POTS:
                    pots.waiting[leg["account"]] = pots.waiting.get(leg["account"], 0) - amount
        self._take_document(entry)

    def _take_document(self, entry: Entry) -> None:
        """The allocation or transfer that the entry makes, or undoes."""
        head, legs = entry.heading, [leg for leg in entry.postings if leg["account"] in RECEIVABLES]
        item = self.items.get(legs[0]["charge_id"]) if legs else None
        if item is None or head.kind not in ("allocation", "deallocation", "transfer"):
            return
        live = item.transfers if head.kind == "transfer" else item.allocations
        if head.reverses_id:
            live[:] = [row for row in live if row["transaction_id"] != head.reverses_id]
            return
        row: Row = {"charge_id": legs[0]["charge_id"], "post_date": head.post_date, "reason": head.reason}
        row |= {"transaction_id": head.transaction_id, "known_at": head.known_at}
        if head.kind == "transfer":
            owing = next(leg for leg in legs if leg["debit_minor"])
            settled = next(leg for leg in legs if leg["credit_minor"])
            row |= {"transfer_id": head.document_id, "from_party": settled["party"], "to_party": owing["party"]}
            live.insert(0, row | {"amount_minor": owing["debit_minor"]})
        else:
            row |= {"allocation_id": head.document_id, "payment_id": legs[0]["payment_id"], "party": legs[0]["party"]}
            live.insert(0, row | {"amount_minor": legs[0]["credit_minor"], "reverses_id": None})


def _later(one: date | None, other: date | None) -> date | None:
    return max(one, other) if one and other else one or other


_BALANCES = (
    "select charge_id, account, party, cast(sum(debit_minor - credit_minor) as bigint) as amount_minor,"
    " max(post_date) as last_date from postings where charge_id in (select unnest(?)) group by all"
)
_POTS = (
    "select account, cast(sum(credit_minor - debit_minor) as bigint) as waiting_minor, max(post_date) as last_date"
    " from postings where payment_id = ? group by account"
)
_ALLOCATIONS = (
    "select a.* from allocations a where a.charge_id in (select unnest(?)) and a.amount_minor > 0"
    " and not exists (select 1 from allocations r where r.reverses_id = a.allocation_id)"
    " order by a.known_at desc, a.allocation_id desc"
)
_TRANSFERS = (
    "select f.* from transfers f join ledger_transactions t using (transaction_id)"
    " where f.charge_id in (select unnest(?)) and t.reverses_id is null"
    " and not exists (select 1 from ledger_transactions r where r.reverses_id = f.transaction_id)"
    " order by f.known_at desc, f.transfer_id desc"
)
