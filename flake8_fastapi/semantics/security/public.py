"""Routes that are open by design: to sign in, to be called back, to be asked for their health."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import holders, served
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.security.checking import snake

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_FRONT = re.compile(r"/(?:\{\w+:path\})?")


def is_public(route: Route, project: Project) -> bool:
    """Whether a route needs no authentication: the user says so, or its path or the name of its handler does."""
    if served.is_probe(route):
        return True
    names = [snake(text) for text in (route.name, route.written_path or "")]
    if any(tables.OPEN_PATH.search(name) for name in names):
        return True
    if not is_administrative(route) and any(tables.WELCOMING_PATH.search(name) for name in names):
        return True
    if any(tables.OPEN_PREFIX.search(snake(name)) for name in _around(route)) or _is_front(route):
        return True
    patterns = project.words.public_paths
    return bool(patterns) and any(fnmatchcase(path, pattern) for path in _paths(route, project) for pattern in patterns)


def _around(route: Route) -> Iterator[str]:
    """What the router, the class and the module of a route are called."""
    yield holders.prefix(route.ev, route.holder) or ""
    yield PurePath(route.handler_path).stem
    owner = route.function.owner if route.function is not None else None
    yield owner.rpartition(".")[2] if owner is not None else ""


def _is_front(route: Route) -> bool:
    """Whether a route greets at `/`, or gives the pages of a frontend for whatever path nothing else serves."""
    paths = {each.path for each in route.operations}
    return route.methods == {"GET"} and bool(paths) and all(path and _FRONT.fullmatch(path) for path in paths)


def is_administrative(route: Route) -> bool:
    """Whether a route is for those who run the service, by its path or the name of its handler."""
    return any(tables.ADMINISTRATIVE.search(snake(text)) is not None for text in (route.name, route.path or ""))


def _paths(route: Route, project: Project) -> Iterator[str]:
    """Its path, by itself and under all prefixes."""
    if route.path is not None:
        yield route.path
    for operation in project.graph.operations(route):
        if operation.path is not None:
            yield operation.path
