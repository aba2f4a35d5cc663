"""The `ast` trees of source texts: of neighbours, and of quoted annotations. The only place that parses."""

from __future__ import annotations

import ast
import warnings


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
