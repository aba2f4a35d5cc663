"""How a function and an `except` end, as far as a look tells; `paths` knows more, and costs more."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_fastapi.semantics.nodes import own


def never_returns(body: Sequence[ast.stmt]) -> bool:
    """Whether each way through the body of a function ends in a `raise`."""
    return _raises(body) and not any(isinstance(node, ast.Return) for node in own(body))


def _raises(block: Sequence[ast.stmt]) -> bool:
    last = block[-1] if block else None
    if isinstance(last, ast.If):
        return _raises(last.body) and _raises(last.orelse)
    if isinstance(last, ast.Try):
        whole = _raises(last.orelse) if last.orelse else _raises(last.body)
        return _raises(last.finalbody) or (whole and all(_raises(handler.body) for handler in last.handlers))
    return isinstance(last, ast.Raise)


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` may raise what it caught."""
    return any(isinstance(node, ast.Raise) and _is_caught(node.exc, handler) for node in own(handler.body))


def _is_caught(raised: ast.expr | None, handler: ast.ExceptHandler) -> bool:
    if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Attribute):
        raised = raised.func.value if raised.func.attr == "with_traceback" else raised
    return raised is None or (isinstance(raised, ast.Name) and raised.id == handler.name)


def refuses(node: ast.If) -> bool:
    """Whether an `if` without `else` only lets the code behind it run when its condition is false: `raise` or
    `pytest.fail()`."""
    last = node.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and isinstance(last.value.func, ast.Attribute):
        return not node.orelse and last.value.func.attr == "fail"
    return not node.orelse and isinstance(last, ast.Raise)
