"""FastAPI as oracle: our graph of an application lists exactly the routes that the running one serves.

An application in `apps/` may declare

- `UNKNOWN`: (method, path) pairs whose path our side may leave open,
- `OPTIONAL`: pairs that our side may list though this run does not serve them,
- `SINCE`: the FastAPI version from which it behaves as meant.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType

import pytest
from graph import UNKNOWN_PATH, static_routes
from running import APPS, FASTAPI_VERSION, Served, imported, main_file, served_routes

FOUND = sorted(path for path in APPS.iterdir() if path.suffix == ".py" or any(path.rglob("main.py")))

# A parameter of the constructor that newer versions ask to give to the server.
pytestmark = pytest.mark.filterwarnings("ignore:.*root_path")

apps = pytest.mark.parametrize("app", FOUND, ids=[path.stem for path in FOUND])


def runtime(app: Path) -> tuple[set[Served], ModuleType]:
    """What the running application serves, started as a server would start it."""
    with imported(app) as module:
        if getattr(module, "SINCE", (0,)) > FASTAPI_VERSION:
            pytest.skip(f"behaves so since FastAPI {module.SINCE}")

        async def start() -> set[Served]:
            async with module.app.router.lifespan_context(module.app):
                return set(served_routes(module.app))

        return asyncio.run(start()), module


def test_enough() -> None:
    assert len(FOUND) >= 25


@apps
def test_starts(app: Path) -> None:
    routes, module = runtime(app)
    assert routes
    # What is declared unknown does exist.
    declared: set[tuple[str, str]] = getattr(module, "UNKNOWN", set())
    assert declared <= {(route.method, route.path) for route in routes}


@apps
def test_routes(app: Path) -> None:
    running, module = runtime(app)
    served = {(route.method, route.path) for route in running}
    unknown: set[tuple[str, str]] = getattr(module, "UNKNOWN", set())
    optional: set[tuple[str, str]] = getattr(module, "OPTIONAL", set())
    found = {(route.method, route.path) for route in static_routes(main_file(app))}
    certain = {(method, path) for method, path in found if path != UNKNOWN_PATH}
    problems = [f"not served: {method} {path}" for method, path in sorted(certain - served - optional)]
    problems += [f"not found: {method} {path}" for method, path in sorted(served - certain - unknown)]
    if certain != found and not unknown:
        problems += [f"path unknown: {method}" for method, path in sorted(found - certain)]
    assert not problems, "\n".join(problems)


@apps
def test_handlers(app: Path) -> None:
    """Where both sides know a route and its function has a name, they name the same function."""
    running, _ = runtime(app)
    ours = static_routes(main_file(app))
    named = {route for route in running if route.handler}
    shared = {route[:2] for route in named} & {route[:2] for route in ours if route.handler}
    assert {route for route in named if route[:2] in shared} <= ours
