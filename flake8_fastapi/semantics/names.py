"""Scopes: which binding a name means, and which of several bindings can reach a use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from astroid import nodes
from astroid.nodes import NodeNG

_LOOPS = (nodes.For, nodes.While)


@dataclass(slots=True)
class Scope:
    """One lexical scope on the way down to the node at hand."""

    kind: Literal["module", "function", "class", "comprehension"]
    qualname: str
    """Of the function or class; for a comprehension, of the function around it."""
    locals: dict[str, list[NodeNG]]
    suffix: str = ""
    """What makes the names of a comprehension unique within its function."""
    skip: frozenset[str] = frozenset()
    """Names declared `nonlocal`: they belong to a function further out."""


def find(name: str, scopes: Sequence[Scope]) -> tuple[Scope, list[NodeNG]] | None:
    """The scope that binds the name for code in the innermost of these scopes, with all its bindings."""
    innermost = True
    for scope in reversed(scopes):
        if scope.kind == "class" and not innermost:
            continue
        if name not in scope.skip:
            definitions = scope.locals.get(name)
            if definitions:
                return scope, definitions
        if scope.kind != "comprehension":
            innermost = False
    return None


def reaching(use: NodeNG, definitions: Sequence[NodeNG]) -> tuple[int, ...] | None:
    """The indices of those bindings of one scope that can reach a use in the same scope; None if all may.

    Approximate on the safe side: the last binding that certainly runs before the use hides those before it, and a
    binding in the other branch of the same `if` does not reach it. All others may.
    """
    if len(definitions) < 2:
        return None
    path = _ancestors(use)
    before = (use.lineno or 0, use.col_offset or 0)
    dominating = -1
    for index, definition in enumerate(definitions):
        if _starts_before(definition, before) and _dominates(definition, path):
            dominating = index
    kept = []
    for index, definition in enumerate(definitions):
        if index == dominating:
            kept.append(index)
        elif _starts_before(definition, before):
            if index > dominating and not _exclusive(definition, path):
                kept.append(index)
        elif _comes_round(definition, path, definitions[dominating] if dominating >= 0 else None):
            kept.append(index)
    if not kept or len(kept) == len(definitions):
        return None
    return tuple(kept)


def _ancestors(node: NodeNG) -> dict[int, NodeNG]:
    """The node and its ancestors: id of each -> its child on the way (the node itself for the first)."""
    path: dict[int, NodeNG] = {id(node): node}
    child = node
    while child.parent is not None:
        path[id(child.parent)] = child
        child = child.parent
    return path


def _statement(node: NodeNG) -> NodeNG:
    while not (node.is_statement or isinstance(node, nodes.Arguments)) and node.parent is not None:
        node = node.parent
    return node


def _starts_before(definition: NodeNG, before: tuple[int, int]) -> bool:
    if isinstance(definition.parent, nodes.Arguments):
        return True
    statement = _statement(definition)
    if isinstance(statement, (nodes.Assign, nodes.AugAssign, nodes.AnnAssign)):
        # The value is evaluated before the name is bound: `x = f(x)` uses the binding before it.
        return (statement.end_lineno or 0, statement.end_col_offset or 0) <= before
    return (definition.lineno or 0, definition.col_offset or 0) < before


def _dominates(definition: NodeNG, path: dict[int, NodeNG]) -> bool:
    """Whether every way to the use, once in the block of the binding, passes the binding."""
    if isinstance(definition.parent, nodes.Arguments):
        return True
    statement = _statement(definition)
    if id(statement) in path:
        # The use stands inside the binding statement: the body of a `with` or `for`, or its own expression.
        child = path[id(statement)]
        return isinstance(statement, (nodes.With, nodes.For)) and _in_block(statement, "body", child)
    parent = statement.parent
    child_on_path = path.get(id(parent)) if parent is not None else None
    if parent is None or child_on_path is None:
        return False
    if isinstance(statement, (nodes.If, nodes.While, nodes.For)) and not _in_test(definition, statement):
        return False
    field = _block_of(parent, statement)
    return field is not None and field == _block_of(parent, child_on_path)


def _in_test(definition: NodeNG, statement: NodeNG) -> bool:
    """Whether a walrus in the test of an `if` or `while` binds the name."""
    return isinstance(definition.parent, nodes.NamedExpr) and isinstance(statement, (nodes.If, nodes.While))


def _exclusive(definition: NodeNG, path: dict[int, NodeNG]) -> bool:
    """Whether binding and use stand in different branches of one `if`."""
    child = definition
    while child.parent is not None:
        parent = child.parent
        if id(parent) in path:
            if not isinstance(parent, nodes.If):
                return False
            mine, other = _block_of(parent, child), _block_of(parent, path[id(parent)])
            return mine is not None and other is not None and mine != other
        child = parent
    return False


def _comes_round(definition: NodeNG, path: dict[int, NodeNG], dominating: NodeNG | None) -> bool:
    """Whether a binding after the use reaches it in the next turn of a loop around both."""
    node = definition.parent
    while node is not None:
        if isinstance(node, _LOOPS) and id(node) in path:
            return dominating is None or not _inside(dominating, node)
        node = node.parent
    return False


def _inside(node: NodeNG, outer: NodeNG) -> bool:
    current: NodeNG | None = node.parent
    while current is not None:
        if current is outer:
            return True
        current = current.parent
    return False


def _in_block(parent: NodeNG, field: str, child: NodeNG) -> bool:
    return any(statement is child for statement in getattr(parent, field, ()))


def _block_of(parent: NodeNG, child: NodeNG) -> str | None:
    """The field of the parent whose statements the child is one of."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        if _in_block(parent, field, child):
            return field
    return None
