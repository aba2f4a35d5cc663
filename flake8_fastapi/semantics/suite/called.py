"""Which functions of the project the requests of a test reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.semantics.facts import Call, FunctionFacts, last_name
from flake8_fastapi.semantics.suite import held, requests, tests
from flake8_fastapi.semantics.suite.held import Key
from flake8_fastapi.semantics.suite.index import Suite
from flake8_fastapi.semantics.suite.kinds import Test
from flake8_fastapi.semantics.things import Frame, FunctionThing, function_of

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST = 200
"""Of more functions behind a handler than these, no more is read."""


def may_be(project: Project, test: Frame, key: Key) -> bool:
    """Whether a handler that certainly answers a request of a test may call a function, at whatever depth.

    Also true where it is asked for something else than a test: what requests come then, is not looked at.
    """
    own = [each for each in tests.of_module(project, test.path) if each.qualname == test.function]
    name = key[1].rpartition(".")[2]
    return not own or any(
        held.key_of(callee) == key or (callee is None and last_name(call.func) == name)
        for each in own
        for call, callee in _calls(project, _handlers(project, each))
    )


def _handlers(project: Project, test: Test) -> list[FunctionThing]:
    suite = Suite.of(project)
    routed = (suite.routed(request) for request in requests.of(project, test))
    return list(dict.fromkeys(each.route.registration.function for found in routed for each in found.certain))


def _calls(project: Project, functions: list[FunctionThing]) -> Iterator[tuple[Call, FunctionThing | None]]:
    """What functions call, and what these call; None for what is not known."""
    seen = set(functions)
    pending = list(functions)
    while pending and len(seen) < _MOST:
        thing = pending.pop()
        found = project.evaluator.function(thing)
        for call, callee in called(project, thing.path, found) if found is not None else ():
            yield call, callee
            if callee is not None and callee not in seen:
                seen.add(callee)
                pending.append(callee)


def called(project: Project, path: str, function: FunctionFacts) -> Iterator[tuple[Call, FunctionThing | None]]:
    """The calls in the body of a function, and which function of the project each certainly calls."""
    frame = Frame(path, function.qualname)
    for site in function.sites:
        if isinstance(site.value, Call):
            yield site.value, function_of(project.evaluator.certain(site.value.func, frame))
