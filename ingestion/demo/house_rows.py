"""The rows of the set-up tables: small, so plain dicts. `_known_at` says when the practice came to know each."""

from __future__ import annotations

import json
import re
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.demo.columns import DAY, NEVER, as_date, new_ids
from ingestion.demo.hours import Block, group_room, is_group_leader
from ingestion.demo.house import GROUP_SESSION, PAYERS, REFERRALS, SERVICES, House
from ingestion.demo.names import DISCIPLINES, FAMILY, GIVEN, npi
from ingestion.demo.sizes import DEMO_PASSWORD, DEMO_USERS, PLACES
from practice.access.passwords import hash_password

Row = dict[str, Any]
PRACTICE_NAME = "Harborview Therapy"
NOTICE_MINUTES = (24 * 60, 48 * 60)
"""The cancellation policy of the first half of the history, and the stricter one after it."""


ONLINE = (
    # In the order of SERVICES: shown as, modes, what clients read, what they prepare.
    ("bookable", "in_person", "The first talk: what brings you here, and what you hope for.",
     "Come ten minutes early and bring your insurance card."),
    ("bookable", "both", "Fifty minutes with your therapist.", None),
    ("bookable", "both", "A short talk between two sessions.", None),
    ("contact", "in_person", "For couples and families; we find a time together.", None),
    ("contact", "in_person", "A place in a group is arranged with its leader.", None),
)  # fmt: skip


def policy_change_day(house: House) -> int:
    """From this day on 48 hours of notice are asked for."""
    return house.first_day + (house.today - house.first_day) // 2


def house_tables(house: House, dice: np.random.Generator) -> dict[str, pa.Table]:
    """Every set-up table by name, in the order in which they can be inserted."""
    ids = {table: column.to_pylist() for table, column in house.ids.items()}
    began = _instant(house.began)
    rows: dict[str, list[Row]] = {
        "settings": _settings(house),
        "locations": _locations(ids),
        "rooms": [
            {"room_id": key, "location_id": ids["locations"][place], "name": name, "capacity": size, "is_active": True}
            for key, (place, name, size) in zip(ids["rooms"], house.rooms, strict=True)
        ],
        "services": _services(ids),
        "payers": [
            {"payer_id": key, "name": name, "kind": kind, "is_active": True, "missed_fee_rule": _missed(kind)}
            for key, (name, kind, *_) in zip(ids["payers"], PAYERS, strict=True)
        ],
        "referral_sources": [
            {"referral_source_id": key, "name": name, "kind": kind, "is_active": True}
            for key, (name, kind) in zip(ids["referral_sources"], REFERRALS, strict=True)
        ],
        "providers": _providers(house, ids, dice),
        "provider_services": _provider_services(house, ids),
        "payer_contracts": _contracts(house, ids),
        "availability": _availability(house, ids),
        "availability_exceptions": _closures(house, ids),
        "time_off": _time_off(house, ids),
        "cancellation_policies": _policies(house),
        "users": _users(house, ids),
    }  # fmt: skip
    keys = {"payer_contracts": "payer_contract_id", "availability_exceptions": "availability_exception_id"}
    tables = {}
    for name, listed in rows.items():
        key = keys.get(name, name.removesuffix("s") + "_id").replace("policie_id", "policy_id")
        known = [row.setdefault("_known_at", began) for row in listed]
        if name != "settings" and key not in listed[0]:
            seconds = np.array([int((at - datetime(1970, 1, 1)).total_seconds()) for at in known])  # noqa: DTZ001
            for row, fresh in zip(listed, new_ids(seconds, dice).to_pylist(), strict=True):
                row[key] = fresh
        tables[name] = pa.Table.from_pylist(listed)
    house.names["providers"] = tables["providers"].column("name").combine_chunks()
    return tables


def _instant(seconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=int(seconds))  # noqa: DTZ001 - stored instants are naive UTC


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _settings(house: House) -> list[Row]:
    values = {
        "practice_name": PRACTICE_NAME, "zone": house.zones.names[0], "currency": "USD",
        "demo_today": str(as_date(house.today)), "vocabulary": "client",
        "notes_since": str(as_date(house.claims_since)),
    }  # fmt: skip
    return [{"name": name, "value": json.dumps(value)} for name, value in values.items()]


def _locations(ids: dict[str, list[str]]) -> list[Row]:
    return [
        {
            "location_id": key, "name": PLACES[i][0], "zone": PLACES[i][1], "address": f"{12 + 7 * i} {PLACES[i][0]}",
            "phone": f"+1 555 010 000{i % 10}", "is_active": True,
            "slug": re.sub(r"[^a-z0-9]+", "-", PLACES[i][0].lower()) if i == 0 else None,
            "directions": "Ring at the green door; the waiting room is on the first floor." if i == 0 else None,
        }
        for i, key in enumerate(ids["locations"])
    ]  # fmt: skip


def _services(ids: dict[str, list[str]]) -> list[Row]:
    return [
        {
            "service_id": key, "name": name, "code": code, "duration_minutes": minutes, "buffer_before_minutes": before,
            "buffer_after_minutes": after, "fee_minor": fee, "capacity": capacity, "needs_room": True,
            "is_for_new_clients": is_new, "is_active": True, "billing_unit": "attendee", **_online(number),
        }
        for number, (key, (name, code, minutes, before, after, fee, capacity, is_new)) in enumerate(
            zip(ids["services"], SERVICES, strict=True)
        )
    ]  # fmt: skip


def _online(service: int) -> Row:
    """What clients see of it at the first location's public page."""
    shown, modes, description, preparation = ONLINE[service]
    return {"online": shown, "modes": modes, "description": description, "preparation": preparation}


