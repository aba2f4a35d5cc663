"""What becomes of the transaction of one session on the paths of the function that holds it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from flake8_fastapi.semantics.blocks import as_try
from flake8_fastapi.semantics.code import Code, dotted
from flake8_fastapi.semantics.data import sessions
from flake8_fastapi.semantics.data.sessions import Session, Use
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.paths import Paths
from flake8_fastapi.semantics.steps import Step
from flake8_fastapi.semantics.things import Library

_ENDING = frozenset({"rollback", "close", "aclose", "reset", "remove", "invalidate", "abort", "expunge_all"})
"""Methods after which a failed transaction is over, on whatever object: it may hold the session."""
_ALL = frozenset({"builtins.Exception", "builtins.BaseException"})
_OF_DATABASE = frozenset(
    {
        *("SQLAlchemyError", "DBAPIError", "StatementError", "IntegrityError", "OperationalError", "DataError"),
        *("DatabaseError", "InternalError", "ProgrammingError", "InterfaceError", "FlushError", "StaleDataError"),
    }
)
"""What SQLAlchemy raises when it flushes or commits."""


class Failure(NamedTuple):
    """A way on which a failed transaction goes on."""

    method: str
    """What failed; empty for what was thrown in at a `yield`."""
    handler: ast.ExceptHandler | None
    """The first `except` that caught it."""
    use: Use
    """The call that it meets."""


class _State(NamedTuple):
    """What is known of the transaction: whether it has failed, by which method, and what caught that first."""

    has_failed: bool = False
    method: str = ""
    handler: ast.ExceptHandler | None = None


_FINE = _State()


def of(function: Function) -> Iterator[Transaction]:
    """The transactions of the SQLAlchemy sessions of a function."""
    held = [session for session in sessions.of(function) if _is_sqlalchemy(session)]
    code = function.code if held else None
    if code is not None:
        yield from (Transaction(session, code) for session in held)


def _is_sqlalchemy(session: Session) -> bool:
    return session.resource.is_sqlalchemy and session.resource.kind in ("session", "registry")


class Transaction:
    """The transaction of a session in one function."""

    def __init__(self, session: Session, code: Code) -> None:
        self.session = session
        self.code = code
        self.text = session.text
        self._root = session.text.partition(".")[0]
        self._telling: dict[ast.ExceptHandler | None, set[str]] = {}

    @cached_property
    def paths(self) -> Paths:
        """The paths of the function, as far as errors go."""
        return Paths.of(self.code, only_errors=True)

    @cached_property
    def uses(self) -> dict[ast.AST, Use]:
        """The calls on the session, by their nodes."""
        places = {(*use.call.start, *use.call.end): use for use in self.session.uses}
        found: dict[ast.AST, Use] = {}
        for node in self.code.calls():
            use = places.get((node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0))
            if use is not None:
                found[node] = use
        return found

    def use_at(self, step: Step) -> Use | None:
        """What a step does with the session."""
        return self.uses.get(step.node) if step.kind == "run" else None

    # -- who else may end it

    def ends(self, step: Step) -> bool:
        """Whether the transaction may be over after a step, or the session another one."""
        node = step.node
        if step.kind == "leave" and isinstance(node, ast.withitem):
            return self._names(node)
        if step.kind != "run":
            return False
        if isinstance(node, (ast.Name, ast.Attribute)):
            return not isinstance(node.ctx, ast.Load) and self.is_session(node)
        return isinstance(node, ast.Call) and (last_name(node.func) in _ENDING or self.is_given(node))

    def is_given(self, call: ast.Call) -> bool:
        """Whether a call may do something with the session that is not seen here: it is given it, or has it."""
        if call in self.uses:
            return False
        if any(self.is_handed_over(part) for part in (*call.args, *(keyword.value for keyword in call.keywords))):
            return True
        func = call.func
        if isinstance(func, ast.Attribute) and self.is_session(func.value):
            return True
        of_session = any(self.is_session(part) for part in ast.walk(func))
        return self._root != self.text and _receiver(func) == self._root and not of_session

    def is_handed_over(self, node: ast.AST) -> bool:
        """Whether an expression has the session (or what holds it) as a value, not only the results of its methods."""
        pending = [node]
        while pending:
            part = pending.pop()
            if part in self.uses and isinstance(part, ast.Call):
                pending += [*part.args, *(keyword.value for keyword in part.keywords)]
            elif not isinstance(part, (ast.Name, ast.Attribute)) or not dotted(part):
                pending.extend(ast.iter_child_nodes(part))
            elif f"{self.text}.".startswith(f"{dotted(part)}."):
                return True
        return False

    def _names(self, node: ast.AST) -> bool:
        return any(isinstance(part, ast.Name) and part.id == self._root for part in ast.walk(node))

    def is_session(self, node: ast.AST) -> bool:
        """Whether an expression is the session itself."""
        return isinstance(node, (ast.Name, ast.Attribute)) and dotted(node) == self.text

    # -- failures

    def survived(self) -> Iterator[Failure]:
        """Where an `except` goes on with the session although a flush or commit of it has failed: it refuses then."""
        if any(isinstance(node, ast.ExceptHandler) for node in self.code.own):
            yield from self._after(lambda use: use.role in ("commit", "flush"), _needs_transaction)

    def kept(self) -> Iterator[Failure]:
        """Where a commit follows although an exception came in at a `yield`."""

        def is_commit(use: Use) -> bool:
            return use.role == "commit"

        return self._after(None, is_commit)

    def _after(self, fails: Callable[[Use], bool] | None, reached: Callable[[Use], bool]) -> Iterator[Failure]:
        """Where a call is reached after a failure; without `fails`, after what is thrown in at a `yield`.

        Where a branch may depend on whether something has failed, it is not followed.
        """

        def move(state: _State, step: Step) -> tuple[_State]:
            if not state.has_failed:
                return (state,)
            if self.ends(step) or (step.kind in ("true", "false") and self._may_tell(step, state.handler)):
                return (_FINE,)
            if step.kind == "catch" and isinstance(step.node, ast.ExceptHandler):
                caught = self._catches(step.node, fails is not None)
                return (state._replace(handler=state.handler or step.node) if caught else _FINE,)
            return (state,)

        def fail(state: _State, step: Step) -> tuple[_State]:
            if state.has_failed:
                return (_FINE,) if self.ends(step) else (state,)
            use = self.use_at(step)
            if fails is None:
                return (_State(isinstance(step.node, (ast.Yield, ast.YieldFrom))),)
            is_run = use is not None and use.is_awaited == self.session.is_async
            return (_State(True, use.method) if use is not None and is_run and fails(use) else _FINE,)

        flow = self.paths.flow((_FINE,), move, fail)
        for node, use in self.uses.items() if flow is not None else ():
            for state in flow.before(node) if flow is not None and reached(use) else ():
                if state.has_failed:
                    yield Failure(state.method, state.handler, use)

    def _may_tell(self, step: Step, handler: ast.ExceptHandler | None) -> bool:
        """Whether a condition may depend on whether something has failed.

        That is one on the session, or on what the `try` sets whose handler has caught it (as long as nothing has
        caught it: on what any sets).
        """
        if handler not in self._telling:
            tries = [node for node in map(as_try, self.code.own) if node is not None]
            names = {name for tried in tries if handler is None or handler in tried.handlers for name in _set_in(tried)}
            self._telling[handler] = names | {self._root}
        return any(isinstance(part, ast.Name) and part.id in self._telling[handler] for part in ast.walk(step.node))

    def _catches(self, handler: ast.ExceptHandler, only_database: bool) -> bool:
        """Whether a handler is there for any error; or, if that is asked, for errors of the database."""
        written = handler.type
        parts = written.elts if isinstance(written, ast.Tuple) else [written]
        for part in parts:
            thing = self.code.thing(part) if part is not None else Library("builtins.BaseException")
            if not isinstance(thing, Library):
                continue
            if thing.name in _ALL:
                return True
            if only_database and thing.last in _OF_DATABASE and thing.name.startswith("sqlalchemy."):
                return True
        return False


def _set_in(tried: ast.Try) -> Iterator[str]:
    """The variables that a `try` statement sets."""
    for part in ast.walk(tried):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, ast.ExceptHandler) and part.name is not None:
            yield part.name


def _needs_transaction(use: Use) -> bool:
    """Whether a call asks the database: what only adds to the session does not."""
    if use.role in ("commit", "flush", "execute", "read", "refresh"):
        return True
    return use.role == "write" and not use.method.startswith(("add", "bulk"))


def _receiver(func: ast.expr) -> str:
    """The variable that a chain of calls and attributes starts from."""
    node: ast.AST = func
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
