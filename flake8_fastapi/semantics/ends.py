"""How a function and an `except` end, as far as a look tells; `paths` knows more, and costs more."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_fastapi.semantics import once
from flake8_fastapi.semantics.nodes import last_name, own


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


def hides_failures(node: ast.Try) -> bool:
    """Whether a `try` goes on where an assertion in it fails."""
    return any(_catches_failures(handler) and not _fails(handler.body) for handler in node.handlers)


def _catches_failures(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = ("AssertionError", "Exception", "BaseException")
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in names) for kind in kinds)


def _fails(body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return last_name(last.value.func) in ("fail", "exit")
    return isinstance(last, ast.Raise)


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether what comes after a block never runs where the block runs."""
    return once.leaves(body) or (isinstance(body[-1], ast.Expr) and skips(body[-1].value))


def skips(node: ast.expr) -> bool:
    """Whether a statement ends a test without a verdict: `pytest.skip()`."""
    return isinstance(node, ast.Call) and last_name(node.func) in ("skip", "skipTest", "xfail")


def refuses(node: ast.If) -> bool:
    """Whether an `if` without `else` only lets the code behind it run when its condition is false: `raise` or
    `pytest.fail()`."""
    last = node.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and isinstance(last.value.func, ast.Attribute):
        return not node.orelse and last.value.func.attr == "fail"
    return not node.orelse and isinstance(last, ast.Raise)
