"""What the rules ask for at booking. `deposit_rules` asks for permission; the rest is for commands and queries."""

from __future__ import annotations

from practice.access.permissions import Actor, Permission, require
from practice.store.work import Reader, Row


def service_rules(reader: Reader, service_id: str) -> dict[bool, Row]:
    """The rules of a service alone: whether it is for the first visit → rule."""
    rows = reader.rows("select * from deposit_rules where not is_withdrawn and service_id = ?", service_id)
    return {row["is_for_first_visit"]: row for row in rows}


def rule_for(reader: Reader, visit: Row) -> Row | None:
    """The rule that speaks for a booking: the client's own before the service's, the first visit's before any."""
    rules = {
        (row["client_id"] is not None, row["is_for_first_visit"]): row
        for row in reader.rows(
            "select * from deposit_rules where not is_withdrawn and (client_id = ? or service_id = ?)",
            visit["client_id"],
            visit["service_id"],
        )
    }
    is_first = not reader.one(
        "select 1 from attendees t join appointments a using (appointment_id) where t.client_id = ?"
        " and t.status not in ('cancelled', 'rescheduled', 'entered_in_error') and a.starts_at < ? limit 1",
        visit["client_id"],
        visit["starts_at"],
    )
    order = [(True, True), (True, False), (False, True), (False, False)]
    return next((rules[key] for key in order if key in rules and (is_first or not key[1])), None)


def is_card_asked(reader: Reader, visit: Row) -> bool:
    """Whether the rules ask for a card on file and who pays has none that is good on the visit's day."""
    rule = rule_for(reader, visit)
    if rule is None or rule["kind"] != "card":
        return False
    return not reader.one(
        "select 1 from saved_cards where client_id = ? and removed_at is null"
        " and last_day(make_date(expires_year, expires_month, 1)) >= ? limit 1",
        visit["guarantor_client_id"],
        visit["start_date"],
    )


def amount_of(rule: Row, fee_minor: int | None) -> int:
    """What a rule asks for in money, at that fee. Pure."""
    fee = int(fee_minor or 0)
    if rule["kind"] == "amount":
        return min(int(rule["amount_minor"]), fee or int(rule["amount_minor"]))
    return fee if rule["kind"] == "full" else 0


def deposit_rules(reader: Reader, actor: Actor) -> list[Row]:
    """The rules in force, with service_name or client_name."""
    require(actor, Permission.SEE_MONEY)
    return reader.rows(
        "select r.*, s.name as service_name, c.given_name || ' ' || c.family_name as client_name from deposit_rules r"
        " left join services s using (service_id) left join clients c using (client_id) where not r.is_withdrawn"
        " order by s.name nulls last, client_name, r.is_for_first_visit desc"
    )
