"""How large a handler is: its statements, and the calls on a session that one path through it makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from flake8_fastapi.knowledge.limits import Limits
from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.data import sessions
from flake8_fastapi.semantics.data.sessions import Session, Use
from flake8_fastapi.semantics.data.transactions import Transaction
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Graph, Step
from flake8_fastapi.semantics.things import FunctionThing

_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_LOGGERS = re.compile(r"log|logger|logging|_log|_logger|LOG|LOGGER|structlog")
_TALK = frozenset({"accept", "send_text", "send_json", "send_bytes"})
_ASIDE = (ast.With, ast.AsyncWith, ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal)
_MARKUP = 5
"""A function with more plain `with` than this builds a page: `with tag.div():`."""
_OF_MARKUP = (ast.Expr, ast.If, ast.For, ast.Break, ast.Continue)
"""Statements that are part of the page where they stand in such a `with`."""

_COUNTED = frozenset({"read", "execute", "write", "delete", "commit", "flush"})
"""What a call on a session does that counts; `rollback`, `refresh`, `begin` and `close` only frame the others."""
_PREPARING = frozenset({"cursor", "connection", "fetchone", "fetchall", "fetchmany"})
"""Methods that only go with an `execute`; those of asyncpg that run a statement have other names."""
_PARTS = frozenset({"subquery", "scalar_subquery", "as_scalar", "cte", "exists", "label", "correlate"})
"""Methods of a legacy `Query` that make it a part of another one."""


_FEW = 7
"""A handler of so many statements hands its work on: it asks a service, and maps its errors."""


class Size(NamedTuple):
    """The figures of a handler."""

    statements: int
    """0 where they are too few to matter."""
    session_calls: int
    """On the path with the most."""

    def is_fat(self, limits: Limits) -> bool:
        """Whether it is too large as a whole; then nothing else is said about its size."""
        if self.statements > limits.max_handler_statements:
            return True
        return (
            self.statements > limits.max_session_handler_statements
            and self.session_calls >= limits.session_handler_calls
        )


def of(function: Function) -> Size:
    """The figures of a function."""
    known: Size | None = function.memo.get("size")
    if known is None:
        known = function.memo["size"] = _measured(function)
    return known


def may_be_fat(function: Function) -> bool:
    """Whether a function has enough lines for that."""
    limits = function.project.limits
    return function.facts.lines > min(limits.max_handler_statements, limits.max_session_handler_statements)


def _measured(function: Function) -> Size:
    code = function.code
    if code is None:
        return Size(0, 0)
    return Size(statements(code) if may_be_fat(function) else 0, session_calls(function, code))


# -- statements


def statements(code: Code) -> int:
    """How many statements there are, nested ones and those of functions in it included.

    Docstrings, logging, imports, declarations, the headers of `with`, the parts of a page, and what is sent over a
    websocket do not count.
    """
    markup = _in_markup(code)
    return sum(
        1
        for node in code.everything
        if isinstance(node, ast.stmt) and not _is_aside(node) and not (node in markup and isinstance(node, _OF_MARKUP))
    )


def _is_aside(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_logging(node.value) or _is_talk(node.value)
    return isinstance(node, _ASIDE) or (isinstance(node, ast.AnnAssign) and node.value is None)


def _is_logging(value: ast.expr) -> bool:
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(call, ast.Call):
        return False
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOGGING:
        return isinstance(call.func, ast.Name) and call.func.id == "print"
    return _LOGGERS.search(ast.unparse(call.func.value)) is not None


def _is_talk(value: ast.expr) -> bool:
    """Whether a message goes over a websocket: a part of the protocol, as `return` is one of a request's."""
    call = value.value if isinstance(value, ast.Await) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _TALK


def _in_markup(code: Code) -> Collection[ast.AST]:
    """The nodes of a page that is built with one `with` for each element."""
    plain = [
        node
        for node in code.everything
        if isinstance(node, ast.With) and all(item.optional_vars is None for item in node.items)
    ]
    if len(plain) <= _MARKUP:
        return ()
    return {part for node in plain for part in ast.walk(node)}


def mostly_delegates(source: Source, functions: Iterable[FunctionThing]) -> bool:
    """Whether most of these functions of the file at hand are a few statements long."""
    found = [code for each in functions if (code := source.code(each.qualname)) is not None]
    return 2 * sum(1 for code in found if statements(code) <= _FEW) > len(found)


# -- session calls


def session_calls(function: Function, code: Code) -> int:
    """How many calls on sessions the path with the most of them makes; each counts once, in a loop too.

    A query counts once, however many steps it is built in, and the only write together with its commit.
    """
    every = [(session, Transaction(session, code).uses) for session in sessions.of(function)]
    is_single = sum(use.role in ("write", "delete") for _, uses in every for use in uses.values()) == 1
    counted = {
        node
        for session, uses in every
        for node, use in uses.items()
        if isinstance(node, ast.Call) and _counts(session, use) and not _is_part(code, node)
        if not (is_single and use.role == "commit")
    }
    if len(counted) < 2:
        return len(counted)
    graph = Paths.of(code, only_errors=True).graph
    return _most(graph, counted) if graph is not None else 0


def most_calls(function: Function) -> int:
    """How many calls on sessions it makes at most: on all paths together."""
    return sum(1 for session in sessions.of(function) for use in session.uses if _counts(session, use))


def _counts(session: Session, use: Use) -> bool:
    if use.role not in _COUNTED or use.method in _PREPARING:
        return False
    func = use.call.func
    # `session.query(User).filter(…).delete()`: the query counts already.
    return written(getattr(func, "of", func)) == session.text


def _is_part(code: Code, node: ast.Call) -> bool:
    """Whether a legacy query is part of another one: `.subquery()`, or handed on without being run."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "query":
        return False
    names, top = _chain(code, node)
    if names & _PARTS:
        return True
    around = code.parent(top)
    is_argument = isinstance(around, (ast.Call, ast.keyword)) and around is not top
    return is_argument and not names & _RUNNING


_RUNNING = frozenset({"all", "first", "one", "one_or_none", "scalar", "scalars", "count", "get", "delete", "update"})


def _chain(code: Code, node: ast.expr) -> tuple[set[str], ast.expr]:
    """The methods called on what a call gives, one after the other, and the whole expression."""
    names: set[str] = set()
    top = node
    while True:
        attribute = code.parent(top)
        call = code.parent(attribute) if isinstance(attribute, ast.Attribute) else None
        if not isinstance(attribute, ast.Attribute) or not isinstance(call, ast.Call) or call.func is not attribute:
            return names, top
        names.add(attribute.attr)
        top = call


def _most(graph: Graph, counted: Collection[ast.AST]) -> int:
    """The most counted nodes on one way from the start; what leads back to an earlier step is not gone again."""
    place = {step: number for number, step in enumerate(graph.steps)}
    best: dict[Step, int] = {graph.start: 0}
    for step in graph.steps:
        if step not in best:
            continue
        best[step] += step.kind == "run" and step.node in counted
        for following in (*step.next, *step.raised):
            if place[following] > place[step]:
                best[following] = max(best.get(following, 0), best[step])
    return max(best.values())
