"""Which pages there are, and who sees them. Hiding is courtesy; the commands and queries behind them refuse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from practice.access.permissions import Actor, Permission

FOLDER = Path(__file__).with_name("app_pages")


@dataclass(frozen=True)
class PageSpec:
    """A page: its file, its address, its place in the navigation, and the permission that opens it."""

    file: str
    url: str
    title: str
    icon: str
    section: str
    needs: Permission
    is_hidden: bool = False
    unless: Permission | None = None
    """Who has this permission finds the same on another page."""

    @property
    def path(self) -> Path:
        """The script."""
        return FOLDER / self.file


_P = Permission
PAGES = (
    PageSpec("overview.py", "overview", "Overview", ":material/monitoring:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("attendance.py", "attendance", "Attendance", ":material/how_to_reg:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("revenue.py", "revenue", "Revenue", ":material/payments:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("receivables.py", "receivables", "Receivables", ":material/hourglass_bottom:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("capacity.py", "capacity", "Capacity", ":material/schedule:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("catalogue.py", "metrics", "Metric catalogue", ":material/menu_book:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("today.py", "today", "Calendar", ":material/calendar_view_day:", "Desk", _P.SEE_SCHEDULE),
    PageSpec("flow.py", "flow", "Flow", ":material/view_kanban:", "Desk", _P.SEE_SCHEDULE),
    PageSpec("book.py", "new-visit", "Book", ":material/event_available:", "Desk", _P.BOOK),
    PageSpec("waitlist.py", "waitlist", "Waitlist", ":material/hourglass_top:", "Desk", _P.BOOK),
    PageSpec("client.py", "client", "Clients", ":material/group:", "Desk", _P.SEE_CLIENTS),
    PageSpec("messages.py", "messages", "Messages", ":material/outgoing_mail:", "Desk", _P.BOOK),
    PageSpec("billing.py", "billing", "Billing", ":material/receipt_long:", "Money", _P.SEE_MONEY),
    PageSpec("cash.py", "cash", "Cash", ":material/savings:", "Money", _P.SEE_MONEY),
    PageSpec("insurance.py", "insurance", "Insurance", ":material/health_and_safety:", "Money", _P.ADJUST),
    PageSpec("quality.py", "quality", "Data quality", ":material/fact_check:", "Numbers", _P.SEE_NUMBERS),
    PageSpec("sql.py", "sql", "SQL", ":material/terminal:", "Numbers", _P.QUERY),
    PageSpec("users.py", "users", "Users", ":material/manage_accounts:", "Practice", _P.MANAGE_USERS),
    PageSpec(
        "my_calendars.py",
        "my-calendars",
        "My calendars",
        ":material/calendar_add_on:",
        "Practice",
        _P.OWN_CALENDAR,
        unless=_P.SET_UP,
    ),
    PageSpec("handoff.py", "handoff", "Handoff", ":material/swap_horiz:", "Practice", _P.HAND_OVER),
    PageSpec("new_provider.py", "new-provider", "New provider", ":material/person_add:", "Practice", _P.SET_UP),
    PageSpec("set_up.py", "set-up", "Set-up", ":material/tune:", "Practice", _P.SET_UP),
)
ADDRESSES = frozenset(page.url for page in PAGES)
SECTIONS = ("Desk", "Money", "Numbers", "Practice")
FIRST = {
    "owner": "overview", "manager": "overview", "front_desk": "today", "provider": "today", "biller": "billing",
    "analyst": "overview",
}  # fmt: skip


def pages_for(actor: Actor) -> list[PageSpec]:
    """The pages of a role, in the order of the navigation."""
    allowed = [
        page for page in PAGES if actor.may(page.needs) and not (page.unless is not None and actor.may(page.unless))
    ]
    return sorted(allowed, key=lambda page: SECTIONS.index(page.section))
