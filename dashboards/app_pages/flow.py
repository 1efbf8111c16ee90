"""Flow: who is in the house, at which station, for how many minutes; for the desk and for a wall."""

from __future__ import annotations

from dashboards.components.flow.page import the_board
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.SEE_SCHEDULE)
the_board()
