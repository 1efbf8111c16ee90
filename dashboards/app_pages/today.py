"""Calendar: the day or week, a column for each provider or room. Where the front desk and the providers live."""

from __future__ import annotations

from dashboards.components.desk.day import the_day
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.SEE_SCHEDULE)
the_day()
