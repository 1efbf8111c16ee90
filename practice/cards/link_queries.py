"""What came of links: which cards were saved by one, whether its charge came in."""

from __future__ import annotations

from practice.store.work import Reader, Row


def is_paid_by(reader: Reader, card_charge_id: str | None) -> bool:
    """Whether that charge succeeded."""
    sql = "select 1 from card_charges where card_charge_id = ? and state = 'succeeded'"
    return bool(card_charge_id and reader.one(sql, card_charge_id))


def has_last_succeeded(reader: Reader, pay_link_id: str) -> bool:
    """Whether the newest charge by a link came in."""
    sql = "select state from card_charges where pay_link_id = ? order by requested_at desc, card_charge_id desc limit 1"
    return bool(reader.value(sql, pay_link_id) == "succeeded")


def cards_by_link(reader: Reader, pay_link_id: str) -> list[Row]:
    """The live cards that were saved by a link, the newest first."""
    return reader.rows(
        "select * from saved_cards s where removed_at is null and exists (select 1 from card_setups u"
        " where u.pay_link_id = ? and u.state = 'saved' and u.client_id = s.client_id"
        " and u.requested_at = s.consented_at) order by known_at desc, saved_card_id",
        pay_link_id,
    )
