"""Dicts of a module that are indexed by what a client sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code, Source, start
from flake8_fastapi.semantics.data import asked, unchecked
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Frame, Instance, Library, TableThing, Thing


def accesses(function: Function) -> Iterator[ast.Subscript]:
    """`ITEMS[item_id]`: where a handler or dependency reads a dict of a module by a parameter without any test."""
    if not function.facts.parameters or not _tables(function.source):
        return
    if not asked.is_served(function.project, function.thing):
        return
    code = function.code
    for node in code.own if code is not None else ():
        if code is None or not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Store):
            continue
        table = node.value
        if not isinstance(table, ast.Name) or table.id not in _tables(function.source):
            continue
        if not isinstance(code.source.value(table), facts.Name):
            continue
        if _is_guarded(code, node, table.id) or _fills(function, table.id):
            continue
        found = asked.source(function.project, function.thing, (code.source.value(node.slice),), start(node))
        if found in ("path", "query"):
            # What stands in a body a validator may have looked at.
            yield node
            return


_known: WeakKeyDictionary[Source, frozenset[str]] = WeakKeyDictionary()
"""The answers for the file at hand: each of its functions asks."""


def _tables(source: Source) -> frozenset[str]:
    """The names of a module that hold a dict."""
    found = _known.get(source)
    if found is None:
        ev, frame = source.ev, Frame(source.path)
        module = ev.module(source.path)
        found = _known[source] = frozenset(
            name
            for name, bindings in (module.names.items() if module is not None else ())
            if any(isinstance(each, _HOLDING) for each in bindings)
            and _is_plain_dict(ev.certain(ev.global_reference(source.path, name), frame))
        )
    return found


_HOLDING = (facts.Table, facts.Declared, facts.Call, facts.Import)
"""What a name may be bound to that holds a dict."""


def _is_plain_dict(thing: Thing | None) -> bool:
    """Whether it is a dict, as far as its type says."""
    if isinstance(thing, TableThing):
        return True
    return isinstance(thing, Instance) and isinstance(thing.type, Library) and thing.type.name in tables.MAPPINGS


def _fills(function: Function, name: str) -> bool:
    """Whether a dict of the module at hand may make what is missing: `counts: dict[str, int] = defaultdict(int)`."""
    module = function.project.facts(function.thing.path)
    for binding in module.names.get(name, ()) if module is not None else ():
        value = binding.value if isinstance(binding, facts.Declared) else binding
        if isinstance(value, facts.Call):
            callee = function.ev.certain(value.func, Frame(function.thing.path))
            if not isinstance(callee, Library) or callee.name not in tables.MAPPINGS:
                return True
    return False


def _is_guarded(code: Code, node: ast.Subscript, table: str) -> bool:
    """Whether something asks for the key, sets it, or catches what is raised."""
    if unchecked.is_caught(code, node, "KeyError"):
        return True
    for each in code.uses(table):
        around = code.parent(each)
        if isinstance(around, ast.Subscript) and isinstance(around.ctx, ast.Store):
            return True
        if not isinstance(around, ast.Subscript) and each.lineno <= node.lineno:
            # `in ITEMS`, `ITEMS.get(…)`, `key_of(ITEMS)`, `for key in ITEMS`.
            return True
    compared = (each for each in code.own if isinstance(each, ast.Compare) and each.lineno <= node.lineno)
    return any(
        isinstance(operator, (ast.In, ast.NotIn)) and ast.dump(each.left) == ast.dump(node.slice)
        for each in compared
        for operator in each.ops
    )
