"""Conditions that ask whether a query found something before it has run: the answer is always yes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import awaiting, queries
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Coroutine

Kind = Literal["query", "statement", "cursor", "coroutine"]
"""`statement` is a `select(…)`, whose truth raises TypeError."""


class Truth(NamedTuple):
    """A variable in a condition."""

    node: ast.Name
    kind: Kind
    compared: bool
    """`query is None`; otherwise its truth is asked."""


def of(function: Function) -> Iterator[Truth]:
    """The first condition on each variable of a function that holds a query, cursor or coroutine."""
    bound = function.facts.locals.items()
    names = {name for name, values in bound if any(_kind(function, value) is not None for value in values)}
    code = function.code if names else None
    for node, compared in _tested(code) if code is not None else ():
        if node.id not in names or code is None:
            continue
        kinds = {_kind(function, each) for each in _bindings(function, code.source.value(node))}
        if len(kinds) == 1 and (kind := kinds.pop()) is not None:
            names.discard(node.id)
            yield Truth(node, kind, compared)


def _call(value: Value) -> facts.Call | None:
    found: Value | None = value.value if isinstance(value, facts.Declared) else value
    found = found.of if isinstance(found, facts.Awaited) else found
    return found if isinstance(found, facts.Call) else None


def _tested(code: Code) -> Iterator[tuple[ast.Name, bool]]:
    """The variables whose truth, or whose being None, decides how the code goes on."""
    for node in code.own:
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            yield from _in_test(node.test)


def _in_test(test: ast.expr) -> Iterator[tuple[ast.Name, bool]]:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _in_test(test.operand)
    elif isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _in_test(part)
    elif isinstance(test, ast.Name):
        yield test, False
    elif isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
        other = test.comparators[0]
        if isinstance(test.ops[0], (ast.Is, ast.Eq)) and isinstance(other, ast.Constant) and other.value is None:
            yield test.left, True


def _bindings(function: Function, value: Value) -> tuple[Value, ...]:
    return function.ev.bindings(value, function.frame) if isinstance(value, facts.Local) else ()


def _kind(function: Function, value: Value) -> Kind | None:
    call = _call(value)
    if call is None:
        return None
    given = value.value if isinstance(value, facts.Declared) else value
    is_awaited = isinstance(given, facts.Awaited)
    if not is_awaited and isinstance(function.ev.certain(call, function.frame), Coroutine):
        # What a session gives un-awaited is a fault of the call, and told there.
        return None if call.start in awaiting.places(function) else "coroutine"
    found = queries.Reader(function.ev).read(value, queries.Spot(function.frame))
    if isinstance(found, queries.Result):
        return "cursor" if found.is_cursor and found.query.library in tables.TRUE else None
    if not isinstance(found, queries.Query) or found.library not in tables.TRUE or is_awaited:
        return None
    return "statement" if found.library == "sqlalchemy" and not found.is_legacy else "query"
