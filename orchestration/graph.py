"""The warehouse as Dagster shows it: which assets there are, what they come from, which checks guard them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

from expectations.suites import imports as import_suite
from expectations.suites import landing as landing_suite
from expectations.suites import served as served_suite
from ingestion.record_feed import landed_settings
from orchestration import dbt_build
from orchestration.builds import published
from practice.home import Home

RECORD = dg.AssetKey(["landing", "record"])
IMPORTS = dg.AssetKey(["landing", "imports"])
PUBLISHED = dg.AssetKey(["published_warehouse"])
FRESHNESS = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=50))
"""A new build is published every night at the latest: one that is missing warns, two fail."""


@dataclass(frozen=True)
class Graph:
    """The assets and the checks on them, from dbt's manifest and the suites."""

    assets: list[dg.AssetSpec]
    checks: list[dg.AssetCheckSpec]
    pages: list[dg.AssetSpec]
    """What people open: shown at the end of the lineage, made by nobody."""

    @classmethod
    def of(cls, home: Home) -> Graph:
        """The graph of a data directory; parses the dbt project if nothing has been built there yet."""
        manifest = manifest_of(home)
        return cls(asset_specs(manifest), check_specs(manifest), page_specs(manifest))


class Translator(DagsterDbtTranslator):
    """dbt's names as asset keys: a model is `<schema>/<name>`, a source is the landing folder it is read from."""

    def __init__(self) -> None:
        super().__init__(settings=_settings())

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The key of a dbt model or source."""
        if dbt_resource_props["resource_type"] == "source":
            return IMPORTS if dbt_resource_props["source_name"] == "imports" else RECORD
        return dg.AssetKey([dbt_resource_props["schema"].removeprefix("main_"), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The folder below the layer: people, scheduling, billing …"""
        return dbt_resource_props["fqn"][2] if len(dbt_resource_props["fqn"]) > 3 else "build"


def _settings() -> Any:
    from dagster_dbt import DagsterDbtTranslatorSettings

    return DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_source_metadata=False)


def manifest_of(home: Home) -> dict[str, Any]:
    """dbt's manifest; the first time it is made by parsing the project."""
    path = dbt_build.manifest_path(home)
    if not path.exists():
        home.create()
        dbt_build.parse(home, _inputs(home))
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, changed: int) -> dict[str, Any]:
    del changed
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _inputs(home: Home) -> dbt_build.BuildInputs:
    settings = landed_settings(home) if (home.landing / "record" / "settings").is_dir() else {}
    build = published(home)
    return dbt_build.BuildInputs(
        "none", build.today if build else "1970-01-01", "1970-01-01 00:00:00",
        str(settings.get("zone", "UTC")), str(settings.get("currency", "USD")),
    )  # fmt: skip


def zone_of_practice(home: Home) -> str:
    """The zone in which "two in the morning" is meant; UTC before anything has landed."""
    return _inputs(home).zone


def asset_specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """Landing → every model → the published warehouse."""
    landing = [
        dg.AssetSpec(
            RECORD, group_name="landing", description="The record's changes as typed parquet.", skippable=True
        ),
        dg.AssetSpec(IMPORTS, group_name="landing", description="Files of earlier systems, canonical.", skippable=True),
    ]
    models = [
        spec.replace_attributes(skippable=True)
        for spec in build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=Translator())
    ]
    marts = [spec.key for spec in models if spec.key.path[0] == "marts"]
    served = dg.AssetSpec(
        PUBLISHED, deps=marts, group_name="published", skippable=True, freshness_policy=FRESHNESS,
        description="The warehouse that pages, SQL and exports read: a build that passed its checks.",
    )  # fmt: skip
    return [*landing, *models, served]


def page_specs(manifest: Mapping[str, Any]) -> list[dg.AssetSpec]:
    """A page for each of dbt's exposures: it reads these marts, out of the published warehouse."""
    translator, nodes = Translator(), manifest["nodes"]
    return [
        dg.AssetSpec(
            dg.AssetKey(["pages", page["name"]]),
            deps=[PUBLISHED, *(translator.get_asset_key(nodes[mart]) for mart in page["depends_on"]["nodes"])],
            group_name="pages",
            description=page["description"],
            owners=[f"team:{page['owner']['name']}"],
            metadata={"page": page["label"] or page["name"]},
            kinds={"dashboard"},
        )
        for page in manifest["exposures"].values()
    ]


def check_specs(manifest: Mapping[str, Any]) -> list[dg.AssetCheckSpec]:
    """Every check by name, on the asset that it judges."""
    specs = [_spec(name, RECORD) for name in landing_suite.NAMES]
    specs += [_spec(name, IMPORTS) for name in import_suite.NAMES]
    specs += [_spec(name, PUBLISHED) for name in served_suite.NAMES]
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            specs.append(_spec(node["name"], _judged_asset(node, manifest)))
    return specs


def _spec(name: str, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=asset)


def _judged_asset(test: Mapping[str, Any], manifest: Mapping[str, Any]) -> dg.AssetKey:
    translator = Translator()
    attached = [test.get("attached_node"), *test["depends_on"]["nodes"]]
    nodes = [manifest["nodes"][unique_id] for unique_id in attached if unique_id in manifest["nodes"]]
    stored = [node for node in nodes if node["config"].get("materialized") != "ephemeral"]
    return translator.get_asset_key(stored[0]) if stored else RECORD
