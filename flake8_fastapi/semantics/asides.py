"""Statements that go beside what a function does: documentation, logging, imports, declarations."""

from __future__ import annotations

import ast

from flake8_fastapi.knowledge import reporting

_DECLARING = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal)


def is_aside(node: ast.stmt) -> bool:
    """Whether a statement could be left out, and the function would do the same."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or is_logging(node.value)
    return isinstance(node, _DECLARING) or (isinstance(node, ast.AnnAssign) and node.value is None)


def is_logging(value: ast.expr) -> bool:
    """Whether an expression writes to a log or prints."""
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(call, ast.Call):
        return False
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in reporting.LOG_LEVELS:
        return isinstance(call.func, ast.Name) and call.func.id == "print"
    return reporting.LOGGERS.search(ast.unparse(call.func.value)) is not None
