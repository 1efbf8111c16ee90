"""What a document prints, gathered at the moment it is issued. No permission is asked here: the command has asked."""

from __future__ import annotations

from collections.abc import Sequence

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
    return str(reader.value(f"select party_name from ({PARTIES}) where party = ?", party))


def line(reader: Reader, charge: Row, party: str) -> Row:
    """One line: what was done, and `amount_minor`, the part of the full `charge_minor` that is the party's to pay."""
    client = reader.get("clients", charge["client_id"], "client")
    provider = reader.find("providers", charge["provider_id"])
    part = reader.one(
        f"select {MADE_OF} from postings p join ledger_transactions t using (transaction_id)"
        " where p.account in ('1100', '1110') and p.charge_id = ? and p.party = ?",
        charge["charge_id"],
        party,
    )
    assert part is not None
    return {
        "charge_id": charge["charge_id"],
        "service_date": str(charge["service_date"]),
        "client_name": f"{client['given_name']} {client['family_name']}",
        "description": charge["description"],
        "code": charge["code"],
        "provider": provider["name"] if provider else None,
        "units": charge["units"],
        "charge_minor": charge["amount_minor"],
        "amount_minor": part["share_minor"],
    }


def settlements(reader: Reader, charge_ids: Sequence[str], party: str) -> list[Row]:
    """Payments and adjustments to date towards the party's part of the charges, oldest first.

    Rows: date, kind ('payment' or 'adjustment'), description (the payment's method or the adjustment's class),
    amount_minor (positive lowers what is due).
    """
    condition, values = among("a.charge_id", charge_ids)
    return reader.rows(
        "select cast(p.received_date as text) as date, 'payment' as kind, p.method as description,"
        " cast(sum(a.amount_minor) as bigint) as amount_minor"
        " from allocations a join payments p using (payment_id) where a.party = ?"
        + condition
        + " group by p.payment_id,"
        " p.received_date, p.method having sum(a.amount_minor) <> 0"
        " union all"
        " select cast(min(a.post_date) as text), 'adjustment', a.class, cast(sum(a.amount_minor) as bigint)"
        " from adjustments a where a.party = ?"
        + condition
        + " group by coalesce(a.reverses_id, a.adjustment_id), a.class"
        " having sum(a.amount_minor) <> 0"
        " order by 1, 2, 3, 4",
        party,
        *values,
        party,
        *values,
    )
