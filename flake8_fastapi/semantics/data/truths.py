"""Conditions that ask whether a query found something before it has run: the answer is always yes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.knowledge import queries as query_tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import awaiting, missing, queries
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


class _Test(NamedTuple):
    """A variable in a condition, where that is written."""

    node: ast.Name
    compared: bool
    statement: ast.AST
    is_whole: bool
    """The variable itself is the condition: `if rows:`."""


_NAMES = frozenset(
    {"select", "text", "query", "find", "find_raw_batches", "aggregate", "aggregate_raw_batches"}
    | {*tables.RUNS, *query_tables.EXECUTIONS, *query_tables.READS, *query_tables.RESULT_STEPS}
    | {name for steps in query_tables.STEPS.values() for name in steps}
    | {name for _, steps in query_tables.STARTERS.values() for name in steps}
)
"""Functions and methods of libraries that give queries and cursors."""


def of(function: Function) -> Iterator[Truth]:
    """The first condition on each variable of a function that holds a query, cursor or coroutine."""
    bound = function.facts.locals.items()
    names = {name for name, values in bound if any(_kind(function, value) is not None for value in values)}
    code = function.code if names else None
    for test in _tested(code) if code is not None else ():
        node = test.node
        if node.id not in names or code is None:
            continue
        kinds = {_kind(function, each) for each in _bindings(function, code.source.value(node))}
        if len(kinds) == 1 and (kind := kinds.pop()) is not None and not (kind != "statement" and _is_idle(code, test)):
            names.discard(node.id)
            yield Truth(node, kind, test.compared)


def _is_idle(code: Code, test: _Test) -> bool:
    """Whether nothing hangs on a condition: `if rows:` around loops over the rows, which have no turn without them."""
    around = test.statement
    if not isinstance(around, ast.If) or around.orelse or not test.is_whole or _leaves(around.body):
        return False
    uses = [
        node
        for part in around.body
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and node.id == test.node.id
    ]
    return bool(uses) and all(_is_iterated(code, node) for node in uses)


def _leaves(block: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue)) for part in block for node in ast.walk(part)
    )


def _is_iterated(code: Code, node: ast.expr) -> bool:
    around = code.parent(node)
    return isinstance(around, (ast.For, ast.AsyncFor, ast.comprehension)) and around.iter is node


def _call(value: Value) -> facts.Call | None:
    found: Value | None = value.value if isinstance(value, facts.Declared) else value
    found = found.of if isinstance(found, facts.Awaited) else found
    return found if isinstance(found, facts.Call) else None


def _tested(code: Code) -> Iterator[_Test]:
    """The variables whose truth, or whose being None, decides how the code goes on."""
    for node in code.own:
        if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            for name, compared in _in_test(node.test):
                yield _Test(name, compared, node, name is node.test)


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
    if call is None or not (missing.last_name(call) in _NAMES or missing.may_be_own(function.ev, call)):
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
