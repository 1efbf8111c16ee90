"""What the checks said, as frames: the kept results, how things stand now, since when, and the trend."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import runtime
from dashboards.warehouse import Warehouse
from expectations.check import DOORS, RECORD, WARNING
from expectations.results import read_results
from practice.clock import to_wall
from practice.home import Home

IDENTITY = ["door", "check_name", "scope"]
STATES = ("failed", "warned", "passed")
BARS = 30


@st.cache_data(max_entries=4, show_spinner=False)
def _kept(stands: tuple[str, str], _home: Home) -> pd.DataFrame:
    del stands
    frame = read_results(_home).to_pandas()
    frame["state"] = "passed"
    failed = ~frame.is_success.astype(bool)
    frame.loc[failed, "state"] = "failed"
    frame.loc[failed & (frame.severity == WARNING), "state"] = "warned"
    return frame


def kept(home: Home, attempt_id: str = "", published_id: str = "") -> pd.DataFrame:
    """Every kept result with its `state` (passed, warned, failed), oldest build first; read once for each build."""
    return _kept((str(home.path) + attempt_id, published_id), home)


def kept_now() -> pd.DataFrame:
    """The kept results as of the last attempt to build."""
    running = runtime.current()
    published = running.warehouse.published()
    attempt_id = str(running.warehouse.last_attempt().get("build_id", ""))
    return kept(running.home, attempt_id, published.build_id if published else "")


def results_of_build(home: Home, build_id: str) -> pd.DataFrame:
    """The results that stand for a build: its own, and the last ones of each import, which are judged but once."""
    frame = kept(home, "", build_id)
    own = frame[(frame.build_id == build_id) & (frame.scope == RECORD)]
    imports = frame[frame.scope != RECORD].drop_duplicates(IDENTITY, keep="last")
    return pd.concat([own, imports])


def standing(frame: pd.DataFrame) -> pd.DataFrame:
    """How things stand: the last validation at each door, and the last of each import; failures first."""
    last_of_door = frame.groupby("door").build_id.transform("max")
    own = frame[(frame.scope == RECORD) & (frame.build_id == last_of_door)]
    imports = frame[frame.scope != RECORD].drop_duplicates(IDENTITY, keep="last")
    shown = pd.concat([own, imports])
    order = {state: place for place, state in enumerate(STATES)}
    doors = {door: place for place, door in enumerate(DOORS)}
    return shown.assign(_state=shown.state.map(order), _door=shown.door.map(doors)).sort_values(
        ["_state", "_door", "check_name"]
    )


def since(frame: pd.DataFrame, door: str, check: str, scope: str) -> tuple[datetime, int]:
    """Since when a check has failed without a break (naive UTC), and in how many of the kept builds."""
    own = frame[(frame.door == door) & (frame.check_name == check) & (frame.scope == scope)]
    run = own[::-1]
    passed = run.is_success.astype(bool)
    unbroken = run[~passed.cummax()]
    return unbroken.checked_at.iloc[-1].to_pydatetime(), len(unbroken)


def trend(frame: pd.DataFrame, zone: str, *, is_daily: bool) -> pd.DataFrame:
    """Checks by state for the last 30 builds, or days: a check counts once for each, by its worst result.

    Rows of key, label, state, checks, starts; oldest first.
    """
    if frame.empty:
        return pd.DataFrame({"key": [], "label": [], "state": [], "checks": [], "starts": []})
    worst = at_bar(frame, zone, is_daily=is_daily)
    bars = worst.groupby("key").checked_at.min().sort_values().tail(BARS)
    counted = worst[worst.key.isin(bars.index)].groupby(["key", "state"]).size().rename("checks").reset_index()
    counted["starts"] = counted.key.map(bars)
    labels = _labels([to_wall(moment.to_pydatetime(), zone) for moment in bars], is_daily=is_daily)
    counted["label"] = counted.key.map(dict(zip(bars.index, labels, strict=True)))
    return counted.sort_values(["starts", "state"])


def _labels(moments: list[datetime], *, is_daily: bool) -> list[str]:
    """What stands below each bar; with the second where two builds began in one minute."""
    if is_daily:
        return [f"{moment:%-d %b}" for moment in moments]
    minutes = [f"{moment:%-d %b, %H:%M}" for moment in moments]
    return minutes if len(set(minutes)) == len(minutes) else [f"{moment:%-d %b, %H:%M:%S}" for moment in moments]


def at_bar(frame: pd.DataFrame, zone: str, *, is_daily: bool, key: str | None = None) -> pd.DataFrame:
    """The worst result of each check for each bar of the trend (its `key`: a build, or a local day), or for one bar."""
    found = frame.copy()
    if is_daily:
        found["key"] = [f"{to_wall(moment.to_pydatetime(), zone):%Y-%m-%d}" for moment in found.checked_at]
    else:
        found["key"] = found.build_id
    if key is not None:
        found = found[found.key == key]
    order = {state: place for place, state in enumerate(STATES)}
    found = found.assign(_place=found.state.map(order)).sort_values(["_place", "checked_at"])
    return found.drop_duplicates(["key", *IDENTITY])


@st.cache_data(max_entries=60, show_spinner=False)
def _asked(build_id: str, sql: str, parameters: tuple[tuple[str, Any], ...], _warehouse: Warehouse) -> pd.DataFrame:
    del build_id
    return _warehouse.query_named(sql, dict(parameters))


def ask(warehouse: Warehouse, sql: str, **parameters: Any) -> pd.DataFrame:
    """A question to the published build, cached for it; an empty frame before there is one."""
    published = warehouse.published()
    if published is None:
        return pd.DataFrame()
    return _asked(published.build_id, sql, tuple(sorted(parameters.items())), warehouse)
