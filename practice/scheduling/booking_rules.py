"""Set and end the rules of booking, travel times and how buffers meet. A rule is dated; what was in force stays so."""

from __future__ import annotations

from datetime import timedelta

from practice.access.permissions import Permission
from practice.errors import Conflict, Refusal
from practice.scheduling import rule_queries
from practice.scheduling.dated import today_in
from practice.scheduling.policies import version
from practice.scheduling.rule_book import BUFFERS
from practice.scheduling.rules import ORDER, STRICTER
from practice.store.record import command
from practice.store.work import Row, Work

TABLE_OF_SCOPE = {"client": "clients", "service": "services", "provider": "providers", "location": "locations"}
MOST = {
    "notice_minutes": 60 * 24 * 60,
    "window_days": 3_650,
    "daily_limit": 500,
    "client_daily_limit": 100,
    "change_notice_minutes": 60 * 24 * 60,
}
"""The largest value of each rule."""


@command(Permission.SET_UP)
def set_booking_rule(
    work: Work,
    *,
    rule: str,
    value: int,
    effective_from: str,
    scope: str = "practice",
    scope_id: str | None = None,
    audience: str = "everyone",
) -> Row:
    """From that day of booking on, for whom the scope names: notice, window, a limit of a day, notice of a change.

    notice_minutes before the start; window_days ahead; daily_limit visits of one provider on a local day;
    client_daily_limit visits of one client; change_notice_minutes: how late a client may still move or cancel online.
    Answers {booking_rule_id}.
    """
    if rule not in STRICTER:
        raise Refusal(f"A rule is one of: {', '.join(STRICTER)}.", rule="rule", field="rule")
    if not 0 <= value <= MOST[rule]:
        raise Refusal(f"The value lies between 0 and {MOST[rule]}.", rule="value", field="value")
    if audience not in ("everyone", "online"):
        raise Refusal("A rule is for everyone or for online booking.", rule="audience", field="audience")
    if scope not in ORDER or (scope == "practice") is not (scope_id is None):
        raise Refusal(
            "Say whose rule it is: the practice's, or that of one location, provider, service or client.",
            rule="scope",
            field="scope",
        )
    if scope_id is not None:
        work.get(TABLE_OF_SCOPE[scope], scope_id, scope)
    of = {"scope": scope, "scope_id": scope_id, "rule": rule, "audience": audience}
    standing = rule_queries.booking_rules(work)
    return {"booking_rule_id": version(work, "booking_rules", standing, of, {"value": value}, effective_from)}


@command(Permission.SET_UP)
def end_booking_rule(work: Work, *, booking_rule_id: str) -> Row:
    """The rule no longer holds from today on; what it inherits from counts again. A planned one never begins."""
    row = work.get("booking_rules", booking_rule_id, "rule")
    today = today_in(work)
    last = max(today, row["effective_from"]) - timedelta(days=1)
    if row["effective_to"] is not None and row["effective_to"] <= last:
        raise Conflict("This rule has ended already.", rule="already_settled")
    work.update("booking_rules", booking_rule_id, effective_to=last)
    return {"booking_rule_id": booking_rule_id, "effective_to": last}


@command(Permission.SET_UP)
def set_travel_time(work: Work, *, from_location_id: str, to_location_id: str, minutes: int) -> Row:
    """How long the way between two locations takes, either way: so long a provider's day must stay free there."""
    if from_location_id == to_location_id:
        raise Refusal("Choose two different locations.", rule="same_location", field="to_location_id")
    if not 0 <= minutes <= 480 or minutes % 5:
        raise Refusal("A way takes 0 to 480 minutes in steps of five.", rule="minutes", field="minutes")
    for location_id in (from_location_id, to_location_id):
        work.get("locations", location_id, "location")
    ends = {from_location_id, to_location_id}
    standing = [
        row for row in rule_queries.travel_times(work) if {row["from_location_id"], row["to_location_id"]} == ends
    ]
    if standing:
        key = standing[0]["travel_time_id"]
        work.update("travel_times", key, minutes=minutes)
    else:
        key = work.new_id()
        way = {"from_location_id": from_location_id, "to_location_id": to_location_id, "minutes": minutes}
        work.insert("travel_times", {"travel_time_id": key, **way})
    return {"travel_time_id": key}


@command(Permission.SET_UP)
def set_buffers(work: Work, *, buffers: str) -> Row:
    """Whether the buffers of two neighbours add up, or the larger of them counts. For what is booked from now on."""
    if buffers not in BUFFERS:
        raise Refusal("Buffers add, or the larger counts.", rule="buffers", field="buffers")
    work.keep_setting("buffers", buffers)
    return {"buffers": buffers}
