"""The debits and credits of every transaction at once, as `practice.billing.ledger` builds them one by one.

A test holds each kind of entry here to the builder's rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.books import Books
from ingestion.demo.charging import CLASSES, TO_PAYER
from ingestion.demo.collecting import METHODS
from ingestion.demo.columns import NEVER, Array, Columns, count_within, dates, instants, numbers, pick, stack, take
from ingestion.demo.house import House
from practice.billing import accounts

CODES = (
    accounts.BANK, accounts.CASH_DRAWER, accounts.CARD_CLEARING, accounts.REMITTANCE_CLEARING,
    accounts.RECEIVABLE_PAYER, accounts.RECEIVABLE_CLIENT, accounts.EXPECTED_CONTRACTUAL, accounts.CLIENT_CREDIT,
    accounts.SERVICE_INCOME, accounts.MISSED_VISIT_FEES, accounts.CONTRACTUAL, accounts.CONTRACTUAL_ESTIMATE,
    accounts.COURTESY, accounts.SMALL_BALANCE, accounts.DENIAL, accounts.BAD_DEBT,
)  # fmt: skip
_AT = {code: position for position, code in enumerate(CODES)}
_OF_METHOD = np.array([_AT[accounts.METHOD_ACCOUNT[method]] for method in METHODS])
_OF_CLASS = np.array([_AT[accounts.ADJUSTMENT_ACCOUNT[name]] for name in CLASSES])
_INCOME = np.array([_AT[accounts.SERVICE_INCOME], _AT[accounts.MISSED_VISIT_FEES]])
ROWS_AT_ONCE = 400_000


def legs(books: Books, first: int, last: int) -> Columns:
    """The legs of the transactions from `first` to before `last`, ordered by transaction and number.

    transaction, number (1, 2 … within it), account (of CODES), amount (debit positive), by_payer, party (−1 = none),
    client, payer, charge, payment, provider, location, day (NEVER = none).
    """

    def of(paper: Columns, name: str = "transaction") -> Array:
        return np.flatnonzero((paper[name] >= first) & (paper[name] < last))

    put = of(books.allocations)
    undone = books.allocations["reverses"][put] >= 0
    whole = stack(
        _charge_legs(books, of(books.charges), "transaction"),
        _mirrored(_charge_legs(books, of(books.charges, "void_transaction"), "void_transaction")),
        _payment_legs(books, of(books.payments)),
        _allocation_legs(books, put[~undone]),
        _deallocation_legs(books, put[undone]),
        _adjustment_legs(books, of(books.adjustments)),
        _transfer_legs(books, of(books.transfers)),
        _refund_legs(books, of(books.refunds)),
    )
    whole = take(whole, whole["amount"] != 0)
    whole = take(whole, np.lexsort((whole["number"], whole["transaction"])))
    whole["number"] = count_within(whole["transaction"]) + 1
    return whole


def _of_charge(
    books: Books, charge: Array, transaction: Array, number: int, account: Array | int, amount: Array, payer: Array
) -> Columns:
    """A leg about charges that is nobody's item."""
    charges, count = books.charges, len(charge)
    none = np.full(count, -1)
    return {
        "transaction": transaction, "number": np.full(count, number), "account": np.broadcast_to(account, count).copy(),
        "amount": amount, "by_payer": np.zeros(count, dtype=bool), "party": none, "client": charges["client"][charge],
        "payer": payer, "charge": charge, "payment": none, "provider": charges["provider"][charge],
        "location": charges["location"][charge], "day": charges["day"][charge],
    }  # fmt: skip


def _receivable(
    books: Books,
    charge: Array,
    transaction: Array,
    number: int,
    by_payer: Array,
    amount: Array,
    payment: Array | None = None,
) -> Columns:
    """A leg on an open item: of the charge's payer, or of its guarantor."""
    account = np.where(by_payer, _AT[accounts.RECEIVABLE_PAYER], _AT[accounts.RECEIVABLE_CLIENT])
    payer = np.where(by_payer, books.charges["payer"][charge], -1)
    made = _of_charge(books, charge, transaction, number, account, amount, payer)
    made |= {"by_payer": by_payer, "party": np.where(by_payer, payer, books.charges["guarantor"][charge])}
    return made if payment is None else made | {"payment": payment}


