"""Exceptions as values: made or caught, and then returned, dropped, or put into something."""

from __future__ import annotations

import builtins
from typing import NamedTuple

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.semantics import classes, facts, origins
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance
from flake8_fastapi.semantics.values import Evaluator

_DEPTH = 4
"""How many containers are looked into."""


class Exceptional(NamedTuple):
    """A value that is an exception."""

    cls: ExceptionClass | None
    """None for one that an `except` caught."""
    instance: Instance | None
    helper: str = ""
    """The function of the project that made it and returned it, if it comes from one."""


def is_exception(ev: Evaluator, cls: ExceptionClass) -> bool:
    """Whether a class certainly is one of exceptions."""
    return any(_is_named_exception(name) for name in classes.library_types(ev, cls))


def _is_named_exception(name: str) -> bool:
    if name in tables.BASES or name in tables.BASES.values() or name == tables.HTTP_EXCEPTION:
        return True
    found = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
    return isinstance(found, type) and issubclass(found, BaseException)


def made(ev: Evaluator, value: Value, frame: Frame) -> Instance | None:
    """The exception that a value certainly is, where it was made by a call that we see."""
    thing = ev.certain(value, frame)
    is_one = isinstance(thing, Instance) and thing.made is not None and is_exception(ev, thing.type)
    return thing if is_one and isinstance(thing, Instance) else None


def is_caught(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame) -> bool:
    """Whether a variable of a function holds what an `except` of it caught."""
    if not isinstance(value, facts.Local) or value.function != found.qualname:
        return False
    named = any(clause.name == value.name for each in found.tries for clause in each.clauses)
    bindings = ev.bindings(value, frame) if named else ()
    return bool(bindings) and all(type(each) is Value for each in bindings)


def of(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame) -> Exceptional | None:
    """The exception that a value of a function is, on some way; None if it is none for certain."""
    if is_caught(ev, found, value, frame):
        return Exceptional(None, None)
    if isinstance(value, (facts.Constant, facts.Table, facts.Display, facts.Text)):
        return None
    for origin in origins.of(ev, value, frame):
        instance = made(ev, origin.value, origin.frame)
        home = ev.function(FunctionThing(origin.frame.path, origin.frame.function))
        held = origin.names[0][1] if origin.names else origin.value
        if instance is None and (home is None or not is_caught(ev, home, held, origin.frame)):
            continue
        helper = home.name if home is not None and origin.frame[:2] != frame[:2] else ""
        return Exceptional(instance.type if instance is not None else None, instance, helper)
    return None


def within(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame) -> Value | None:
    """The exception in a value: the value itself, or what a list or dict written out holds; None if there is none."""
    return _within(ev, found, value, frame, _DEPTH)


def _within(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame, depth: int) -> Value | None:
    if isinstance(value, facts.Table):
        items = [item for _, item in value.items]
    elif isinstance(value, facts.Display):
        items = list(value.items)
    else:
        return value if is_caught(ev, found, value, frame) or made(ev, value, frame) is not None else None
    inner = (_within(ev, found, item, frame, depth - 1) for item in items if depth)
    return next((each for each in inner if each is not None), None)


def is_told_apart(ev: Evaluator, found: FunctionFacts, value: Value, frame: Frame) -> bool:
    """Whether a function asks of what class a variable is: `if isinstance(found, HTTPException): raise found`."""
    if not isinstance(value, facts.Local):
        return False
    return any(
        isinstance(site.value, facts.Call)
        and isinstance(site.value.func, (facts.Name, facts.Local))
        and site.value.func.name in ("isinstance", "type")
        and any(isinstance(each, facts.Local) and each.name == value.name for each in site.value.args)
        for site in found.sites
    )


def asks_what_it_gets(ev: Evaluator, path: str) -> bool:
    """Whether a function of a module asks of a parameter whether it is an exception:
    `if isinstance(user, HTTPException): raise user`."""
    module = ev.module(path)
    for qualname, site in module.mentions.get("isinstance", ()) if module is not None else ():
        call = site.value
        if not isinstance(call, facts.Call) or len(call.args) != 2 or not isinstance(call.args[0], facts.Local):
            continue
        if not any(isinstance(each, facts.Parameter) for each in ev.bindings(call.args[0], Frame(path, qualname))):
            continue
        asked = call.args[1].items if isinstance(call.args[1], facts.Display) else (call.args[1],)
        for each in asked:
            cls = exceptions.cls_of(ev.certain(each, Frame(path, qualname)))
            if cls is not None and is_exception(ev, cls):
                return True
    return False
