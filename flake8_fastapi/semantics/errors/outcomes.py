"""What an `except` makes of an HTTPException that it has caught, as the client or a caller sees it."""

from __future__ import annotations

import ast
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import errors as tables
from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes
from flake8_fastapi.semantics.errors import exceptions, handled, telling
from flake8_fastapi.semantics.errors.catching import Catch, End
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.routes import Route
from flake8_fastapi.semantics.things import Bound, ClassThing, Instance, Library, function_of

_LOOKS = frozenset({"status_code", "detail", "headers", "status"})
"""Attributes of an HTTPException that tell it from other exceptions."""
_ASKING = frozenset({"isinstance", "getattr", "hasattr"})


class Outcome(NamedTuple):
    """One way in which a clause ends."""

    kind: Literal["raises", "returns", "gives", "goes on"]
    """`returns` is a response of a route, `gives` a value for the caller of another function."""
    status: int | None = None
    """What the client gets by it; None for what is handed to a caller."""
    cls: ExceptionClass | None = None
    """What is raised, unless it is an HTTPException."""


def of(function: Function, catch: Catch) -> tuple[Outcome, ...]:
    """The ways in which a clause ends; empty if one of them is unknown, or if the exception itself decides."""
    if any(_decides(catch, use) for use in catch.uses) or _asks_for_text(catch):
        return ()
    # What is asked here is no question for an HTTPException: the answer is no.
    found = [_outcome(function, end) for end in catch.ends if not end.is_asked]
    return tuple(each for each in found if each is not None) if None not in found else ()


# -- whether the exception decides


def _decides(catch: Catch, use: ast.Name) -> bool:
    """Whether the clause looks at what it has caught, to tell an HTTPException from others, or hands it on."""
    around = catch.code.parent(use)
    if isinstance(around, ast.Attribute):
        return around.attr in _LOOKS or _is_tested(catch, use)
    call = catch.code.parent(around) if isinstance(around, ast.keyword) else around
    if not isinstance(call, ast.Call) or call.func is use:
        return _is_tested(catch, use)
    if isinstance(call.func, ast.Name) and call.func.id in _ASKING:
        return not _is_for_others(catch, call)
    return _may_raise(catch, call) or _is_tested(catch, use)


def _asks_for_text(catch: Catch) -> bool:
    """Whether a condition asks for a variable with the text of the exception, in which the status may stand."""
    names = catch.texts.variables() if catch.asks else frozenset()
    inside = (node for part in catch.clause.body for node in ast.walk(part))
    return any(isinstance(node, ast.Name) and node.id in names and _is_tested(catch, node) for node in inside)


def _is_tested(catch: Catch, use: ast.Name) -> bool:
    """Whether a condition in the clause asks for the exception."""
    child: ast.AST = use
    for around in catch.code.ancestors(use):
        if around is catch.clause:
            return False
        if isinstance(around, (ast.If, ast.IfExp, ast.While)) and around.test is child:
            return True
        if isinstance(around, ast.Match) and around.subject is child:
            return True
        child = around
    return False


def _is_for_others(catch: Catch, call: ast.Call) -> bool:
    """Whether this is `isinstance(error, ValueError)`, or another question whose answer for an HTTPException is no."""
    if not isinstance(call.func, ast.Name) or len(call.args) < 2:
        return False
    if call.func.id in ("hasattr", "getattr"):
        name = call.args[1]
        return isinstance(name, ast.Constant) and name.value not in _LOOKS
    ev = catch.code.source.ev
    written = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
    found = [exceptions.cls_of(catch.code.thing(each)) for each in written]
    http = Library(tables.HTTP_EXCEPTION)
    return all(
        each is not None and exceptions.is_a(ev, http, each) is False and not exceptions.is_http(ev, each)
        for each in found
    )


def _may_raise(catch: Catch, call: ast.Call) -> bool:
    """Whether a function gets the exception that may raise it again."""
    thing = catch.code.thing(call.func)
    called = thing.function if isinstance(thing, Bound) else thing
    if isinstance(called, (ClassThing, Library)):
        return False
    function = function_of(thing)
    found = catch.code.source.ev.function(function) if function is not None else None
    return bool(found.raises) if found is not None else not telling.is_telling(catch.code, call)


# -- how it ends


def _outcome(function: Function, end: End) -> Outcome | None:
    if end.kind == "raises":
        return _raised(function, end)
    if end.kind == "returns":
        return _returned(function, end)
    if end.kind == "raises again":
        return None
    return Outcome("goes on") if end.status is None else Outcome("returns", end.status)


def _raised(function: Function, end: End) -> Outcome | None:
    if end.cls is None:
        return None
    if exceptions.is_http(function.ev, end.cls):
        return Outcome("raises", end.status) if end.status is not None else None
    if handled.is_handled(function.project, end.cls) is not False:
        return None
    is_last = any(each.role in ("route", "dependency") for each in function.registrations)
    return Outcome("raises", 500 if is_last else None, end.cls)


def _returned(function: Function, end: End) -> Outcome | None:
    if not any(each.role == "route" for each in function.registrations):
        return Outcome("gives")
    if end.payload == "response":
        return Outcome("returns", end.status) if end.status is not None else None
    if end.payload == "unknown" or _may_be_response(function, end):
        return None
    status = end.status if end.status is not None else _success(function)
    return Outcome("returns", status) if status is not None else None


def _may_be_response(function: Function, end: End) -> bool:
    """Whether what is returned is made by a library or a class that may be a response."""
    if not isinstance(end.value, ast.Call):
        return False
    thing = function.source.thing(end.value)
    if not isinstance(thing, Instance) or not isinstance(thing.type, ClassThing):
        return True
    return classes.is_a(function.ev, thing.type, framework.RESPONSE)


def _success(function: Function) -> int | None:
    """The status of a success of the routes that a function is the handler of."""
    given = {
        Route(function.ev, each, each.holder, function.project, function.source).status_code
        for each in function.registrations
        if each.role == "route" and each.holder is not None and each.call is not None
    }
    return given.pop() if len(given) == 1 else None
