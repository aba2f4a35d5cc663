"""Where `dependency_overrides` of an application are set, and what they are given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Value
from flake8_fastapi.semantics.things import Frame

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

NAME = "dependency_overrides"
_SETTERS = frozenset({"update", "setdefault"})
"""Methods of the dict that set entries."""
_TEMPORARY = frozenset({"setitem", "dict"})
"""`monkeypatch.setitem(app.dependency_overrides, …)` and `patch.dict(app.dependency_overrides, …)`, which undo it."""


class Override(NamedTuple):
    """One entry that code sets."""

    app: Value
    key: Value
    """The dependency."""
    value: Value
    """What is called in its place."""
    start: Position
    frame: Frame
    """Where it is set."""
    is_temporary: bool
    """What sets it takes it back by itself."""


def of_module(project: Project, path: str) -> tuple[Override, ...]:
    """The overrides that a module sets, in the order of the source."""
    module = project.facts(path)
    functions = module.functions.values() if module is not None else ()
    found = [override for function in functions for override in of_function(path, function)]
    return tuple(sorted(found, key=lambda override: override.start))


def of_function(path: str, function: FunctionFacts) -> Iterator[Override]:
    """The overrides that the body of a function sets."""
    if not function.overrides:
        return
    frame = Frame(path, function.qualname)
    for each in function.overrides:
        if each.value is None:
            continue
        value = facts.undeclared(each.value)
        if each.key is not None:
            yield Override(each.app, each.key, value, each.start, frame, False)
        else:
            yield from _entries(each.app, value, each.start, frame, is_temporary=False)
    for site in function.sites:
        if site.kind == "call" and isinstance(site.value, facts.Call):
            yield from _by_call(site.value, frame)


def _by_call(call: facts.Call, frame: Frame) -> Iterator[Override]:
    func = call.func
    if not isinstance(func, facts.Attribute):
        return
    if func.name in _SETTERS and isinstance(func.of, facts.Attribute) and func.of.name == NAME:
        yield from _given(func.of.of, call.args, call.start, frame, is_temporary=False)
    elif func.name in _TEMPORARY and call.args:
        changed = call.args[0]
        if isinstance(changed, facts.Attribute) and changed.name == NAME:
            yield from _given(changed.of, call.args[1:], call.start, frame, is_temporary=True)


def _given(
    app: Value, args: tuple[Value, ...], start: Position, frame: Frame, *, is_temporary: bool
) -> Iterator[Override]:
    """The entries of one dict, or a key with its value."""
    if len(args) == 1:
        yield from _entries(app, args[0], start, frame, is_temporary=is_temporary)
    elif len(args) == 2 and not any(isinstance(arg, facts.Starred) for arg in args):
        yield Override(app, args[0], args[1], start, frame, is_temporary)


def _entries(app: Value, table: Value, start: Position, frame: Frame, *, is_temporary: bool) -> Iterator[Override]:
    for key, value in table.items if isinstance(table, facts.Table) else ():
        if key is not None:
            yield Override(app, key, value, start, frame, is_temporary)
