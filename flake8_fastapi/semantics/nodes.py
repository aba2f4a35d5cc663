"""Questions about `ast` nodes as they are written, for which nothing else need be known."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from flake8_fastapi.semantics import facts

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def own(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """These nodes and all that is in them in the order of the source, without the insides of functions and classes."""
    pending = list(reversed(nodes))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _INNER):
            pending.extend(reversed(list(ast.iter_child_nodes(node))))


def chain(node: ast.BinOp) -> list[ast.BinOp]:
    """The operations of `a + b + …`, innermost first: such a chain nests to the left, as deep as it is long."""
    found = [node]
    while isinstance(found[-1].left, ast.BinOp):
        found.append(found[-1].left)
    return found[::-1]


def last_name(node: ast.expr) -> str:
    """The name of a variable or attribute, such as of what is called; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def of_call(nodes: Iterable[ast.AST], call: facts.Call) -> ast.Call | None:
    """The one of these nodes that is a call which the facts know."""
    place = (*call.start, *call.end)
    for node in nodes:
        if isinstance(node, ast.Call) and (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == place:
            return node
    return None
