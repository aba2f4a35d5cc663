"""Random route tables: what we call hidden never answers in the running app, and what never answers is found."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from running import imported
from starlette.routing import compile_path

from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.structure import matching, patterns
from harness import MARKER_FILE, MARKER_TEXT

FLAG = "ORACLE_FLAG"
WEBSOCKET = "WEBSOCKET"
ANY = "ANY"
UUID = "6fa459ea-ee8a-3ca4-894e-db77e160355e"
DASHLESS = UUID.replace("-", "")
IS_OLD = compile_path("/{key:uuid}")[0].match(f"/{DASHLESS}") is None
"""Starlette asked for the dashes of a UUID once; a path that covers only those with dashes then covers them all."""
HEAD = f'''
import os
from fastapi import APIRouter, FastAPI, Request, Response, WebSocket
app = FastAPI(openapi_url=None)
class Mounted:
    def __init__(self, number): self.number = number
    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await send({{"type": "websocket.close", "code": 4000 + self.number}})
        else:
            await Response(str(self.number))(scope, receive, send)
flag = os.environ.get("{FLAG}")
'''
ROUTER_HEAD = "from fastapi import APIRouter, Request, Response, WebSocket\n"
SETTINGS = settings(
    max_examples=120,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


# -- tables

SEGMENTS = st.sampled_from(
    ["me", "items", "7", "@", "@", "@", "@:int", "@:float", "@:uuid", "@:path", "@.json", "x-@", "@-@"]
)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
PREFIXES = st.sampled_from(["", "", "/api", "/me", "/@"])
METHODS = st.sampled_from([("GET",), ("GET",), ("GET",), ("POST",), ("GET", "POST"), ("HEAD", "GET")])


@dataclass(frozen=True)
class Handler:
    """A route, in one of the ways in which one is written."""

    form: str
    path: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Mounting:
    path: str


@dataclass(frozen=True)
class Including:
    """A router of its own module, included at some prefixes."""

    prefix: str
    at: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Calling:
    """A function that registers."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choosing:
    """`if flag: … else: …`"""

    parts: tuple[Part, ...]
    others: tuple[Part, ...]


Part = Handler | Mounting | Including | Calling | Choosing
HANDLERS = st.builds(
    Handler, st.sampled_from(["verb", "verb", "api_route", "added", "websocket", "plain"]), PATHS, METHODS
)
MOUNTINGS = st.builds(Mounting, st.sampled_from(["/", "/items", "/api", "/me/@"]))


def _several(parts: st.SearchStrategy[Part], most: int = 4) -> st.SearchStrategy[tuple[Part, ...]]:
    return st.lists(parts, min_size=1, max_size=most).map(tuple)


