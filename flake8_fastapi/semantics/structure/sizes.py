"""How large a handler is: its statements, and the calls on a session that one path through it makes."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import pairwise

from flake8_fastapi.knowledge import sessions as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.asides import is_logging
from flake8_fastapi.semantics.code import Code, Source
from flake8_fastapi.semantics.data import sessions
from flake8_fastapi.semantics.data.sessions import Session, Use
from flake8_fastapi.semantics.data.transactions import Transaction
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Value
from flake8_fastapi.semantics.flow import blocks
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Graph, Step
from flake8_fastapi.semantics.things import FunctionThing

_TALK = frozenset({"accept", "send_text", "send_json", "send_bytes"})
_FRAMING: tuple[type, ...] = (ast.With, ast.AsyncWith, ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ()))
_LEAVING = (ast.Raise, ast.Break, ast.Continue, ast.Pass)
_NAMING = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
_LITERAL = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.expr_context),
    *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred),
)
"""What an expression consists of that only names, or puts together, what is there already."""
_MARKUP = 5
"""A function with more plain `with` than this builds a page: `with tag.div():`."""
_OF_MARKUP = (ast.Expr, ast.If, ast.For, ast.Break, ast.Continue)
"""Statements that are part of the page where they stand in such a `with`."""

_COUNTED = frozenset({"read", "execute", "write", "delete"})
"""What a call on a session does that counts; `commit`, `flush`, `refresh` and `rollback` only frame the others."""
_PREPARING = frozenset({"cursor", "connection", "fetchone", "fetchall", "fetchmany"})
"""Methods that only go with an `execute`; those of asyncpg that run a statement have other names."""
_PARTS = frozenset({"subquery", "scalar_subquery", "as_scalar", "cte", "exists", "label", "correlate"})
"""Methods of a legacy `Query` that make it a part of another one."""
_MAY_COUNT = tables.QUERY_WRITES | {
    name for roles in tables.ROLES.values() for name, role in roles.items() if role in _COUNTED
}
"""The names of the methods that do it."""

_FEW = 4
"""A handler of so many statements hands its work on: it asks a service, and maps its errors."""


class Size:
    """The figures of a handler, each found when it is asked for."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._limits = function.project.limits

    @cached_property
    def statements(self) -> int:
        """Its statements; 0 where its lines are too few for them to matter."""
        least = min(self._limits.max_handler_statements, self._limits.max_session_handler_statements)
        code = self._function.code if self._function.facts.lines > least else None
        return statements(code) if code is not None else 0

    @cached_property
    def session_calls(self) -> int:
        """Its calls on sessions, on the path with the most."""
        code = self._function.code
        return _session_calls(self._function, code) if code is not None and self.makes_calls(1) else 0

    def makes_calls(self, least: int) -> bool:
        """Whether it calls as many methods of a session, on all paths together: a cheap question."""
        sites = self._function.facts.sites
        if sum(1 for site in sites if _may_count(site.value)) < least:
            return False
        uses = (use for session in sessions.of(self._function) for use in session.uses if _counts(session, use))
        return sum(1 for _ in uses) >= least

    @property
    def may_be_fat(self) -> bool:
        """Whether it has the statements for that: a cheap question."""
        limits = self._limits
        if self.statements > limits.max_handler_statements:
            return True
        is_long = self.statements > limits.max_session_handler_statements
        return is_long and self.makes_calls(limits.session_handler_calls)

    @cached_property
    def is_fat(self) -> bool:
        """Whether it is too large as a whole; then nothing else is said about its size."""
        limits = self._limits
        if not self.may_be_fat:
            return False
        return self.statements > limits.max_handler_statements or self.session_calls >= limits.session_handler_calls


def of(function: Function) -> Size:
    """The figures of a function."""
    known: Size | None = function.memo.get("size")
    if known is None:
        known = function.memo["size"] = Size(function)
    return known


# -- statements