def _of_payment(
    books: Books,
    payment: Array,
    transaction: Array,
    number: int,
    account: Array,
    amount: Array,
    charge: Array | None = None,
) -> Columns:
    payments, count = books.payments, len(payment)
    by_payer, party = payments["by_payer"][payment], payments["party"][payment]
    none = np.full(count, -1)
    owed_back = account == _AT[accounts.CLIENT_CREDIT]
    return {
        "transaction": transaction, "number": np.full(count, number), "account": account, "amount": amount,
        "by_payer": by_payer, "party": np.where(owed_back, party, -1), "client": np.where(by_payer, -1, party),
        "payer": np.where(by_payer, party, -1), "charge": none if charge is None else charge, "payment": payment,
        "provider": none, "location": payments["location"][payment], "day": np.full(count, NEVER),
    }  # fmt: skip


def _waits(books: Books, payment: Array) -> Array:
    """Where a payment's money waits: remittance clearing, or the client's credit."""
    by_payer = books.payments["by_payer"][payment]
    return np.where(by_payer, _AT[accounts.REMITTANCE_CLEARING], _AT[accounts.CLIENT_CREDIT])


def _undo_estimate(books: Books, charge: Array, transaction: Array, number: int, estimate: Array) -> list[Columns]:
    payer = books.charges["payer"][charge]
    return [
        _of_charge(books, charge, transaction, number, _AT[accounts.EXPECTED_CONTRACTUAL], estimate, payer),
        _of_charge(books, charge, transaction, number + 1, _AT[accounts.CONTRACTUAL_ESTIMATE], -estimate, payer),
    ]


def _charge_legs(books: Books, rows: Array, entry_of: str) -> Columns:
    """Of those charges, as legs of the transaction that the column `entry_of` names."""
    charges = take(books.charges, rows)
    entry, payer, estimate = charges[entry_of], charges["payer"], charges["estimate"]
    return stack(
        _receivable(books, rows, entry, 1, payer >= 0, charges["amount"]),
        _of_charge(books, rows, entry, 2, _INCOME[charges["kind"]], -charges["amount"], payer),
        _of_charge(books, rows, entry, 3, _AT[accounts.CONTRACTUAL_ESTIMATE], estimate, payer),
        _of_charge(books, rows, entry, 4, _AT[accounts.EXPECTED_CONTRACTUAL], -estimate, payer),
    )


def _payment_legs(books: Books, rows: Array) -> Columns:
    payments = take(books.payments, rows)
    entry = payments["transaction"]
    return stack(
        _of_payment(books, rows, entry, 1, _OF_METHOD[payments["method"]], payments["amount"]),
        _of_payment(books, rows, entry, 2, _waits(books, rows), -payments["amount"]),
    )


def _allocation_legs(books: Books, rows: Array) -> Columns:
    """A payer's estimate is undone by the contractual adjustment, not here."""
    paper = take(books.allocations, rows)
    payment, charge, entry = paper["payment"], paper["charge"], paper["transaction"]
    by_payer = books.payments["by_payer"][payment]
    return stack(
        _of_payment(books, payment, entry, 1, _waits(books, payment), paper["amount"], charge),
        _receivable(books, charge, entry, 2, by_payer, -paper["amount"], payment),
    )


