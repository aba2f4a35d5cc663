"""Routes that the tests request, and of which no test expects a failure."""

from __future__ import annotations

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.suite.index import Suite
from flake8_fastapi.semantics.suite.kinds import STATUSES, Request

_SUCCESS = frozenset(range(100, 400))


def has_any(file: File) -> bool:
    """Whether a test of a file requests such a route, and one of the project, not of the tests."""
    suite = Suite.of(file.project)
    routes: dict[tuple[str, object], Route] = {}
    for request in suite.requests:
        if request.test.path == request.path == file.path:
            for operation in suite.routed(request).certain:
                routes[operation.route.written_at] = operation.route
    return any(
        not file.project.files.is_test(path) and not _is_tried(suite, route) for (path, _), route in routes.items()
    )


def _is_tried(suite: Suite, route: Route) -> bool:
    found = suite.of_route(route)
    return any(_may_want_failure(request) for request in (*found.requests, *found.possible))


def _may_want_failure(request: Request) -> bool:
    accepted = request.expected.accepted
    return accepted is None or (accepted != STATUSES and not accepted <= _SUCCESS)
