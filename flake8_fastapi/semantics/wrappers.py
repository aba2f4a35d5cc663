"""Decorators of the project that hide the signature of a handler or dependency from FastAPI."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_fastapi.semantics import calls, classes, facts
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.signatures import around
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Thing,
    Things,
)
from flake8_fastapi.semantics.values import Evaluator

_SIGNING = (".__signature__", ".__wrapped__")
_WRAPS = "functools.wraps"
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC"})


class Hiding(NamedTuple):
    """A decorator that hides a signature."""

    position: Position
    decorator: str
    function: str
    parameters: tuple[str, ...]
    """The variadic parameters that FastAPI sees instead."""


def hiding(route: Route) -> Iterator[Hiding]:
    """What hides a signature: of the route's handler, or of a dependency of this file that it uses."""
    handler = route.registration.function
    below = [value for value, _ in route.decorators]
    if below:
        yield from _on(route, handler, below)
    for dependency in route.every_dependency() if _has_decorated(route) else ():
        function = dependency.callee
        function = function.function if isinstance(function, Bound) else function
        defined = _defined(route, function)
        found = route.ev.function(defined) if defined is not None else None
        if defined is not None and found is not None and found.decorators:
            yield from _on(route, defined, list(found.decorators))


def _has_decorated(route: Route) -> bool:
    """Whether something else in the file than handlers is decorated; worked out once, not for each route."""
    key = f"{__name__}:{route.source.path}"
    if key not in route.project.memo:
        module = route.ev.module(route.source.path)
        registered = route.project.registrations.of(route.source.path)
        handlers = {found.function.qualname for found in registered if found.call}
        functions = module.functions.values() if module is not None else ()
        route.project.memo[key] = any(each.decorators and each.qualname not in handlers for each in functions)
    return bool(route.project.memo[key])


def _defined(route: Route, callee: Thing | None) -> FunctionThing | None:
    """The function whose `def` the decorators of a dependency stand on: what the outermost wrapper closes over."""
    if not isinstance(callee, FunctionThing):
        return None
    seen = 0
    while callee.outer is not None and seen < 9:
        inner = next((thing for _, thing in callee.outer.env if isinstance(thing, FunctionThing)), None)
        if inner is None:
            break
        callee, seen = inner, seen + 1
    return callee


def _on(route: Route, function: FunctionThing, below: Sequence[Value]) -> Iterator[Hiding]:
    """The decorator of a function in this file that hides its signature from FastAPI; the outermost counts."""
    ev = route.ev
    found = ev.function(function)
    code = route.source.code(function.qualname) if function.path == route.source.path else None
    if found is None or code is None or isinstance(code.node, ast.Lambda):
        return
    for decorator, given, made in reversed(list(_stages(ev, function, found, below))):
        variadic = {names for thing in made for names in (_variadic(ev, thing, given),)}
        if len(variadic) == 1 and (names := variadic.pop()):
            place = found.decorators.index(decorator)
            yield Hiding(start(code.node.decorator_list[place]), _shown(decorator), found.name, names)
        if made != (given,) and not all(_shows(ev, thing) for thing in made):
            return


def _stages(
    ev: Evaluator, function: FunctionThing, found: FunctionFacts, below: Sequence[Value]
) -> Iterator[tuple[Value, Thing, Things]]:
    """What each decorator gets and makes of it, from the `def` outwards."""
    frame = around(function, found)
    thing: Thing = function
    for decorator in reversed(below):
        made = applied(ev, decorator, thing, frame)
        yield decorator, thing, made
        # What comes out of an unknown decorator is unknown, which says nothing of the next one.
        thing = made[0] if made else Thing()


def applied(ev: Evaluator, decorator: Value, thing: Thing, frame: Frame) -> Things:
    """What a decorator, or an object of the project that is one, makes of a thing; empty if unknown."""
    made = calls.apply(ev, decorator, thing, frame)
    if made:
        return made
    applied = ev.certain(decorator, frame)
    if not isinstance(applied, Instance) or not isinstance(applied.type, ClassThing):
        return ()
    method = classes.method(ev, applied.type, "__call__")
    found = ev.function(method) if method is not None else None
    if method is None or found is None or len(found.parameters) < 2 or found.is_async or found.is_generator:
        return ()
    env: Env = ((found.parameters[0].name, applied), (found.parameters[1].name, thing))
    return ev.union(found.returned, ev.frame_of(method, env))


def _shows(ev: Evaluator, thing: Thing) -> bool:
    """Whether a wrapper shows the signature of what it wraps."""
    return isinstance(thing, FunctionThing) and _WRAPS in calls.traits(ev, thing)


def _shown(decorator: Value) -> str:
    return written(decorator.func if isinstance(decorator, facts.Call) else decorator) or "the decorator"


def _variadic(ev: Evaluator, thing: Thing, given: Thing) -> tuple[str, ...]:
    """The `*args` and `**kwargs` of a wrapper that certainly shows no other signature; empty if it may."""
    if thing == given:
        return ()
    if isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
        method = classes.method(ev, thing.type, "__call__")
        return _variadic_of(ev, method) if method is not None and not _is_signed_class(ev, thing.type) else ()
    if isinstance(thing, Bound):
        thing = thing.function
    if not isinstance(thing, FunctionThing) or _is_signed(ev, thing):
        return ()
    return _variadic_of(ev, thing)


def _variadic_of(ev: Evaluator, function: FunctionThing) -> tuple[str, ...]:
    found = ev.function(function)
    if found is None or found.decorators:
        return ()
    return tuple(parameter.name for parameter in found.parameters if parameter.kind in ("args", "kwargs"))


def _is_signed(ev: Evaluator, wrapper: FunctionThing) -> bool:
    """Whether a wrapper may be given a signature: an attribute is set on it, or a function gets it."""
    found = ev.function(wrapper)
    if found is None or found.parent is None:
        return True
    maker = ev.function(FunctionThing(wrapper.path, found.parent))
    if maker is None:
        return True
    if any((found.name, attribute) in maker.changed for attribute in _SIGNING):
        return True
    return any(_gets(site.value, found.name) for site in maker.sites if isinstance(site.value, facts.Call))


def _gets(call: facts.Call, name: str) -> bool:
    given = [*call.args, *(value for _, value in call.keywords)]
    return any(isinstance(value, facts.Local) and value.name == name for value in given)


def _is_signed_class(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether instances of a class may have a signature of their own."""
    order, complete = classes.mro(ev, cls)
    if not complete or any(isinstance(base, Library) and base.name not in _PLAIN_BASES for base in order):
        return True
    for base in order:
        found = classes.facts_of(ev, base) if isinstance(base, ClassThing) else None
        names = {*found.instance, *found.attributes} if found is not None else set()
        if "__signature__" in names or "__wrapped__" in names:
            return True
        init = classes.method(ev, base, "__init__") if isinstance(base, ClassThing) else None
        function = ev.function(init) if init is not None else None
        if function is not None and function.parameters:
            own = function.parameters[0]
            if any(_gives(site.value, own) for site in function.sites if isinstance(site.value, facts.Call)):
                return True
    return False


def _gives(call: facts.Call, own: facts.Parameter) -> bool:
    """Whether a call gets the instance."""
    given = [*call.args, *(value for _, value in call.keywords)]
    return any(value is own or (isinstance(value, facts.Local) and value.name == own.name) for value in given)
