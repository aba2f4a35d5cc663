"""Which tests request which routes: all requests of a suite, matched with all routes of the project's applications.

Made once for a project, when the first check asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.suite import configuration, redirects, requests, strays, tests
from flake8_fastapi.semantics.suite.direct import is_called
from flake8_fastapi.semantics.suite.kinds import ANYTHING, Request, Test
from flake8_fastapi.semantics.suite.matching import Routed, Table
from flake8_fastapi.semantics.things import FunctionThing, Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_GENERATORS = ("schemathesis", "tavern", "dredd_hooks", "hypothesis_jsonschema")
"""Libraries that make requests of the schema or of files of their own: what they send is not in the tests."""

_DOCUMENTATION = frozenset({"openapi.json", "docs", "redoc", "oauth2-redirect"})
"""What FastAPI serves by itself, whatever stands before it."""

_Key = tuple[str, Position]
"""A route: its file, and where it is registered."""


class Coverage(NamedTuple):
    """What the tests ask of one route."""

    requests: tuple[Request, ...]
    """Those that certainly arrive at it."""
    possible: tuple[Request, ...]
    """Those that may arrive at it, or elsewhere."""


class Suite:
    """The tests of a project, and what they request."""

    @classmethod
    def of(cls, project: Project) -> Suite:
        """The suite of a project."""
        found = project.memo.get("suite")
        if found is None:
            found = project.memo["suite"] = cls(project)
        assert isinstance(found, cls)
        return found

    def __init__(self, project: Project) -> None:
        self.project = project
        self._called: dict[FunctionThing, bool] = {}
        self._tables_of_apps: dict[Instance, Table] = {}
        self._operations: dict[Instance, tuple[Operation, ...]] = {}

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Every test that pytest collects."""
        return tests.every(self.project)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """Every request that they send, one for each run and path."""
        return tuple(request for test in self.tests for request in requests.of(self.project, test))

    @cached_property
    def share(self) -> int:
        """How many of 100 calls that send requests are understood: their paths lead to routes that are known.

        A call that is written once counts once, however many tests get to it. One outside the tests does not count: it
        may as well go to another service.
        """
        holds = configuration.of(self.project).holds
        calls: dict[tuple[str, Position], bool] = {}
        for request in self.requests:
            place = (request.path, request.position)
            if place in calls or holds(request.path):
                calls[place] = calls.get(place, True) and self._is_understood(request)
        return 100 * sum(calls.values()) // len(calls) if calls else 100

    @cached_property
    def is_understood(self) -> bool:
        """Whether what the tests do not request can be told."""
        files = self.project.files
        # A tree that is too large has no files that could be read.
        if not files.paths() or any(files.is_test(path) for word in _GENERATORS for path in files.mentioning(word)):
            return False
        return self.share >= self.project.limits.understood_share

    def of_route(self, route: Route) -> Coverage:
        """What the tests ask of a route."""
        key = route.written_at
        return Coverage(tuple(self._certain.get(key, ())), tuple(self._possible.get(key, ())))

    def is_called_directly(self, route: Route) -> bool:
        """Whether a test may call the handler of a route without a request."""
        handler = route.registration.function
        if handler not in self._called:
            self._called[handler] = is_called(self.project, route)
        return self._called[handler]

    def of_app(self, app: Instance) -> tuple[Request, ...]:
        """The requests that an application certainly or possibly gets."""
        keys = {operation.route.written_at for operation in self._served_by(app)}
        found = [request for request in self.requests if request.app is not None and request.app.origin == app.origin]
        for table in (self._certain, self._possible):
            found.extend(request for key in keys for request in table.get(key, ()))
        return tuple(dict.fromkeys(found))

    # -- matching

    def routed(self, request: Request) -> Routed:
        """Where a request arrives."""
        app = request.app
        if app is None or not self._served_by(app):
            return self._whole_table.routed(request.target, request.methods)
        if app not in self._tables_of_apps:
            self._tables_of_apps[app] = Table(self._served_by(app))
        found = self._tables_of_apps[app].routed(request.target, request.methods)
        if found.certain or found.possible:
            return found
        # More may be registered on the application than is known.
        found = self._whole_table.routed(request.target, request.methods)
        return Routed((), (*found.certain, *found.possible))

    @cached_property
    def _tables(self) -> tuple[dict[_Key, dict[Request, None]], dict[_Key, dict[Request, None]]]:
        certain: dict[_Key, dict[Request, None]] = {}
        possible: dict[_Key, dict[Request, None]] = {}
        for request in self.requests:
            routed = self.routed(request)
            for table, operations in ((certain, routed.certain), (possible, routed.possible)):
                for operation in operations:
                    table.setdefault(operation.route.written_at, {})[request] = None
        for request in (*strays.of(self.project), *self._followed()):
            routed = self.routed(request)
            for operation in (*routed.certain, *routed.possible):
                possible.setdefault(operation.route.written_at, {})[request] = None
        return certain, possible

    def _followed(self) -> Iterator[Request]:
        """The requests that clients send when they are redirected."""
        seen: set[_Key] = set()
        for request in self.requests:
            for operation in (*self.routed(request).certain, *self.routed(request).possible):
                key = operation.route.written_at
                for target in redirects.of(self.project, operation.route) if key not in seen else ():
                    yield request._replace(target=target, methods=None)
                seen.add(key)

    @property
    def _certain(self) -> dict[_Key, dict[Request, None]]:
        return self._tables[0]

    @property
    def _possible(self) -> dict[_Key, dict[Request, None]]:
        return self._tables[1]

    def _is_understood(self, request: Request) -> bool:
        if request.target == (ANYTHING,) or request.methods is None:
            return False
        if str(request.target[-1]).rpartition("/")[2] in _DOCUMENTATION:
            return True
        routed = self.routed(request)
        if routed.certain or len({operation.route.written_at for operation in routed.possible}) == 1:
            return True
        accepted = request.expected.accepted
        # A path that nobody serves is understood where the test wants to be told so.
        return not routed.possible and accepted is not None and not accepted.isdisjoint((404, 405))

    def _served_by(self, app: Instance) -> tuple[Operation, ...]:
        found = self._operations.get(app)
        if found is None:
            found = self._operations[app] = self.project.graph.application(app).operations if app.origin else ()
        return found

    @cached_property
    def _whole_table(self) -> Table:
        """What all applications of the project serve."""
        graph = self.project.graph
        apps: Iterable[Instance] = (
            holder for holder in graph.holders.values() if holders.is_application(graph.ev, holder)
        )
        return Table(dict.fromkeys(operation for app in apps for operation in self._served_by(app)))
