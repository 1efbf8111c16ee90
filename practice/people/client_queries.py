"""Reads about clients: finding them, opening one, and who may be the same person twice.

Clients are shown within the actor's scope: a provider's own, or those of the actor's locations.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from practice.access.permissions import Actor, Permission, require
from practice.errors import NotFound
from practice.people.search import understand
from practice.store.work import Reader, Row

# How near a name must be (Jaro–Winkler, 0 to 1) to be a likely misspelling of another with the same date of birth.
_NEAR = 0.92

# `like` with a wildcard between the digits is quick and lets too many through; the exact look is for those alone.
_HAS_DIGITS = "(phone like ? and contains(regexp_replace(phone, '[^0-9]', '', 'g'), ?))"

# What is not said of the date of birth is None.
_BORN = (
    "((? is null or year(birth_date) = ?) and (? is null or month(birth_date) = ?)"
    " and (? is null or day(birth_date) = ?) and birth_date is not null)"
)


def client_scope(actor: Actor) -> tuple[str, list[Any]]:
    """The condition on `clients c` under which the actor may see a client, and its parameters."""
    visited = (
        " or c.client_id in (select a.client_id from attendees a join appointments p using (appointment_id)"
        " where a.status <> 'entered_in_error' and {}))"
    )
    if actor.role == "provider":
        return "(c.provider_id = ?" + visited.format("p.provider_id = ?"), [actor.provider_id] * 2
    if actor.location_ids:
        places = sorted(actor.location_ids)
        return "(list_contains(?, c.location_id)" + visited.format("list_contains(?, p.location_id)"), [places] * 2
    return "true", []


def search_clients(reader: Reader, actor: Actor, text: str, limit: int = 20) -> list[Row]:
    """Clients whom the text describes, best first; the newest ones if it is blank.

    Parts of the given and family name in any order, whatever their accents and case; digits of the phone number; a
    part of the e-mail address; a date of birth or a part of it (0314, 3/14, 1988). Every word must fit. Inactive
    clients come last.
    """
    require(actor, Permission.SEE_CLIENTS)
    sought = understand(text)
    conditions: list[str] = []
    parameters: list[Any] = []
    # The names are matched apart: DuckDB folds each distinct value of a column once, but a concatenation row by row.
    for part in sought.names:
        conditions.append(
            "(contains(strip_accents(lower(family_name)), strip_accents(lower(?)))"
            " or contains(strip_accents(lower(given_name)), strip_accents(lower(?))))"
        )
        parameters += [part, part]
    for part in sought.emails:
        conditions.append("contains(lower(email), lower(?))")
        parameters.append(part)
    for digits, parts in sought.digits:
        conditions.append(f"({' or '.join([_HAS_DIGITS, *[_BORN] * len(parts)])})")
        parameters += ["%" + "%".join(digits) + "%", digits]
        parameters += [value for part in parts for value in part for _ in (1, 2)]
    if sought.birth_dates:
        conditions.append("list_contains(?, birth_date)")
        parameters.append(list(sought.birth_dates))
    scope, scoped = client_scope(actor)
    best = sought.names[0] if sought.names else None
    order = "c.family_name, c.given_name, c.client_id" if conditions else "c.created_at desc, c.client_id"
    return reader.rows(
        "select c.*, c.given_name || ' ' || c.family_name as name from clients c"
        f" where {' and '.join([*conditions, scope])} order by c.is_active desc,"
        " ? is not null and (starts_with(strip_accents(lower(family_name)), strip_accents(lower(?)))"
        f" or starts_with(strip_accents(lower(given_name)), strip_accents(lower(?)))) desc, {order} limit ?",
        *parameters,
        *scoped,
        *[best] * 3,
        limit,
    )


def sees_client(reader: Reader, actor: Actor, client_id: str) -> bool:
    """Whether the client exists within the actor's scope."""
    scope, scoped = client_scope(actor)
    return bool(reader.value(f"select 1 from clients c where client_id = ? and {scope}", client_id, *scoped))


