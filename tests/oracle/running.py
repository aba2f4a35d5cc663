"""Imports applications in isolation and reads from them what FastAPI itself serves."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import fastapi
import fastapi.routing
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Mount

APPS = Path(__file__).parent / "apps"
FASTAPI_VERSION = tuple(int(part) for part in fastapi.__version__.split(".")[:3])


class Served(NamedTuple):
    """One method of one route; websockets have the method `WEBSOCKET`."""

    method: str
    path: str
    handler: str


def main_file(app: Path) -> Path:
    """The file that holds `app`: the application's only file, or its only `main.py`."""
    if app.is_file():
        return app
    (main,) = app.rglob("main.py")
    return main


@contextmanager
def imported(app: Path) -> Iterator[ModuleType]:
    """The application's main module, imported as if nothing else had been; forgotten at the end."""
    main = main_file(app)
    names = [main.stem]
    root = main.parent
    while (root / "__init__.py").exists():
        names.insert(0, root.name)
        root = root.parent
    ours = {path.stem for path in root.iterdir()} if app.is_dir() else {f"oracle_{app.stem}"}
    path, modules, writes = list(sys.path), dict(sys.modules), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    try:
        if app.is_dir():
            sys.path.insert(0, str(root))
            importlib.invalidate_caches()
            yield importlib.import_module(".".join(names))
        else:
            yield load(f"oracle_{app.stem}", main)
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes
        for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
            del sys.modules[name]
        sys.modules.update({name: modules[name] for name in modules if name.partition(".")[0] in ours})


def load(name: str, path: Path) -> ModuleType:
    """Import one file under a name of its own, with the import system's path untouched."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def served_routes(app: Any, prefix: str = "") -> Iterator[Served]:
    """All path operations and websockets of an application and of the applications mounted in it.

    The documentation's own routes are no `APIRoute`, and static files have no routes: both stay out.
    """
    for route, path in _flat(app.routes):
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield Served(method, prefix + path, _name(route.endpoint))
        elif isinstance(route, APIWebSocketRoute):
            yield Served("WEBSOCKET", prefix + path, _name(route.endpoint))
        elif isinstance(route, Mount) and hasattr(route.app, "routes"):
            yield from served_routes(route.app, prefix + path)


def _flat(routes: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Routes with their full path. Newer versions keep included routers as they are and offer an iterator."""
    contexts = getattr(fastapi.routing, "iter_route_contexts", None)
    if contexts is None:
        yield from ((route, route.path) for route in routes)
    else:
        yield from ((context.original_route, context.path) for context in contexts(routes))


def _name(endpoint: Any) -> str:
    """The function's name; empty for what has none, such as a partial or an instance."""
    name = getattr(endpoint, "__name__", "")
    return "" if name == "<lambda>" else str(name)
