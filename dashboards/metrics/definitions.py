"""The catalogue of metrics, and what the members of its dimensions are called."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from dashboards.warehouse import Warehouse
from practice.errors import Refusal
from practice.money import Currency

DIMENSIONS = {
    "location": "location_id",
    "provider": "provider_id",
    "service": "service_id",
    "payer": "payer_id",
    "referral_source": "referral_source_id",
}
PERIODS = {"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}
_NAMES = {
    "location": ("dim_location", "location_name"),
    "provider": ("dim_provider", "provider_code"),
    "service": ("dim_service", "service_name"),
    "payer": ("dim_payer", "payer_name"),
    "referral_source": ("dim_referral_source", "referral_source_name"),
}


@dataclass(frozen=True)
class Definition:
    """A row of the catalogue."""

    metric: str
    label: str
    formula: str
    unit: str
    """count, ratio, minor (money), days or minutes."""
    kind: str
    """additive; semi_additive: a balance, taken on one day at a time; distinct or distribution: from rows alone."""
    better: str | None = None
    """up or down: which direction is good news."""
    variant: str | None = None
    is_ratio: bool | None = None
    aggregate: str | None = None
    """sum, or what is worked out over the rows: median, p90, distinct."""
    date_role: str | None = None
    grain: str | None = None
    dimensions: str | None = None
    """Names of the dimensions that it can be sliced by, separated by commas."""
    source_of_definition: str | None = None
    rows_table: str | None = None
    rows_date: str | None = None
    rows_where: str | None = None
    rows_numerator: str | None = None
    rows_denominator: str | None = None
    rows2_table: str | None = None
    rows2_date: str | None = None
    rows2_where: str | None = None
    rows2_denominator: str | None = None
    rows2_days: int | None = None
    rows2_later: str | None = None

    @property
    def has(self) -> tuple[str, ...]:
        """The dimensions that it can be sliced by."""
        if self.dimensions is None:
            return tuple(DIMENSIONS)
        return tuple(name.strip() for name in self.dimensions.split(",") if name.strip())

    @property
    def divides(self) -> bool:
        """Whether it is numerator ÷ denominator."""
        return bool(self.is_ratio or self.rows_denominator or self.rows2_denominator)

    @property
    def is_from_rows(self) -> bool:
        """Whether it stands in no daily table: a median, a percentile, a count of different clients."""
        return self.kind in ("distinct", "distribution")

    @property
    def numerator_is_money(self) -> bool:
        """Whether the numerator is in minor units."""
        return self.unit == "minor" or "_minor" in (self.rows_numerator or "")

    @property
    def denominator_is_money(self) -> bool:
        """Whether the denominator is in minor units."""
        return "_minor" in (self.rows2_denominator or self.rows_denominator or "")


_FIELDS = tuple(field.name for field in fields(Definition))


def catalogue(warehouse: Warehouse) -> dict[str, Definition]:
    """Every metric of the published build by name."""
    frame = warehouse.query("select * from marts.metric_catalogue order by metric")
    frame = frame.astype(object).where(frame.notna(), None)
    return {row["metric"]: Definition(**{name: row.get(name) for name in _FIELDS}) for row in frame.to_dict("records")}


def definition(warehouse: Warehouse, name: str) -> Definition:
    """The catalogue's entry. Refuses an unknown name with the nearest ones."""
    known = catalogue(warehouse)
    if name not in known:
        near = difflib.get_close_matches(name, list(known), 3, 0.4) or list(known)[:3]
        raise Refusal(f"There is no metric {name!r}; perhaps {', '.join(near)}. `metric_catalogue` lists them all.")
    return known[name]


def dimension_names(warehouse: Warehouse, dimension: str, source: str = "record") -> dict[str, str]:
    """Id → what the warehouse calls it: a code for providers, whose names stand in the record alone."""
    table, name = _NAMES[dimension]
    frame = warehouse.query(
        f"select {DIMENSIONS[dimension]} as id, coalesce({name}, {DIMENSIONS[dimension]}) as name"
        f" from marts.{table} where source = ? order by 2",
        source,
    )
    return dict(zip(frame.id, frame.name, strict=True))


def sources(warehouse: Warehouse) -> list[str]:
    """The record, then every import that has visits, money or clients in the published build."""
    frame = warehouse.query(
        "select distinct source from marts.fct_appointments union select distinct source from marts.fct_ledger_entries"
        " union select distinct source from marts.dim_client order by source"
    )
    return ["record", *(name for name in frame.source if name != "record")]


def exponent(warehouse: Warehouse) -> int:
    """How many digits the minor unit of the practice's currency has, as the published build knows it."""
    frame = warehouse.query("select currency from marts.dim_service where currency is not null limit 1")
    return Currency.of(frame.currency[0]).exponent if len(frame) else 2


def bounds(warehouse: Warehouse, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for; by default the 30 that end on the build's today. Refuses an end before the beginning."""
    published = warehouse.published()
    if published is None:
        raise Refusal("Nothing is published yet; run `daybook refresh` first.")
    last = last or date.fromisoformat(published.today)
    first = first or date.fromordinal(last.toordinal() - 29)
    if first > last:
        raise Refusal(f"The period ends ({last}) before it begins ({first}); swap the two.", field="from")
    return first, last


def require_dimensions(found: Definition, names: Any) -> None:
    """Refuse a dimension that the metric does not have, naming those it has."""
    for name in names:
        if name not in found.has:
            has = ", ".join(found.has) or "none"
            raise Refusal(f"{found.metric} can't be cut by {name!r}; its dimensions are {has}.", field="by")
