"""Every command about people and places; importing this fills the registry with them."""

from practice.people.clients import add_client, add_policy, change_client, end_policy
from practice.people.payers import add_payer, add_referral_source, change_payer, change_referral_source, set_contract
from practice.people.providers import (
    add_provider,
    assign_service,
    change_provider,
    set_provider_services,
    unassign_service,
)
from practice.people.self_pay import set_self_pay
from practice.people.setup import (
    add_location,
    add_room,
    add_service,
    change_location,
    change_room,
    change_service,
    set_practice,
)

__all__ = [
    "add_client",
    "add_location",
    "add_payer",
    "add_policy",
    "add_provider",
    "add_referral_source",
    "add_room",
    "add_service",
    "assign_service",
    "change_client",
    "change_location",
    "change_payer",
    "change_provider",
    "change_referral_source",
    "change_room",
    "change_service",
    "end_policy",
    "set_contract",
    "set_practice",
    "set_provider_services",
    "set_self_pay",
    "unassign_service",
]