def _deallocation_legs(books: Books, rows: Array) -> Columns:
    """The legs of the allocations that those rows undo, the other way round."""
    undone = take(books.allocations, rows)
    legs_of_original = _allocation_legs(books, undone["reverses"])
    entry = np.tile(undone["transaction"], len(legs_of_original["amount"]) // max(len(rows), 1))
    return _mirrored(legs_of_original | {"transaction": entry})


def _mirrored(made: Columns) -> Columns:
    """The same legs the other way round."""
    return made | {"amount": -made["amount"]}


def _adjustment_legs(books: Books, rows: Array) -> Columns:
    paper = take(books.adjustments, rows)
    charge, entry, by_payer = paper["charge"], paper["transaction"], paper["party"] == TO_PAYER
    payer = np.where(by_payer, books.charges["payer"][charge], -1)
    return stack(
        _of_charge(books, charge, entry, 1, _OF_CLASS[paper["class"]], paper["amount"], payer),
        _receivable(books, charge, entry, 2, by_payer, -paper["amount"]),
        *_undo_estimate(books, charge, entry, 3, paper["estimate"]),
    )


def _transfer_legs(books: Books, rows: Array) -> Columns:
    paper = take(books.transfers, rows)
    charge, entry = paper["charge"], paper["transaction"]
    to_client = np.zeros(len(charge), dtype=bool)
    return stack(
        _receivable(books, charge, entry, 1, to_client, paper["amount"]),
        _receivable(books, charge, entry, 2, ~to_client, -paper["amount"]),
    )


def _refund_legs(books: Books, rows: Array) -> Columns:
    paper = take(books.refunds, rows)
    payment, entry = paper["payment"], paper["transaction"]
    return stack(
        _of_payment(books, payment, entry, 1, _waits(books, payment), paper["amount"]),
        _of_payment(books, payment, entry, 2, _OF_METHOD[paper["method"]], -paper["amount"]),
    )


def posting_tables(house: House, books: Books, transactions: Array) -> Iterator[pa.Table]:
    """`postings` of transactions that follow each other, in pieces that never part one of them."""
    if not len(transactions):
        return
    whole = legs(books, int(transactions[0]), int(transactions[-1]) + 1)
    count, begins = len(whole["amount"]), 0
    while begins < count:
        ends = min(begins + ROWS_AT_ONCE, count)
        while ends < count and whole["number"][ends] > 1:
            ends += 1
        yield _posting_table(house, books, {name: values[begins:ends] for name, values in whole.items()})
        begins = ends


def _posting_table(house: House, books: Books, leg: Columns) -> pa.Table:
    keys, entry = house.ids, leg["transaction"]
    transaction = pick(keys["ledger_transactions"], entry)
    return pa.table(
        {
            "posting_id": pc.binary_join_element_wise(transaction, pa.array(leg["number"]).cast(pa.string()), ":"),
            "transaction_id": transaction,
            "account": pick(CODES, leg["account"]),
            "party": party_texts(house, leg["by_payer"], leg["party"]),
            "client_id": pick(keys["clients"], leg["client"]),
            "payer_id": pick(keys["payers"], leg["payer"]),
            "charge_id": pick(keys["charges"], leg["charge"]),
            "payment_id": pick(keys["payments"], leg["payment"]),
            "provider_id": pick(keys["providers"], leg["provider"]),
            "location_id": pick(keys["locations"], leg["location"]),
            "service_date": dates(leg["day"]),
            "post_date": dates(books.transactions["post_day"][entry]),
            "known_at": instants(books.transactions["known"][entry]),
            "debit_minor": numbers(np.maximum(leg["amount"], 0)),
            "credit_minor": numbers(np.maximum(-leg["amount"], 0)),
        }
    )


def party_texts(house: House, by_payer: Array, party: Array) -> pa.Array:
    """'client:…' or 'payer:…'; null where the party is −1."""
    everybody = pa.concat_arrays(
        [
            pc.binary_join_element_wise(pa.scalar(f"{kind}:"), house.ids[table], "")
            for kind, table in (("client", "clients"), ("payer", "payers"))
        ]
    )
    return pick(everybody, np.where(party < 0, -1, party + np.where(by_payer, len(house.ids["clients"]), 0)))
