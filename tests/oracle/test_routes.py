"""FastAPI as oracle: our graph of an application lists exactly the routes that the running one serves.

An application in `apps/` may declare

- `UNKNOWN`: (method, path) pairs whose path our side may leave open,
- `OPTIONAL`: pairs that our side may list though this run does not serve them,
- `UNKNOWN_ASPECTS`: by such pairs, the fields of `Operation` that our side may leave open,
- `OTHERWISE`: environment variables with which it serves something else: nothing of that may be claimed,
- `SINCE`: the FastAPI version from which it behaves as meant, `PYTHON`: the version that compiles it, `NEEDS`:
  modules that it cannot do without. These and `OTHERWISE` are one plain line each.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from graph import UNKNOWN_PATH, static_routes
from running import FOUND, Run, Served, main_file, misfit, run

# A parameter of the constructor that newer versions ask to give to the server.
pytestmark = pytest.mark.filterwarnings("ignore:.*root_path")

apps = pytest.mark.parametrize("app", FOUND, ids=[path.stem for path in FOUND])


def runtime(app: Path) -> tuple[set[Served], Run]:
    reason = misfit(app)
    if reason:
        pytest.skip(reason)
    running = run(app)
    return {Served(*operation[:3]) for operation in running.operations}, running


def test_enough() -> None:
    assert len(FOUND) >= 25


@apps
def test_starts(app: Path) -> None:
    routes, running = runtime(app)
    assert routes
    # What is declared unknown does exist.
    assert running.unknown | set(running.unknown_aspects) <= {route[:2] for route in routes}


@apps
def test_routes(app: Path) -> None:
    routes, running = runtime(app)
    served = {route[:2] for route in routes}
    found = {(route.method, route.path) for route in static_routes(main_file(app))}
    certain = {(method, path) for method, path in found if path != UNKNOWN_PATH}
    problems = [f"not served: {method} {path}" for method, path in sorted(certain - served - running.optional)]
    problems += [f"not found: {method} {path}" for method, path in sorted(served - certain - running.unknown)]
    if certain != found and not running.unknown:
        problems += [f"path unknown: {method}" for method, path in sorted(found - certain)]
    assert not problems, "\n".join(problems)


@apps
def test_handlers(app: Path) -> None:
    """Where both sides know a route and its function has a name, they name the same function."""
    routes, _ = runtime(app)
    ours = static_routes(main_file(app))
    named = {route for route in routes if route.handler}
    shared = {route[:2] for route in named} & {route[:2] for route in ours if route.handler}
    assert {route for route in named if route[:2] in shared} <= ours
