"""Clients and their policies as rows: invented names, numbers that nobody has, addresses at example.com."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo.columns import DAY, MINUTE, NEVER, Array, Columns, dates, instants, new_ids, numbers, pick
from ingestion.demo.house import House
from ingestion.demo.names import FAMILY, GIVEN
from ingestion.demo.record_of import Story

BORN_UNKNOWN = 0.05
"""Of those who pay alone: claims need a birth date, other visits do not."""
ALONE_SAID, ALONE_LATER = 0.80, 0.09
"""Of those who pay alone: said so at once, and some weeks later. Of the others nobody knows."""
COVERED_LATER = 0.12
"""Of the insured: brought the card to the first visit."""


def client_tables(house: House, story: Story, dice: np.random.Generator) -> dict[str, pa.Table]:
    """`clients`, `policies` and `self_payers`; sets their ids in the house, and what claims say of both."""
    clients = story.clients
    count = len(clients["age"])
    keys = house.ids["clients"] = new_ids(clients["created"], dice)
    given, family = _names(story, dice)
    house.names["clients"] = pc.binary_join_element_wise(given, family, " ")
    row = np.arange(count)
    own = np.random.default_rng([count, 98])  # what is drawn after these stays as it was without them
    born = clients["created"] // DAY - clients["age"] * 365.2425 - dice.integers(0, 365, count)
    is_unknown = (clients["payer"] < 0) & (own.random(count) < BORN_UNKNOWN)
    # A parent may hold a child's policy.
    is_unknown &= (story.owes == row) & ~np.isin(row, story.owes[story.owes != row])
    table = pa.table(
        {
            "client_id": keys,
            "given_name": given,
            "family_name": family,
            "birth_date": dates(np.where(is_unknown, NEVER, born)),
            "phone": _phones(count, dice),
            "email": _emails(given, family, dice),
            "guarantor_client_id": pick(keys, np.where(story.owes == row, -1, story.owes)),
            "referral_source_id": pick(house.ids["referral_sources"], clients["referral"]),
            "location_id": pick(house.ids["locations"], clients["location"]),
            "provider_id": pick(house.ids["providers"], clients["provider"]),
            "created_at": instants(clients["created"]),
            "created_date": dates(clients["created"] // DAY),  # office hours: the same day here and in UTC
            "is_active": numbers(np.ones(count, dtype=bool)),
        }
    )
    house.names |= {"given": given, "family": family, "births": table.column("birth_date").combine_chunks()}
    policies = _policies(house, story, dice, own)
    return {"clients": table, "policies": policies, "self_payers": _self_payers(keys, clients, house.now, own)}


def _names(story: Story, dice: np.random.Generator) -> tuple[pa.Array, pa.Array]:
    """Names by dice, no combination twice while there are enough; a child has the guarantor's family name."""
    count = len(story.owes)
    pairs = np.resize(dice.permutation(len(GIVEN) * len(FAMILY)), count)
    family = pairs % len(FAMILY)
    return pick(GIVEN, pairs // len(FAMILY)), pick(FAMILY, family[story.owes])


def _phones(count: int, dice: np.random.Generator) -> pa.Array:
    """+1 555 01d dddd: no exchange begins with 0, so nobody can be called."""
    digits = np.resize(dice.permutation(100_000), count)
    return pa.array([f"+1 555 01{number // 10_000} {number % 10_000:04d}" for number in digits.tolist()])


def _emails(given: pa.Array, family: pa.Array, dice: np.random.Generator) -> pa.Array:
    count = len(given)
    names = pc.utf8_lower(pc.binary_join_element_wise(given, family, "."))
    numbered = pc.binary_join_element_wise(names, pa.array(np.arange(count)).cast(pa.string()), "")
    address = pc.binary_join_element_wise(numbered, "@example.com", "")
    return pc.if_else(pa.array(dice.random(count) < 0.82), address, pa.scalar(None, pa.string()))


def _policies(house: House, story: Story, dice: np.random.Generator, own: np.random.Generator) -> pa.Table:
    """The cover in force at the first contact, and the one that follows for those who change payer."""
    clients = story.clients
    first = np.flatnonzero(clients["payer"] >= 0)
    second = np.flatnonzero(clients["payer_2"] >= 0)
    client = np.concatenate([first, second])
    begins = np.concatenate([clients["covered_from"][first], clients["switch_day"][second]])
    ends = np.concatenate([clients["switch_day"][first] - 1, np.full(len(second), NEVER)])
    is_first = np.arange(len(client)) < len(first)
    known = np.maximum(clients["created"][client] + 300, np.where(is_first, 0, _noon(begins)))
    at_first_visit = _first_visits(story)[client] - 10 * MINUTE
    is_late = is_first & (at_first_visit < house.now) & (own.random(len(client)) < COVERED_LATER)
    known = np.where(is_late, np.maximum(known, at_first_visit), known)
    known = np.minimum(known, house.now)
    payer = np.concatenate([clients["payer"][first], clients["payer_2"][second]])
    house.ids["policies"] = new_ids(known, dice)
    house.names["members"] = pa.array([f"M{number:08d}" for number in dice.integers(10**7, 10**8, len(client))])
    house.policies = {"client": client, "payer": payer, "known": known}
    return pa.table(
        {
            "policy_id": house.ids["policies"],
            "client_id": pick(house.ids["clients"], client),
            "payer_id": pick(house.ids["payers"], payer),
            "rank": numbers(np.ones(len(client), dtype=np.int32)),
            "member_number": house.names["members"],
            "copay_minor": numbers(clients["copay"][client]),
            "effective_from": dates(begins),
            "effective_to": dates(np.where(ends >= NEVER - 1, NEVER, ends)),
            "_known_at": instants(known),
        }
    )


def _first_visits(story: Story) -> Array:
    """When each client was first to come (UTC); 0 for who never was."""
    seats = story.attendees
    first = np.full(len(story.owes), NEVER)
    np.minimum.at(first, seats["client"], story.appointments["starts"][seats["appointment"]])
    return np.where(first >= NEVER, 0, first)


def _self_payers(keys: pa.Array, clients: Columns, now: int, own: np.random.Generator) -> pa.Table:
    """Who said, at the first contact or some weeks later, that no insurance pays."""
    when = own.random(len(keys))
    known = clients["created"] + 240 + np.where(when < ALONE_SAID, 0, own.integers(5, 40, len(keys)) * DAY)
    rows = np.flatnonzero((clients["payer"] < 0) & (when < ALONE_SAID + ALONE_LATER) & (known < now))
    return pa.table(
        {
            "client_id": pick(keys, rows),
            "is_self_pay": numbers(np.ones(len(rows), dtype=bool)),
            "known_at": instants(known[rows]),
        }
    )


def _noon(day: Array) -> Array:
    return day * DAY + 17 * 3600