def _deeper(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    at = st.lists(PREFIXES, min_size=1, max_size=2).map(tuple)
    return (
        st.builds(Including, PREFIXES, at, _several(parts))
        | st.builds(Calling, _several(parts, 2))
        | st.builds(Choosing, _several(parts, 2), _several(parts, 2))
    )


TABLES = _several(HANDLERS | st.recursive(HANDLERS | HANDLERS | MOUNTINGS, _deeper, max_leaves=10), 6)


# -- as source


@dataclass(frozen=True)
class Served:
    """One way in which something is served, in the order of registration."""

    number: int
    path: str
    methods: tuple[str, ...]
    is_certain: bool
    depth: int = 0
    """Through how many inclusions."""

    @property
    def expression(self) -> re.Pattern[str]:
        return compile_path(self.path)[0]


@dataclass
class Source:
    """A table as files; where each handler is registered."""

    files: dict[str, list[str]] = field(default_factory=dict)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)
    included_twice: set[int] = field(default_factory=set)
    number: Iterator[int] = field(default_factory=itertools.count)
    name: Iterator[int] = field(default_factory=itertools.count)

    def named(self, path: str) -> str:
        """Each `@` is a parameter."""
        return re.sub(r"@(:\w+)?", lambda found: f"{{p{next(self.name)}{found[1] or ''}}}", path)

    def add(self, file: str, text: str, indent: str) -> None:
        self.files[file].append(indent + text)

    def parts(self, file: str, holder: str, parts: tuple[Part, ...], indent: str) -> Iterator[tuple[Served, bool]]:
        """Write them; what they serve, and whether the prefix of their router is none of its own."""
        for part in parts:
            if isinstance(part, Handler):
                yield self.handler(file, holder, part, indent), part.form == "plain"
            elif isinstance(part, Mounting):
                if holder == "app":
                    yield self.mounting(file, part, indent), False
            elif isinstance(part, Including):
                yield from self.including(file, holder, part, indent)
            elif isinstance(part, Calling):
                name = f"register_{next(self.name)}"
                self.add(file, f"def {name}({holder}):", indent)
                yield from self.body(file, holder, part.parts, indent)
                self.add(file, f"{name}({holder})", indent)
            else:
                for line, body in (("if flag:", part.parts), ("else:", part.others)):
                    self.add(file, line, indent)
                    for served, is_plain in self.body(file, holder, body, indent):
                        yield replace(served, is_certain=False), is_plain

    def body(self, file: str, holder: str, parts: tuple[Part, ...], indent: str) -> Iterator[tuple[Served, bool]]:
        self.add(file, "    pass", indent)
        yield from self.parts(file, holder, parts, indent + "    ")

    def handler(self, file: str, holder: str, part: Handler, indent: str) -> Served:
        number, path = next(self.number), self.named(part.path)
        line = len(self.files[file]) + 1
        methods = part.methods
        if part.form == "websocket":
            methods = (WEBSOCKET,)
            self.add(file, f"@{holder}.websocket({path!r})", indent)
            self.add(file, f"async def h{number}(ws: WebSocket): await ws.close({4000 + number})", indent)
        elif part.form in ("verb", "api_route"):
            methods = methods if part.form == "api_route" else methods[:1]
            call = f"api_route({path!r}, methods={list(methods)})"
            self.add(
                file, f"@{holder}." + (call if part.form == "api_route" else f"{methods[0].lower()}({path!r})"), indent
            )
            self.add(file, f"async def h{number}(): return Response('{number}')", indent)
        else:
            request = "request: Request" if part.form == "plain" else ""
            self.add(file, f"async def h{number}({request}): return Response('{number}')", indent)
            method = "add_route" if part.form == "plain" else "add_api_route"
            self.add(file, f"{holder}.{method}({path!r}, h{number}, methods={list(methods)})", indent)
            line += 1
            if part.form == "plain" and "GET" in methods:
                methods = tuple({*methods, "HEAD"})
        self.lines[file, line] = number
        return Served(number, path, methods, True)

    def mounting(self, file: str, part: Mounting, indent: str) -> Served:
        number, path = next(self.number), self.named(part.path)
        self.add(file, f"app.mount({path!r}, Mounted({number}))", indent)
        self.lines[file, len(self.files[file])] = number
        return Served(number, path.rstrip("/") + "/{path:path}", (ANY,), True)

    def including(self, file: str, holder: str, part: Including, indent: str) -> Iterator[tuple[Served, bool]]:
        name = f"part_{next(self.name)}"
        module = f"{name}.py"
        own = self.named(part.prefix)
        self.files[module] = [
            ROUTER_HEAD + f"import os\nflag = os.environ.get({FLAG!r})",
            f"router = APIRouter(prefix={own!r})",
        ]
        self.files[module] = "\n".join(self.files[module]).split("\n")
        found = list(self.parts(module, "router", part.parts, ""))
        self.add(file, f"import {name}", indent)
        for prefix in part.at:
            at = self.named(prefix)
            self.add(file, f"{holder}.include_router({name}.router, prefix={at!r})", indent)
            for served, is_plain in found:
                path = at + ("" if is_plain and not served.depth else own) + served.path
                # In old versions a plain route does not get the prefixes of outer routers either.
                is_certain = served.is_certain and not (is_plain and served.depth and own)
                yield Served(served.number, path, served.methods, is_certain, served.depth + 1), is_plain
        if len(part.at) > 1:
            self.included_twice.update(served.number for served, _ in found)


def written(table: tuple[Part, ...]) -> tuple[Source, list[Served]]:
    source = Source({"main.py": HEAD.strip().split("\n")})
    return source, [served for served, _ in source.parts("main.py", "app", table, "")]


# -- as it runs

VALUES = {
    None: ["me", "items", "7", "7.5", UUID, "q", "q.json", "x-q", "x-7", "q-7-q"],
    ":int": ["7", "12"],
    ":float": ["7", "7.5"],
    ":uuid": [UUID, DASHLESS],
    ":path": ["", "q", "7", "me/items", "q/7/q.json", "x-q/"],
}


def samples(path: str) -> Iterator[str]:
    """Requests that a path matches, with all that other paths can tell apart."""
    pieces = re.split(r"{\w+?(:\w+)?}", path)
    kinds = [VALUES[kind] for kind in pieces[1::2]]
    mixed = itertools.product(*kinds) if len(kinds) < 3 else _varied(kinds)
    for values in mixed:
        if IS_OLD and ":uuid" in path and DASHLESS in values:
            continue
        yield "".join(itertools.chain(*itertools.zip_longest(pieces[::2], values, fillvalue="")))


def _varied(kinds: list[list[str]]) -> Iterator[tuple[str, ...]]:
    for shift in range(max(map(len, kinds))):
        for step in (0, 1, 3):
            yield tuple(kind[(shift + step * place) % len(kind)] for place, kind in enumerate(kinds))


