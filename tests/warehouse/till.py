"""Money as the practice writes it, landed: charges, payments and what becomes of them, by the record's own entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from practice.billing import ledger
from practice.billing.accounts import PACKAGES, client_of, client_party, payer_of, payer_party
from practice.billing.held import breakage_entry, held_entry

Row = dict[str, Any]


@dataclass
class Till:
    """The money of one location of its own, so that a case is a slice by location. Amounts are minor units.

    Estimates are given, not worked out: `estimate` is what the entry posts, or undoes, of the expected contractual.
    """

    landing: Any
    place: str
    live: dict[str, Row] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self.landing.record("locations", {"location_id": self.place, "name": self.place, "zone": "UTC"})

    def charge(self, amount: int, service: date, posted: date | None = None, **about: Any) -> Row:
        """`about`: payer_id, kind, provider_id, service_id, client_id, estimate."""
        estimate = about.pop("estimate", 0)
        row = {
            "charge_id": self._new("charge"), "client_id": "c1", "payer_id": None, "provider_id": "p1",
            "location_id": self.place, "service_id": "s1", "kind": "service", "units": 1, "amount_minor": amount,
            "service_date": service, "post_date": posted or service, "status": "posted", "is_fee_agreed": False,
        } | about  # fmt: skip
        row["guarantor_client_id"] = row["client_id"]
        entry = ledger.charge_entry(self._head("charge", row["post_date"]), row, estimate)
        row |= {"transaction_id": self._post(entry), "entry": entry}
        self._land("charges", row)
        return row

    def void(self, charge: Row, on: date) -> None:
        """What was applied and adjusted has to be taken back before, as the record does."""
        self._land(
            "charges", charge | {"status": "void", "void_transaction_id": self._mirror(charge, "void_charge", on)}
        )

    def pay(self, amount: int, on: date, party: str = "client:c1", method: str = "check") -> Row:
        row = {
            "payment_id": self._new("payment"), "party": party, "client_id": client_of(party), "payer_id": payer_of(party),
            "location_id": self.place, "method": method, "amount_minor": amount, "received_date": on, "status": "posted",
        }  # fmt: skip
        entry = ledger.payment_entry(self._head("payment", on), row)
        row |= {"transaction_id": self._post(entry), "entry": entry}
        self._land("payments", row)
        return row

    def void_payment(self, payment: Row, on: date) -> None:
        mirrored = self._mirror(payment, "void_payment", on)
        self._land("payments", payment | {"status": "void", "void_transaction_id": mirrored})

    def apply(self, payment: Row, charge: Row, amount: int, on: date, *, estimate: int = 0) -> Row:
        entry = ledger.allocation_entry(self._head("allocation", on), payment, charge, amount, estimate_minor=estimate)
        row = {
            "allocation_id": self._new("allocation"), "payment_id": payment["payment_id"], "charge_id": charge["charge_id"],
            "party": payment["party"], "amount_minor": amount, "post_date": on, "transaction_id": self._post(entry),
            "entry": entry,
        }  # fmt: skip
        self._land("allocations", row)
        return row

    def paid(self, charge: Row, amount: int, on: date, party: str | None = None, *, estimate: int = 0) -> Row:
        """Received and applied on the same day, from the party that the charge was posted to. Answers the allocation."""
        first = payer_party(charge["payer_id"]) if charge["payer_id"] else client_party(charge["client_id"])
        return self.apply(self.pay(amount, on, party or first), charge, amount, on, estimate=estimate)

    def take_back(self, allocation: Row, on: date) -> None:
        undone = {"amount_minor": -allocation["amount_minor"], "reverses_id": allocation["allocation_id"]}
        mirrored = self._mirror(allocation, "deallocation", on)
        about = {"allocation_id": self._new("allocation"), "post_date": on, "transaction_id": mirrored}
        self._land("allocations", allocation | undone | about)

    def excess(self, payment: Row, amount: int, on: date) -> None:
        self._post(ledger.excess_entry(self._head("payment", on), payment, amount))

    def adjust(
        self,
        charge: Row,
        party: str,
        kind: str,
        amount: int,
        on: date,
        *,
        estimate: int = 0,
        denial_kind: str | None = None,
    ) -> Row:
        entry = ledger.adjustment_entry(
            self._head("adjustment", on), charge, party, kind, amount, estimate_minor=estimate
        )
        row = {
            "adjustment_id": self._new("adjustment"), "charge_id": charge["charge_id"], "party": party, "class": kind,
            "amount_minor": amount, "post_date": on, "transaction_id": self._post(entry), "denial_kind": denial_kind,
            "entry": entry,
        }  # fmt: skip
        self._land("adjustments", row)
        return row

    def unadjust(self, adjustment: Row, on: date) -> None:
        undone = {"amount_minor": -adjustment["amount_minor"], "reverses_id": adjustment["adjustment_id"]}
        mirrored = self._mirror(adjustment, "adjustment_reversal", on)
        about = {"adjustment_id": self._new("adjustment"), "post_date": on, "transaction_id": mirrored}
        self._land("adjustments", adjustment | undone | about)

    def move(self, charge: Row, giver: str, taker: str, amount: int, on: date) -> None:
        self._post(ledger.transfer_entry(self._head("transfer", on), charge, giver, taker, amount))

    def refund(self, payment: Row, amount: int, on: date) -> None:
        entry = ledger.refund_entry(self._head("refund", on), payment, "check", amount)
        self._land("refunds", {
            "refund_id": self._new("refund"), "payment_id": payment["payment_id"], "method": "check",
            "amount_minor": amount, "post_date": on, "transaction_id": self._post(entry),
        })  # fmt: skip

    def sell_package(self, payment: Row, amount: int, on: date) -> None:
        self._post(held_entry(self._head("package_sold", on), payment, PACKAGES, amount))

    def expire_package(self, payment: Row, amount: int, on: date) -> None:
        self._post(breakage_entry(self._head("package_expired", on), payment, amount))

    def pay_out(self, gross: int, fee: int, on: date) -> None:
        """Card payments reach the bank, less the processor's fee."""
        moved = (("1000", gross - fee), ("5200", fee), ("1020", -gross))
        legs = [ledger.leg(account, amount, location_id=self.place) for account, amount in moved]
        self._post(ledger.numbered(self._head("payout", on), *legs))

    def earn(self, payer: str, interest: int, on: date) -> None:
        """A payer's interest for paying late: income beside what it pays for charges."""
        legs = [
            ledger.leg(account, amount, location_id=self.place, payer_id=payer)
            for account, amount in (("1000", interest), ("1040", -interest), ("1040", interest), ("4040", -interest))
        ]
        self._post(ledger.numbered(self._head("interest", on), *legs))

    def count_drawer(self, short: int, on: date) -> None:
        legs = [
            ledger.leg(account, amount, location_id=self.place)
            for account, amount in (("5210", short), ("1010", -short))
        ]
        self._post(ledger.numbered(self._head("cash_count", on), *legs))

    def invoice(self, lines: list[tuple[Row, int]], on: date, *, status: str = "issued") -> None:
        """A void one was issued first: its row and its lines come twice."""
        invoice_id = self._new("invoice")
        row = {
            "invoice_id": invoice_id, "number": self.landing.seq, "party": "client:c1", "client_id": "c1", "issued_date": on,
            "due_date": on + timedelta(days=30), "total_minor": sum(amount for _, amount in lines), "status": "issued",
        }  # fmt: skip
        asked = [
            {
                "invoice_line_id": self._new("line"), "invoice_id": invoice_id, "charge_id": charge["charge_id"],
                "party": "client:c1", "amount_minor": amount,
            }
            for charge, amount in lines
        ]  # fmt: skip
        for version in dict.fromkeys(("issued", status)):
            self.landing.record("invoices", row | {"status": version})
            self.landing.record("invoice_lines", *asked)

    def _new(self, what: str) -> str:
        self.count += 1
        return f"{self.place}-{what}-{self.count}"

    def _head(self, kind: str, on: date, reverses_id: str | None = None) -> ledger.Heading:
        known = datetime.combine(on, time(18))
        return ledger.Heading(self._new("entry"), kind, "document", on, known, "user", None, reverses_id)

    def _post(self, entry: ledger.Entry) -> str:
        self.landing.record("ledger_transactions", entry.transaction())
        self.landing.record("postings", *entry.postings)
        return entry.heading.transaction_id

    def _mirror(self, row: Row, kind: str, on: date) -> str:
        head = self._head(kind, on, row["transaction_id"])
        return self._post(ledger.mirror(head, row["entry"].postings))

    def _land(self, table: str, row: Row) -> None:
        self.landing.record(table, {name: value for name, value in row.items() if name != "entry"})


def amounts(
    warehouse: Any, metric: str, place: str, first: date, last: date | None = None, **slice_: str
) -> tuple[int | None, int | None]:
    """Numerator and denominator of a metric at a location over days (one day without `last`), in a slice by dimension."""
    where = "".join(f" and {name} = '{value}'" for name, value in slice_.items())
    found = warehouse(
        f"""select sum(numerator)::bigint, sum(denominator)::bigint from marts.metric_daily
        where metric = ? and location_id = ? and metric_date between ? and ?{where}""",
        metric, place, first, last or first,
    )  # fmt: skip
    return found[0]


def rate(warehouse: Any, metric: str, place: str, first: date, last: date | None = None, **slice_: str) -> float | None:
    """Numerator over denominator, rounded as printed; None where there is nothing to divide by."""
    over, under = amounts(warehouse, metric, place, first, last, **slice_)
    return round(over / under, 4) if under else None
