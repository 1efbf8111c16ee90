"""The permission table: roles → permissions, and the two scopes (own clients, own locations).

Precedence: an inactive user may nothing; then the role's row in `ROLES`; then the scope. Navigation reads this table as
a courtesy; `require` in the commands is the law.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from practice.errors import NotPermitted


class Permission(StrEnum):
    """What can be allowed. The value is what a refusal says: "Your role may not <value>."."""

    SEE_SCHEDULE = "see the schedule"
    BOOK = "book, move or cancel visits"
    RECORD_ATTENDANCE = "record attendance"
    CORRECT_ATTENDANCE = "correct attendance"
    OVERRIDE_OVERLAP = "book over another visit"
    SEE_CLIENTS = "see clients"
    EDIT_CLIENTS = "add or change clients"
    SEE_MONEY = "see charges and payments"
    WRITE_NOTES = "read or write notes"
    CHARGE = "charge a visit"
    DIAGNOSE = "record diagnoses"
    INVOICE = "issue invoices"
    TAKE_PAYMENT = "take payments"
    ALLOCATE = "allocate payments"
    ADJUST = "adjust what is owed"
    REFUND = "refund"
    VOID = "void charges, invoices or payments"
    APPROVE = "approve what somebody else asks for"
    CONTROL = "close periods or set limits"
    EXPORT_BOOKS = "export the books"
    SET_UP = "change the practice's set-up"
    SEE_NUMBERS = "see the practice's numbers"
    QUERY = "query the warehouse"
    IMPORT = "import data"
    MANAGE_USERS = "manage users"
    VERIFY_AUDIT = "verify the audit trail"
    OPERATE = "operate the system"
    BOOK_ONLINE = "book online"
    PAY_ONLINE = "pay online"
    CHECK_IN = "check in at the kiosk"
    HAND_OVER = "hand a caseload over"
    OWN_CALENDAR = "connect calendars"
    OWN_PASSWORD = "change their own password"  # noqa: S105 - a permission, not a password


_P = Permission
_DESK = {_P.SEE_SCHEDULE, _P.BOOK, _P.RECORD_ATTENDANCE, _P.SEE_CLIENTS, _P.EDIT_CLIENTS}
_EVERYONE = {_P.OWN_PASSWORD}
_MONEY = {_P.SEE_MONEY, _P.CHARGE, _P.INVOICE, _P.TAKE_PAYMENT, _P.ALLOCATE}

ROLES: dict[str, frozenset[Permission]] = {
    "owner": frozenset(Permission) - {_P.OPERATE},
    "manager": frozenset(Permission) - {_P.OPERATE, _P.MANAGE_USERS, _P.CONTROL, _P.WRITE_NOTES},
    "front_desk": frozenset(
        _EVERYONE | _DESK | {_P.CORRECT_ATTENDANCE, _P.SEE_MONEY, _P.CHARGE, _P.INVOICE, _P.TAKE_PAYMENT}
    ),
    "provider": frozenset(
        _EVERYONE
        | {_P.SEE_SCHEDULE, _P.RECORD_ATTENDANCE, _P.SEE_CLIENTS, _P.OWN_CALENDAR, _P.DIAGNOSE, _P.WRITE_NOTES}
    ),
    "biller": frozenset(
        _EVERYONE
        | _MONEY
        | {_P.DIAGNOSE}
        | {_P.SEE_SCHEDULE, _P.SEE_CLIENTS, _P.ADJUST, _P.REFUND, _P.VOID, _P.SEE_NUMBERS, _P.EXPORT_BOOKS}
    ),
    "analyst": frozenset(_EVERYONE | {_P.SEE_NUMBERS, _P.QUERY}),
    # Not people: the public pages and the API, a kiosk in the waiting room.
    "online": frozenset({_P.BOOK_ONLINE, _P.PAY_ONLINE}),
    "kiosk": frozenset({_P.CHECK_IN}),
    # Not a person: the command line on the machine itself, the demo, the first set-up.
    "system": frozenset(Permission),
}
PEOPLE_ROLES = tuple(role for role in ROLES if role not in ("system", "online", "kiosk"))


@dataclass(frozen=True)
class Actor:
    """Who acts. An empty `location_ids` means every location; `provider_id` is set for role provider."""

    user_id: str
    role: str
    name: str = ""
    provider_id: str | None = None
    location_ids: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether the role has it."""
        return permission in ROLES[self.role]


SYSTEM = Actor("system", "system", "Daybook")
ONLINE = Actor("online", "online", "Online booking")
"""A stranger or an API key's holder: whoever they are, they may do no more than the public pages offer."""


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotPermitted unless the actor's role has the permission."""
    if not actor.may(permission):
        role = actor.role.replace("_", " ")
        raise NotPermitted(f"The role {role} may not {permission.value}; ask a manager or the owner.")


def require_location(actor: Actor, location_id: str) -> None:
    """Raise NotPermitted if the actor works at other locations only."""
    if actor.location_ids and location_id not in actor.location_ids:
        raise NotPermitted("You work at another location; ask somebody of that location, or the owner, to do it.")


def require_own(actor: Actor, provider_ids: set[str]) -> None:
    """Raise NotPermitted if the actor is a provider and none of these is them."""
    if actor.role == "provider" and actor.provider_id not in provider_ids:
        raise NotPermitted("Providers see and change their own visits and clients only.")
