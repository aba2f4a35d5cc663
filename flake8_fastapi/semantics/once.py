"""Code that does not run where it stands, or not each time: lazy initialisation and generator expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

CONSUMERS = frozenset(
    {
        "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "any", "all", "max", "min", "next", "bytes",
        "join", "extend", "update", "writelines", "add_all", "deque", "Counter", "array",
    }
)  # fmt: skip
"""Functions and methods, by last name, that iterate a generator expression on the spot."""


def fills_what_is_missing(node: ast.If, declared: frozenset[str]) -> bool:
    """`if x is None: … x = …` for a global or an attribute: the body runs once in the life of the process."""
    missing = _tested(node.test, missing=True)
    return missing is not None and _outlives_call(missing, declared) and _assigns(node.body, missing)


def returns_what_is_there(node: ast.stmt, rest: Sequence[ast.stmt], declared: frozenset[str]) -> bool:
    """`if x is not None: return x`, and what follows assigns x: it runs once as well."""
    if not (isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return)):
        return False
    there = _tested(node.test, missing=False)
    return there is not None and _outlives_call(there, declared) and _assigns(rest, there)


def _outlives_call(name: str, declared: frozenset[str]) -> bool:
    """Whether the name is a global, or an attribute of the object itself, its class or the application's state."""
    first, dot, rest = name.partition(".")
    if not dot:
        return name in declared
    return first in ("self", "cls") or first in declared or first[:1].isupper() or "state." in rest


def _tested(test: ast.expr, missing: bool) -> str | None:
    """What the test asks about, as dotted text, if it asks whether it is missing (or there)."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _tested(test.operand, not missing)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        asks = ast.Is if missing else ast.IsNot
        if isinstance(right, ast.Constant) and right.value is None and isinstance(test.ops[0], asks):
            return _dotted(test.left)
        return None
    return None if missing else _dotted(test)


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def _assigns(statements: Iterable[ast.stmt], name: str) -> bool:
    """Whether one of the statements, or one in a `with`, `try` or `if` among them, assigns the dotted name."""
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if any(_dotted(target) == name for target in targets):
            return True
        if isinstance(statement, (ast.With, ast.AsyncWith, ast.Try, ast.If)) and _assigns(statement.body, name):
            return True
    return False


def filled_cache(node: ast.If) -> str | None:
    """The first name of the mapping that `if key not in mapping: mapping[key] = …` fills; None for anything else."""
    test = node.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotIn)):
        return None
    mapping = _dotted(test.comparators[0])
    for statement in node.body:
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            if isinstance(target, ast.Subscript) and mapping is not None and _dotted(target.value) == mapping:
                return mapping.partition(".")[0]
    return None


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether a block ends by leaving the block around it."""
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def is_end(node: ast.If) -> bool:
    """`if True: … return`: what follows is dead."""
    return isinstance(node.test, ast.Constant) and node.test.value is True and leaves(node.body)


def required(test: ast.expr, holds: bool) -> list[ast.expr]:
    """The variables and attributes that must be true, or not None, for a test to hold (`holds` false: to fail)."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return required(test.operand, not holds)
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is holds:
            return [node for value in test.values for node in required(value, holds)]
        return []
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        right = test.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            asks = ast.IsNot if holds else ast.Is
            return [test.left] if isinstance(test.ops[0], asks) and _dotted(test.left) else []
        return []
    return [test] if holds and isinstance(test, (ast.Name, ast.Attribute)) and _dotted(test) else []


def catches_runtime_error(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` clause names RuntimeError."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id == "RuntimeError" for kind in kinds)
