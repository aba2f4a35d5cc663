"""The statements of a function as lines: what is kept of each to compare it with those of other functions, no node."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.semantics.facts import ModuleFacts, Position
from flake8_fastapi.semantics.structure import shapes
from flake8_fastapi.semantics.structure.shapes import FunctionNode

_HOUSEKEEPING = frozenset(
    {"add", "add_all", "commit", "refresh", "flush", "rollback", "close", "delete", "expunge", "begin"}
)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_DECIDING = (ast.If, ast.IfExp, ast.While, ast.Match, ast.Try)
_RUNNING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.With, ast.AsyncWith)
"""What runs the block in it whenever it is reached; a `try` does, too."""
_LEAVING = (ast.Return, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom)
_SIMPLE = (ast.Name, ast.Constant, ast.Attribute, ast.expr_context, ast.keyword)
_MISSING = re.compile(r"404|not_?found", re.IGNORECASE)


class Line(NamedTuple):
    """One statement, nested ones included."""

    shape: str
    """With all local variables alike."""
    local: tuple[str, ...]
    """The local variables, in the order in which they appear."""
    other: tuple[str, ...]
    """The other names, in that order."""
    weight: int
    """How many statements it counts for."""
    binds: frozenset[str]
    reads: frozenset[str]
    """Those local variables that it uses, variables of its own loops aside."""
    opened: frozenset[str]
    """Those local variables of which it reads attributes or items."""
    is_guard: bool
    """`if …: raise`."""
    tests: bool
    """A guard that asks more than whether a variable is None or empty."""
    answers_404: bool
    """A guard that says that something is missing."""
    said: tuple[str, ...]
    """The texts of what a guard raises."""
    decides: bool
    calls: int
    leaves: bool
    """It returns, or ends or continues a loop around it: a function in its place would have to tell its caller."""
    is_first: bool
    """The body of the function begins with it."""
    is_certain: bool
    """No condition, loop or handler of exceptions stands around it."""
    start: Position
    end: int


def functions(module: ast.Module) -> Iterator[FunctionNode]:
    """The functions of a module, those in classes, branches and functions included."""
    pending: list[ast.AST] = [module]
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield child
            if isinstance(child, (ast.stmt, ast.ExceptHandler)):
                pending.append(child)


def suites(function: FunctionNode, module: ModuleFacts) -> Iterator[tuple[Line, ...]]:
    """The lines of a function: those of its body, and those of each block in it."""
    local = shapes.local_names(function)
    pending: list[tuple[ast.AST, bool]] = [(function, True)]
    while pending:
        node, is_certain = pending.pop()
        for field, value in ast.iter_fields(node):
            children = [each for each in value if isinstance(each, ast.AST)] if isinstance(value, list) else []
            statements = [each for each in children if isinstance(each, ast.stmt)]
            runs = is_certain and (isinstance(node, _RUNNING) or (isinstance(node, ast.Try) and field == "body"))
            if statements:
                suite = shapes.suite(statements)
                yield tuple(_line(each, local, module, node is function and each is suite[0], runs) for each in suite)
            pending.extend((each, runs) for each in children if not isinstance(each, (*_INNER, ast.expr)))


def _line(node: ast.stmt, local: frozenset[str], module: ModuleFacts, is_first: bool, is_certain: bool) -> Line:
    locals_: list[str] = []
    others: list[str] = []

    def naming(name: str) -> str:
        (locals_ if name in local else others).append(name)
        return "<>" if name in local else shapes.imported_as(module, name)

    shape = shapes.of([node], naming)
    is_guard = _is_guard(node)
    binds: set[str] = set()
    reads: set[str] = set()
    opened: set[str] = set()
    turning: set[str] = set()
    decides = leaves = False
    calls = 0
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            if not isinstance(each.ctx, ast.Load):
                binds.add(each.id)
            elif each.id in local:
                reads.add(each.id)
        elif isinstance(each, ast.Call):
            calls += 1
        elif isinstance(each, (ast.Attribute, ast.Subscript)) and isinstance(each.value, ast.Name):
            opened.add(each.value.id)
        elif isinstance(each, (ast.For, ast.AsyncFor, ast.comprehension)):
            turning |= {name.id for name in ast.walk(each.target) if isinstance(name, ast.Name)}
            decides = True
        else:
            decides = decides or isinstance(each, _DECIDING)
            leaves = leaves or isinstance(each, _LEAVING)
    return Line(
        shape,
        tuple(locals_),
        tuple(others),
        _weight(node),
        frozenset(binds),
        frozenset(reads - turning),
        frozenset(opened - turning),
        is_guard,
        is_guard and isinstance(node, ast.If) and _tests(node.test),
        is_guard and isinstance(node, ast.If) and any(_MISSING.search(ast.unparse(each)) for each in node.body),
        tuple(_texts(node)) if is_guard else (),
        decides,
        calls,
        leaves,
        is_first,
        is_certain,
        Position(node.lineno, node.col_offset),
        node.end_lineno or node.lineno,
    )


def _is_guard(node: ast.stmt) -> bool:
    if not isinstance(node, ast.If) or node.orelse:
        return False
    body = shapes.suite(node.body)
    return len(body) == 1 and isinstance(body[0], ast.Raise) and body[0].exc is not None


def _texts(node: ast.stmt) -> Iterator[str]:
    for raised in (each for each in ast.walk(node) if isinstance(each, ast.Raise)):
        for each in ast.walk(raised):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def _is_option(node: ast.stmt) -> bool:
    """Whether it does one thing where something is given."""
    if not isinstance(node, ast.If) or node.orelse or _tests(node.test):
        return False
    body = shapes.suite(node.body)
    return len(body) == 1 and isinstance(body[0], (ast.Assign, ast.AugAssign, ast.Expr))


def _tests(test: ast.expr) -> bool:
    """Whether a test asks more than whether a variable is None, empty or false."""
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        test = test.left
    return not isinstance(test, ast.Name)


def _weight(node: ast.stmt) -> int:
    """How many statements count: a guard is one, and so is `if given: query = …`; what only frames, hands on or saves
    is none."""
    if _is_guard(node) or _is_option(node):
        return 1
    own = 0 if _is_light(node) else 1
    return own + sum(_weight(each) for each in _within(node))


def _within(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield from shapes.suite([child])
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from _within(child)


def _is_light(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Try, ast.With, ast.AsyncWith, ast.Break, ast.Continue)):
        return True
    if isinstance(node, ast.Raise):
        return node.exc is None
    if isinstance(node, ast.Expr):
        call = _unawaited(node.value)
        return not isinstance(call, ast.Call) or _last(call.func) in _HOUSEKEEPING
    if isinstance(node, ast.Return):
        call = _unawaited(node.value)
        return not isinstance(call, ast.Call) or _is_simple(call)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and not isinstance(getattr(node, "target", None), ast.Attribute):
        return node.value is None or isinstance(node.value, _SIMPLE)
    return False


def _unawaited(value: ast.expr | None) -> ast.expr | None:
    return value.value if isinstance(value, ast.Await) else value


def _is_simple(call: ast.Call) -> bool:
    """Whether a call only hands on what is there."""
    arguments = (*call.args, *(keyword.value for keyword in call.keywords))
    return all(isinstance(node, _SIMPLE) for argument in arguments for node in ast.walk(argument))


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else ""
