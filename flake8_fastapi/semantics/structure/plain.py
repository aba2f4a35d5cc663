"""Plain routes of Starlette: whether a handler fits being called with one request, and returns a response."""

from __future__ import annotations

from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import classes, facts, hints, parameters, signatures, types
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.routes import Route, names_in
from flake8_fastapi.semantics.things import Bound, ClassThing, FunctionThing, Instance, LiteralThing

_VALUES = (
    *("builtins.int", "builtins.str", "builtins.float", "builtins.bool", "builtins.dict", "builtins.list"),
    *("uuid.UUID", framework.PYDANTIC_MODEL),
)
"""What a handler of FastAPI may take from path, query or body."""


class Misfit(NamedTuple):
    """Why a handler cannot serve as a plain route."""

    kind: Literal["nothing", "first", "required", "default", "marker", "data"]
    """It takes no request; its first parameter is meant to be something else; a further parameter is required, keeps
    its default although it stands in the path, or stays a marker; it returns data."""
    name: str = ""
    """The parameter."""


def misfit(route: Route) -> Misfit | None:
    """Why the handler of a plain route cannot serve as one; None if it can, or that is not known."""
    found = route.function
    if found is None or found.name == "lambda" or not route.is_plain or not route.shows_handler:
        return None
    skipped = _given_by_owner(route, found)
    if skipped is None or any(each.kind in ("args", "kwargs") for each in found.parameters):
        return None
    return _misfit_of_parameters(route, found.parameters[skipped:]) or _misfit_of_result(route, found)


def _given_by_owner(route: Route, found: FunctionFacts) -> int | None:
    """How many parameters what the method is bound to fills; None for what is no function to Starlette."""
    endpoint = route.registration.endpoint
    if isinstance(endpoint, Bound):
        return 1
    return 0 if isinstance(endpoint, FunctionThing) and found.owner is None else None


def _misfit_of_parameters(route: Route, declared: tuple[facts.Parameter, ...]) -> Misfit | None:
    if not declared:
        return Misfit("nothing")
    first, *others = declared
    frame = signatures.around(route.registration.function, route.function) if route.function is not None else None
    if frame is None:
        return None
    for each in others:
        if each.default is None:
            return Misfit("required", each.name)
    if first.annotation is not None:
        kind = types.resolve(route.ev, first.annotation, frame)
        if types.is_a(route.ev, kind, *_VALUES) or hints.dependency_marker(route.ev, first.annotation, None, frame):
            return Misfit("first", first.name)
    in_path = names_in(route.written_path or "")
    for each in others:
        thing = route.ev.certain(each.default, frame) if each.default is not None else None
        if parameters.is_marker(thing):
            return Misfit("marker", each.name)
        if each.name in in_path:
            return Misfit("default", each.name)
    return None


def _misfit_of_result(route: Route, found: FunctionFacts) -> Misfit | None:
    if route.is_websocket or found.is_generator:
        return None
    return Misfit("data") if any(_is_data(route, value) for value in found.returned) else None


def _is_data(route: Route, value: Value) -> bool:
    """Whether a result is certainly no response, but something that FastAPI would make one of."""
    if isinstance(value, (facts.Table, facts.Display, facts.Text)):
        return True
    frame = route.frame._replace(path=route.handler_path, function=route.registration.function.qualname)
    thing = route.ev.certain(value, frame)
    if isinstance(thing, LiteralThing):
        return thing.value is not None
    return (
        isinstance(thing, Instance)
        and isinstance(thing.type, ClassThing)
        and classes.is_a(route.ev, thing.type, framework.PYDANTIC_MODEL)
    )
