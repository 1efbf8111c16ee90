"""The feed gives the same rows over HTTP as inside the process."""

import json
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from ingestion.feed_sources import InProcess, OverHttp
from practice.errors import Refusal


@pytest.fixture
def served(record, house):
    """A stand-in for the app that serves the record's feed to whoever has the token; yields its address."""
    feed = InProcess(record)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.headers["Authorization"] != "Bearer right":
                self.send_error(403)
                return
            address = urlsplit(self.path)
            if address.path == "/feed/head":
                body = json.dumps(asdict(feed.head())).encode()
            else:
                table, sink = feed.changes_after(int(parse_qs(address.query)["after"][0])), pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, table.schema) as stream:
                    stream.write_table(table)
                body = sink.getvalue().to_pybytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_feed_is_the_same_over_http(served, record):
    remote, local = OverHttp(served, "right"), InProcess(record)
    assert remote.head() == local.head()
    assert remote.changes_after(3).to_pylist() == local.changes_after(3).to_pylist()


def test_a_wrong_token_is_refused_in_a_sentence(served):
    with pytest.raises(Refusal, match="answered 403"):
        OverHttp(served, "wrong").head()
