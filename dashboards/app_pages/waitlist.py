"""Waitlist: who waits, what came free, and what was offered to whom."""

from __future__ import annotations

from dashboards.components.waitlist.page import the_waitlist
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.BOOK)
the_waitlist()
