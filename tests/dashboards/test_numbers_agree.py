"""Two pages never disagree: every tile of every page is what the reader says, under the same filters."""

from __future__ import annotations

import pytest

from dashboards.components.numbers.filters import from_address
from dashboards.components.numbers.words import say
from dashboards.metrics import catalogue, metric_table
from dashboards.warehouse import Warehouse
from practice.money import Currency
from tests.dashboards.published import TODAY, publish

PAGES = ["overview", "attendance", "revenue", "capacity", "receivables"]
SHORTER = {"Bookable hours": "bookable_minutes", "Booked hours": "booked_minutes", "Kept hours": "kept_minutes"}
ADDRESSES = [{}, {"period": "90-days", "location": "loc-elm"}, {"period": "7-days", "provider": "prov-moss"},
             {"payer": "none"}, {"provider": "none"}]  # fmt: skip
MEMBERS = {"location": ["loc-elm"], "provider": ["prov-moss", "none"], "payer": ["none"]}


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_each_tile_is_what_the_one_reader_says(open_page, running, page, address):
    publish(running.home)
    warehouse = Warehouse(running.home)
    known = catalogue(warehouse)
    by_label = {found.label: name for name, found in known.items()} | SHORTER
    filters, _ = from_address(address, MEMBERS, ["record"])
    window = filters.window(TODAY)
    app = open_page(page, "owner", **address)
    assert not app.exception
    assert app.metric
    for tile in app.metric:
        found = known[by_label[tile.label]]
        if set(filters.members) - set(found.has):
            assert tile.value == "–", f"{tile.label} lacks a filter that is set"
            continue
        row = metric_table(warehouse, found.metric, first=window.first, last=window.last, filters=filters.members).iloc[
            0
        ]
        value = None if row.value != row.value else row.value
        assert tile.value == say(value, found, Currency.of("USD")), tile.label
