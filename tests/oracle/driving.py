"""Runs the application of a case on a real event loop and sends it a request."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import httpx
from cases import Case
from probe import CASE, SECONDS
from running import load

_real_sleep = time.sleep


class _Handler(BaseHTTPRequestHandler):
    wait = 0.0

    def do_GET(self) -> None:
        _real_sleep(self.wait)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: Any) -> None: ...


class _SlowHandler(_Handler):
    wait = SECONDS


@contextmanager
def server(slow: bool = False) -> Iterator[int]:
    """A web server on this machine; gives its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _SlowHandler if slow else _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running.server_address[1]
        finally:
            running.shutdown()
            thread.join()


@contextmanager
def module(case: Case, folder: Path, port: int = 0) -> Iterator[ModuleType]:
    """The case's text as an imported module, with the server's port and an existing file filled in."""
    (folder / "file.txt").write_text("text")
    path = folder / f"{CASE}.py"
    text = case.text.replace("PORT", str(port)).replace("FOLDER", folder.as_posix())
    path.write_text(text)
    try:
        yield load(CASE, path)
    finally:
        sys.modules.pop(CASE, None)


async def serve(app: Any, case: Case) -> list[int]:
    """Start the application, send the case's requests, stop it; gives the statuses."""
    async with app.router.lifespan_context(app):
        if case.websocket:
            await connect(app)
            return [101]
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = [await client.request(case.method, case.url, json=case.json) for _ in range(case.requests)]
            return [answer.status_code for answer in answers]


async def connect(app: Any) -> None:
    """Open a websocket, and close it once the application has accepted it."""
    received: Iterator[MutableMapping[str, Any]] = iter(
        [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    )

    async def receive() -> MutableMapping[str, Any]:
        return next(received)

    async def send(message: MutableMapping[str, Any]) -> None: ...

    scope = {
        "type": "websocket",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
        "query_string": b"",
        "scheme": "ws",
        "headers": [],
        "subprotocols": [],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    await app(scope, receive, send)


def run(app: Any, case: Case) -> list[int]:
    """Everything on one loop in this thread."""
    return anyio.run(serve, app, case, backend=case.backend)


def longest_pause(app: Any, case: Case) -> float:
    """The longest time for which a task beside the request did not get its turn."""
    pauses = [0.0]

    async def beat() -> None:
        last = time.monotonic()
        while True:
            await anyio.sleep(0.005)
            now = time.monotonic()
            pauses.append(now - last)
            last = now

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(beat)
            await anyio.sleep(0.02)
            await serve(app, case)
            await anyio.sleep(0.02)
            tasks.cancel_scope.cancel()

    anyio.run(both)
    return max(pauses)
