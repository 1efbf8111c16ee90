"""What stands in the furnished practice that most tests begin with (the fixture `house`)."""

from __future__ import annotations

from datetime import date, datetime


def furniture() -> list[tuple[str, dict]]:
    """(table, row) of everything in it, in the order in which it can be inserted."""
    began = date(2025, 1, 6)
    rows: list[tuple[str, dict]] = [
        ("settings", {"name": "practice_name", "value": '"Elm Street Practice"'}),
        ("settings", {"name": "zone", "value": '"America/New_York"'}),
        ("settings", {"name": "currency", "value": '"USD"'}),
        (
            "locations",
            {
                "location_id": "loc-elm", "name": "Elm Street", "zone": "America/New_York", "address": "1 Elm Street",
                "phone": None, "is_active": True,
            },
        ),
        ("payers", {"payer_id": "payer-harbor", "name": "Harbor Health", "kind": "commercial", "is_active": True}),
        ("referral_sources", {"referral_source_id": "ref-web", "name": "Web", "kind": "web", "is_active": True}),
    ]  # fmt: skip
    for number in (1, 2):
        rows.append(
            (
                "rooms",
                {
                    "room_id": f"room-{number}", "location_id": "loc-elm", "name": f"Room {number}", "capacity": 1,
                    "is_active": True,
                },
            )
        )  # fmt: skip
    services = [
        ("svc-visit", "Follow-up", "V50", 50, 0, 10, 150_00, 1, True),
        ("svc-intake", "Intake", "I90", 90, 0, 0, 220_00, 1, False),
        ("svc-group", "Group", "G60", 60, 0, 0, 60_00, 6, False),
    ]
    for key, name, code, minutes, before, after, fee, capacity, needs_room in services:
        rows.append(
            (
                "services",
                {
                    "service_id": key, "name": name, "code": code, "duration_minutes": minutes,
                    "buffer_before_minutes": before, "buffer_after_minutes": after, "fee_minor": fee,
                    "capacity": capacity, "needs_room": needs_room, "is_for_new_clients": key == "svc-intake",
                    "is_active": True,
                },
            )
        )  # fmt: skip
    rows.append(
        (
            "payer_contracts",
            {
                "payer_contract_id": "con-1", "payer_id": "payer-harbor", "service_id": "svc-visit",
                "allowed_minor": 110_00, "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    for key, name, code in (("prov-moss", "Dr. Ines Moss", "IM"), ("prov-reed", "Tomas Reed", "TR")):
        rows.append(
            (
                "providers",
                {
                    "provider_id": key, "name": name, "code": code, "discipline": "Psychology", "npi": None,
                    "started_date": began, "ended_date": None, "is_active": True,
                },
            )
        )  # fmt: skip
        for service in services:
            rows.append(
                (
                    "provider_services",
                    {
                        "provider_service_id": f"{key}:{service[0]}", "provider_id": key, "service_id": service[0],
                        "is_active": True,
                    },
                )
            )  # fmt: skip
        for weekday in range(1, 6):
            rows.append(
                (
                    "availability",
                    {
                        "availability_id": f"av-{key}-{weekday}", "provider_id": key, "location_id": "loc-elm",
                        "weekday": weekday, "start_time": "09:00", "end_time": "17:00", "effective_from": began,
                        "effective_to": None,
                    },
                )
            )  # fmt: skip
    rows.append(
        (
            "cancellation_policies",
            {
                "cancellation_policy_id": "cp-1", "service_id": None, "notice_minutes": 24 * 60, "fee_minor": 50_00,
                "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    people = [("ada", "Ada", "Birch", None), ("ben", "Ben", "Alder", None), ("cora", "Cora", "Birch", "client-ada")]
    for key, given, family, guarantor in [*people, ("dan", "Dan", "Ford", None)]:
        rows.append(
            (
                "clients",
                {
                    "client_id": f"client-{key}", "given_name": given, "family_name": family,
                    "birth_date": date(1990, 5, 17), "phone": "+1 555 010 0" + str(len(rows)), "email": None,
                    "guarantor_client_id": guarantor, "referral_source_id": "ref-web", "location_id": "loc-elm",
                    "provider_id": "prov-moss", "created_at": datetime(2025, 2, 3, 15), "created_date": date(2025, 2, 3),
                    "is_active": True,
                },
            )
        )  # fmt: skip
    # Ben is covered by Harbor Health; the others pay themselves.
    rows.append(
        (
            "policies",
            {
                "policy_id": "pol-ben", "client_id": "client-ben", "payer_id": "payer-harbor", "rank": 1,
                "member_number": "H-100", "copay_minor": 20_00, "effective_from": began, "effective_to": None,
            },
        )
    )  # fmt: skip
    return rows