def require_client(reader: Reader, actor: Actor, client_id: str) -> None:
    """Refuse, in the same words, a client who does not exist and one who is none of the actor's business."""
    if not sees_client(reader, actor, client_id):
        raise NotFound("This client does not exist, or is seen by others only; search again, or ask a manager.")


def client(reader: Reader, actor: Actor, client_id: str) -> Row:
    """One client, with `name`, `guarantor` (a row or None), `owes_for` (rows), `policies` (newest first).

    `is_self_pay`: whether it was said that no insurance pays.
    """
    require(actor, Permission.SEE_CLIENTS)
    require_client(reader, actor, client_id)
    named = "select client_id, given_name || ' ' || family_name as name from clients where "
    row = reader.get("clients", client_id, "client")
    row["name"] = f"{row['given_name']} {row['family_name']}"
    row["guarantor"] = reader.one(named + "client_id = ?", row["guarantor_client_id"])
    row["owes_for"] = reader.rows(named + "guarantor_client_id = ? order by name", client_id)
    row["policies"] = policies_of(reader, client_id)
    row["is_self_pay"] = bool((reader.find("self_payers", client_id) or {}).get("is_self_pay"))
    return row


def policies_of(reader: Reader, client_id: str) -> list[Row]:
    """A client's policies with `payer_name`, by rank, newest first."""
    return reader.rows(
        "select p.*, y.name as payer_name from policies p join payers y using (payer_id)"
        " where client_id = ? order by rank, effective_from desc",
        client_id,
    )


def duplicates(reader: Reader, actor: Actor, client_ids: list[str]) -> list[Row]:
    """What the actor may see of the clients that a refusal of a possible duplicate named."""
    require(actor, Permission.SEE_CLIENTS)
    scope, scoped = client_scope(actor)
    return reader.rows(
        "select c.*, c.given_name || ' ' || c.family_name as name from clients c"
        f" where list_contains(?, c.client_id) and {scope} order by name, client_id",
        list(client_ids),
        *scoped,
    )


def names_of(reader: Reader, actor: Actor, client_ids: list[str]) -> dict[str, str]:
    """Client id → name, for those of the given clients whom the actor may see."""
    return {row["client_id"]: row["name"] for row in duplicates(reader, actor, client_ids)}


def likely_duplicates(
    reader: Reader, given_name: str, family_name: str, birth_date: date | None, phone: str | None, email: str | None
) -> list[str]:
    """Ids of clients who are likely the same person: same name and date of birth, same phone or e-mail, or the same
    date of birth and nearly the same name (given and family name swapped, too)."""
    digits = "".join(sign for sign in phone or "" if sign.isdigit())
    folded = "strip_accents(lower({}))".format
    given, family, written = folded("given_name"), folded("family_name"), folded("?")
    found = reader.rows(
        f"""
        select client_id from clients
        where (birth_date is not distinct from ? and {family} = {written} and {given} = {written})
            or lower(email) = lower(?)
            or ({_HAS_DIGITS} and length(regexp_replace(phone, '[^0-9]', '', 'g')) = ?)
            or (birth_date = ? and greatest(
                jaro_winkler_similarity({given} || ' ' || {family}, {written}),
                jaro_winkler_similarity({family} || ' ' || {given}, {written})
            ) >= ?)
        order by created_at, client_id limit 10
        """,
        *(birth_date, family_name, given_name, email),
        *(f"%{'%'.join(digits)}%" if digits else None, digits, len(digits)),
        *(birth_date, f"{given_name} {family_name}", f"{given_name} {family_name}", _NEAR),
    )
    return [row["client_id"] for row in found]


def is_guarantor(reader: Reader, client_id: str) -> bool:
    """Whether the client owes for anybody else."""
    return bool(reader.value("select 1 from clients where guarantor_client_id = ? limit 1", client_id))
