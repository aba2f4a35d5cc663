"""Random route tables: where we say that a request arrives, it arrives in the running app."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import imported
from test_matching import HANDLERS, IS_OLD, PREFIXES, SETTINGS, WEBSOCKET, Calling, Including, Part, written

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite.kinds import ANYTHING, KEY, SEGMENT, Hole, Target
from flake8_fastapi.semantics.suite.matching import Table
from harness import MARKER_FILE, MARKER_TEXT

UUID = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
VALUES = st.sampled_from(["me", "items", "7", "7.5", UUID, "q", "q.json", "x-q", "x-7", "q-7-q", "api"])
PATHS = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end, st.lists(VALUES, max_size=5), st.sampled_from(["", "/"])
)
REQUESTS = st.sets(
    st.tuples(st.sampled_from(["GET", "POST", "HEAD", "PUT", WEBSOCKET]), PATHS), min_size=10, max_size=30
)


def _deeper(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    several = st.lists(parts, min_size=1, max_size=4).map(tuple)
    at = st.lists(PREFIXES, min_size=1, max_size=2).map(tuple)
    return st.builds(Including, PREFIXES, at, several) | st.builds(Calling, several)


TABLES = st.lists(HANDLERS | st.recursive(HANDLERS, _deeper, max_leaves=10), min_size=1, max_size=6).map(tuple)


async def answered(app: Any, method: str, path: str) -> int | None:
    """The number of the handler that answers, after redirections; None if none does."""
    for _ in range(3):
        sent: list[Any] = []

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "websocket.connect" if method == WEBSOCKET else "http.request"}

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "root_path": ""}
        if method == WEBSOCKET:
            scope |= {"type": "websocket", "subprotocols": []}
        await app(scope, receive, send)
        if sent[0]["type"].startswith("websocket"):
            code = sent[0].get("code", 0)
            return int(code) - 4000 if code >= 4000 else None
        if sent[0]["status"] not in (307, 308):
            break
        path = urlsplit(dict(sent[0]["headers"])[b"location"].decode()).path
    return int(sent[1]["body"]) if sent[0]["status"] == 200 else None


def _written(folder: Path, table: tuple[Part, ...]) -> tuple[dict[tuple[str, int], int], list[Any]]:
    source, served = written(table)
    folder.mkdir()
    (folder / MARKER_FILE).write_text(MARKER_TEXT)
    for name, lines in source.files.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return source.lines, [(each.number, each.path, each.methods) for each in served]


def _operations(folder: Path) -> Iterator[Operation]:
    graph = Project(Files(str(folder))).graph
    for holder in graph.holders.values():
        if holders.is_application(graph.ev, holder):
            yield from graph.application(holder).operations


@SETTINGS
@given(TABLES, REQUESTS, st.data())
def test_requests(tmp_path_factory: pytest.TempPathFactory, table: tuple[Part, ...], requests: Any, data: Any) -> None:
    folder = tmp_path_factory.mktemp("tables") / "table"
    lines, served = _written(folder, table)
    routed = Table(_operations(folder))
    is_called = any("def register_" in file.read_text() for file in folder.glob("*.py"))

    def numbers(operations: tuple[Operation, ...]) -> set[int]:
        return {lines[os.path.basename(each.route.frame.path), each.route.position.line] for each in operations}

    with imported(folder) as module:
        for method, path in sorted(requests):
            if IS_OLD and UUID in path:
                continue
            number = asyncio.run(answered(module.app, method, path))
            found = routed.routed((path,), frozenset({method}))
            certain, possible = numbers(found.certain), numbers(found.possible)
            where = f"{method} {path}: {number}, not {certain} or {possible} of {served}"
            # Between functions the order is not followed: there the more exact path is taken for the first.
            assert certain <= {number} or (number in possible and is_called), where
            assert number is None or number in certain | possible, where
            holed = data.draw(_holes(path))
            again = routed.routed(holed, frozenset({method}))
            every = numbers(again.certain) | numbers(again.possible)
            assert number is None or number in every, f"{holed}: {where}"


@st.composite
def _holes(draw: Any, path: str) -> Target:
    """The path with something hidden in it."""
    found: list[str | Hole] = []
    for place, segment in enumerate(path.split("/")):
        kind = draw(st.sampled_from(["", "", "", "segment", "anything"])) if segment else ""
        if place:
            found.append("/")
        is_key = any(character.isdigit() for character in segment)
        found.append(segment if not kind else ANYTHING if kind == "anything" else KEY if is_key else SEGMENT)
    joined: list[str | Hole] = []
    for part in found:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)
