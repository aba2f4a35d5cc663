"""Who uses a function as a dependency, and what it sets in the context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Position, Site
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.markers import NAMES
from flake8_fastapi.semantics.things import (
    ClassThing,
    Frame,
    FunctionThing,
    Instance,
    Library,
    function_of,
)
from flake8_fastapi.semantics.values import Evaluator

_CONTEXT_VARIABLE = Library("contextvars.ContextVar")
_MOST_HOPS = 3
"""How many helpers deep a variable may be set."""
_MOST_CALLED = 60
"""How many functions that a dependency calls are looked at."""


def name_of(function: Function) -> str:
    """The name by which people know a dependency: a `__call__` and an `__init__` go by their class."""
    owner = function.facts.owner
    return owner.rpartition(".")[2] if owner is not None and function.name.startswith("__") else function.name


def frame_of(function: Function) -> Frame:
    """Where the values of its body are evaluated."""
    return Frame(function.thing.path, function.thing.qualname)


def is_dependency(function: Function) -> bool:
    """Whether it is what `Depends` calls, or the constructor of a class that is."""
    if function.is_dependency:
        return True
    owner = function.facts.owner
    if function.name != "__init__" or owner is None:
        return False
    return any(_is_used_class(function, path, ClassThing(function.thing.path, owner)) for path in _paths(function))


def dependencies_in(function: Function) -> Iterator[Code]:
    """The code of the generator functions in the same file that are dependencies."""
    module = function.project.facts(function.thing.path)
    for other in module.functions.values() if module is not None else ():
        thing = FunctionThing(function.thing.path, other.qualname)
        roles = function.project.loop.roles(thing) if other.is_generator else ()
        code = function.source.code(other.qualname)
        if code is not None and any(registration.role == "dependency" for registration in roles):
            yield code


def ends_with_function(function: Function) -> bool:
    """Whether a `Depends` of it may say `scope="function"`: then what follows `yield` runs before the response."""
    for marker, frame in _markers(function):
        scope = marker.keyword("scope")
        if marker.open or (scope is not None and function.ev.literal(scope, frame) != "request"):
            return True
    return False


def calls_any(function: Function, names: frozenset[str]) -> bool:
    """Whether a function calls something by one of these last names. Cheap: no value is evaluated."""
    module = function.project.facts(function.thing.path)
    mentions = module.mentions if module is not None else {}
    own = function.facts.qualname
    return any(qualname == own for name in names & mentions.keys() for qualname, _ in mentions[name])


def _paths(function: Function) -> Iterator[str]:
    """The files that may name it."""
    yield function.thing.path
    yield from (path for path in function.project.files.mentioning(name_of(function)) if path != function.thing.path)


def _markers(function: Function) -> Iterator[tuple[facts.Call, Frame]]:
    """The `Depends(…)` that call it."""
    for path in _paths(function):
        for marker, frame in _markers_in(function, path):
            dependency = Dependency(function.ev, marker, None, frame)
            called = function_of(dependency.callee) or dependency.function
            if dependency.call is not None and called is not None and _is_same(called, function.thing):
                yield dependency.call, frame


def _markers_in(function: Function, path: str) -> Iterator[tuple[Instance, Frame]]:
    module = function.project.facts(path)
    for name in NAMES:
        for qualname, site in module.mentions.get(name, ()) if module is not None else ():
            frame = Frame(path, qualname)
            found = function.ev.certain(site.value, frame)
            if isinstance(found, Instance) and hints.is_marker(found):
                yield found, frame


def _is_same(one: FunctionThing, other: FunctionThing) -> bool:
    return one.path == other.path and one.qualname == other.qualname


def _is_used_class(function: Function, path: str, cls: ClassThing) -> bool:
    """Whether a file says `Depends(Class)`, or `Depends()` beside an annotation that names the class."""
    text = function.project.files.text(path)
    if text is None or _used_as_class(cls.qualname.rpartition(".")[2]).search(text) is None:
        return False
    if any(Dependency(function.ev, marker, None, frame).callee == cls for marker, frame in _markers_in(function, path)):
        return True
    module = function.project.facts(path)
    return module is not None and any(_injects(function, *each, cls) for each in _annotated(module))


@lru_cache(maxsize=256)
def _used_as_class(name: str) -> re.Pattern[bytes]:
    """What a text has that makes a dependency of a class; most texts that name the class have not, which is cheap."""
    cls = rb"\b" + re.escape(name.encode()) + rb"\b"
    return re.compile(
        rb"\(\s*(?:dependency\s*=\s*)?(?:\w+\.)*" + cls + rb"\s*[,)]|" + cls + rb"[^()]{0,80}\b\w+\(\s*\)"
    )


def _annotated(module: ModuleFacts) -> Iterator[tuple[facts.Value, facts.Value | None, Frame]]:
    """The annotations of a module that may hold a marker: of parameters, with their defaults, and aliases."""
    for found in module.functions.values():
        frame = Frame(module.path, found.parent or facts.MODULE)
        for parameter in found.parameters:
            if parameter.annotation is not None:
                yield parameter.annotation, parameter.default, frame
    for bindings in module.names.values():
        for value in bindings:
            if isinstance(value, facts.Item):
                yield value, None, Frame(module.path)


def _injects(
    function: Function, annotation: facts.Value, default: facts.Value | None, frame: Frame, cls: ClassThing
) -> bool:
    marker = hints.dependency_marker(function.ev, annotation, default, frame)
    return marker is not None and Dependency(function.ev, marker, annotation, frame).callee == cls


# -- context variables


class Variable(NamedTuple):
    """A `ContextVar` of a module: where the call that makes it ends."""

    path: str
    end: Position


def variables_set(function: Function) -> Iterator[tuple[Site, str, Variable]]:
    """Where a function sets a context variable, itself or through helpers: the call, its text, the variable."""
    if calls_any(function, _setters(function)):
        yield from _set_in(function, function.facts, frame_of(function), _MOST_HOPS)


_setting: WeakKeyDictionary[Evaluator, frozenset[str]] = WeakKeyDictionary()


def _setters(function: Function) -> frozenset[str]:
    """The last names of what may set a context variable: `set`, and the helpers of the project that call it."""
    known = _setting.get(function.ev)
    if known is None:
        known = _setting[function.ev] = frozenset(_find_setters(function))
    return known


def _find_setters(function: Function) -> set[str]:
    files = function.project.files
    made_in = [function.project.facts(path) for path in files.mentioning("ContextVar")]
    names = {name for module in made_in if module is not None for name in _variables_of(function, module)}
    found = {"set"} if names else set()
    level = {(name, "set") for name in names}
    for _ in range(_MOST_HOPS):
        helpers = {
            qualname.rpartition(".")[2]
            for word, called in level
            for path in files.mentioning(word)
            if (module := function.project.facts(path)) is not None
            for qualname, _ in module.mentions.get(called, ())
            if qualname != facts.MODULE
        }
        level = {(name, name) for name in helpers - found}
        found |= helpers
        if len(found) > _MOST_CALLED:
            break
    return found


def _variables_of(function: Function, module: ModuleFacts) -> Iterator[str]:
    """The names of a module that are bound to a new context variable."""
    for name, bindings in module.names.items():
        for value in bindings:
            made = value.value if isinstance(value, facts.Declared) else value
            thing = function.ev.certain(made, Frame(module.path)) if isinstance(made, facts.Call) else None
            if isinstance(thing, Instance) and thing.type == _CONTEXT_VARIABLE:
                yield name


def _set_in(function: Function, found: FunctionFacts, frame: Frame, hops: int) -> Iterator[tuple[Site, str, Variable]]:
    for site in found.sites:
        if site.kind != "call" or not isinstance(site.value, facts.Call):
            continue
        variable = _variable_of(function, site.value, "set", frame)
        if variable is None and hops:
            variable = _set_by(function, site.value, frame, hops - 1)
        if variable is not None:
            yield site, written(site.value), variable


def _set_by(function: Function, call: facts.Call, frame: Frame, hops: int) -> Variable | None:
    """The variable that a helper sets."""
    helper = function_of(function.ev.certain(call.func, frame))
    found = function.ev.function(helper) if helper is not None else None
    if helper is None or found is None or found.is_async or found.is_generator:
        return None
    inner = next(_set_in(function, found, Frame(helper.path, helper.qualname), hops), None)
    return inner[2] if inner is not None else None


def _variable_of(function: Function, call: facts.Call, method: str, frame: Frame) -> Variable | None:
    """The context variable of a module whose method is called."""
    if not isinstance(call.func, facts.Attribute) or call.func.name != method:
        return None
    thing = function.ev.certain(call.func.of, frame)
    if not isinstance(thing, Instance) or thing.type != _CONTEXT_VARIABLE or thing.made is None:
        return None
    made = thing.made
    return Variable(made.frame.path, made.call.end) if made.frame.function == facts.MODULE else None


def is_read_elsewhere(function: Function, variable: Variable) -> bool:
    """Whether a function reads the variable that this one does not call itself."""
    module = function.project.facts(variable.path)
    name = _name_of(module, variable) if module is not None else ""
    within = _called_by(function)
    for path in function.project.files.mentioning(name) if name else ():
        reader = function.project.facts(path)
        for qualname, site in reader.mentions.get("get", ()) if reader is not None else ():
            assert isinstance(site.value, facts.Call)
            reads = (path, qualname) not in within and _variable_of(
                function, site.value, "get", Frame(path, qualname)
            ) == variable
            if reads:
                return True
    return False


def _name_of(module: ModuleFacts, variable: Variable) -> str:
    for name, bindings in module.names.items():
        for value in bindings:
            made = value.value if isinstance(value, facts.Declared) else value
            if isinstance(made, facts.Call) and made.end == variable.end:
                return name
    return ""


def _called_by(function: Function) -> set[tuple[str, str]]:
    """The function and the functions of the project that it calls, directly or not."""
    queue = [function.thing]
    seen = {(function.thing.path, function.thing.qualname)}
    for current in queue:
        found = function.ev.function(current)
        for site in found.sites if found is not None and len(seen) < _MOST_CALLED else ():
            if not isinstance(site.value, facts.Call):
                continue
            called = function_of(function.ev.certain(site.value.func, Frame(current.path, current.qualname)))
            if called is not None and (called.path, called.qualname) not in seen:
                seen.add((called.path, called.qualname))
                queue.append(called)
    return seen