async def asked(app: Any, requests: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The number of the handler that answers each request; -1 if none does."""
    found = {}
    for method, path in sorted(requests):
        sent: list[Any] = []

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        async def receive(method: str = method) -> Any:
            return {"type": "websocket.connect" if method == WEBSOCKET else "http.request"}

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "root_path": ""}
        if method == WEBSOCKET:
            scope |= {"type": "websocket", "subprotocols": []}
        await app(scope, receive, send)
        found[method, path] = _number(sent)
    return found


def _number(sent: list[Any]) -> int:
    if sent[0]["type"].startswith("websocket"):
        return int(sent[0].get("code", 0)) - 4000 if sent[0].get("code", 0) >= 4000 else -1
    return int(sent[1]["body"]) if sent[0]["status"] == 200 else -1


def answering(folder: Path, served: list[Served], flag: str) -> set[int]:
    """The handlers that answer any of the requests that match any path of the table."""
    requests = {
        (method, path)
        for each in served
        for path in samples(each.path)
        for method in (("GET", WEBSOCKET) if each.methods == (ANY,) else each.methods)
    }
    with mock.patch.dict(os.environ, {FLAG: flag}), imported(folder) as module:
        return set(asyncio.run(asked(module.app, requests)).values())


# -- as we see it


def hidden(folder: Path, source: Source) -> set[int]:
    """The handlers that we say never answer; what is merely included twice answers once."""
    faults = matching.faults(Project(Files(str(folder))))
    return {
        source.lines[os.path.basename(found.entry.made.frame.path), found.entry.made.call.start.line]
        for fault in faults
        for found in fault.hidden
        if not found.is_same_route
    }


def covered(served: list[Served]) -> set[int]:
    """The handlers all of whose requests earlier ones take, each method by one of them; nothing depends on a flag."""
    found = set()
    for place, each in enumerate(served):
        paths = list(samples(each.path))
        before = [
            other
            for other in served[:place]
            if other.is_certain and all(other.expression.match(path) for path in paths)
        ]
        taken = {method for other in before for method in other.methods}
        if each.is_certain and (ANY in taken or taken.issuperset(each.methods)):
            found.add(each.number)
    return found


def _write(folder: Path, files: Mapping[str, list[str]]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / MARKER_FILE).write_text(MARKER_TEXT)
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "table"


@SETTINGS
@given(TABLES)
def test_tables(folder: Path, table: tuple[Part, ...]) -> None:
    source, served = written(table)
    _write(folder, source.files)
    said = hidden(folder, source)
    text = "\n".join(f"# {name}\n" + "\n".join(lines) for name, lines in source.files.items())
    answers = {flag: answering(folder, served, flag) for flag in ("", "1")}
    for flag, numbers in answers.items():
        assert not said & numbers, f"hidden, but answers with flag {flag!r}: {said & numbers}\n{text}"
    missing = covered(served) - source.included_twice - said if not (IS_OLD and ":uuid" in text) else set()
    assert not missing, f"never answers, but is not found: {missing}\n{text}"


NESTED = """
from fastapi import APIRouter, FastAPI, Request, Response

async def plain(request: Request): return Response("0")

inner = APIRouter(prefix="/inner")
inner.add_route("/plain", plain)
inner.add_api_route("/operation", plain)
bare = APIRouter()
bare.include_router(inner, prefix="/one")
outer = APIRouter(prefix="/outer")
outer.add_route("/plain", plain)
outer.include_router(inner, prefix="/two")
app = FastAPI(openapi_url=None)
app.include_router(bare, prefix="/bare")
app.include_router(outer, prefix="/api")
app.mount("/mounted", mounted := FastAPI(openapi_url=None))
mounted.include_router(inner)
"""


def test_plain_paths(folder: Path) -> None:
    """A plain route does not get the prefix of its router; whether those of outer ones depends on the version."""
    _write(folder, {"main.py": NESTED.strip().split("\n")})
    project = Project(Files(str(folder)))
    operations = project.application(str(folder / "main.py"), "app").operations  # type: ignore[union-attr]
    upwards = [way for each in operations for way in project.graph.operations(each.route)]
    for found in (operations, upwards):
        paths = {(each.path, each.route.is_operation) for each in found}
        assert paths == {
            ("/bare/one/plain", False),
            ("/bare/one/inner/operation", True),
            ("/api/plain", False),
            (None, False),
            ("/api/outer/two/inner/operation", True),
            ("/mounted/plain", False),
            ("/mounted/inner/operation", True),
        }
        with imported(folder) as module:
            answers = asyncio.run(asked(module.app, {("GET", path) for path, _ in paths if path is not None}))
        assert set(answers.values()) == {0}, answers


@settings(SETTINGS, max_examples=1000)
@given(PATHS, PATHS)
def test_patterns(one: str, two: str) -> None:
    """One path covers another if it matches all its samples."""
    names = itertools.count()
    outer, inner = (
        re.sub(r"@(:\w+)?", lambda found: f"{{p{next(names)}{found[1] or ''}}}", each) for each in (one, two)
    )
    expected = all(compile_path(outer)[0].match(path) for path in samples(inner))
    found = patterns.of(outer), patterns.of(inner)
    assert found[0] is not None
    assert found[1] is not None
    covers = found[0].covers(found[1])
    assert covers == expected or (IS_OLD and expected and ":uuid" in inner), (outer, inner)
