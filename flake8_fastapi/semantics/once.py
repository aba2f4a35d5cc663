"""Code that does not run where it stands, or not each time: lazy initialisation and generator expressions."""

from __future__ import annotations

from collections.abc import Iterable

from astroid import nodes
from astroid.nodes import NodeNG


def tested(test: NodeNG, missing: bool) -> str | None:
    """What the test asks about, as dotted text, if it asks whether it is missing (or there)."""
    if isinstance(test, nodes.UnaryOp) and test.op == "not":
        return tested(test.operand, not missing)
    if isinstance(test, nodes.Compare) and len(test.ops) == 1:
        operator, right = test.ops[0]
        if isinstance(right, nodes.Const) and right.value is None and operator == ("is" if missing else "is not"):
            return _dotted(test.left)
        return None
    return None if missing else _dotted(test)


def _dotted(node: NodeNG) -> str | None:
    parts: list[str] = []
    while isinstance(node, (nodes.Attribute, nodes.AssignAttr)):
        parts.append(node.attrname)
        node = node.expr
    if not isinstance(node, (nodes.Name, nodes.AssignName)):
        return None
    return ".".join([node.name, *reversed(parts)])


def assigns(statements: Iterable[NodeNG], name: str) -> bool:
    """Whether one of the statements, or one in a `with`, `try` or `if` among them, assigns the dotted name."""
    for statement in statements:
        targets = statement.targets if isinstance(statement, nodes.Assign) else []
        if isinstance(statement, nodes.AnnAssign):
            targets = [statement.target]
        if any(_dotted(target) == name for target in targets):
            return True
        if isinstance(statement, (nodes.With, nodes.Try, nodes.If)) and assigns(statement.body, name):
            return True
    return False


_CONSUMERS = frozenset(
    {
        "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "any", "all", "max", "min", "next", "bytes",
        "join", "extend", "update", "writelines", "add_all", "deque", "Counter", "array",
    }
)  # fmt: skip


def is_consumed(node: nodes.GeneratorExp) -> bool:
    """Whether a generator expression is certainly iterated on the spot."""
    parent = node.parent
    if isinstance(parent, nodes.Call):
        func = parent.func
        name = func.attrname if isinstance(func, nodes.Attribute) else getattr(func, "name", None)
        return name in _CONSUMERS
    return isinstance(parent, (nodes.For, nodes.Comprehension, nodes.Starred, nodes.YieldFrom, nodes.Compare))
