"""Rows that a function looks up by what it is given, and changes or deletes; functions that it calls do so for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.data import entities, missing, queries, roots
from flake8_fastapi.semantics.data.entities import Entity
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.things import Bound, Frame, FunctionThing, function_of
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

Deed = Literal["change", "delete"]
_DEPTH = 3
"""How many functions inside each other are followed."""
_DELETES = frozenset({"delete", "remove"})


class Altered(NamedTuple):
    """A row that a function changes or deletes."""

    position: Position
    """The look-up, or the call of the function that does both."""
    entity: Entity
    keys: tuple[Value, ...]
    """The expressions in the function that choose the row."""
    deed: Deed


def of(project: Project, function: FunctionThing, depth: int = _DEPTH) -> tuple[Altered, ...]:
    """The rows that a function certainly changes or deletes, in the order of the look-ups."""
    memo = project.memo.setdefault(__name__, {})
    key = (function.path, function.qualname, depth)
    if key not in memo:
        memo[key] = ()
        found = project.evaluator.function(function)
        memo[key] = tuple(_of(project, function, found, depth)) if found is not None and depth else ()
    known: tuple[Altered, ...] = memo[key]
    return known


def entity_of(ev: Evaluator, call: facts.Call, frame: Frame) -> Entity | None:
    """The entity whose one row a call gives, by a query that was understood."""
    found = queries.result(ev, call, frame)
    cls = found.query.entity if found is not None and found.query.is_complete else None
    return entities.of_class(ev, cls) if cls is not None else None


def _of(project: Project, function: FunctionThing, found: FunctionFacts, depth: int) -> Iterator[Altered]:
    ev, frame = project.evaluator, project.evaluator.frame_of(function)
    for site, miss in missing.lookups(ev, found.sites, frame):
        assert isinstance(site.value, facts.Call)
        deed = next((deed for name in _names(found, site.value) if (deed := _deed(found, name))), None)
        entity = entity_of(ev, site.value, frame) if deed is not None else None
        if deed is not None and entity is not None:
            yield Altered(site.start, entity, miss.keys, deed)
    for site in found.sites:
        if isinstance(site.value, facts.Call) and missing.may_be_own(ev, site.value):
            yield from _by_another(project, site.value, frame, depth)


def _names(found: FunctionFacts, call: facts.Call) -> Iterator[str]:
    """The variables that hold what a call gives."""
    yield from (name for name, values in found.locals.items() if any(_undressed(each) == call for each in values))


def _undressed(value: Value) -> Value:
    inner = facts.undeclared(value)
    return inner.of if isinstance(inner, facts.Awaited) else inner


def _deed(found: FunctionFacts, name: str) -> Deed | None:
    """What a function does to the row that a variable holds."""
    is_changed = any(variable == name and key.startswith(".") for variable, key in found.changed)
    for site in found.sites:
        call = site.value
        if not isinstance(call, facts.Call):
            continue
        last = missing.last_name(call)
        if last in _DELETES and isinstance(call.func, facts.Attribute) and _is_about(call, call.func, name):
            return "delete"
        is_changed = is_changed or (last == "setattr" and bool(call.args) and _is(call.args[0], name))
    return "change" if is_changed else None


def _is_about(call: facts.Call, func: facts.Attribute, name: str) -> bool:
    """`db.delete(row)`, `await row.delete()`"""
    return _is(func.of, name) or any(_is(each, name) for each in call.args)


def _is(value: Value, name: str) -> bool:
    return isinstance(value, facts.Local) and value.name == name


def _by_another(project: Project, call: facts.Call, frame: Frame, depth: int) -> Iterator[Altered]:
    """What a function of the project that is called here does, by the arguments that choose its rows."""
    ev = project.evaluator
    callee = ev.certain(call.func, frame)
    function = function_of(callee)
    for inner in of(project, function, depth - 1) if function is not None else ():
        traced = roots.of(ev, inner.keys, ev.frame_of(function)).roots if function is not None else ()
        shift = 1 if isinstance(callee, Bound) else 0
        keys = [each for root in traced for each in missing.given(call, root.parameter, shift)]
        if keys:
            yield Altered(call.start, inner.entity, tuple(dict.fromkeys(keys)), inner.deed)
