"""Where the rows behind numbers are read from, and by what they can be cut besides the metrics' own dimensions."""

from __future__ import annotations

from dashboards.metrics.definitions import DIMENSIONS

_ITEMS = """(
    select *, 'service_date' as aging_clock, $last::date as as_of_date from marts.ar_as_of($last::date)
)"""
_LEAD_BAND = """case
    when lead_time_days < 0 then 'booked afterwards' when lead_time_days = 0 then 'same day'
    when lead_time_days <= 2 then '1–2 days' when lead_time_days <= 7 then '3–7 days'
    when lead_time_days <= 14 then '8–14 days' when lead_time_days <= 30 then '15–30 days'
    when lead_time_days > 30 then 'over 30 days' end"""
LEAD_BANDS = ("booked afterwards", "same day", "1–2 days", "3–7 days", "8–14 days", "15–30 days", "over 30 days")
ROW_DIMENSIONS = {
    "weekday": "isodow(start_date)",
    "hour": "hour(wall_start)",
    "lead_band": _LEAD_BAND,
    "class": "counted_as",
    "bucket": "bucket",
    "responsibility_bucket": "responsibility_bucket",
    "bill_bucket": "bill_bucket",
    "activity_bucket": "activity_bucket",
    "overdue_bucket": "overdue_bucket",
    "client": "client_id",
    "kind": "transaction_kind",
    "leak": "leak",
}
"""By what rows can be cut that a daily table does not have; each stands in some of the marts only."""
COLUMNS = DIMENSIONS | ROW_DIMENSIONS


def relation(table: str) -> str:
    """The mart to read rows from. Balances of a day are read as open items, which lead to the record.

    `ar_daily` is summed from those items, by the same clock; its rows are of a day, `$last`.
    """
    return _ITEMS if table in ("ar_daily", "ar_as_of") else f"marts.{table}"
