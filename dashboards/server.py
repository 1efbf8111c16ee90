"""The app process: the only one that opens the record. Pages, routes and the control socket live in it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import duckdb
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from dashboards import (
    cards,
    control,
    documents_beat,
    messaging,
    money_beat,
    runtime,
    unflushed,
    unskipped,
    waitlist_beat,
    warming,
)
from dashboards.failures import on_script_error
from dashboards.http import api, calendars, feed, first_run, hooks, kiosk, offer, pay, public, sign_in, stop
from dashboards.http.gate import Gate
from dashboards.theme import streamlit_config
from practice.home import Home, open_record
from practice.store.record import Record

SCRIPT = Path(__file__).with_name("streamlit_app.py")

ROUTES = [
    Route("/healthz", feed.healthz),
    Route("/feed/head", feed.head),
    Route("/feed", feed.changes),
    Route("/login", sign_in.login_form),
    Route("/login", sign_in.login, methods=["POST"]),
    Route("/logout", sign_in.logout),
    Route("/setup", sign_in.set_up_form),
    Route("/setup", sign_in.set_up, methods=["POST"]),
    *calendars.ROUTES,
    *kiosk.ROUTES,
    *offer.ROUTES,
    *pay.ROUTES,
    *stop.ROUTES,
    *hooks.ROUTES,
    *public.ROUTES,
    *api.ROUTES,
]


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    del app
    warming.imports()
    running = runtime.current()
    stop_sending = messaging.start(running.home, running.record)
    stop_waitlist = waitlist_beat.start(running.record)
    stop_documents = documents_beat.start(running.record)
    stop_cards = cards.start(running.home, running.record)
    stop_money = money_beat.start(running.home, running.record)
    yield
    await anyio.to_thread.run_sync(stop_money)
    await anyio.to_thread.run_sync(stop_cards)
    await anyio.to_thread.run_sync(stop_documents)
    await anyio.to_thread.run_sync(stop_waitlist)
    await anyio.to_thread.run_sync(stop_sending)
    running.record.close()


def create_app() -> st.App:
    """The ASGI app over the runtime that was started before."""
    unflushed.keep_what_has_ended()
    unskipped.run_drawers_first()
    return st.App(
        SCRIPT, lifespan=_lifespan, routes=ROUTES, middleware=[Middleware(Gate)], on_script_error=on_script_error
    )


def config(host: str, port: int) -> dict[str, Any]:
    """Streamlit's options: the theme, no telemetry, no error details to people, our address."""
    return streamlit_config() | {
        "server.address": host,
        "server.port": port,
        "client.showErrorDetails": "none",
        "global.developmentMode": False,
    }


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise SystemExit(0)


def _warm(record: Record) -> None:
    with suppress(duckdb.Error):  # the app may be stopped meanwhile
        warming.memory(record)


def serve(home: Home, host: str, port: int) -> None:
    """Open the record and run the app until it is stopped."""
    record = open_record(home)
    home.create()
    threading.Thread(target=_warm, args=(record,), name="warm", daemon=True).start()
    running = runtime.start(home, record)
    if not first_run.has_users():
        print(f"Set-up code: {first_run.setup_code(home)}", flush=True)
    address = {"host": "127.0.0.1" if host in ("0.0.0.0", "::") else host, "port": port, "pid": os.getpid()}  # noqa: S104
    stop = control.listen(home, running.record)
    home.app_address.write_text(json.dumps(address))
    # The server hands the signal on once it has shut down; by default that would end us before we tidy up.
    signal.signal(signal.SIGTERM, _end)
    try:
        create_app().run(config=config(host, port))
    except KeyboardInterrupt:
        return
    finally:
        stop()
        home.app_address.unlink(missing_ok=True)
