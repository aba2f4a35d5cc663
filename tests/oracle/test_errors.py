"""Running applications as oracle for FAP005: what a mistake does to the answer, and that the right way does not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from error_cases import MOST_TURNS, PAIRS, Outcome, Pair
from probe import CASE
from running import load
from starlette.websockets import WebSocket

from harness import differences, lint_source, project_of


class Endless(BaseException):
    """A loop that would never end is stopped: no `except Exception` catches this."""


class Watched:
    """An application as a server runs it: what it fails with is kept, and the client gets a 500 for it."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.error = ""
        self._has_started = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            self._has_started = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as raised:
            self.error = f"{type(raised).__name__}: {raised}"
        if not self._has_started:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})


async def ask(app: Any, url: str) -> tuple[int, str, str]:
    """Send one request: the status, the body, and what the application failed with."""
    watched = Watched(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=watched), base_url="http://test") as client:
        answer = await client.get(url)
    return answer.status_code, answer.text, watched.error


async def talk(app: Any, path: str) -> None:
    """Connect to a websocket, send a message, and go."""
    messages = iter(
        (
            {"type": "websocket.connect"},
            {"type": "websocket.receive", "text": "hello"},
            {"type": "websocket.disconnect", "code": 1001},
        )
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        """The client is not interested."""

    scope = {"type": "websocket", "path": path, "headers": [], "query_string": b"", "subprotocols": []}
    with suppress(Endless):
        await app(scope, receive, send)


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Each message that is received meanwhile; a loop that receives for ever is stopped."""
    received: list[str] = []
    original = WebSocket.receive_text

    async def counted(self: WebSocket) -> str:
        received.append("")
        if len(received) > MOST_TURNS:
            raise Endless
        return await original(self)

    with monkeypatch.context() as patch:
        patch.setattr(WebSocket, "receive_text", counted)
        yield received


def outcome(
    text: str, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Outcome:
    """Import the application and send it the request."""
    path = folder / f"{CASE}.py"
    path.write_text(text)
    status, body, error = 0, "", ""
    try:
        app = load(CASE, path).app
        with counting(monkeypatch) as received, caplog.at_level("INFO", logger="app"):
            if url.startswith("ws:"):
                asyncio.run(talk(app, url.removeprefix("ws:")))
            else:
                status, body, error = asyncio.run(ask(app, url))
    finally:
        sys.modules.pop(CASE, None)
    logged = " ".join(record.getMessage() for record in caplog.records if record.name == "app")
    return Outcome(status, body, error, logged, len(received))


pairs = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])


@pairs
def test_bad_shows_the_fault(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = outcome(pair.bad, pair.url, tmp_path, monkeypatch, caplog)
    assert pair.shows(found), found


@pairs
def test_good_does_not(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = outcome(pair.good, pair.url, tmp_path, monkeypatch, caplog)
    assert found.status == pair.answers, found
    assert not pair.shows(found), found


@pairs
@pytest.mark.parametrize("version", ["bad", "good"])
def test_linter_tells_them_apart(pair: Pair, version: str, tmp_path: Path) -> None:
    """The linter reports the bad version at its mark, and nothing of the good one."""
    text = getattr(pair, version)
    assert ("# FAP005 " in text) is (version == "bad")
    found = [each for each in lint_source(text, tmp_path, *pair.options) if each.code == "FAP005"]
    assert differences(project_of(pair.name, {"main.py": text}), found) == []
