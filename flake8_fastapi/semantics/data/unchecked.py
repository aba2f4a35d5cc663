"""Values that may be None: where they are used as if they were not, on a way without a test.

A value is followed from the expression that gives it, or from the variable that holds it. Any condition that reads the
variable counts as a test, whichever way it goes, and so does whatever is not understood: a call that is given it, a
list it is put in, another variable. Logging tests nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import lookups as tables
from flake8_fastapi.knowledge import queries as query_tables
from flake8_fastapi.semantics import classes, schemas
from flake8_fastapi.semantics.blocks import as_try
from flake8_fastapi.semantics.code import Code, bound_name
from flake8_fastapi.semantics.errors import exceptions
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Step
from flake8_fastapi.semantics.things import ClassThing, Instance, Library
from flake8_fastapi.semantics.thrown import Meanings, Thrown, catches

Kind = Literal["attribute", "item", "unpacked", "iterated", "keywords", "given", "returned"]
_ERRORS: dict[Kind, str] = {
    "attribute": "AttributeError",
    "item": "TypeError",
    "unpacked": "TypeError",
    "iterated": "TypeError",
    "keywords": "TypeError",
    "returned": "ResponseValidationError",
}
_NOTHING = ""
_SERVER_ERROR = 500


class Use(NamedTuple):
    """Where None raises."""

    node: ast.expr
    """The value, as it is written there."""
    kind: Kind
    around: ast.AST
    """The attribute, subscript, call, statement … that uses it."""
    error: str
    """The exception."""


def uses(code: Code, node: ast.expr, refuses: Callable[[], bool]) -> list[Use]:
    """The first uses of what an expression gives on each way, in the order of the source.

    `refuses` tells whether None is refused where the function returns it.
    """
    around = code.parent(node)
    if isinstance(around, ast.Await):
        node, around = around, code.parent(around)
    if isinstance(around, ast.NamedExpr):
        node, around = around, code.parent(around)
    variable = _variable(node, around)
    if variable is None:
        found = [_use(code, node, refuses)]
    elif variable[0] in _elsewhere(code):
        return []
    else:
        found = [*_of_variable(code, *variable, refuses)]
    return [each for each in found if each is not None and each.error and not _is_caught(code, each)]


def of_parameter(code: Code, name: str) -> list[Use]:
    """The same for a parameter that may be None; that it may be returned is not asked."""
    if name in _elsewhere(code):
        return []
    return [each for each in _of_variable(code, name, None, lambda: False) if each.error and not _is_caught(code, each)]


def _variable(node: ast.expr, around: ast.AST | None) -> tuple[str, ast.AST] | None:
    """The variable that an expression is bound to, and the statement after which it is."""
    if isinstance(around, (ast.Assign, ast.AnnAssign)) and around.value is node:
        name = bound_name(around)
        return (name, around) if name else None
    return None


def _elsewhere(code: Code) -> set[str]:
    """Variables that do not belong to the function."""
    declared = (node for node in code.own if isinstance(node, (ast.Global, ast.Nonlocal)))
    return {name for node in declared for name in node.names}


def _of_variable(code: Code, name: str, target: ast.AST | None, refuses: Callable[[], bool]) -> Iterator[Use]:
    """The uses of a variable after what binds it; of a parameter, which nothing does, from the start."""
    found: dict[ast.Name, Use] = {}

    def move(is_open: bool, step: Step) -> tuple[bool]:
        node = step.node
        if node is target and step.kind == "run":
            return (True,)
        if not is_open or not isinstance(node, ast.Name) or node.id != name or step.kind != "run":
            return (is_open,)
        use = _use(code, node, refuses) if isinstance(node.ctx, ast.Load) else None
        if use is None:
            return (_is_formatted(code, node),)
        if use.error:
            found[node] = use
        return (not use.error,)

    Paths.of(code, only_errors=True).flow((target is None,), move)
    yield from sorted(found.values(), key=lambda use: (use.node.lineno, use.node.col_offset))


def _is_formatted(code: Code, node: ast.Name) -> bool:
    """`f"{user}"`"""
    return isinstance(code.parent(node), ast.FormattedValue)


def _use(code: Code, node: ast.expr, refuses: Callable[[], bool]) -> Use | None:
    """How a value is used; None for a test of it, and for what is not understood."""
    kind, around = _kind(code, node)
    if kind is None:
        return None
    error: str | None = _ERRORS.get(kind)
    if isinstance(around, ast.Call) and kind == "given":
        error = _given(code, around, node)
    elif kind == "returned" and not refuses():
        error = None
    return Use(node, kind, around, error) if error is not None else None


def _kind(code: Code, node: ast.expr) -> tuple[Kind | None, ast.AST]:
    around = code.parent(node) or node
    if isinstance(around, ast.Attribute):
        return "attribute", around
    if isinstance(around, ast.Subscript):
        return ("item" if around.value is node else None), around
    if isinstance(around, ast.Starred):
        return "iterated", around
    if isinstance(around, (ast.For, ast.AsyncFor, ast.comprehension)):
        return ("iterated" if around.iter is node else None), around
    if isinstance(around, ast.Assign):
        return ("unpacked" if isinstance(around.targets[0], (ast.Tuple, ast.List)) else None), around
    if isinstance(around, ast.keyword):
        return ("keywords" if around.arg is None else "given"), code.parent(around) or around
    if isinstance(around, ast.Dict):
        return ("keywords" if _is_spread(around, node) else None), around
    if isinstance(around, ast.Return):
        return "returned", around
    return ("given" if isinstance(around, ast.Call) and around.func is not node else None), around


def _given(code: Code, call: ast.Call, node: ast.expr) -> str | None:
    """The exception with which a call that is given None ends; empty if it takes it; None if that is unknown."""
    if isinstance(call.func, ast.Name) and call.func.id in tables.SILENT:
        return _NOTHING
    callee = code.thing(call.func)
    is_first = bool(call.args) and call.args[0] is node
    if isinstance(callee, Library) and is_first and callee.name in tables.RAISING_ON_NONE:
        return tables.RAISING_ON_NONE[callee.name]
    if not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr in tables.SILENT:
        return _NOTHING
    owner = code.thing(call.func.value)
    if not is_first or owner is None:
        return None
    ev = code.source.ev
    if isinstance(owner, Instance) and call.func.attr in tables.SESSION_CALLS:
        return "UnmappedInstanceError" if classes.is_a(ev, owner.type, *query_tables.SESSIONS) else None
    is_model = isinstance(owner, ClassThing) and schemas.of_class(ev, owner) is not None
    return "ValidationError" if is_model and call.func.attr in tables.VALIDATIONS else None


def _is_spread(around: ast.Dict, node: ast.expr) -> bool:
    return any(key is None and value is node for key, value in zip(around.keys, around.values, strict=True))


def _is_caught(code: Code, use: Use) -> bool:
    # What is returned FastAPI looks at later.
    return use.kind != "returned" and is_caught(code, use.node, use.error)


def is_caught(code: Code, node: ast.AST, error: str) -> bool:
    """Whether an `except` around a node catches this exception and makes something else of it than a 500."""
    names = Meanings(code)
    thrown = Thrown("error", error, bool(error))
    inner = node
    for around in code.ancestors(node):
        written: list[ast.expr | None] = []
        statement = as_try(around)
        if statement is not None and any(each is inner for each in statement.body):
            written = [each.type for each in statement.handlers if not _fails(code, each)]
        elif isinstance(around, (ast.With, ast.AsyncWith)):
            written = [each for item in around.items for each in names.suppressed(item.context_expr)]
        if any(catches(names, each, thrown) is not False for each in written):
            return True
        inner = around
    return False


def _fails(code: Code, clause: ast.ExceptHandler) -> bool:
    """Whether an `except` ends in raising what it caught, or in a 500."""
    last = clause.body[-1]
    if not isinstance(last, ast.Raise):
        return False
    if last.exc is None or (isinstance(last.exc, ast.Name) and last.exc.id == clause.name):
        return True
    return exceptions.status(code.source.ev, code.thing(last.exc)) == _SERVER_ERROR
