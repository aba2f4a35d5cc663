"""How long a session that a function hands over stays open: until the request, a dependency, a block or somebody ends.

From FastAPI 0.106 to 0.117 what stands after the `yield` of a dependency ran before the response was sent, so before
background tasks and streams began; before and since, it runs after them (measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flake8_fastapi.knowledge import sessions as tables
from flake8_fastapi.semantics import facts, hints, reached
from flake8_fastapi.semantics.data import resources
from flake8_fastapi.semantics.data.handover import KINDS, Held
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, only
from flake8_fastapi.semantics.versions import Version

End = Literal["request", "function", "block", "caller"]
"""Closed by a dependency when the request ends, or as soon as the handler has returned (`scope="function"`); by the
function itself, with `with` or `close()`; by whoever calls the function for a request."""


def closes_before_response(version: Version | None) -> bool:
    """Whether dependencies end before background tasks and streams begin."""
    return version is not None and (0, 106) <= version < (0, 118)


def is_open(end: End, version: Version | None, *, is_background_task: bool) -> bool:
    """Whether the session is still open when the work is done: of what goes on, background tasks alone have an end
    that FastAPI waits for."""
    return is_background_task and end in ("request", "caller") and not closes_before_response(version)


def end(function: Function, held: Held) -> End | None:
    """When the session of a function is closed; None if that is unknown, or nobody closes it."""
    frame = Frame(function.thing.path, held.root.function)
    bindings = resources.bindings_of(function.ev, facts.Local(held.root.function, held.root.name), frame)
    if len(bindings) == 1 and isinstance(bindings[0], facts.Parameter):
        return _of_parameter(function, bindings[0], held)
    if held.path:
        return None
    if bindings and all(isinstance(binding, facts.Entered) for binding in bindings):
        return "block"
    return "block" if _is_closed_here(function, held) else None


def _of_parameter(function: Function, parameter: facts.Parameter, held: Held) -> End | None:
    where = Frame(function.thing.path)
    marker = hints.dependency_marker(function.ev, parameter.annotation, parameter.default, where)
    if marker is None:
        return _of_caller(function, parameter, held)
    dependency = Dependency(function.ev, marker, parameter.annotation, where)
    provider = next(_providers(dependency), None)
    if provider is None:
        return None
    scope = provider.call.keyword("scope") if provider.call is not None else None
    ends_early = scope is not None and provider.where and function.ev.literal(scope, provider.where) == "function"
    return "function" if ends_early else "request"


def _providers(dependency: Dependency) -> Iterator[Dependency]:
    """The dependencies that yield a session, so that something closes it when they end."""
    for each in dependency.walk():
        if each.facts is not None and each.facts.is_generator and each.callee is not None:
            found = resources.resource(each.ev, only(hints.injected(each.ev, (each.callee,))))
            if found is not None and found.kind in KINDS:
                yield each


def _of_caller(function: Function, parameter: facts.Parameter, held: Held) -> End | None:
    """A session that is passed, or is an attribute of `self`."""
    if held.path and not (function.facts.owner is not None and parameter.index == 0):
        return None
    return "caller" if reached.by_request(function) is not None else None


def _is_closed_here(function: Function, held: Held) -> bool:
    """Whether the function itself closes it."""
    for site in function.facts.sites:
        func = site.value.func if isinstance(site.value, facts.Call) else None
        if not isinstance(func, facts.Attribute) or not isinstance(func.of, facts.Local):
            continue
        if func.of.name == held.root.name and tables.ROLES[held.resource.kind].get(func.name) == "close":
            return True
    return False
