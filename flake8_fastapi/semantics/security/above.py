"""Decorators above that of a route. FastAPI has registered the function below them: what they return nobody calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import decorators as tables
from flake8_fastapi.knowledge.decorators import Purpose
from flake8_fastapi.semantics import classes, facts, signatures, wrappers
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.security import checking
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Thing,
    library_name,
)

_PURPOSES: dict[Purpose, frozenset[str]] = {
    "limit": frozenset({"limit", "limited", "limiter", "ratelimit", "throttle", "throttled"}),
    "cache": frozenset({"cache", "cached", "caching", "memoize", "memoized"}),
}


class Dead(NamedTuple):
    """A decorator that does not run when the route is called."""

    position: Position
    name: str
    """As it is written, without its arguments."""
    purpose: Purpose
    is_between: bool
    """Whether another route decorator stands above it, for whose route it does run."""


def of(function: Function) -> Iterator[Dead]:
    """The decorators of a function that certainly return a new one, and stand above a route's own."""
    found = function.facts
    if len(found.decorators) < 2 or function.project.files.is_test(function.thing.path):
        return
    registering = _registering(function)
    code = function.code if registering and found.decorators[: max(registering)] else None
    if code is None or isinstance(code.node, ast.Lambda):
        return
    for place, decorator in enumerate(found.decorators[: max(registering)]):
        purpose = _purpose(function, decorator) if place not in registering else None
        if purpose is not None:
            name = written(decorator.func if isinstance(decorator, facts.Call) else decorator)
            position = start(code.node.decorator_list[place])
            yield Dead(position, name or "the decorator", purpose, place > min(registering))


def _registering(function: Function) -> set[int]:
    """The places of the decorators that register a route; empty where something else registers the function as well."""
    roles = [each for each in function.registrations if each.role in ROUTE_ROLES]
    written_calls = [each.call for each in roles]
    frame = _around(function)
    places = set()
    for place, decorator in enumerate(function.facts.decorators):
        thing = None if isinstance(decorator, facts.Call) else function.ev.certain(decorator, frame)
        made = thing.made.call if isinstance(thing, Instance) and thing.made is not None else None
        if any(call is decorator or (made is not None and call is made) for call in written_calls):
            places.add(place)
    return places if len(places) == len(written_calls) else set()


def _around(function: Function) -> Frame:
    return signatures.around(function.thing, function.facts)


def _purpose(function: Function, decorator: Value) -> Purpose | None:
    """What a decorator is there for; None where it may do something without the function that it returns."""
    ev, frame = function.ev, _around(function)
    inner = decorator.func if isinstance(decorator, facts.Call) else decorator
    name = library_name(ev.certain(inner, frame))
    if name:
        return tables.WRAPPING.get(name)
    made = wrappers.applied(ev, decorator, function.thing, frame)
    if not made or any(thing == function.thing or not isinstance(thing, (FunctionThing, Instance)) for thing in made):
        return None
    maker = _maker(function, decorator, frame)
    if maker is None or not _only_wraps(function, maker):
        return None
    return _says(function, checking.snake(written(inner)), maker, made)


def _maker(function: Function, decorator: Value, frame: Frame) -> FunctionThing | None:
    """The function that is given the function: the decorator itself, its `__call__`, or a constructor."""
    applied: Thing | None = function.ev.certain(decorator, frame)
    if isinstance(applied, Bound):
        return applied.function if isinstance(applied.function, FunctionThing) else None
    if isinstance(applied, ClassThing):
        return classes.method(function.ev, applied, "__init__")
    if isinstance(applied, Instance):
        return classes.method(function.ev, applied.type, "__call__") if isinstance(applied.type, ClassThing) else None
    return applied if isinstance(applied, FunctionThing) else None


def _only_wraps(function: Function, maker: FunctionThing) -> bool:
    """Whether a decorator neither keeps nor changes what it is given, nor keeps what it returns."""
    ev = function.ev
    found = ev.function(maker)
    if found is None or found.raises:
        return False
    own = {each.name for each in found.parameters}
    nested = _nested(function, maker)
    # What it sets on the wrapper is as dead as the wrapper; an object that wraps keeps the function on itself.
    kept = nested | ({found.parameters[0].name} if found.name == "__init__" else set())
    if any(variable not in kept for variable, _ in found.changed):
        return False
    frame = ev.frame_of(maker)
    for site in found.sites:
        call = site.value
        if isinstance(call, facts.Call) and _gets(call, own | nested):
            name = library_name(ev.certain(call.func, frame))
            callee = call.func
            is_wraps = isinstance(callee, facts.Call) and library_name(ev.certain(callee.func, frame)) in tables.LOOKING
            if name not in tables.LOOKING and not is_wraps:
                return False
    return True


def _nested(function: Function, maker: FunctionThing) -> set[str]:
    module = function.ev.module(maker.path)
    inside = module.functions.values() if module is not None else ()
    return {each.name for each in inside if each.parent == maker.qualname}


def _gets(call: facts.Call, names: set[str]) -> bool:
    given = [*call.args, *(value for _, value in call.keywords)]
    return any(_name_of(value) in names for value in given)


def _name_of(value: Value) -> str:
    if isinstance(value, facts.Starred):
        value = value.of
    if isinstance(value, facts.Function):
        return value.qualname.rpartition(".")[2]
    return value.name if isinstance(value, (facts.Local, facts.Parameter)) else ""


def _says(function: Function, name: str, maker: FunctionThing, made: tuple[Thing, ...]) -> Purpose:
    """What it is there for, by its name and by what the function that it returns refuses."""
    words = set(name.replace(".", "_").split("_"))
    for purpose, known in _PURPOSES.items():
        if words & known:
            return purpose
    returned = [thing for thing in made if isinstance(thing, FunctionThing)]
    refuses = any(checking.refuses(function.project, thing) is True for thing in (maker, *returned))
    return "auth" if refuses or (checking.sounds(name.rpartition(".")[2]) and "log" not in words) else "other"
