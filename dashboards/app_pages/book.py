"""Book: find or add the client, take one of the free times."""

from __future__ import annotations

from dashboards.components.desk.book_form import book_form
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.BOOK)
book_form()
