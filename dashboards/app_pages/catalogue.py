"""Metric catalogue: what each number means, with its value and the way to ask for it in SQL and on the command line."""

from __future__ import annotations

from dashboards.components.numbers.catalogue import catalogue
from dashboards.components.numbers.page import number_page

catalogue(number_page("Metric catalogue"))
