"""Serves a practice whose clock a journey moves: `python serve_at.py PORT CLOCK_FILE`. The app itself is unchanged.

The file holds an instant in UTC (ISO format). Only the record's clock is replaced, which is passed in anyway.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from dashboards import server
from practice.home import Home, open_record


def main(port: int, clock_file: Path) -> None:
    def open_with_clock(home: Home):
        record = open_record(home)
        record.clock = lambda: datetime.fromisoformat(clock_file.read_text()).replace(tzinfo=UTC)
        return record

    server.open_record = open_with_clock
    server.serve(Home.from_environment(), "127.0.0.1", port)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
