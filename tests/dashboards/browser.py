"""A browser without a window: calls an ASGI app, keeps its cookies, follows nothing by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode


@dataclass
class Answer:
    """What came back; `headers` by lower-case name, `cookies` as the header lines that set them."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Browser:
    """`host` is the address that the server sees. `cookies` is the jar."""

    app: object
    host: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._http("GET", path, b"", headers)

    def post(self, path: str, form: dict[str, str] | bytes, **headers: str) -> Answer:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        sent = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        return self._http("POST", path, body, sent | headers)

    def websocket(self, path: str) -> dict:
        """Ask for a websocket; the server's first message (accept or close)."""
        messages = self._call({"type": "websocket", "subprotocols": []}, path, [{"type": "websocket.connect"}], {})
        return messages[0]

    def _http(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        request = [{"type": "http.request", "body": body, "more_body": False}]
        messages = self._call({"type": "http", "method": method}, path, request, headers)
        start = messages[0]
        pairs = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
        cookies = [value for name, value in pairs if name == "set-cookie"]
        for line in cookies:
            self._keep(line)
        received = b"".join(message.get("body", b"") for message in messages[1:])
        return Answer(start["status"], dict(pairs), cookies, received)

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def _call(self, scope: dict, path: str, incoming: list[dict], headers: dict[str, str]) -> list[dict]:
        path, _, query = path.partition("?")
        jar = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        sent = {"host": "practice.example"} | jar | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = scope | {
            "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": query.encode(), "root_path": "", "client": (self.host, 50000), "server": ("testserver", 80),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }  # fmt: skip
        messages: list[dict] = []
        waiting = list(incoming)

        async def receive() -> dict:
            return waiting.pop(0) if waiting else {"type": f"{scope['type']}.disconnect"}

        async def send(message: dict) -> None:
            messages.append(message)

        asyncio.run(self.app(scope, receive, send))
        return messages
