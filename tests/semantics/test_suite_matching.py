"""Matching: where a request arrives of whose path parts may be unknown."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite.kinds import ANYTHING, KEY, SEGMENT, Target
from flake8_fastapi.semantics.suite.matching import Table
from harness import MARKER_FILE, MARKER_TEXT

_MAIN = """
    import os
    from fastapi import APIRouter, FastAPI, Request, Response, WebSocket

    app = FastAPI(root_path="/proxy")
    sub = FastAPI(redirect_slashes=False)

    @app.get("/users/me")
    def me(): ...

    @app.get("/users/{name}")
    def user(name: str): ...

    @app.post("/users")
    @app.put("/users")
    def create(): ...

    @app.get("/items/{item_id:int}")
    def item(item_id: int): ...

    @app.get("/items/new")
    def new_item(): ...

    @app.get("/late/{name}")
    def late(name: str): ...

    @app.get("/late/static")
    def never(): ...

    @app.get("/slash/")
    def slash(): ...

    @app.get("/files/{path:path}")
    def file(path: str): ...

    @app.get("/reports/{name}.csv")
    def report(name: str): ...

    @app.get("/colours/{value:colour}")
    def colour(value: str): ...

    @app.websocket("/ws/{room}")
    async def room(websocket: WebSocket, room: str): ...

    async def plain(request: Request): return Response()

    app.add_route("/plain", plain)

    hidden = APIRouter(prefix=os.environ["PREFIX"])

    @hidden.get("/deep/{key}")
    def deep(key: str): ...

    app.include_router(hidden)

    @sub.get("/inner")
    def inner(): ...

    app.mount("/sub", sub)
"""


def _routed(folder: Path, target: Target, methods: frozenset[str] | None) -> tuple[set[str], set[str]]:
    (folder / "main.py").write_text(dedent(_MAIN))
    (folder / MARKER_FILE).write_text(MARKER_TEXT)
    graph = Project(Files(str(folder))).graph
    (app,) = (
        each
        for each in graph.holders.values()
        if holders.is_application(graph.ev, each) and graph.application(each).operations and not graph.parents(each)
    )
    found = Table(graph.application(app).operations).routed(target, methods)
    return {each.handler for each in found.certain}, {each.handler for each in found.possible}


@pytest.mark.parametrize(
    ("method", "target", "certain", "possible"),
    [
        ("GET", ("/users/me",), {"me"}, set()),
        ("GET", ("/users/x",), {"user"}, set()),
        ("GET", ("/users/x/",), {"user"}, set()),
        ("GET", ("/users/x/y",), set(), set()),
        ("POST", ("/users/me",), set(), set()),
        ("PUT", ("/users",), {"create"}, set()),
        ("HEAD", ("/users/me",), set(), set()),
        ("HEAD", ("/plain",), {"plain"}, set()),
        ("GET", ("/slash",), {"slash"}, set()),
        ("GET", ("/late/static",), {"late"}, set()),
        ("GET", ("/items/3",), {"item"}, set()),
        ("GET", ("/items/new",), {"new_item"}, set()),
        ("GET", ("/items/x",), set(), set()),
        ("GET", ("/files/a/b",), {"file"}, set()),
        ("GET", ("/reports/a.csv",), {"report"}, set()),
        ("GET", ("/proxy/users/me",), {"me"}, set()),
        ("WEBSOCKET", ("/ws/a",), {"room"}, set()),
        ("GET", ("/ws/a",), set(), set()),
        ("GET", ("/sub/inner",), {"inner"}, set()),
        ("GET", ("/sub/inner/",), set(), set()),
        # A segment may be what a route spells out; a key is not.
        ("GET", ("/users/", SEGMENT), {"user"}, {"me"}),
        ("GET", ("/users/", KEY), {"user"}, set()),
        ("GET", ("/users/user-", KEY), {"user"}, set()),
        ("GET", ("/users/", KEY, "/"), {"user"}, set()),
        ("GET", ("/items/", KEY), {"item"}, set()),
        ("GET", ("/items/", SEGMENT), {"item"}, {"new_item"}),
        ("GET", ("/late/", SEGMENT), {"late"}, set()),
        ("GET", ("/reports/", SEGMENT, ".csv"), {"report"}, set()),
        ("GET", ("/reports/", SEGMENT), set(), {"report"}),
        ("GET", ("/files/", SEGMENT, "/", SEGMENT), {"file"}, set()),
        # Anything: certain where only one route ends so.
        ("GET", (ANYTHING, "/users/me"), set(), {"me", "user", "file", "colour"}),
        ("POST", (ANYTHING, "/users"), {"create"}, set()),
        ("GET", ("/users/", ANYTHING), set(), {"me", "user", "deep"}),
        ("GET", ("/users", ANYTHING), set(), {"me", "user", "deep"}),
        ("GET", ("/sub/in", ANYTHING), set(), {"inner", "deep"}),
        ("POST", ("/us", ANYTHING), {"create"}, set()),
        # What is not known of the route.
        ("GET", ("/v1/deep/3",), set(), {"deep"}),
        ("GET", ("/v1/deep/", KEY), set(), {"deep"}),
        ("GET", ("/deeper",), set(), set()),
        ("GET", ("/colours/red",), set(), {"colour"}),
        (None, ("/users/me",), set(), {"me", "user"}),
    ],
)
def test_routed(tmp_path: Path, method: str | None, target: Target, certain: set[str], possible: set[str]) -> None:
    methods = frozenset({method}) if method is not None else None
    assert _routed(tmp_path, target, methods) == (certain, possible)


def test_several_methods(tmp_path: Path) -> None:
    assert _routed(tmp_path, ("/users",), frozenset({"POST", "PUT", "GET"})) == ({"create"}, set())
