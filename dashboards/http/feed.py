"""/healthz for whoever watches the process, and the token-protected change feed for the pipeline."""

from __future__ import annotations

import dataclasses
import hmac
import io

import anyio
import pyarrow as pa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboards import runtime
from practice.store.feed import changes_after, feed_head


async def healthz(request: Request) -> Response:
    """200 when the process can read its record."""
    del request

    def alive() -> bool:
        with runtime.current().record.read() as reader:
            return reader.value("select 1") == 1

    return JSONResponse({"ok": await anyio.to_thread.run_sync(alive)})


def _is_pipeline(request: Request) -> bool:
    expected = f"Bearer {runtime.current().home.feed_token()}"
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())


async def head(request: Request) -> Response:
    """GET /feed/head: {seq, audit_seq, audit_hash}."""
    if not _is_pipeline(request):
        return JSONResponse({"error": "The feed needs its token."}, 401)
    found = await anyio.to_thread.run_sync(feed_head, runtime.current().record)
    return JSONResponse(dataclasses.asdict(found))


async def changes(request: Request) -> Response:
    """GET /feed?after=N: the next changes as an Arrow IPC stream."""
    if not _is_pipeline(request):
        return JSONResponse({"error": "The feed needs its token."}, 401)
    try:
        after = int(request.query_params.get("after", "0"))
    except ValueError:
        return JSONResponse({"error": "`after` is a sequence number, such as after=120."}, 422)
    body = await anyio.to_thread.run_sync(lambda: _stream(changes_after(runtime.current().record, after)))
    return Response(body, media_type="application/vnd.apache.arrow.stream")


def _stream(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
