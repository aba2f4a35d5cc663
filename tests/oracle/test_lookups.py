"""Running applications as oracle for look-ups of FAP005: what a client gets that asks for something missing."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from lookup_cases import PAIRS, Pair
from probe import CASE
from running import load

from harness import differences, lint_source, project_of

HEADERS = {"x-given": "1"}


async def ask(app: Any, url: str) -> tuple[int, str]:
    """The status that a client gets, and the exception that left the application."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=HEADERS) as client:
        try:
            answer = await client.get(url)
        except Exception as raised:
            return 500, type(raised).__name__
    return answer.status_code, ""


def outcome(text: str, url: str, folder: Path) -> tuple[int, str]:
    """Import the application and send it the request."""
    path = folder / f"{CASE}.py"
    path.write_text(text)
    try:
        return asyncio.run(ask(load(CASE, path).app, url))
    finally:
        sys.modules.pop(CASE, None)


pairs = pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])


@pairs
def test_bad_shows_the_fault(pair: Pair, tmp_path: Path) -> None:
    assert outcome(pair.bad, pair.missing, tmp_path) == (pair.wrong, pair.error)
    assert outcome(pair.bad, pair.present, tmp_path) == (200, "")


@pairs
def test_good_does_not(pair: Pair, tmp_path: Path) -> None:
    assert outcome(pair.good, pair.missing, tmp_path) == (pair.right, "")
    assert outcome(pair.good, pair.present, tmp_path) == (200, "")


@pairs
@pytest.mark.parametrize("version", ["bad", "good"])
def test_linter_tells_them_apart(pair: Pair, version: str, tmp_path: Path) -> None:
    """The linter reports the bad version at its mark, and nothing of the good one."""
    text = getattr(pair, version)
    assert ("# FAP005 " in text) is (version == "bad")
    found = [each for each in lint_source(text, tmp_path) if each.code == "FAP005"]
    assert differences(project_of(pair.name, {"main.py": text}), found) == []
