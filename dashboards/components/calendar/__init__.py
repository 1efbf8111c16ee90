"""The appointment calendar: a column per provider or room; drag to move, click to open or book, all by keyboard."""

from dashboards.components.calendar.component import Interaction, resource_calendar
from dashboards.components.calendar.options import Ask, Options
from dashboards.components.calendar.payload import (
    STATUS_LABELS,
    Appointment,
    Bar,
    Busy,
    Closed,
    Event,
    Resource,
    Way,
)
from dashboards.components.calendar.triggers import Move, Opened, Pressed, Selection, View

__all__ = [
    "STATUS_LABELS",
    "Appointment",
    "Ask",
    "Bar",
    "Busy",
    "Closed",
    "Event",
    "Interaction",
    "Move",
    "Opened",
    "Options",
    "Pressed",
    "Resource",
    "Selection",
    "View",
    "Way",
    "resource_calendar",
]
