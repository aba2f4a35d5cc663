"""Trees: flake8's `ast` tree as astroid nodes, and the `ast` trees of neighbours. The only place that makes them.

Stock astroid executes code of the linted project while it builds (compiled modules, brains that import); the bare
`TreeRebuilder` does not, and it reuses the tree that flake8 has parsed already.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

from astroid import nodes
from astroid.manager import AstroidManager
from astroid.nodes.utils import Position as AstroidPosition
from astroid.rebuilder import TreeRebuilder


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


def read(source: str | bytes, path: str) -> ast.Module | None:
    """The `ast` tree of a neighbour's source text, or None where it cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, path)
    except (SyntaxError, ValueError, UnicodeError, RecursionError, MemoryError):
        return None


def read_expression(text: str) -> ast.expr | None:
    """The expression in a string (a quoted annotation), or None."""
    module = read(f"({text}\n)", "<annotation>")
    if module is None or len(module.body) != 1 or not isinstance(module.body[0], ast.Expr):
        return None
    return module.body[0].value