def _providers(house: House, ids: dict[str, list[str]], dice: np.random.Generator) -> list[Row]:
    given = dice.permutation(len(GIVEN))[: house.size.providers]
    family = dice.permutation(len(FAMILY))[: house.size.providers]
    rows: list[Row] = []
    for i, key in enumerate(ids["providers"]):
        first, last = GIVEN[given[i]], FAMILY[family[i]]
        if i == 0:
            first, last = next(user.name for user in DEMO_USERS if user.role == "provider").split()
        code = first[0] + last[0]
        taken = {row["code"] for row in rows}
        code = next(option for n in range(1, 99) if (option := code if n == 1 else f"{code}{n}") not in taken)
        rows.append(
            {
                "provider_id": key, "name": f"{first} {last}", "code": code,
                "discipline": DISCIPLINES[i % len(DISCIPLINES)], "npi": npi(100 + i),
                "started_date": as_date(house.joins[i]),
                "ended_date": None if house.leaves[i] >= NEVER else as_date(house.leaves[i]),
                "is_active": house.leaves[i] >= house.today,
                "_known_at": _instant(max(house.began, (house.joins[i] - 21) * DAY + 15 * 3600)),
            }
        )  # fmt: skip
    return rows


def _provider_services(house: House, ids: dict[str, list[str]]) -> list[Row]:
    return [
        {"provider_id": ids["providers"][p], "service_id": service, "is_active": True, "_known_at": _joined(house, p)}
        for p in range(house.size.providers)
        for s, service in enumerate(ids["services"])
        if s != GROUP_SESSION or is_group_leader(house.size, p)
    ]


def _joined(house: House, provider: int) -> datetime:
    return _instant(max(house.began, (house.joins[provider] - 21) * DAY + 15 * 3600))


def _contracts(house: House, ids: dict[str, list[str]]) -> list[Row]:
    rows = []
    for year, begins in enumerate(house.allowed_from):
        ends = house.allowed_from[year + 1] - timedelta(days=1) if year + 1 < len(house.allowed_from) else None
        known = max(_instant(house.began), datetime(begins.year - 1, 12, 10, 15))  # noqa: DTZ001
        rows += [
            {
                "payer_id": payer, "service_id": service, "allowed_minor": int(house.allowed[year, p, s]),
                "effective_from": begins, "effective_to": ends, "_known_at": known,
            }
            for p, payer in enumerate(ids["payers"])
            for s, service in enumerate(ids["services"])
        ]  # fmt: skip
    return rows


def _missed(kind: str) -> str:
    """Public payers forbid the fee of a missed visit."""
    return "none" if kind == "public" else "allowed"


def _availability(house: House, ids: dict[str, list[str]]) -> list[Row]:
    def row(week_provider: int, block: Block, first: int, last: int) -> Row:
        return {
            "provider_id": ids["providers"][week_provider], "location_id": ids["locations"][block.location],
            "weekday": block.weekday, "start_time": _clock(block.start_minute),
            "end_time": _clock(block.start_minute + block.minutes), "effective_from": as_date(first),
            "effective_to": None if last >= NEVER else as_date(last), "_known_at": _joined(house, week_provider),
        }  # fmt: skip

    return [row(week.provider, block, week.first_day, week.last_day) for week in house.weeks for block in week.blocks]


def _closures(house: House, ids: dict[str, list[str]]) -> list[Row]:
    days = [(day, name, house.began) for day, name in house.holidays.items()]
    days.append((house.storm_day, "Burst water main", house.storm_day * DAY + 12 * 3600))
    return [
        {
            "provider_id": None, "location_id": location, "exception_date": as_date(day), "start_time": None,
            "end_time": None, "is_open": False, "reason": name, "is_withdrawn": False, "_known_at": _instant(known),
        }
        for day, name, known in days
        for location in ids["locations"]
    ]  # fmt: skip


def _time_off(house: House, ids: dict[str, list[str]]) -> list[Row]:
    spans = [(p, first, last, "Leave", (first - 60) * DAY + 15 * 3600) for p, first, last in house.leave]
    spans += [(p, day, day, "Ill", day * DAY + 12 * 3600) for p, day in house.sick]
    return [
        {
            "provider_id": ids["providers"][p], "start_date": as_date(first), "end_date": as_date(last),
            "reason": reason, "is_withdrawn": False, "_known_at": _instant(min(max(known, house.began), house.now)),
        }
        for p, first, last, reason, known in spans
    ]  # fmt: skip


def _policies(house: House) -> list[Row]:
    change = policy_change_day(house)
    spans = [(house.first_day - 28, change - 1), (change, None)]
    return [
        {
            "service_id": None, "notice_minutes": notice, "fee_minor": 60_00, "effective_from": as_date(first),
            "effective_to": None if last is None else as_date(last),
            "_known_at": _instant(max(house.began, (first - 30) * DAY)),
        }
        for notice, (first, last) in zip(NOTICE_MINUTES, spans, strict=True)
    ]  # fmt: skip


def _users(house: House, ids: dict[str, list[str]]) -> list[Row]:
    return [
        {
            "user_id": key, "email": user.email, "name": user.name, "role": user.role,
            "provider_id": ids["providers"][0] if user.role == "provider" else None, "location_ids": "[]",
            # The key gives the same salt each time: the demo stays the same, and its password is no secret anyway.
            "password_hash": hash_password(DEMO_PASSWORD, key=user.email),
            "is_active": True, "created_at": _instant(house.began), "failed_sign_ins": 0, "locked_until": None,
        }
        for key, user in zip(ids["users"], DEMO_USERS, strict=True)
    ]  # fmt: skip


def group_rooms(house: House) -> np.ndarray:
    """The group room of each location."""
    return np.array([group_room(house.rooms, location) for location in range(house.size.locations)])
