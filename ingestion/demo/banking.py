"""What the bank and the card processor say of the demo's last two weeks; what is older than some days is matched."""

from __future__ import annotations

import numpy as np

from ingestion.demo.books import Books
from ingestion.demo.collecting import CARD
from ingestion.demo.columns import Array, as_date
from ingestion.demo.house import PAYERS, House
from ingestion.demo.told import People
from practice.access.permissions import SYSTEM
from practice.billing.bank import load_bank_file, match_line, reconcile_from
from practice.billing.queries.bank import bank_lines

MATCHED_AFTER = 4
"""Days after which the biller has matched a line of the bank."""


def reconcile(people: People, house: House, books: Books) -> int:
    """The bank's lines and the card processor's payouts of the last two weeks; what is older is matched."""
    first = house.today - 14
    people.run(reconcile_from, "biller", first_date=str(as_date(first)))
    payments, charges = books.payments, ["date,description,reference,amount"]
    remitted = np.flatnonzero(payments["by_payer"] & (payments["post_day"] >= first) & (payments["location"] == 0))
    trace = {int(row): place for place, row in enumerate(books.insurance.remittances["payment"]) if row >= 0}
    traces, matched = books.traces.to_pylist(), {}
    for row in remitted.tolist():
        number = traces[trace[row]] if row in trace else ""
        day, name = int(payments["post_day"][row]), PAYERS[int(payments["party"][row])][0]
        charges.append(f"{as_date(day)},{name},{number},{payments['amount'][row] / 100:.2f}")
        if day < house.today - MATCHED_AFTER:
            matched[number] = np.array([row])
    charges.append(f"{as_date(house.today - 4)},Account fee,,-12.00")
    charges.append(f"{as_date(house.today - 2)},Counter deposit,,180.00")
    columns = {name: name for name in ("date", "description", "reference", "amount")}
    loaded = people.run(
        load_bank_file, "biller", kind="bank", name="account-november.csv", text="\n".join(charges), columns=columns,
        date_order="ymd",
    )["loaded"]  # fmt: skip
    _match(people, books, matched)
    return int(loaded) + _payouts(people, house, books, first)


def _payouts(people: People, house: House, books: Books, first: int) -> int:
    """A payout for each day's card payments, the day after, less the processor's fee."""
    payments = books.payments
    paid = (payments["method"] == CARD) & ~payments["by_payer"] & (payments["post_day"] >= first)
    rows, matched = ["date,description,reference,gross,fee"], {}
    for day in range(first, house.today):
        of_day = paid & (payments["post_day"] == day) & (payments["location"] == 0)
        amounts = payments["amount"][of_day]
        if len(amounts):
            gross = int(amounts.sum())
            fee = int((amounts * 29 // 1000 + 30).sum())
            rows.append(f"{as_date(day + 1)},Card payout,po_{day:06d},{gross / 100:.2f},{fee / 100:.2f}")
            if day < house.today - MATCHED_AFTER:
                matched[f"po_{day:06d}"] = np.flatnonzero(of_day)
    if len(rows) == 1:
        return 0
    loaded: int = people.run(
        load_bank_file, "biller", kind="payout", name="payouts-november.csv", text="\n".join(rows),
        columns={name: name for name in ("date", "description", "reference", "gross", "fee")}, date_order="ymd",
    )["loaded"]  # fmt: skip
    _match(people, books, matched)
    return loaded


def _match(people: People, books: Books, matched: dict[str, Array]) -> None:
    """The lines by their references, each with the payments that it is."""
    with people.record.read() as reader:
        lines = bank_lines(reader, SYSTEM)
    for line in lines:
        if line["reference"] in matched:
            entries = books.payments["transaction"][matched[line["reference"]]]
            people.run(
                match_line, "biller", bank_line_id=line["bank_line_id"],
                transaction_ids=people.ids("ledger_transactions", entries),
            )  # fmt: skip
