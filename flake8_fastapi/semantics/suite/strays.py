"""Requests that may be sent though no walk comes to them: by what a decorator, a thread or a framework runs.

A call in a function that no test was seen to run, and a method of a client that is handed to something unknown, may
request anything that fits. Before one says that no test requests a route, these have to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework, suites
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import MODULE, FunctionFacts, ModuleFacts, Value
from flake8_fastapi.semantics.suite import clients, configuration, requests, senders
from flake8_fastapi.semantics.suite.kinds import ANYTHING, Request, Test
from flake8_fastapi.semantics.things import Frame, Instance, Library

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_METHODS = frozenset({*suites.VERBS, "request", "stream", "send"})
_DEEPEST = 3
"""How deep a method may stand in lists of arguments."""


def of(project: Project) -> tuple[Request, ...]:
    """The requests of a project's tests to which no walk comes. Ask once all tests are walked."""
    visited = requests.visited(project)
    found: list[Request] = []
    for path in senders.every(project):
        module = project.facts(path)
        if module is not None:
            found.extend(_Module(project, module).requests(visited))
    return tuple(found)


class _Module:
    """A file that may send requests."""

    def __init__(self, project: Project, module: ModuleFacts) -> None:
        self.project = project
        self.ev = project.evaluator
        self.module = module
        self._text = project.files.text(module.path) or b""

    def requests(self, visited: frozenset[tuple[str, str]]) -> Iterator[Request]:
        """What is sent in unseen functions, and by methods that are given away."""
        for function in self.module.functions.values():
            is_seen = (self.module.path, function.qualname) in visited
            if is_seen or not self._is_idle(function):
                yield from self._given_away(function)
                if not is_seen:
                    yield from requests.elsewhere(self.project, self.module.path, function.qualname)

    def _is_idle(self, function: FunctionFacts) -> bool:
        """Whether nothing can run a function: it is no test and no method of Python's, and nobody says its name."""
        name = function.name
        if function.qualname == MODULE or function.parent is not None or function.decorators or name == "lambda":
            return False
        if name.startswith("__") or name == "runTest" or self._is_named_like_test(name):
            return False
        if self._text.count(name.encode("utf-8", "surrogatepass")) > 1:
            return False
        return set(self.project.files.mentioning(name)) <= {self.module.path}

    def _is_named_like_test(self, name: str) -> bool:
        return configuration.of(self.project).of(self.module.path).is_function(name)

    # -- methods as values

    def _given_away(self, function: FunctionFacts) -> Iterator[Request]:
        """What may be sent by a client's method, or an application, that something unknown is handed."""
        frame = Frame(self.module.path, function.qualname)
        for site in function.sites:
            call = site.value
            if site.kind != "call" or not isinstance(call, facts.Call):
                continue
            methods = [each for value in _arguments(call) for each in self._sending(value, frame, _DEEPEST)]
            if methods and not requests.follows(self.project, call, frame):
                for method in methods:
                    yield self._anything(function, call, frame, method)
            elif len(call.args) == 3 and self._is_application(call.func, frame):
                # `await app(scope, receive, send)`
                yield self._anything(function, call, frame, None)

    def _anything(self, function: FunctionFacts, call: facts.Call, frame: Frame, method: str | None) -> Request:
        verb = suites.VERBS.get(method) if method is not None else None
        methods = frozenset({verb}) if verb is not None else None
        test = Test(self.module.path, function.qualname, function.position, ((),), False)
        return Request(test, self.module.path, call.start, call, frame, methods, (ANYTHING,), None, requests.UNSEEN)

    def _sending(self, value: Value, frame: Frame, left: int) -> Iterator[str]:
        """The methods of clients that are among the values of an argument."""
        if isinstance(value, facts.Attribute):
            if value.name in _METHODS and clients.may_be(self.ev, value.of, frame):
                yield value.name
        elif isinstance(value, facts.Call):
            if self.ev.certain(value.func, frame) == Library(suites.METHOD_CALLER) and value.args:
                name = self.ev.literal(value.args[0], frame)
                if isinstance(name, str) and name in _METHODS:
                    yield name
        elif left:
            for part in _parts(value):
                yield from self._sending(part, frame, left - 1)

    def _is_application(self, value: Value, frame: Frame) -> bool:
        thing = self.ev.certain(value, frame)
        return isinstance(thing, Instance) and classes.is_a(self.ev, thing.type, *framework.HOLDERS)


def _arguments(call: facts.Call) -> Iterator[Value]:
    yield from call.args
    yield from (value for _, value in call.keywords)


def _parts(value: Value) -> tuple[Value, ...]:
    if isinstance(value, facts.Display):
        return value.items
    if isinstance(value, facts.Table):
        return tuple(each for _, each in value.items)
    if isinstance(value, facts.Starred):
        return (value.of,)
    return ()
