"""What the code of a test does with an answer beside assertions: takes something out of it, keeps it for others."""

from __future__ import annotations

import ast

from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.facts import Position


def is_opened_or_kept(code: Code, sent: Position) -> bool:
    """Whether the answer to the request at a position is looked into, so that the test fails where it is another one.

    Also whether it is put where something else may look at it: an attribute, an item, a global variable.
    """
    names: set[str] = set()
    kept = {name for node in code.own if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
    for node in code.own:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _holds(node.value, sent, names):
            return True
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and _holds(node.value, sent, names):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not all(isinstance(target, ast.Name) for target in targets):
                return True
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    return not names.isdisjoint(kept)


def _holds(value: ast.expr | None, sent: Position, names: set[str]) -> bool:
    """Whether an expression is about the answer: a part of it, something made of it."""
    return value is not None and any(
        (isinstance(node, ast.Call) and start(node) == sent) or (isinstance(node, ast.Name) and node.id in names)
        for node in ast.walk(value)
    )
