"""The data directory: where everything lives, so that backup is one command. `$DAYBOOK_HOME`, else `.daybook`."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from practice.clock import demo_clock
from practice.errors import Refusal
from practice.store.record import Record


@dataclass(frozen=True)
class Home:
    """Every path below the data directory."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """`$DAYBOOK_HOME`, else `.daybook` in the working directory."""
        return cls(Path(os.environ.get("DAYBOOK_HOME") or ".daybook").absolute())

    @property
    def record(self) -> Path:
        """The system of record. Only one process may open it."""
        return self.path / "record.duckdb"

    @property
    def landing(self) -> Path:
        """Append-only parquet, one folder per source."""
        return self.path / "landing"

    @property
    def candidate(self) -> Path:
        """The warehouse under construction: one constant path, because dbt's partial parsing needs it."""
        return self.path / "candidate" / "warehouse.duckdb"

    @property
    def builds(self) -> Path:
        """The last good warehouses, `builds/<build_id>/warehouse.duckdb`."""
        return self.path / "builds"

    @property
    def pointer(self) -> Path:
        """JSON naming the published build; swapped atomically."""
        return self.path / "published.json"

    @property
    def build_status(self) -> Path:
        """JSON on the last attempt to build, a refused one too."""
        return self.path / "build_status.json"

    @property
    def quality(self) -> Path:
        """Results of checks as parquet, of refused candidates too."""
        return self.path / "quality"

    @property
    def outbox(self) -> Path:
        """Messages as files, where no mail server or provider of texts is set up."""
        return self.path / "outbox"

    @property
    def remittances_in(self) -> Path:
        """Where payers' remittances (835) are dropped; a file that was read goes to done/ or refused/ in there."""
        return self.path / "inbox" / "remittances"

    @property
    def claims_out(self) -> Path:
        """Claim files (837P) for whoever carries them to the receiver, while no connection of ours does."""
        return self.outbox / "claims"

    @property
    def payer_secrets(self) -> Path:
        """Our keys and passwords for payers' servers (mode 0700): no part of a backup."""
        return self.path / "payers"

    @property
    def socket(self) -> Path:
        """Commands that need the record while the app runs go through here (mode 0600)."""
        return self.path / "daybook.sock"

    @property
    def app_address(self) -> Path:
        """JSON {host, port, pid} of the running app."""
        return self.path / "app.json"

    @property
    def truth(self) -> Path:
        """The demo's planted truth: read by tests and benchmarks alone."""
        return self.path / "truth"

    @property
    def logs(self) -> Path:
        """Log files of the processes."""
        return self.path / "logs"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.path / "dagster"

    def exists(self) -> bool:
        """Whether a record has been made here."""
        return self.record.exists()

    def create(self) -> None:
        """Make the directory (mode 0700) and the feed's token. Doing it twice changes nothing."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.landing, self.candidate.parent, self.builds, self.quality, self.logs, self.dagster):
            folder.mkdir(exist_ok=True)
        self.remittances_in.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._token.exists():
            self._token.touch(mode=0o600)
            self._token.write_text(secrets.token_urlsafe(32))

    @property
    def _token(self) -> Path:
        return self.path / "feed.token"

    def feed_token(self) -> str:
        """The secret that the change feed asks for; readable by the directory's owner alone."""
        return self._token.read_text().strip()


def open_record(home: Home) -> Record:
    """The practice's record, with the demo's own clock where it is a demo. Refuses if there is none."""
    if not home.exists():
        raise Refusal(
            f"There is no practice in {home.path}; make one with `daybook init` or `daybook init --demo small`."
        )
    record = Record(home.record)
    with record.read() as reader:
        today, zone = reader.setting("demo_today"), reader.setting("zone", "UTC")
    if today:
        record.clock = demo_clock(date.fromisoformat(today), zone)
    return record
