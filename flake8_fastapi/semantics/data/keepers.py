"""Who keeps a resource that is handed to it: a call of which nobody knows what it does with it may close it later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_fastapi.semantics import classes, facts, hints
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.dependencies import Dependency
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.project import Project
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, FunctionThing, Library, Thing
from flake8_fastapi.semantics.used import name_of
from flake8_fastapi.semantics.values import Evaluator

_KEEPING = re.compile(
    r"(?i)enter|push|callback|register|finali[sz]|add_|task|thread|submit|defer|keep|store|track|save|put|append|"
    r"closing|close|release|shield|wait_for|gather|set|scope|context|partial|response"
)
"""Last names of library functions that keep what they are given, or close it."""
_CLOSING = frozenset({"close", "aclose", "remove", "release", "terminate", "disconnect", "invalidate"})
_OWNING = frozenset(
    {"close", "aclose", "__exit__", "__aexit__", "__del__", "disconnect", "shutdown", "dispose", "stop", "cleanup"}
)
_DEEPEST = 3


def keeps(code: Code, call: ast.Call, argument: ast.AST) -> bool:
    """Whether a call may keep or close what is given for an argument; certain functions of the project do not."""
    value = code.source.value(call)
    callee = code.thing(call.func)
    if callee is None or not isinstance(value, facts.Call):
        return True
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, Library):
        return _KEEPING.search(function.last) is not None
    place = _place(call, argument)
    return place is None or _kept_by(code.source.ev, callee, place, _DEEPEST)


def owns(ev: Evaluator, cls: ClassThing) -> bool:
    """Whether instances of a class may close what they hold; true where a base is unknown."""
    order, complete = classes.mro(ev, cls)
    if not complete or any(isinstance(each, Library) and each.name != "builtins.object" for each in order):
        return True
    found = [each for each in (classes.facts_of(ev, one) for one in order if isinstance(one, ClassThing)) if each]
    return any(not _OWNING.isdisjoint(each.attributes) for each in found)


def closes_attribute(project: Project, name: str) -> bool:
    """Whether anything in the project closes or enters an attribute of this name, whatever object has it."""
    for path in project.files.mentioning(name):
        module = project.facts(path)
        for found in module.functions.values() if module is not None else ():
            if any(_closes_attribute(site, name) for site in found.sites):
                return True
    return False


def _closes_attribute(site: facts.Site, name: str) -> bool:
    if site.kind == "enter":
        return isinstance(site.value, facts.Attribute) and site.value.name == name
    func = site.value.func if isinstance(site.value, facts.Call) else None
    if not isinstance(func, facts.Attribute) or func.name not in _CLOSING:
        return False
    return isinstance(func.of, (facts.Attribute, facts.Local)) and func.of.name == name


def closed_by_users(function: Function) -> bool:
    """Whether a function that a dependency is injected into closes (or enters) what it gets."""
    for path in dict.fromkeys((function.thing.path, *function.project.files.mentioning(name_of(function)))):
        module = function.project.facts(path)
        for found in module.functions.values() if module is not None else ():
            frame = Frame(path, found.parent or facts.MODULE)
            for parameter in found.parameters:
                if _closes(found, parameter.name) and _is_injected(function, parameter, frame):
                    return True
    return False


def _closes(found: FunctionFacts, name: str) -> bool:
    for site in found.sites:
        if site.kind == "enter" and _is_local(site.value, name):
            return True
        func = site.value.func if isinstance(site.value, facts.Call) else None
        if isinstance(func, facts.Attribute) and func.name in _CLOSING and _is_local(func.of, name):
            return True
    return False


def _is_injected(function: Function, parameter: facts.Parameter, frame: Frame) -> bool:
    marker = hints.dependency_marker(function.ev, parameter.annotation, parameter.default, frame)
    if marker is None:
        return False
    found = Dependency(function.ev, marker, parameter.annotation, frame).function
    return found is not None and (found.path, found.qualname) == (function.thing.path, function.thing.qualname)


def _place(call: ast.Call, argument: ast.AST) -> int | str | None:
    for index, each in enumerate(call.args):
        if isinstance(each, ast.Starred):
            return None
        if each is argument:
            return index
    return next((keyword.arg for keyword in call.keywords if keyword.value is argument), None)


def _kept_by(ev: Evaluator, callee: Thing, place: int | str, depth: int) -> bool:
    if isinstance(callee, ClassThing):
        init = classes.method(ev, callee, "__init__")
        return init is None or owns(ev, callee) or _kept_by_function(ev, init, place, 1, depth, callee)
    skipped = 1 if isinstance(callee, Bound) else 0
    function = callee.function if isinstance(callee, Bound) else callee
    if not isinstance(function, FunctionThing):
        return True
    return _kept_by_function(ev, function, place, skipped, depth, None)


def _kept_by_function(
    ev: Evaluator, thing: FunctionThing, place: int | str, skipped: int, depth: int, made: ClassThing | None
) -> bool:
    found = ev.function(thing)
    if found is None or depth == 0 or (found.is_generator and made is None):
        return True
    name = _parameter(found, place, skipped)
    if name is None:
        return True
    if made is None and (_is_stored(ev, thing, found, name) or any(_mentions(each, name) for each in found.returned)):
        return True
    return any(_does_keep(ev, thing, site, name, depth - 1) for site in found.sites)


def _parameter(found: FunctionFacts, place: int | str, skipped: int) -> str | None:
    if isinstance(place, str):
        return next((each.name for each in found.parameters if each.name == place), None)
    return next((each.name for each in found.parameters if each.index == place + skipped), None)


def _is_stored(ev: Evaluator, thing: FunctionThing, found: FunctionFacts, name: str) -> bool:
    """Whether a method assigns the parameter to an attribute of its object."""
    module = ev.module(thing.path)
    cls = module.classes.get(found.owner) if module is not None and found.owner is not None else None
    values = (value for each in cls.instance.values() for value in each) if cls is not None else ()
    return any(
        _is_local(value, name) and value.function == thing.qualname
        for value in values
        if isinstance(value, facts.Local)
    )


def _does_keep(ev: Evaluator, thing: FunctionThing, site: facts.Site, name: str, depth: int) -> bool:
    """Whether a function closes its parameter, enters it, or hands it to something that keeps it."""
    if site.kind == "enter":
        return _is_local(site.value, name)
    if not isinstance(site.value, facts.Call):
        return False
    func = site.value.func
    if isinstance(func, facts.Attribute) and func.name in _CLOSING and _is_local(func.of, name):
        return True
    place = next(iter(_places(site.value, name)), None)
    if place is None:
        return False
    callee = ev.certain(func, Frame(thing.path, thing.qualname))
    function = callee.function if isinstance(callee, Bound) else callee
    if isinstance(function, Library):
        return _KEEPING.search(function.last) is not None
    return callee is None or _kept_by(ev, callee, place, depth)


def _places(call: facts.Call, name: str) -> Iterator[int | str]:
    yield from (index for index, value in enumerate(call.args) if _is_local(value, name))
    yield from (key for key, value in call.keywords if key is not None and _is_local(value, name))


def _is_local(value: Value, name: str) -> bool:
    return isinstance(value, facts.Local) and value.name == name


def _mentions(value: Value, name: str) -> bool:
    """Whether a result is the parameter, or is made with it."""
    if isinstance(value, facts.Call):
        return any(_mentions(each, name) for each in (*value.args, *(each for _, each in value.keywords)))
    return _is_local(value, name)
