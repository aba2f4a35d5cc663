"""What a function does with a parameter that nobody filled in: whether it uses the marker object as a value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from flake8_fastapi.semantics import classes, facts, hints
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Site, Value
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Library, Thing
from flake8_fastapi.semantics.values import Evaluator

_LONGEST_EXPRESSION = 30
"""How many parts of an expression are looked at."""
_ASKING = frozenset({"isinstance", "hasattr", "callable", "type"})
"""Functions that tell a marker from a value."""
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})
_DEEPEST = 3
"""How far a parameter is followed through the functions that it is passed on to."""


def called(ev: Evaluator, thing: Thing | None) -> tuple[FunctionThing, int] | None:
    """The function that a call runs, and how many of its parameters are given by what it is called on."""
    if isinstance(thing, FunctionThing):
        return thing, 0
    if isinstance(thing, Bound):
        return (thing.function, 1) if isinstance(thing.function, FunctionThing) else None
    if isinstance(thing, ClassThing) and classes.method(ev, thing, "__new__") is None:
        init = classes.method(ev, thing, "__init__")
        return (init, 1) if init is not None else None
    return None


def does_harm(ev: Evaluator, function: FunctionThing, name: str, depth: int = _DEEPEST) -> bool:
    """Whether a function uses a parameter as the value that it is not.

    It does not where the parameter is bound again or asked for its type.
    """
    module = ev.module(function.path)
    found = module.functions.get(function.qualname) if module is not None else None
    if module is None or found is None or len(found.locals.get(name, ())) > 1:
        return False
    inside = [each for each in module.functions.values() if _is_inside(each.qualname, function.qualname)]

    def is_it(value: Value) -> bool:
        return isinstance(value, facts.Local) and value.name == name and value.function == function.qualname

    sites = [(site, each) for each in inside for site in each.sites]
    if any(_asks_type(site) and any(map(is_it, _arguments(site))) for site, _ in sites):
        return False
    if any(_holds(value, is_it) for each in inside for value in (*each.returned, *each.yielded)):
        return True
    if any(_holds(value, is_it) for value in _kept(module, found, inside)):
        return True
    return any(_site_harms(ev, site, Frame(function.path, each.qualname), is_it, depth) for site, each in sites)


def _is_inside(qualname: str, around: str) -> bool:
    return qualname == around or qualname.startswith(f"{around}.")


def _kept(module: ModuleFacts, found: FunctionFacts, inside: list[FunctionFacts]) -> Iterator[Value]:
    """What variables and attributes are given."""
    for each in inside:
        for values in each.locals.values():
            yield from (value for value in values if not isinstance(value, facts.Parameter))
    owner = module.classes.get(found.owner) if found.owner is not None else None
    for values in owner.instance.values() if owner is not None else ():
        yield from values


def _asks_type(site: Site) -> bool:
    return isinstance(site.value, facts.Call) and written(site.value.func) in _ASKING


def _arguments(site: Site) -> tuple[Value, ...]:
    call = site.value
    return (*call.args, *(value for _, value in call.keywords)) if isinstance(call, facts.Call) else ()


def _site_harms(ev: Evaluator, site: Site, frame: Frame, is_it: Callable[[Value], bool], depth: int) -> bool:
    call = site.value
    if not isinstance(call, facts.Call):
        return _holds(call, is_it)
    if _holds(call.func, is_it):
        return True
    if written(call.func).rpartition(".")[2] in _LOGGING:
        return False
    for index, argument in enumerate(call.args):
        if _holds(argument, is_it) and (not is_it(argument) or _passed(ev, call, frame, index, None, depth)):
            return True
    return any(
        _holds(argument, is_it) and (not is_it(argument) or _passed(ev, call, frame, None, name, depth))
        for name, argument in call.keywords
    )


def _passed(ev: Evaluator, call: facts.Call, frame: Frame, index: int | None, keyword: str | None, depth: int) -> bool:
    """Whether what is passed on comes to harm in the function that gets it; an unknown one may know markers."""
    thing = ev.certain(call.func, frame)
    target = called(ev, thing)
    found = ev.function(target[0]) if target is not None else None
    if target is None or found is None:
        return (thing is None and _is_of_library(ev, call.func, frame)) or _is_library(thing)
    for parameter in found.parameters if depth else ():
        is_meant = parameter.name == keyword if index is None else parameter.index == index + target[1]
        if is_meant and parameter.kind in ("positional", "keyword"):
            return does_harm(ev, target[0], parameter.name, depth - 1)
    return False


def _is_library(thing: Thing | None) -> bool:
    return isinstance(thing, Library) or (isinstance(thing, Bound) and isinstance(thing.function, Library))


def _is_of_library(ev: Evaluator, func: Value, frame: Frame) -> bool:
    """Whether what is called comes from a call of a library: `select(User).limit`, also through variables."""
    value, where = func, frame
    for _ in range(_LONGEST_EXPRESSION):
        if isinstance(value, facts.Call):
            value = value.func
        elif isinstance(value, (facts.Attribute, facts.Item, facts.Awaited)):
            value = value.of
        else:
            if _is_library(ev.certain(value, where)):
                return True
            followed = hints.definition(ev, value, where)
            if followed is None or isinstance(followed[0], facts.Parameter):
                return False
            value, where = followed
    return False


def _holds(value: Value, is_it: Callable[[Value], bool]) -> bool:
    """Whether a value is, or is made of, the one that is meant; what calls are given is asked of their sites."""
    if is_it(value):
        return True
    if isinstance(value, (facts.Call, facts.Comparison, facts.Function, facts.Parameter)):
        # Comparing a marker with something is harmless: it equals nothing.
        return isinstance(value, facts.Call) and _holds(value.func, is_it)
    return any(_holds(part, is_it) for part in _parts(value))


def _parts(value: Value) -> Iterator[Value]:
    pending: list[object] = [getattr(value, field.name) for field in dataclasses.fields(value)]
    while pending:
        part = pending.pop()
        if isinstance(part, Value):
            yield part
        elif isinstance(part, tuple):
            pending.extend(part)
