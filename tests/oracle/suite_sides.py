"""The requests of a project's tests: those that a recorded run sent, and those that are read from the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from flake8_fastapi.rules import registry
from flake8_fastapi.semantics import project as projects
from flake8_fastapi.semantics.files import Files
from flake8_fastapi.semantics.holders import is_application
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.suite.index import Suite
from flake8_fastapi.semantics.suite.kinds import Request, Test
from harness import configure, lint_folder

Name = tuple[str, str]
"""A test or handler: its file below the root, and its name in it."""
_CONVERTERS = {
    None: "[^/]+",
    "str": "[^/]+",
    "path": ".*",
    "int": "[0-9]+",
    "float": "[0-9]+([.][0-9]+)?",
    "uuid": "[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
}


class Place(NamedTuple):
    """A route: where it is registered."""

    file: str
    line: int
    path: str


class Sent(NamedTuple):
    """A request that one test sends to one route."""

    test: Name
    method: str
    place: Place


class Answered(NamedTuple):
    """A request that was recorded, at the route it arrived at."""

    sent: Sent
    status: int


class Record:
    """What a test run sent, in the words of the application graph."""

    def __init__(self, saved: dict[str, Any], static: Static) -> None:
        self.tests: dict[str, dict[str, Any]] = saved["tests"]
        self._requests: list[dict[str, Any]] = saved["requests"]
        self._static = static

    @cached_property
    def passed(self) -> frozenset[Name]:
        """The tests of which every run passed."""
        failed = {name for test in self.tests.values() if test["outcome"] != "passed" for name in _names(test)}
        return frozenset(name for test in self.tests.values() for name in _names(test)) - failed

    @cached_property
    def answered(self) -> tuple[Answered, ...]:
        """What the passed tests sent, set-up and all."""
        return tuple(self._answered())

    def _answered(self) -> Iterator[Answered]:
        for request in self._requests:
            operation = self._static.arrived(request)
            if operation is None:
                continue
            method, place = _method(request["method"], operation), self._static.place(operation)
            for test in self._senders(request):
                name = self._static.named(_names(test))
                if name in self.passed:
                    yield Answered(Sent(name, method, place), request["status"])

    def _senders(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The test, or those that share the fixture that sent the request."""
        fixture = request["fixture"]
        if fixture is None:
            yield from filter(None, [self.tests.get(request["test"])])
            return
        for node, test in self.tests.items():
            if node.startswith(fixture["below"]) and fixture["name"] in test["fixtures"]:
                yield test

    @cached_property
    def called(self) -> frozenset[Place]:
        """Every route that got a request, whatever became of the test."""
        found = (self._static.arrived(request) for request in self._requests)
        return frozenset(self._static.place(operation) for operation in found if operation is not None)

    @property
    def unknown_handlers(self) -> list[str]:
        """The project's handlers that answered and that the graph does not know."""
        found = {
            f"{request['handler']['file']}:{request['handler']['line']} {request['handler']['name']}"
            for request in self._requests
            if request["handler"] and request["status"] != 405 and self._static.arrived(request) is None
        }
        return sorted(each for each in found if not each.startswith(".."))


class Static:
    """What is read from the tests of a project."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        configure()
        projects.forget()
        # As a file in its root would find it, so that the checks share it.
        self.suite = Suite.of(Project.of(Files.of(str(self.root / "any.py"))))
        graph = self.suite.project.graph
        apps = (holder for holder in graph.holders.values() if is_application(graph.ev, holder))
        self.operations = tuple(dict.fromkeys(each for app in apps for each in graph.application(app).operations))

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        return self.suite.requests

    @cached_property
    def sent(self) -> dict[Sent, list[Request]]:
        """What certainly arrives."""
        return self._tabled(certain=True)

    @cached_property
    def possible(self) -> dict[Sent, list[Request]]:
        """What may arrive."""
        return self._tabled(certain=False)

    def _tabled(self, certain: bool) -> dict[Sent, list[Request]]:
        table: dict[Sent, list[Request]] = {}
        for request in self.requests:
            routed = self.suite.routed(request)
            for operation in routed.certain if certain else routed.possible:
                for method in self._methods(request, operation):
                    table.setdefault(Sent(self._name(request.test), method, self.place(operation)), []).append(request)
        return table

    @staticmethod
    def _methods(request: Request, operation: Operation) -> Iterable[str]:
        if request.methods is None:
            return operation.methods
        return {_method(each, operation) for each in request.methods} & operation.methods

    def _name(self, test: Test) -> Name:
        if test.owner is None:
            return self._relative(test.path), test.qualname
        return self._relative(test.owner.path), f"{test.owner.qualname}.{test.qualname.rpartition('.')[2]}"

    @cached_property
    def _known(self) -> frozenset[Name]:
        return frozenset(self._name(test) for test in self.suite.tests)

    def named(self, names: Sequence[Name]) -> Name:
        """The name under which a test is known here, if it is."""
        return next((name for name in names if name in self._known), names[0])

    def knows(self, test: Name) -> bool:
        return test in self._known

    def _relative(self, path: str) -> str:
        return Path(path).relative_to(self.root).as_posix()

    def place(self, operation: Operation) -> Place:
        route = operation.route
        return Place(self._relative(route.frame.path), route.position.line, operation.path or "?")

    def arrived(self, request: dict[str, Any]) -> Operation | None:
        """The operation that a request was meant for: by its handler, else by its path, which does where a middleware
        answered, and where the handler is hidden in decorators. None if the graph has none such."""
        handler = request["handler"]
        exact = self._handlers.get((handler["file"], handler["name"].replace("<locals>.", ""))) if handler else None
        fits = [each for each in exact or self.operations if _method(request["method"], each) in each.methods]
        for is_fitting in (
            lambda each: _pattern(each.path).fullmatch(request["path"]),
            # A server's prefix may stand before it.
            lambda each: exact and re.search(f"{_pattern(each.path).pattern}$", request["path"]),
        ):
            found = next(filter(is_fitting, fits), None)
            if found is not None:
                return found
        return fits[0] if exact and fits else None

    @cached_property
    def _handlers(self) -> dict[Name, list[Operation]]:
        table: dict[Name, list[Operation]] = {}
        for operation in self.operations:
            function = operation.route.registration.function
            table.setdefault((self._relative(function.path), function.qualname), []).append(operation)
        return table

    def reported(self, check: str) -> set[tuple[str, int]]:
        """File and line of what an absence check reports."""
        others = sorted(set(registry()) - {check})
        files = sorted({self._relative(each.route.frame.path) for each in self.operations})
        found = lint_folder(self.root, files, [f"--fastapi-disable={','.join(others)}"], forget=False)
        return {(each.file, each.line) for each in found}


def _names(test: dict[str, Any]) -> list[Name]:
    """Where pytest found the test, and where it is written, which is elsewhere for an inherited method."""
    written = test["written"] or test
    return [(test["file"], test["name"]), (written["file"], written["name"])]


def _method(method: str, operation: Operation) -> str:
    """Starlette's own routes answer HEAD where they answer GET."""
    return "GET" if method == "HEAD" and "HEAD" not in operation.methods else method


@cache
def _pattern(template: str | None) -> re.Pattern[str]:
    """Matches the paths of a template; nothing for one that is not known."""
    if template is None:
        return re.compile("(?!)")
    pieces = re.split(r"{[^{}:]+(?::([a-z]+))?}", template)
    texts = (_CONVERTERS.get(each, ".*") if i % 2 else re.escape(each) for i, each in enumerate(pieces))
    return re.compile("".join(texts))
