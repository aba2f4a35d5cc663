"""Whether functions of two modules are written alike: what they do, and the variables of their modules too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Position, Value
from flake8_fastapi.semantics.suite.held import Key

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_MOST = 2_000
"""Functions with more parts than this are taken for different ones."""


def are(project: Project, first: Key, second: Key) -> bool:
    """Whether two functions certainly do the same."""
    modules = project.facts(first[0]), project.facts(second[0])
    if modules[0] is None or modules[1] is None:
        return False
    pending: list[tuple[object, object]] = [(facts.Function(first[1]), facts.Function(second[1]))]
    seen: set[tuple[object, object]] = set()
    while pending:
        pair = pending.pop()
        if pair in seen:
            continue
        seen.add(pair)
        one, other = list(_parts(modules[0], pair[0])), list(_parts(modules[1], pair[1]))
        if type(pair[0]) is not type(pair[1]) or len(one) != len(other) or len(seen) > _MOST:
            return False
        if type(pair[0]) is Value:
            return False
        if not one and not isinstance(pair[0], (Value, tuple)) and pair[0] != pair[1]:
            return False
        pending.extend(zip(one, other, strict=True))
    return True


def _parts(module: ModuleFacts, part: object) -> Iterable[object]:
    """What a part of a function consists of; a variable of the module also of what that is given."""
    if isinstance(part, tuple) and not isinstance(part, Position):
        return part
    if isinstance(part, facts.Function):
        found = module.functions.get(part.qualname)
        return _of_function(found) if found is not None else ()
    if isinstance(part, Value):
        inner = [getattr(part, field.name) for field in fields(part)]
        return [each for each in inner if not isinstance(each, Position)] + list(_bound(module, part))
    return ()


def _bound(module: ModuleFacts, value: Value) -> Iterator[object]:
    if isinstance(value, facts.Name):
        yield module.names.get(value.name, ())


def _of_function(function: FunctionFacts) -> Iterator[object]:
    yield from (len(function.locals), function.is_generator, function.parameters, function.returned, function.yielded)
    yield from (site.value for site in function.sites)
