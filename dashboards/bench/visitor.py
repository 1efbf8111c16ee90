"""A visitor without a browser: asks a Streamlit server to run a page and waits until it has sent all of it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """A page's run as its browser would see it: until the last message, and how many bytes were sent."""

    seconds: float
    bytes: int


class Visitor:
    """One open tab. `cookie` is what the browser would send with the handshake."""

    def __init__(self, port: int, cookie: str = "") -> None:
        headers = {"Cookie": cookie} if cookie else {}
        self._socket = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            additional_headers=headers,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            compression=None,
            max_size=None,
        )
        self._page_hash = ""

    def close(self) -> None:
        """Close the tab."""
        self._socket.close()

    def open(self, page: str = "", query: str = "") -> Run:
        """Go to the page at that address ('' = the first one)."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        return self._run(message)

    def rerun(self, query: str = "") -> Run:
        """Run the page again, as every click does."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.query_string = query
        return self._run(message)

    def empty_caches(self) -> None:
        """What the server has cached is forgotten; the next run works everything out."""
        self._socket.send(BackMsg(clear_cache=True).SerializeToString())

    def _run(self, message: BackMsg) -> Run:
        began, size, failure = time.perf_counter(), 0, ""
        self._socket.send(message.SerializeToString())
        while True:
            data = self._socket.recv(timeout=PATIENCE_SECONDS)
            size += len(data)
            seconds = time.perf_counter() - began
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self._page_hash = answer.navigation.page_script_hash
            elif kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                failure = answer.delta.new_element.exception.type or "an exception"
            elif kind == "page_not_found":
                failure = "no such page"
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                if failure:
                    raise RuntimeError(f"A page that is measured failed: {failure}.")
                return Run(seconds, size)
