"""What becomes of the coroutine that a method of an async session gives: awaited in time, or lost, or misused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.data import resources, sessions
from flake8_fastapi.semantics.data.handover import is_coroutine_method
from flake8_fastapi.semantics.data.sessions import Session, Use
from flake8_fastapi.semantics.data.spawned import node_of
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.things import Library

Fate = Literal["dropped", "returned", "attribute", "iterated", "tested", "used"]
"""Never awaited; returned by a handler; or, though it is a coroutine, an attribute of it is read, it is iterated, asked
whether it is true, or computed with."""

_OWN = frozenset({"close", "send", "throw"})
"""What a coroutine has itself."""
_READING = framework.CONSUMERS | {f"builtins.{name}" for name in ("len", "int", "float", "bool", "enumerate", "zip")}


class Unawaited(NamedTuple):
    """A call of an async session whose coroutine is not awaited before it is needed."""

    session: str
    use: Use
    fate: Fate
    name: str
    """The attribute that is read."""


def of(function: Function) -> Iterator[Unawaited]:
    """The calls of async sessions in a function that nobody awaits, or too late."""
    for session, use in _calls(function):
        fate = _fate(function, use) if not use.is_awaited else None
        if fate is not None:
            yield Unawaited(session.text, use, *fate)


def places(function: Function) -> frozenset[facts.Position]:
    """Where a function calls coroutine methods of sessions."""
    return frozenset(use.position for _, use in _calls(function))


def _calls(function: Function) -> Iterator[tuple[Session, Use]]:
    for session in sessions.of(function):
        for use in session.uses if session.is_async else ():
            # `db.query(User).delete()` is no method of the session.
            of = use.call.func.of if isinstance(use.call.func, facts.Attribute) else None
            if of is not None and written(of) == session.text and is_coroutine_method(session.resource, use.method):
                yield session, use


def _fate(function: Function, use: Use) -> tuple[Fate, str] | None:
    if use.site.role == "statement":
        return "dropped", ""
    if use.site.role == "returned":
        return ("returned", "") if function.is_handler else None
    code = function.code
    node = node_of(code, use.call)
    if code is None or node is None:
        return None
    found = _misuse(code, node)
    if found is not None:
        return found
    parent = code.parent(node)
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return _of_variable(function, code, use.call, parent.targets[0].id)
    return None


def _misuse(code: Code, node: ast.expr) -> tuple[Fate, str] | None:
    """What is done with an expression that cannot be done with a coroutine."""
    parent = code.parent(node)
    if isinstance(parent, ast.Attribute):
        return ("attribute", parent.attr) if _is_missing(parent.attr) else None
    if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
        return ("iterated", "") if parent.iter is node else None
    if isinstance(parent, (ast.If, ast.While, ast.IfExp)):
        return ("tested", "") if parent.test is node else None
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        return "tested", ""
    if isinstance(parent, (ast.Subscript, ast.BinOp)) or (isinstance(parent, ast.Compare) and not _of_none(parent)):
        return ("used", "") if getattr(parent, "slice", None) is not node else None
    if isinstance(parent, ast.Call) and node in parent.args:
        callee = code.thing(parent.func)
        return ("used", "") if isinstance(callee, Library) and callee.name in _READING else None
    return None


def _is_missing(name: str) -> bool:
    return name not in _OWN and not name.startswith(("cr_", "__"))


def _of_none(node: ast.Compare) -> bool:
    """`x is None` is true of no coroutine, but asks nothing of it."""
    return any(isinstance(each, ast.Constant) and each.value is None for each in node.comparators)


def _of_variable(function: Function, code: Code, call: facts.Call, name: str) -> tuple[Fate, str] | None:
    """What becomes of a coroutine in a variable, where every use of that variable is one of the coroutine."""
    uses = code.uses(name)
    if not uses:
        return ("dropped", "") if not _is_outer(code, name) else None
    misused = None
    for use in uses:
        if not _is_that(function, code, use, call):
            continue
        found = _misuse(code, use)
        if found is None and not _is_question(code, use):
            # Awaited, handed on, returned: somebody may await it.
            return None
        misused = misused or found
    return misused


def _is_outer(code: Code, name: str) -> bool:
    return any(isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names for node in code.everything)


def _is_question(code: Code, use: ast.Name) -> bool:
    parent = code.parent(use)
    return isinstance(parent, ast.Compare) and _of_none(parent)


def _is_that(function: Function, code: Code, use: ast.Name, call: facts.Call) -> bool:
    """Whether a use of the variable may be one of this coroutine."""
    value = code.source.value(use)
    if not isinstance(value, facts.Local):
        return True
    bindings = resources.bindings_of(function.ev, value, code.source.frame(use))
    places = {(found.start, found.end) for found in bindings if isinstance(found, facts.Call)}
    return (call.start, call.end) in places
