"""Book: find or add the client, take one of the free times."""

from __future__ import annotations

from dashboards.components.desk.book_form import book_form
from dashboards.components.desk.holding import let_go
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.BOOK)
let_go()  # a full run begins anew: what is still chosen is kept again
book_form()
