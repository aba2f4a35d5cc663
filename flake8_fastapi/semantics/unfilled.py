"""What a call by hand leaves out that only FastAPI would fill in: `Depends(…)`, `Query(…)` and their like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics import facts, harm, hints, parameters, signatures
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.things import Frame, FunctionThing, Instance, Library
from flake8_fastapi.semantics.values import Evaluator


class Unfilled(NamedTuple):
    """A parameter that a call leaves to FastAPI."""

    name: str
    marker: str
    """The class of its marker."""
    is_missing: bool
    """Whether it has no default at all."""


class CallByHand(NamedTuple):
    """A call that leaves out what only FastAPI fills in."""

    call: facts.Call
    callee: FunctionThing
    unfilled: tuple[Unfilled, ...]
    is_of_handler: bool
    """Whether what it calls is the handler of a route."""


def calls_by_hand(function: Function) -> tuple[CallByHand, ...]:
    """The calls in a function that leave out what only FastAPI fills in; none in tests."""
    known = function.memo.get("calls by hand")
    if known is None:
        known = function.memo["calls by hand"] = tuple(_calls(function))
    return known


def _calls(function: Function) -> Iterator[CallByHand]:
    for site in function.facts.sites:
        if not isinstance(site.value, facts.Call) or site.value.open:
            continue
        frame = Frame(function.source.path, function.facts.qualname)
        called = harm.called(function.ev, function.ev.certain(site.value.func, frame))
        found = function.ev.function(called[0]) if called is not None else None
        if called is None or found is None or not _is_marked(found):
            continue
        unfilled = tuple(_unfilled(function.ev, site.value, found, *called))
        if unfilled and not function.project.files.is_test(function.source.path):
            roles = function.project.loop.roles(called[0])
            yield CallByHand(site.value, called[0], unfilled, any(each.role in ROUTE_ROLES for each in roles))


def _unfilled(
    ev: Evaluator, call: facts.Call, found: FunctionFacts, thing: FunctionThing, skipped: int
) -> Iterator[Unfilled]:
    """Of a function (its first parameters given by what it is called on) the parameters that the call leaves out."""
    named = {name for name, _ in call.keywords}
    given = {
        each.name
        for each in found.parameters
        if each.name in named or (each.index is not None and each.index < len(call.args) + skipped)
    }
    if any(each.name in given and _is_choice(each) for each in found.parameters):
        return
    frame = signatures.around(thing, found)
    for parameter in found.parameters[skipped:]:
        if parameter.name in given or parameter.kind not in ("positional", "keyword"):
            continue
        marker = _marker(ev, parameter, frame)
        if marker is None:
            continue
        if parameter.default is None:
            yield Unfilled(parameter.name, marker, True)
        elif harm.does_harm(ev, thing, parameter.name):
            yield Unfilled(parameter.name, marker, False)


def _is_choice(parameter: facts.Parameter) -> bool:
    """Whether a parameter may be left out too: what a function does without the others may depend on it."""
    return isinstance(parameter.default, facts.Constant) and parameter.default.value is None


def _is_marked(found: FunctionFacts) -> bool:
    """The cheap question first: whether a parameter has a default or annotation that may be a marker."""
    return any(
        isinstance(parameter.default, (facts.Call, facts.Name, facts.Attribute))
        or (parameter.default is None and isinstance(parameter.annotation, (facts.Name, facts.Item, facts.Attribute)))
        for parameter in found.parameters
    )


def _marker(ev: Evaluator, parameter: facts.Parameter, frame: Frame) -> str | None:
    """The class of the marker that is the default, or without a default the `Depends` in the annotation."""
    if parameter.default is None:
        found = hints.dependency_marker(ev, parameter.annotation, None, frame)
        return found.type.last if found is not None and isinstance(found.type, Library) else None
    if isinstance(parameter.default, facts.Constant):
        return None
    thing = ev.certain(parameter.default, frame)
    if isinstance(thing, Instance) and isinstance(thing.type, Library) and parameters.is_marker(thing):
        return thing.type.last
    return None
