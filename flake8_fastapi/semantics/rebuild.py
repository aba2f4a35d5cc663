"""flake8's `ast` tree as astroid nodes, and the way through them. Loaded only for a file that has something to show.

Stock astroid executes code of the linted project while it builds (compiled modules, brains that import); the bare
`TreeRebuilder` does not, and it reuses the tree that flake8 has parsed already.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from astroid import nodes
from astroid.manager import AstroidManager
from astroid.nodes import NodeNG
from astroid.nodes.utils import Position as AstroidPosition
from astroid.rebuilder import TreeRebuilder

_BLOCKS = (
    nodes.Module,
    nodes.FunctionDef,
    nodes.ClassDef,
    nodes.If,
    nodes.Try,
    nodes.TryStar,
    nodes.With,
    nodes.For,
    nodes.While,
    nodes.Match,
)
_PARTS = (nodes.ExceptHandler, nodes.MatchCase)


class _Rebuilder(TreeRebuilder):  # type: ignore[misc]  # astroid carries no type information
    """astroid's rebuilder, changed in two points: it leaves the tree it reads whole, and tokenizes nothing."""

    def _get_doc(self, node: Any) -> tuple[Any, ast.Constant | None]:
        """Split off the docstring on a copy: the original slices it out of the tree that other plugins read."""
        body = node.body
        if not (body and isinstance(body[0], ast.Expr)):
            return node, None
        first = body[0].value
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return node, None
        copy = type(node)(**vars(node))
        copy.body = body[1:]
        return copy, first

    def _get_position_info(self, node: Any, parent: Any) -> AstroidPosition | None:
        """Where `def` or `class` stands, from the tree itself; the original tokenizes the source for it."""
        return AstroidPosition(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def build(tree: ast.Module, name: str, path: str, is_package: bool) -> nodes.Module:
    """The astroid module for a parsed file. Raises RecursionError for a tree that is too deep."""
    module: nodes.Module = _Rebuilder(AstroidManager()).visit_module(tree, name, path, is_package)
    for node in module.body:
        if isinstance(node, nodes.ImportFrom) and node.modname == "__future__":
            module.future_imports.update(imported for imported, _ in node.names)
    return module


def statements(node: NodeNG) -> Iterable[NodeNG]:
    """The statements in a node, and the parts of it that hold statements."""
    if isinstance(node, _BLOCKS):
        return (child for child in node.get_children() if child.is_statement or isinstance(child, _PARTS))
    return node.get_children() if isinstance(node, _PARTS) else ()


def begins(node: NodeNG) -> tuple[int, int] | None:
    """Where the `def` of a function stands; None for any other node."""
    if isinstance(node, nodes.FunctionDef) and node.position is not None:
        return node.position.lineno, node.position.col_offset
    return None
