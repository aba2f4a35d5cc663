"""What of a module runs only on a condition, and what runs several times: places in its source, no nodes."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_fastapi.semantics.facts import Position

_LEAVING = (ast.Return, ast.Continue, ast.Break)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Span(NamedTuple):
    """A stretch of source."""

    first: Position
    last: Position
    is_loop: bool
    """It runs several times; else it runs or not."""


class Branches:
    """The conditional and the repeated stretches of one module."""

    def __init__(self, module: ast.Module) -> None:
        # None reaches beyond a statement at the top level: only those of one are looked through.
        self._starts = [_start(statement) for statement in module.body]
        self._spans = [tuple(_in_statement(statement)) for statement in module.body]

    def around(self, position: Position) -> frozenset[Span]:
        """Those in which a place lies."""
        index = bisect_right(self._starts, position) - 1
        spans = self._spans[index] if index >= 0 else ()
        return frozenset(span for span in spans if span.first <= position < span.last)


def _in_block(block: Sequence[ast.stmt]) -> Iterator[Span]:
    last = block[-1] if block else None
    for statement in block:
        yield from _in_statement(statement)
        if statement is not last and last is not None and _may_leave(statement):
            # `if not enabled: return`: what follows runs only where it does not leave.
            yield Span(_end(statement), _end(last), False)


def _in_statement(statement: ast.stmt) -> Iterator[Span]:
    for block, is_conditional in _blocks(statement):
        if block and is_conditional is not None:
            yield Span(_start(block[0]), _end(block[-1]), not is_conditional)
        yield from _in_block(block)


def _blocks(statement: ast.stmt) -> Iterator[tuple[Sequence[ast.stmt], bool | None]]:
    """The blocks of a statement: whether one is conditional, or (False) a loop; None for neither."""
    if isinstance(statement, _SCOPES):
        yield statement.body, None
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        yield statement.body, True if any(_suppresses(item.context_expr) for item in statement.items) else None
    elif isinstance(statement, (ast.If, ast.While)):
        yield statement.body, True
        yield statement.orelse, True
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        yield statement.body, False
        yield statement.orelse, None
    elif isinstance(statement, ast.Try) or type(statement).__name__ == "TryStar":
        yield from _of_try(statement)
    elif isinstance(statement, ast.Match):
        for case in statement.cases:
            yield case.body, True


def _suppresses(manager: ast.expr) -> bool:
    """`with suppress(ImportError):`"""
    func = manager.func if isinstance(manager, ast.Call) else manager
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name == "suppress"


def _of_try(statement: ast.stmt) -> Iterator[tuple[Sequence[ast.stmt], bool | None]]:
    handlers: list[ast.ExceptHandler] = getattr(statement, "handlers", [])
    yield getattr(statement, "body", []), True if handlers else None
    for handler in handlers:
        yield handler.body, True
    yield getattr(statement, "orelse", []), True
    yield getattr(statement, "finalbody", []), None


def _may_leave(statement: ast.stmt) -> bool:
    """Whether a compound statement may leave the block that it stands in."""
    if isinstance(statement, _SCOPES):
        return False
    for block, _ in _blocks(statement):
        if any(isinstance(inner, _LEAVING) or _may_leave(inner) for inner in block):
            return True
    return False


def _start(statement: ast.stmt) -> Position:
    decorators = getattr(statement, "decorator_list", ())
    first = decorators[0] if decorators else statement
    return Position(first.lineno, 0 if decorators else first.col_offset)


def _end(statement: ast.stmt) -> Position:
    return Position(statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
