"""What serves requests: the functions that FastAPI calls for one, and what these call in the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import calls, facts
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.registrations import Registration
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing
from flake8_fastapi.semantics.used import is_dependency

_SERVING = frozenset(
    {"route", "websocket", "dependency", "middleware", "exception handler", "background task", "stream"}
)
_MOST_FUNCTIONS = 200
"""How many callers of callers are looked at before the answer is "unknown"."""
_NEAR = 3
"""How far from what FastAPI calls "each request" is still meant: what is further off is seldom done by each."""
_UNCHANGED = frozenset(
    {"builtins.staticmethod", "builtins.classmethod", "abc.abstractmethod", "functools.wraps", "typing.override"}
    | framework.CONTEXT_MANAGERS.keys()
)
"""Decorators with which a function still runs at each call."""


class Reached(NamedTuple):
    """What FastAPI calls, and through which a function runs while a request is served."""

    role: str
    """What FastAPI takes it for: "route", "dependency" …"""
    name: str
    """Its name."""
    is_direct: bool
    """Whether it is the function itself."""


def by_request(function: Function) -> Reached | None:
    """Through what a function certainly runs while requests are served; None if that is not certain."""
    return thing_by_request(function.project, function.thing) or _as_constructor(function)


def thing_by_request(project: Project, function: FunctionThing) -> Reached | None:
    """The same for a function anywhere in the project."""
    return _search(project, function, each_time=False)


def by_each_request(function: Function) -> Reached | None:
    """The same where nothing on the way keeps a result: no cache, no `if x is None:`, no decorator that may do so."""
    return _search(function.project, function.thing, each_time=True) or _as_constructor(function)


def thing_by_each_request(project: Project, function: FunctionThing) -> Reached | None:
    """The same for a function anywhere in the project."""
    return _search(project, function, each_time=True)


def _as_constructor(function: Function) -> Reached | None:
    """`Depends(Class)` runs the constructor."""
    if function.name != "__init__" or not is_dependency(function):
        return None
    return Reached("dependency", _name(function.facts), True)


def _search(project: Project, function: FunctionThing, *, each_time: bool) -> Reached | None:
    start = FunctionThing(function.path, function.qualname)
    queue = [(start, 0)]
    seen = {start}
    for current, hops in queue:
        roles = project.loop.roles(current)
        found = project.evaluator.function(current)
        if found is None or project.files.is_test(current.path):
            continue
        if each_time and (hops > _NEAR or not _runs_each_time(project, current, roles)):
            continue
        serving = _SERVING - {"middleware"} if found.name == "__init__" else _SERVING  # Made when the app starts.
        role = next((each.role for each in roles if each.role in serving), None)
        if role is not None:
            return Reached(role, _name(found), current == start)
        for caller in _callers(project, current, found, each_time):
            if caller not in seen and len(seen) < _MOST_FUNCTIONS:
                seen.add(caller)
                queue.append((caller, hops + 1))
    return None


def _name(found: FunctionFacts) -> str:
    owner = found.owner
    return owner.rpartition(".")[2] if owner is not None and found.name.startswith("__") else found.name


def _callers(
    project: Project, function: FunctionThing, found: FunctionFacts, each_time: bool
) -> Iterator[FunctionThing]:
    for caller in project.loop.callers.of(function):
        if not (each_time and caller.site.lazy):
            yield caller.function
    if found.name == "__init__" and found.owner is not None:
        yield from _makers(project, ClassThing(function.path, found.owner), each_time)
    if found.parent is not None and not each_time:
        # A function in a function runs when that one does, or what it hands it to.
        yield FunctionThing(function.path, found.parent)


def _makers(project: Project, cls: ClassThing, each_time: bool) -> Iterator[FunctionThing]:
    """The functions that make an instance of a class."""
    name = cls.qualname.rpartition(".")[2]
    for path in project.files.mentioning(name):
        module = project.facts(path)
        for qualname, site in module.mentions.get(name, ()) if module is not None else ():
            assert isinstance(site.value, facts.Call)
            if qualname == facts.MODULE or (each_time and site.lazy):
                continue
            if project.evaluator.certain(site.value.func, Frame(path, qualname)) == cls:
                yield FunctionThing(path, qualname)


def _runs_each_time(project: Project, function: FunctionThing, roles: tuple[Registration, ...]) -> bool:
    """Whether each call of a function runs it: it has no decorator but those of routes, and some that are known."""
    found = project.evaluator.function(function)
    if found is None:
        return False
    routes = {id(each.call) for each in roles if each.call is not None}
    others = [decorator for decorator in found.decorators if id(decorator) not in routes]
    return not others or (
        len(others) <= len(known := calls.traits(project.evaluator, function)) and known <= _UNCHANGED
    )
