"""Two ways to the same change feed: inside the process that owns the record, and over HTTP to the running app."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Protocol

import pyarrow as pa

from ingestion.frugal import frugal
from practice.errors import Refusal
from practice.store.feed import FeedHead, changes_after, feed_head
from practice.store.record import Record

TIMEOUT_SECONDS = 60
PAGE_ROWS = 500_000
"""Changes of a page that needs no network; the app decides itself how many it sends."""
MEMORY_LIMIT = "512MB"
"""What the record may keep in memory of a feed that is read once, from one end to the other."""


class FeedSource(Protocol):
    """What landing asks of a change feed."""

    def head(self) -> FeedHead:
        """The newest change, with the audit chain's head."""

    def changes_after(self, seq: int) -> pa.Table:
        """The next page of changes above `seq`, oldest first: seq, table, key, op, row, schema_version, known_at."""


class InProcess:
    """The feed of a record that this process has open."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def head(self) -> FeedHead:
        """The newest change, with the audit chain's head."""
        return feed_head(self._record)

    def changes_after(self, seq: int) -> pa.Table:
        """The next page of changes above `seq`."""
        with frugal(self._record, memory_limit=MEMORY_LIMIT):
            return changes_after(self._record, seq, PAGE_ROWS)


class AppIsDown(Refusal):
    """Nothing answers at the app's address."""


class OverHttp:
    """The feed of the running app: `GET {base}/feed/head` and `GET {base}/feed?after=N` with the feed's token."""

    def __init__(self, base_url: str, token: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout_seconds

    def head(self) -> FeedHead:
        """The newest change, with the audit chain's head."""
        answer = json.loads(self._get("/feed/head"))
        return FeedHead(int(answer["seq"]), int(answer["audit_seq"]), str(answer["audit_hash"]))

    def changes_after(self, seq: int) -> pa.Table:
        """The next page of changes above `seq`."""
        with pa.ipc.open_stream(self._get(f"/feed?after={seq}")) as stream:
            return stream.read_all()

    def _get(self, path: str) -> bytes:
        request = urllib.request.Request(self._base_url + path, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 - the app's own address, http only
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310
                return response.read()
        except urllib.error.HTTPError as error:
            raise Refusal(
                f"The app answered {error.code} to the change feed; is the feed's token of this data directory its own?"
                if error.code in (401, 403)
                else f"The app answered {error.code} to the change feed; its log says why.",
                rule="feed_refused",
            ) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise AppIsDown(
                f"The app at {self._base_url} does not answer; start it with `daybook serve`.", rule="app_is_down"
            ) from error
