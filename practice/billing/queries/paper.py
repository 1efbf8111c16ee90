"""What a document prints, gathered at the moment it is issued. No permission is asked here: the command has asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practice.billing.accounts import client_of
from practice.billing.queries.items import MADE_OF, PARTIES, among
from practice.store.work import Reader, Row


def letterhead(reader: Reader, location_id: str) -> Row:
    """The location as it stands on paper: name, address, phone."""
    location = reader.get("locations", location_id, "location")
    return {name: location[name] for name in ("name", "address", "phone")}


def practice(reader: Reader) -> Row:
    """The practice as it stands on paper: its name, and the logo_id of its logo if it has one."""
    logo_id = reader.setting("logo_id")
    return {"name": reader.setting("practice_name", "")} | ({"logo": logo_id} if logo_id else {})


def party_name(reader: Reader, party: str) -> str:
    """The full name of a client or payer."""
    client = reader.find("clients", client_of(party))
    if client:
        return f"{client['given_name']} {client['family_name']}"
    return str(reader.value(f"select party_name from ({PARTIES}) where party = ?", party))


@dataclass(frozen=True)
class Ground:
    """What papers about some charges must know, read at once, however many charges there are.

    charges: by charge_id. items: by charge_id and party, what the item is made of (`items.MADE_OF`). live: by
    (charge_id, party), the number of the live invoice that asks for it. settled: likewise the rows of `settlements`,
    each with what it belongs to. taxes: by charge_id, tax_name, rate_ppm and tax_minor of what was sold with tax.
    """

    charges: dict[str, Row]
    items: dict[str, dict[str, Row]]
    live: dict[tuple[str, str], int]
    settled: dict[tuple[str, str], list[Row]]
    taxes: dict[str, Row]


def ground(reader: Reader, charge_ids: Sequence[str]) -> Ground:
    """Read what papers about these charges must know."""
    if not charge_ids:
        return Ground({}, {}, {}, {}, {})
    mine, ids = among("charge_id", charge_ids)
    charges = reader.rows(f"select * from charges where true{mine}", *ids)
    items = reader.rows(
        f"select p.charge_id, p.party, {MADE_OF} from postings p join ledger_transactions t using (transaction_id)"
        f" where p.account in ('1100', '1110'){mine.replace('charge_id', 'p.charge_id')} group by p.charge_id, p.party",
        *ids,
    )
    live = reader.rows(
        "select l.charge_id, l.party, i.number from invoice_lines l join invoices i using (invoice_id)"
        f" where l.live_key is not null{mine.replace('charge_id', 'l.charge_id')}",
        *ids,
    )
    taxes = reader.rows(
        f"select charge_id, tax_name, rate_ppm, tax_minor from product_charges where tax_minor > 0{mine}", *ids
    )
    settled: dict[tuple[str, str], list[Row]] = {}
    for row in _settled(reader, charge_ids):
        settled.setdefault((row["charge_id"], row["party"]), []).append(row)
    made_of: dict[str, dict[str, Row]] = {}
    for row in items:
        made_of.setdefault(row["charge_id"], {})[row["party"]] = row
    return Ground(
        {row["charge_id"]: row for row in charges},
        made_of,
        {(row["charge_id"], row["party"]): row["number"] for row in live},
        settled,
        {row["charge_id"]: row for row in taxes},
    )


def line(reader: Reader, charge: Row, party: str, known: Ground | None = None) -> Row:
    """One line: what was done, and `amount_minor`, the part of the full `charge_minor` that is the party's to pay.

    What was sold with tax also has tax_name, rate_ppm and tax_minor, which is in both amounts.
    """
    client = reader.get("clients", charge["client_id"], "client")
    provider = reader.find("providers", charge["provider_id"])
    known = known or ground(reader, [charge["charge_id"]])
    part, tax = known.items[charge["charge_id"]][party], known.taxes.get(charge["charge_id"])
    return {
        "charge_id": charge["charge_id"],
        "service_date": str(charge["service_date"]),
        "client_name": f"{client['given_name']} {client['family_name']}",
        "description": charge["description"],
        "code": charge["code"],
        "provider": provider["name"] if provider else None,
        "units": charge["units"],
        "charge_minor": charge["amount_minor"] + (tax["tax_minor"] if tax else 0),
        "amount_minor": part["share_minor"],
    } | ({name: tax[name] for name in ("tax_name", "rate_ppm", "tax_minor")} if tax else {})


def settlements(reader: Reader, charge_ids: Sequence[str], party: str, known: Ground | None = None) -> list[Row]:
    """Payments and adjustments to date towards the party's part of the charges, oldest first.

    Rows: date, kind ('payment' or 'adjustment'), description (the payment's method or the adjustment's class),
    amount_minor (positive lowers what is due).
    """
    settled = (known or ground(reader, charge_ids)).settled
    together: dict[str, Row] = {}
    for charge_id in charge_ids:
        for row in settled.get((charge_id, party), []):
            told = {name: row[name] for name in ("date", "kind", "description")} | {"amount_minor": 0}
            together.setdefault(row["belongs_to"], told)["amount_minor"] += row["amount_minor"]
    return sorted(
        (row for row in together.values() if row["amount_minor"]),
        key=lambda row: (row["date"], row["kind"], row["description"], row["amount_minor"]),
    )


def _settled(reader: Reader, charge_ids: Sequence[str]) -> list[Row]:
    """By charge, party and what it belongs to: a payment, or an adjustment with its reversals."""
    condition, values = among("a.charge_id", charge_ids)
    return reader.rows(
        "select a.charge_id, a.party, p.payment_id as belongs_to, cast(p.received_date as text) as date,"
        " 'payment' as kind, p.method as description, cast(sum(a.amount_minor) as bigint) as amount_minor"
        f" from allocations a join payments p using (payment_id) where true{condition} group by all"
        " union all"
        " select a.charge_id, a.party, coalesce(a.reverses_id, a.adjustment_id) || a.class,"
        " cast(min(a.post_date) as text), 'adjustment', a.class, cast(sum(a.amount_minor) as bigint)"
        f" from adjustments a where true{condition}"
        " group by a.charge_id, a.party, coalesce(a.reverses_id, a.adjustment_id), a.class",
        *values,
        *values,
    )
