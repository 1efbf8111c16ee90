"""Handoff: a provider's coming visits go to others in one reviewed step."""

from __future__ import annotations

from dashboards.components.series.handing import handoff
from dashboards.session import actor
from practice.access.permissions import Permission, require

require(actor(), Permission.HAND_OVER)
handoff()
