"""Work that needs the record, asked for from the command line: over the app's socket while it runs, else on the file.

The same functions either way. Only the data directory's owner can reach the socket (mode 0600).
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from dashboards.operations import OPERATIONS
from practice.clock import system_clock
from practice.errors import Refusal
from practice.home import Home, open_record
from practice.store.record import Record


@contextmanager
def _short_path(path: Path) -> Iterator[str]:
    """A socket's path may have 107 bytes: reach it through its directory's descriptor where it is longer."""
    if len(str(path).encode()) < 100 or not Path("/proc/self/fd").exists():
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)


def listen(home: Home, record: Record) -> Callable[[], None]:
    """Answer operations on the socket in a thread; returns what stops it."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline()
            if line:
                self.wfile.write(json.dumps(_answer(home, record, line)).encode() + b"\n")

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    home.socket.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        with _short_path(home.socket) as path:
            server = Server(path, Handler)
    finally:
        os.umask(before)
    threading.Thread(target=server.serve_forever, daemon=True, name="control").start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        home.socket.unlink(missing_ok=True)

    return stop


def _answer(home: Home, record: Record, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        return {"answer": OPERATIONS[asked["operation"]](home, record, **asked["parameters"])}
    except Refusal as refusal:
        return {"refusal": str(refusal)}
    except Exception as error:
        # The class alone: an exception's text may hold what somebody typed.
        return {"refusal": f"The app failed on this ({type(error).__name__}, {system_clock():%H:%M:%S} UTC)."}


def call(home: Home, operation: str, **parameters: Any) -> Any:
    """Do a named operation, wherever the record is. Raises Refusal with a sentence."""
    reply = _ask(home, operation, parameters)
    if reply is None:
        record = open_record(home)
        with closing(record):
            return OPERATIONS[operation](home, record, **parameters)
    if "refusal" in reply:
        raise Refusal(reply["refusal"])
    return reply["answer"]


def is_answering(home: Home) -> bool:
    """Whether an app process holds this practice. (Its process id would not do: another process may have it now.)"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        return _connected(connection, home)


def _connected(connection: socket.socket, home: Home) -> bool:
    try:
        with _short_path(home.socket) as path:
            connection.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):  # none, or one that a killed process left behind
        return False
    return True


def _ask(home: Home, operation: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        if not _connected(connection, home):
            return None
        connection.sendall(json.dumps({"operation": operation, "parameters": parameters}).encode() + b"\n")
        with connection.makefile() as reply:
            line = reply.readline()
    if not line:
        raise Refusal("The app stopped before it answered; look at `daybook status` and try again.")
    answer: dict[str, Any] = json.loads(line)
    return answer
