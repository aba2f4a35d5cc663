"""How code runs on: whether a block comes to its end, and what certainly or possibly runs before something else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, cast

from flake8_fastapi.semantics.code import Code

Outcome = Literal["next", "return", "raise", "break", "continue"]
Outcomes = frozenset[Outcome]

_NEXT: Outcomes = frozenset({"next"})
_LEAVES: dict[type[ast.stmt], Outcomes] = {
    ast.Return: frozenset({"return"}),
    ast.Raise: frozenset({"raise"}),
    ast.Break: frozenset({"break"}),
    ast.Continue: frozenset({"continue"}),
}
_TRIES: tuple[type, ...] = (ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ()))

Raises = Callable[[ast.Call], bool]
"""Whether a call certainly never returns."""


def as_try(node: ast.AST | None) -> ast.Try | None:
    """The node, if it is a `try` statement; `try` with `except*` has the same parts."""
    return cast(ast.Try, node) if isinstance(node, _TRIES) else None


def outcomes(statements: Sequence[ast.stmt], raises: Raises) -> Outcomes:
    """How a block of statements may end: by going on, or by leaving. Any call may raise; that is not listed."""
    found: set[Outcome] = set()
    for statement in statements:
        ends = _outcomes(statement, raises)
        found |= ends - _NEXT
        if "next" not in ends:
            return frozenset(found)
    return frozenset(found) | _NEXT


def _outcomes(statement: ast.stmt, raises: Raises) -> Outcomes:
    leaves = _LEAVES.get(type(statement))
    if leaves is not None:
        return leaves
    if isinstance(statement, ast.Expr):
        return _LEAVES[ast.Raise] if _never_returns(statement.value, raises) else _NEXT
    if isinstance(statement, ast.If):
        return outcomes(statement.body, raises) | outcomes(statement.orelse, raises)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return outcomes(statement.body, raises)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
        return _of_loop(statement, raises)
    if isinstance(statement, ast.Match):
        return _of_match(statement, raises)
    tried = as_try(statement)
    return _of_try(tried, raises) if tried is not None else _NEXT


def _never_returns(value: ast.expr, raises: Raises) -> bool:
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(call, ast.Call) and raises(call)


def _of_loop(loop: ast.For | ast.AsyncFor | ast.While, raises: Raises) -> Outcomes:
    body = outcomes(loop.body, raises)
    endless = isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    ends = _NEXT if "break" in body or not endless else frozenset[Outcome]()
    return (body - {"next", "break", "continue"}) | ends | (outcomes(loop.orelse, raises) if loop.orelse else ends)


def _of_try(statement: ast.Try, raises: Raises) -> Outcomes:
    found = outcomes(statement.body, raises)
    if "next" in found:
        found = (found - _NEXT) | outcomes(statement.orelse, raises)
    for handler in statement.handlers:
        found |= outcomes(handler.body, raises)
    last = outcomes(statement.finalbody, raises)
    return found | (last - _NEXT) if "next" in last else last


def _of_match(statement: ast.Match, raises: Raises) -> Outcomes:
    found = frozenset[Outcome]()
    for case in statement.cases:
        found |= outcomes(case.body, raises)
        if case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
            return found
    return found | _NEXT


# -- order


def blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The blocks of statements that a node holds itself, each with the name of its field."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        found = getattr(node, name, None)
        if isinstance(found, list) and found:
            yield name, found


def _chain(code: Code, node: ast.AST) -> list[tuple[ast.AST, str, int]]:
    """Where a node stands, from the function inwards: each node around it, with the field and place it stands at."""
    found = []
    inner = node
    for outer in (*code.ancestors(node), code.node):
        for name, block in blocks(outer):
            place = next((place for place, each in enumerate(block) if each is inner), None)
            if place is not None:
                found.append((outer, name, place))
        inner = outer
    return found[::-1]


_ORDER = {"body": 0, "handlers": 1, "orelse": 1, "finalbody": 2}


def may_precede(code: Code, first: ast.AST, second: ast.AST, raises: Raises) -> bool:
    """Whether `second` may run after `first` in one call of the function, loops aside."""
    one, other = _chain(code, first), _chain(code, second)
    for depth, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine == theirs:
            continue
        node, name, place = mine
        if node is not theirs[0]:
            return False
        if name == theirs[1]:
            return place < theirs[2] and name not in ("handlers", "cases") and _comes_out(one[depth:], raises)
        if isinstance(node, (ast.If, ast.Match)):
            return False
        return _ORDER.get(name, 9) < _ORDER.get(theirs[1], 9)
    return len(one) < len(other)


def _comes_out(chain: Sequence[tuple[ast.AST, str, int]], raises: Raises) -> bool:
    """Whether what stands at the end of a chain may come out of the blocks below the first link."""
    for node, name, place in chain[1:]:
        if name in ("handlers", "cases"):
            continue
        rest = dict(blocks(node))[name][place + 1 :]
        if "next" not in outcomes(rest, raises):
            return False
    return True


def certainly(statements: Sequence[ast.stmt], wanted: Callable[[ast.AST], bool]) -> bool:
    """Whether every way through these statements that comes to their end meets a wanted node."""
    return any(_certainly(statement, wanted) for statement in statements)


def _certainly(statement: ast.stmt, wanted: Callable[[ast.AST], bool]) -> bool:
    if isinstance(statement, ast.If):
        ways = [statement.body, statement.orelse]
        return all(certainly(way, wanted) or _leaves(way) for way in ways) and not all(map(_leaves, ways))
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return certainly(statement.body, wanted)
    tried = as_try(statement)
    if tried is not None:
        return _certainly_in_try(tried, wanted)
    if isinstance(statement, (ast.For, ast.AsyncFor, ast.While, ast.Match)):
        return False
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    return any(wanted(node) for node in _within(statement))


def _certainly_in_try(statement: ast.Try, wanted: Callable[[ast.AST], bool]) -> bool:
    if certainly(statement.finalbody, wanted):
        return True
    handled = all(certainly(handler.body, wanted) or _leaves(handler.body) for handler in statement.handlers)
    return handled and (certainly(statement.body, wanted) or certainly(statement.orelse, wanted))


def _leaves(statements: Sequence[ast.stmt]) -> bool:
    return "next" not in outcomes(statements, lambda call: False)


def _within(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a simple statement, without the insides of lambdas."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
