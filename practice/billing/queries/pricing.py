"""What a visit's charge is made of: fees, codes by time, payers' rules. Asks nothing of an actor."""

from __future__ import annotations

from datetime import date

from practice.store.work import Reader, Row

_DAYS = "effective_from <= ? and (effective_to is null or effective_to >= ?)"


def fee_on(reader: Reader, service_id: str, payer_id: str | None, day: date) -> int | None:
    """The dated fee of a service in minor units, the payer's own before the practice's; None without any."""
    fee: int | None = reader.value(
        f"select fee_minor from fees where service_id = ? and (payer_id is null or payer_id = ?) and {_DAYS}"
        " order by payer_id nulls last, effective_from desc limit 1",
        service_id,
        payer_id,
        day,
        day,
    )
    return fee


def fees_of(reader: Reader, service_id: str | None = None) -> list[Row]:
    """Every dated fee (of a service) with `service_name` and `payer_name` (None: everybody), the newest first."""
    return reader.rows(
        "select f.*, s.name as service_name, p.name as payer_name from fees f join services s using (service_id)"
        " left join payers p on p.payer_id = f.payer_id where f.service_id = coalesce(?, f.service_id)"
        " order by s.name, p.name nulls first, f.effective_from desc",
        service_id,
    )


def fee_versions(reader: Reader, service_id: str, payer_id: str | None) -> list[Row]:
    """The fees of a service for one payer, or for everybody, the oldest first."""
    return reader.rows(
        "select * from fees where service_id = ? and payer_id is not distinct from ? order by effective_from",
        service_id,
        payer_id,
    )


def time_codes(reader: Reader, service_id: str | None = None) -> list[Row]:
    """The codes by minutes that hold (of a service), the shortest first."""
    return reader.rows(
        "select * from time_codes where not is_withdrawn and service_id = coalesce(?, service_id)"
        " order by service_id, minutes_from",
        service_id,
    )


def missed_fee_rules(reader: Reader, client_id: str, day: date) -> list[Row]:
    """The payers that cover a client that day, whatever their rank, each with its rule about missed visits."""
    return reader.rows(
        "select p.name, coalesce(p.missed_fee_rule, 'allowed') as missed_fee_rule from policies c"
        f" join payers p using (payer_id) where c.client_id = ? and {_DAYS} order by c.rank",
        client_id,
        day,
        day,
    )


def has_missed_fee_rules(reader: Reader) -> bool:
    """Whether any payer has another rule about missed visits than the practice's policy."""
    return bool(reader.one("select 1 from payers where coalesce(missed_fee_rule, 'allowed') <> 'allowed' limit 1"))


def uncharged(reader: Reader, attendee_id: str) -> Row | None:
    """The standing decision that a visit is not charged."""
    return reader.one("select * from uncharged_visits where attendee_id = ? and not is_withdrawn", attendee_id)
