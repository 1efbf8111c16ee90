"""Commands about providers, and about which services they give."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Any

from practice.access.permissions import Permission
from practice.errors import Conflict, Refusal
from practice.people import checks, queries
from practice.people.setup import practice_today
from practice.store.record import command
from practice.store.work import Work

_ONLINE_LATER = {"is_online": True, "about": None, "video_link": None}
_TITLES = {"dr", "prof", "professor", "doctor", "mr", "mrs", "ms", "mx"}


def _code(value: Any) -> str:
    code = checks.text(value, "The provider's code", "code", limit=12).upper()
    if not re.fullmatch(r"[A-Z0-9-]+", code):
        raise Refusal("A provider's code has letters, digits and dashes only, such as IM or MOSS-2.", field="code")
    return code


def _video_link(value: Any) -> str | None:
    link = checks.optional_text(value, "The video link", "video_link")
    if link is not None and not re.fullmatch(r"https://[^\s/]+\S*", link):
        raise Refusal(
            "Write the whole address of the video room, such as https://meet.example/ines-moss.",
            rule="video_link",
            field="video_link",
        )
    return link


_PROVIDER: checks.Checks = {
    "name": partial(checks.text, what="The provider's name", field="name"),
    "code": _code,
    "discipline": partial(checks.optional_text, what="The discipline", field="discipline"),
    "npi": checks.npi,
    "started_date": partial(checks.day, what="The first day", field="started_date"),
    "ended_date": partial(checks.optional_day, what="The last day", field="ended_date"),
    "is_online": partial(checks.flag, what="Whether clients may choose the provider online", field="is_online"),
    "about": partial(checks.note, what="What clients read about the provider", field="about"),
    "video_link": _video_link,
    "is_active": partial(checks.flag, what="Whether the provider is active", field="is_active"),
}


def free_code(work: Work, name: str) -> str:
    """Initials that no provider has yet: IM, then IM2, IM3 …"""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = [word for word in re.findall(r"[A-Za-z]+", plain) if word.lower() not in _TITLES]
    initials = "".join(word[0] for word in words[:4]).upper() or "P"
    taken = queries.provider_codes(work)
    return next(code for n in range(1, len(taken) + 2) if (code := initials + (str(n) if n > 1 else "")) not in taken)


def _check_code(work: Work, code: str, name: str, *, except_key: str | None = None) -> None:
    if queries.provider_codes(work).get(code, except_key) != except_key:
        raise Conflict(
            "Another provider has that code; choose another one.",
            rule="code_taken",
            field="code",
            alternatives=[free_code(work, name)],
        )


@command(Permission.SET_UP)
def add_provider(
    work: Work,
    *,
    name: str,
    code: str | None = None,
    discipline: str | None = None,
    npi: str | None = None,
    service_ids: Sequence[str] = (),
    started_date: str | None = None,
) -> dict[str, Any]:
    """Add somebody who sees clients. Without a code they get their initials: what numbers show in place of a name."""
    fields = {
        "name": name,
        "code": code or free_code(work, checks.text(name, "The provider's name", "name")),
        "discipline": discipline,
        "npi": npi,
        "started_date": started_date or practice_today(work),
    }
    kept = checks.changed(fields, _PROVIDER, "provider")
    _check_code(work, kept["code"], kept["name"])
    row = {"provider_id": work.new_id(), **kept, "ended_date": None, "is_active": True, **_ONLINE_LATER}
    work.insert("providers", row)
    for service_id in dict.fromkeys(service_ids):
        assign_service(work, provider_id=row["provider_id"], service_id=service_id)
    return {"provider_id": row["provider_id"], "code": row["code"]}


@command(Permission.SET_UP)
def change_provider(work: Work, *, provider_id: str, **fields: Any) -> dict[str, Any]:
    """Change a provider. One who leaves keeps their history; the visits still booked with them are listed."""
    present = work.get("providers", provider_id, "provider")
    kept = checks.changed(fields, _PROVIDER, "provider")
    after = present | kept
    if "code" in kept:
        _check_code(work, kept["code"], after["name"], except_key=provider_id)
    if after["ended_date"] is not None and after["ended_date"] < after["started_date"]:
        raise Refusal("The last day is before the first day; choose a later one.", field="ended_date")
    affected = []
    if kept.get("is_active") is False:
        affected = queries.upcoming_appointments(work, "provider_id", provider_id)
    elif kept.get("ended_date"):
        affected = queries.upcoming_appointments(work, "provider_id", provider_id, after=kept["ended_date"])
    work.update("providers", provider_id, **kept)
    return {"provider_id": provider_id, "affected_appointment_ids": affected}


@command(Permission.SET_UP)
def assign_service(work: Work, *, provider_id: str, service_id: str) -> dict[str, Any]:
    """Let a provider be booked for a service. Doing it twice changes nothing."""
    work.get("providers", provider_id, "provider")
    work.get("services", service_id, "service")
    present = queries.provider_service(work, provider_id, service_id)
    if present:
        work.update("provider_services", present["provider_service_id"], is_active=True)
        return {"provider_service_id": present["provider_service_id"]}
    row = {
        "provider_service_id": work.new_id(),
        "provider_id": provider_id,
        "service_id": service_id,
        "is_active": True,
    }
    work.insert("provider_services", row)
    return {"provider_service_id": row["provider_service_id"]}


@command(Permission.SET_UP)
def set_provider_services(work: Work, *, provider_id: str, service_ids: Sequence[str]) -> dict[str, Any]:
    """Let a provider give exactly these services from now on. Visits that are booked stay as they are.

    Answers {provider_id, given, taken}: the services that are new and those that are gone.
    """
    work.get("providers", provider_id, "provider")
    wanted, present = list(dict.fromkeys(service_ids)), queries.services_of(work, provider_id)
    given = [key for key in wanted if key not in present]
    taken = [key for key in present if key not in wanted]
    for key in given:
        assign_service(work, provider_id=provider_id, service_id=key)
    for key in taken:
        unassign_service(work, provider_id=provider_id, service_id=key)
    return {"provider_id": provider_id, "given": given, "taken": taken}


@command(Permission.SET_UP)
def unassign_service(work: Work, *, provider_id: str, service_id: str) -> dict[str, Any]:
    """No longer book a provider for a service; visits already booked stay."""
    present = queries.provider_service(work, provider_id, service_id)
    if not present or not present["is_active"]:
        raise Refusal("This provider does not give that service, so there is nothing to take away.", rule="unchanged")
    work.update("provider_services", present["provider_service_id"], is_active=False)
    return {"provider_service_id": present["provider_service_id"]}
