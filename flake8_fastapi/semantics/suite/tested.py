"""Which applications and routes want a test, and what the tests of a project do of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import holders
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.structure import layout
from flake8_fastapi.semantics.structure import matching as structure
from flake8_fastapi.semantics.suite import configuration, foreign
from flake8_fastapi.semantics.suite.index import Coverage, Suite
from flake8_fastapi.semantics.suite.kinds import Request
from flake8_fastapi.semantics.suite.wanted import wants_test
from flake8_fastapi.semantics.things import Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_CLIENTS = ("TestClient", "AsyncClient", "httpx", "requests")
_SOCKETS = ("websocket_connect", "websockets", "aconnect_ws", "ws_connect", "websocket", "WebSocket")

_SOCKET = frozenset({"WEBSOCKET"})

_Key = tuple[str, Position]


# -- applications


def wanting(project: Project, app: Instance) -> tuple[Operation, ...]:
    """What an application serves that wants tests, if no test sends it a request; else nothing."""
    suite = Suite.of(project)
    origin = app.origin
    if origin is None or layout.is_aside(project.files, origin.path) or project.graph.parents(app):
        return ()
    if not suite.is_understood or _sends_otherwise(project):
        return ()
    found = tuple(each for each in project.graph.application(app).operations if wants_test(each))
    if not found or suite.of_app(app) or any(_is_adrift(suite, each) for each in suite.requests):
        return ()
    if any(suite.is_called_directly(each.route) for each in found):
        return ()
    return found


def _is_adrift(suite: Suite, request: Request) -> bool:
    """Whether nobody knows which application gets a request."""
    return request.app is None and not suite.routed(request).certain


def _sends_otherwise(project: Project) -> bool:
    """Whether a file of tests may send requests in a way that is not read."""
    files = project.files
    requests = Suite.of(project).requests
    understood = {path for request in requests for path in (request.path, request.test.path)}
    if requests:
        # What makes the clients, others use.
        understood |= {path for path in files.paths() if path.endswith("conftest.py")}

    def speaks(*words: str) -> Iterator[str]:
        paths = (path for word in words for path in files.mentioning(word))
        return (path for path in paths if configuration.is_of_tests(project, path))

    if foreign.files(project) or foreign.is_driven(project):
        return True
    return not understood.issuperset(speaks(*_CLIENTS))


# -- routes


def is_of_application(route: Route) -> bool:
    """Whether a route stands neither in tests nor in examples, documentation or scripts."""
    return not layout.is_aside(route.project.files, route.frame.path)


def is_tested(route: Route) -> bool:
    """Whether tests certainly request a route, and what they request is understood as a whole.

    Of several routes with one handler only the first that is requested counts.
    """
    suite = Suite.of(route.project)
    if not suite.of_route(route).requests or not suite.is_understood or suite.is_called_directly(route):
        return False
    first = next(each for each in _alike(route) if suite.of_route(each).requests)
    return first.written_at == route.written_at


def is_forgotten(route: Route) -> bool:
    """Whether the tests of the project request other routes of its application, and certainly not this one.

    Of several routes with one handler only the first counts.
    """
    project = route.project
    if not is_of_application(route) or route.written_at not in _wide(project):
        return False
    suite = Suite.of(project)
    found = coverage(route)
    if not suite.is_understood or found.requests or found.possible or suite.is_called_directly(route):
        return False
    if (
        route.written_at in _unreachable(project)
        or foreign.is_driven(project)
        or _alike(route)[0].written_at != route.written_at
    ):
        return False
    if any(foreign.may_request(project, each) for each in route.operations):
        return False
    return not route.is_websocket or not _tests_speak_of_sockets(project)


def coverage(route: Route) -> Coverage:
    """What the tests ask of a handler, by all of its routes."""
    found = [Suite.of(route.project).of_route(each) for each in _alike(route)]
    requests = tuple(request for each in found for request in each.requests)
    return Coverage(requests, tuple(request for each in found for request in each.possible))


def _alike(route: Route) -> tuple[Route, ...]:
    """The routes with the handler of this one, and this one, in their order."""
    key = f"{__name__}.alike"
    known: dict[Hashable, tuple[Route, ...]] | None = route.project.memo.get(key)
    if known is None:
        known = route.project.memo[key] = {}
        for each in sorted(routes(route.project), key=lambda each: each.written_at):
            known[handler_of(each)] = (*known.get(handler_of(each), ()), each)
    return known.get(handler_of(route)) or (route,)


def handler_of(route: Route) -> Hashable:
    """What tells the handler of a route."""
    function = route.registration.function
    return function.path, function.qualname


def _unreachable(project: Project) -> frozenset[_Key]:
    """The routes that never answer, as an earlier one takes their requests."""
    key = f"{__name__}.unreachable"
    known = project.memo.get(key)
    if known is None:
        hidden = (each.entry.route for fault in structure.faults(project) for each in fault.hidden)
        known = project.memo[key] = frozenset(each.written_at for each in hidden if each is not None)
    assert isinstance(known, frozenset)
    return known


def files_of(route: Route) -> tuple[str, ...]:
    """The files of the tests that certainly request a route, the one with most of them first."""
    found = Counter(each.test.path for each in coverage(route).requests)
    return tuple(sorted(found, key=lambda path: (-found[path], path)))


def file_beside(route: Route) -> str | None:
    """The file of tests that requests most of the routes that are registered in the same file; None if none does."""
    suite = Suite.of(route.project)
    found: Counter[str] = Counter()
    for each in routes(route.project):
        if each.frame.path == route.frame.path:
            found.update({request.test.path for request in suite.of_route(each).requests})
    return min(found, key=lambda path: (-found[path], path), default=None)


def _wide(project: Project) -> frozenset[_Key]:
    """The routes that want a test where the tests request most: of their application, or of their file."""
    key = f"{__name__}.wide"
    known = project.memo.get(key)
    if known is None:
        known = project.memo[key] = frozenset(key for app in _roots(project) for key in _widely_tested(project, app))
    assert isinstance(known, frozenset)
    return known


def _widely_tested(project: Project, app: Instance) -> Iterator[_Key]:
    suite = Suite.of(project)
    operations = project.graph.application(app).operations
    wanted = {each.route.written_at: each.route for each in operations if wants_test(each)}
    asked: dict[str, dict[Hashable, bool]] = {}
    for (path, _), route in wanted.items():
        found = suite.of_route(route)
        if found.requests or not found.possible:
            handlers, handler = asked.setdefault(path, {}), handler_of(route)
            handlers[handler] = handlers.get(handler, False) or bool(found.requests)
    are_most = _are_most(project, (each for handlers in asked.values() for each in handlers.values()))
    wide = {path for path, handlers in asked.items() if are_most or _are_most(project, handlers.values())}
    yield from (key for key in wanted if key[0] in wide)


def _are_most(project: Project, asked: Iterable[bool]) -> bool:
    """Whether so many routes are requested that one which is not stands out: elsewhere everybody knows."""
    found = tuple(asked)
    return any(found) and 100 * sum(found) >= project.limits.tested_share * len(found)


def routes(project: Project) -> tuple[Route, ...]:
    """What the applications of a project serve, each registration once."""
    key = f"{__name__}.routes"
    known = project.memo.get(key)
    if known is None:
        served_by = (each.route for app in _roots(project) for each in project.graph.application(app).operations)
        found = {each.written_at: Route(each.ev, each.registration, each.holder, project) for each in served_by}
        known = project.memo[key] = tuple(found.values())
    assert isinstance(known, tuple)
    return known


def _roots(project: Project) -> list[Instance]:
    """The applications that no other one mounts."""
    graph = project.graph
    return [
        each for each in graph.holders.values() if holders.is_application(graph.ev, each) and not graph.parents(each)
    ]


def _tests_speak_of_sockets(project: Project) -> bool:
    """Whether tests may open websockets in ways that are not read."""
    if any(request.methods == _SOCKET for request in Suite.of(project).requests):
        return False
    return any(project.files.is_test(path) for word in _SOCKETS for path in project.files.mentioning(word))
