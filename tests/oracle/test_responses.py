"""Running applications as oracle for FAP006: what a mistake does to the answer, and that the right way does not."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from driving import server
from probe import CASE
from response_cases import FILE_SIZE, PAIRS, Outcome, Pair
from running import load
from sqlalchemy import Engine, event
from sqlalchemy.orm import Mapper

from harness import differences, lint_source, project_of


@contextmanager
def counting() -> Iterator[MutableMapping[str, int]]:
    """How many statements run meanwhile, and how many rows become objects."""
    counts = {"statements": 0, "objects": 0}

    def executed(*_: Any) -> None:
        counts["statements"] += 1

    def loaded(*_: Any) -> None:
        counts["objects"] += 1

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Mapper, "load", loaded)
    try:
        yield counts
    finally:
        event.remove(Engine, "before_cursor_execute", executed)
        event.remove(Mapper, "load", loaded)


async def ask(app: Any, url: str) -> Outcome:
    """Send one request."""
    pieces = 0

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            nonlocal pieces
            pieces += bool(message.get("body"))
            await send(message)

        await app(scope, receive, sending)

    body = error = ""
    with counting() as counts:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=counted), base_url="http://test") as client:
            try:
                answer = await client.get(url)
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
            else:
                assert answer.status_code == 200
                body = answer.text
    return Outcome(body, error, pieces, **counts)


def outcome(text: str, url: str, folder: Path, port: int) -> Outcome:
    """Import the application and send it the request."""
    (folder / "file.pdf").write_bytes(b"x" * FILE_SIZE)
    path = folder / f"{CASE}.py"
    path.write_text(text.replace("FOLDER", folder.as_posix()).replace("PORT", str(port)))
    try:
        return asyncio.run(ask(load(CASE, path).app, url))
    finally:
        sys.modules.pop(CASE, None)


# What is read lazily under AsyncSession fails before its coroutine is awaited.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
pairs = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as number:
        yield number


@pairs
def test_bad_shows_the_fault(pair: Pair, tmp_path: Path, port: int) -> None:
    skip_without(pair)
    found = outcome(pair.bad, pair.url, tmp_path, port)
    assert pair.shows(found), found


@pairs
def test_good_does_not(pair: Pair, tmp_path: Path, port: int) -> None:
    skip_without(pair)
    found = outcome(pair.good, pair.url, tmp_path, port)
    assert not found.error
    assert not pair.shows(found), found


def skip_without(pair: Pair) -> None:
    missing = [name for name in pair.needs if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {missing[0]}")


@pairs
@pytest.mark.parametrize("version", ["bad", "good"])
def test_linter_tells_them_apart(pair: Pair, version: str, tmp_path: Path) -> None:
    """The linter reports the bad version at its mark, and nothing of the good one."""
    text = getattr(pair, version)
    assert ("# FAP006 " in text) is (version == "bad")
    found = [each for each in lint_source(text, tmp_path) if each.code == "FAP006"]
    assert differences(project_of(pair.name, {"main.py": text}), found) == []