def statements(code: Code) -> int:
    """How many statements there are that do something, nested ones and those of functions in it included.

    What is no logic does not count: docstrings, logging, imports, declarations; the headers of `with` and `try`;
    `raise`, and what else only leaves; names for what is there already, as literals, attributes and items are; the
    parts of a page; what is sent over a websocket, or streamed. Fields of one object that are set one after the other
    count once.
    """
    bodies = list(_bodies(code))
    counted = {
        node
        for body in bodies
        for before, node in pairwise((None, *body))
        if isinstance(node, ast.stmt) and not _is_aside(node) and not _is_further_field(before, node)
    }
    return len(counted.difference(_in_markup(bodies)))


def _bodies(code: Code) -> Iterator[list[ast.stmt]]:
    """Its blocks of statements, with those of functions in it."""
    left = [code.statements]
    while left:
        body = left.pop()
        yield body
        left += [block for node in body for _, block in blocks(node)]


def _is_aside(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        value = node.value
        return isinstance(value, (ast.Constant, ast.Yield)) or is_logging(value) or _is_talk(value)
    if isinstance(node, (ast.Return, ast.AnnAssign)):
        return node.value is None or _is_literal(node.value)
    if isinstance(node, ast.Assign):
        return _is_literal(node.value) and all(isinstance(each, (ast.Name, ast.Tuple)) for each in node.targets)
    return isinstance(node, (*_FRAMING, *_LEAVING, *_NAMING))


def _is_literal(value: ast.expr) -> bool:
    return all(isinstance(part, _LITERAL) for part in ast.walk(value))


def _is_further_field(before: ast.stmt | None, node: ast.stmt) -> bool:
    """Whether a statement sets another field of the object that the one before it sets one of."""
    name = _filled(node)
    return name is not None and before is not None and name == _filled(before)


def _filled(node: ast.stmt) -> str | None:
    """The object of which a statement sets a field: `user.name = …`, `body["name"] = …`."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    target: ast.expr = node.targets[0]
    if not isinstance(target, (ast.Attribute, ast.Subscript)):
        return None
    while isinstance(target, (ast.Attribute, ast.Subscript)):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


def _is_talk(value: ast.expr) -> bool:
    """Whether a message goes over a websocket: a part of the protocol, as `return` is one of a request's."""
    call = value.value if isinstance(value, ast.Await) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _TALK


def _in_markup(bodies: list[list[ast.stmt]]) -> Iterator[ast.AST]:
    """The statements of a page that is built with one `with` for each element."""
    every = (node for body in bodies for node in body)
    plain = [
        node for node in every if isinstance(node, ast.With) and all(item.optional_vars is None for item in node.items)
    ]
    if len(plain) > _MARKUP:
        for node in plain:
            yield from (part for part in ast.walk(node) if isinstance(part, _OF_MARKUP))


def mostly_delegates(source: Source, functions: Iterable[FunctionThing]) -> bool:
    """Whether most of these functions of the file at hand are a few statements long."""
    found = [code for each in functions if (code := source.code(each.qualname)) is not None]
    return 2 * sum(1 for code in found if statements(code) <= _FEW) > len(found)


# -- session calls


def _session_calls(function: Function, code: Code) -> int:
    """How many calls on sessions the path with the most of them makes; each counts once, in a loop too.

    A query counts once, however many steps it is built in, and the calls of one statement (the figures of a dict) too.
    """
    by_statement = {
        _statement(code, node): node
        for session in sessions.of(function)
        for node, use in Transaction(session, code).uses.items()
        if isinstance(node, ast.Call) and _counts(session, use) and not _is_part(code, node)
    }
    counted = set(by_statement.values())
    if len(counted) < 2:
        return len(counted)
    graph = Paths.of(code, only_errors=True).graph
    return _most(graph, counted) if graph is not None else 0


def _statement(code: Code, node: ast.AST) -> ast.AST:
    return next((each for each in (node, *code.ancestors(node)) if isinstance(each, ast.stmt)), node)


def _may_count(value: Value) -> bool:
    func = value.func if isinstance(value, facts.Call) else None
    return isinstance(func, facts.Attribute) and func.name in _MAY_COUNT


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
