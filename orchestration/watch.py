"""When to build: the sensor's decision, as a function of the feed's head, the builds and what it remembers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from ingestion.feed_sources import AppIsDown, FeedSource, OverHttp
from ingestion.imports.holding import landed_batches
from orchestration.builds import published, status
from practice.errors import Refusal
from practice.home import Home

PATIENCE = timedelta(seconds=120)
"""How long a launched run may take to finish before the same change launches another."""
LONGEST_PAUSE_SECONDS = 120


@dataclass(frozen=True)
class Memory:
    """What the sensor remembers from tick to tick: failures in a row, when to ask again, when it last launched."""

    failures: int = 0
    ask_after: str = ""
    launched_at: str = ""

    @classmethod
    def of(cls, cursor: str | None) -> Memory:
        """From the sensor's cursor."""
        return cls(**json.loads(cursor)) if cursor else cls()

    def cursor(self) -> str:
        """For the sensor's cursor."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Decision:
    """Launch or not, and why, in a sentence."""

    is_launch: bool
    reason: str
    memory: Memory


def app_feed(home: Home) -> FeedSource:
    """The running app's feed. Raises AppIsDown if no app has said where it is."""
    try:
        address = json.loads(home.app_address.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        raise AppIsDown("The app is not running; start it with `daybook serve`.", rule="app_is_down") from None
    return OverHttp(f"http://{address['host']}:{address['port']}", home.feed_token(), timeout_seconds=30)


def first_look(decision: Decision, now: datetime) -> Decision:
    """In a new Dagster directory one run shows what is published already: its first page is not empty then."""
    is_first = not decision.memory.launched_at and not decision.memory.failures
    if decision.is_launch or not is_first:
        return decision
    return Decision(True, "A first look at what is published.", replace(decision.memory, launched_at=now.isoformat()))


def decide(home: Home, memory: Memory, now: datetime, feed: Callable[[Home], FeedSource] = app_feed) -> Decision:
    """Launch if the record or an import moved past the last attempt. An app that is down is asked ever more rarely."""
    if memory.ask_after and now < datetime.fromisoformat(memory.ask_after):
        return Decision(False, f"The app did not answer; asking again at {memory.ask_after[11:19]} UTC.", memory)
    try:
        head = feed(home).head()
    except Refusal as refusal:
        failures = memory.failures + 1
        pause = min(5 * 2**failures, LONGEST_PAUSE_SECONDS)
        later = (now + timedelta(seconds=pause)).isoformat()
        return Decision(
            False, f"{refusal} Asking again in {pause} s.", replace(memory, failures=failures, ask_after=later)
        )
    memory = replace(memory, failures=0, ask_after="")
    build, attempt = published(home), status(home)
    # A refused candidate is not tried again until something changes: the checks would say the same.
    seen = max(build.feed_seq if build else -1, int(attempt.get("feed_seq", -1)))
    new_batches = {batch["batch_id"] for batch in landed_batches(home)} - (build.import_batches if build else set())
    tried_batches = set(attempt.get("import_batches", ()))
    if head.seq <= seen and not new_batches - tried_batches:
        return Decision(False, f"Nothing new after change {head.seq}.", memory)
    if memory.launched_at and str(attempt.get("at", "")) < memory.launched_at > (now - PATIENCE).isoformat():
        return Decision(False, "A build is under way.", memory)
    reason = f"Change {head.seq} came after {max(seen, 0)}." if head.seq > seen else "An import arrived."
    return Decision(True, reason, replace(memory, launched_at=now.isoformat()))
