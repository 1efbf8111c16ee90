"""Calendar: the day or week, a column for each provider or room. Where the front desk and the providers live."""

from __future__ import annotations

from dashboards.components.desk.day import the_day
from dashboards.components.desk.holding import let_go
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.SEE_SCHEDULE)
let_go()  # a full run closes whatever drawer was open
the_day()
