"""The appointment calendar: one column per provider, drag to move, click to open or book."""

from dashboards.components.calendar.component import Interaction, resource_calendar
from dashboards.components.calendar.payload import STATUS_LABELS, Appointment, Closed, Options, Resource
from dashboards.components.calendar.triggers import Move, Opened, Selection, View

__all__ = [
    "STATUS_LABELS",
    "Appointment",
    "Closed",
    "Interaction",
    "Move",
    "Opened",
    "Options",
    "Resource",
    "Selection",
    "View",
    "resource_calendar",
]
