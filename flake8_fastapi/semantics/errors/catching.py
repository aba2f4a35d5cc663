"""What the `except` clauses of a function make of what they catch: how each ends, what the client gets, who is told."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, classes, facts, flow
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.errors import exceptions, statuses, telling, texts
from flake8_fastapi.semantics.errors.exceptions import ExceptionClass
from flake8_fastapi.semantics.errors.texts import Text, Texts
from flake8_fastapi.semantics.facts import Clause, Raise
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.nodes import own
from flake8_fastapi.semantics.routes import status_of
from flake8_fastapi.semantics.things import Bound, Frame, Instance, Made, Thing, function_of
from flake8_fastapi.semantics.thrown import Meanings

Kind = Literal["raises again", "raises", "returns", "falls through", "continues"]
Payload = Literal["exception", "response", "body", "nothing", "unknown"]
_MODE = re.compile(
    r"debug|(?:^|_)(?:dev|develop|development|prod|production|env|environment|staging|local|testing|verbose|admin"
    r"|superuser|staff|internal)(?:_|$)",
    re.IGNORECASE,
)
"""Names in a condition that asks in what way the service runs, or for whom."""


_Test = Callable[[ast.expr], bool]


class End(NamedTuple):
    """One way in which an `except` ends."""

    kind: Kind
    node: ast.stmt | ast.ExceptHandler
    """The `raise`, `return`, `continue`, `break`, the call that never returns; the clause itself where it just ends."""
    value: ast.expr | None = None
    """What is raised or returned."""
    payload: Payload = "nothing"
    """What that is; "exception" where it is raised or never returns."""
    cls: ExceptionClass | None = None
    """The class of what is raised, or of the response."""
    status: int | None = None
    """Of an HTTPException, of a response, or set with `response.status_code = …`; None if it is unknown or not set."""
    text: Text | None = None
    """The text of the exception in what is raised or returned."""
    is_asked: bool = False
    """It stands under a condition that asks about the exception: `if isinstance(e, Timeout):`."""


@dataclass(eq=False)
class Catch:
    """One `except` of a function of the file at hand."""

    code: Code
    statement: ast.Try
    clause: ast.ExceptHandler
    is_broad: bool
    """It catches every `Exception`."""
    classes: tuple[ExceptionClass, ...] | None
    """What it names; BaseException for a bare one, None if one of them is unknown."""

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of its block, without the insides of functions in it."""
        return tuple(own(self.clause.body))

    @cached_property
    def texts(self) -> Texts:
        """Where the text of the exception goes."""
        return Texts(self.code, self.clause.name, self.clause.body)

    @cached_property
    def text_uses(self) -> tuple[Text, ...]:
        """Where a text is made of the exception."""
        return self.texts.made()

    @cached_property
    def logs(self) -> bool:
        """Whether somebody is told: by a log, `print`, an error tracker, or a function that has a name like these."""
        return telling.tells(self.code, self.clause.body)

    @cached_property
    def uses(self) -> tuple[ast.Name, ...]:
        """Where the exception is read."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Name) and node.id == self.clause.name)

    @property
    def may_make_text(self) -> bool:
        """Whether it may make a text of the exception: it reads it, or the function a traceback. Cheap to ask."""
        return bool(self.uses) or texts.may_read_traceback(self.code)

    @cached_property
    def asks(self) -> bool:
        """Whether the clause asks what it has caught: in an `if`, a `match`, a conditional expression."""
        tests = [
            node.subject if isinstance(node, ast.Match) else node.test
            for node in self.nodes
            if isinstance(node, (ast.If, ast.IfExp, ast.Match))
        ]
        return any(self._mentions_exception(test) for test in tests)

    @cached_property
    def depends_on_mode(self) -> bool:
        """Whether a condition in or around the clause asks for the mode of the service: `if settings.debug:`."""
        around = [each for each in self.code.ancestors(self.clause) if isinstance(each, ast.If)]
        inside = [each for each in self.nodes if isinstance(each, (ast.If, ast.IfExp))]
        return any(asks_mode(each.test) for each in (*around, *inside))

    @cached_property
    def ends(self) -> tuple[End, ...]:
        """The ways in which it ends, in the order of the source."""
        return tuple(self._ends())

    # -- ends

    def _ends(self) -> Iterator[End]:
        for node in self.nodes:
            found = self._end(node)
            if found is not None:
                yield found._replace(is_asked=self._is_under(node, self._mentions_exception))
        if "next" in flow.outcomes(self.clause.body, self._never_returns):
            yield self._falling_through()

    def _end(self, node: ast.AST) -> End | None:
        if isinstance(node, ast.Raise):
            return self._raise(node)
        if isinstance(node, ast.Return):
            return self._return(node)
        if isinstance(node, (ast.Continue, ast.Break)):
            return End("continues", node) if self._leaves_clause(node) else None
        if isinstance(node, ast.Expr):
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            return self._leaving_call(node, call) if isinstance(call, ast.Call) else None
        return None

    def _raise(self, node: ast.Raise) -> End | None:
        inside = (each for each in self.code.ancestors(node) if isinstance(each, ast.ExceptHandler))
        is_own = next(inside, None) is self.clause
        if node.exc is None:
            return End("raises again", node) if is_own else End("raises", node, None, "exception")
        raised = node.exc
        if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Attribute):
            raised = raised.func.value if raised.func.attr == "with_traceback" else raised
        if isinstance(raised, ast.Name) and raised.id == self.clause.name:
            return End("raises again", node)
        thing = self.code.thing(node.exc)
        return self._raising(node, node.exc, thing)

    def _raising(self, node: ast.stmt, value: ast.expr, thing: Thing | None) -> End:
        ev = self.code.source.ev
        return End(
            "raises",
            node,
            value,
            "exception",
            exceptions.cls_of(thing),
            exceptions.status(ev, thing),
            self.texts.within(value),
        )

    def _leaving_call(self, node: ast.Expr, call: ast.Call) -> End | None:
        """`fail(500, str(error))` of a function that only raises."""
        if not self._never_returns(call):
            return None
        thing = self._raised_by(call)
        return self._raising(node, call, thing)

    def _raised_by(self, call: ast.Call) -> Thing | None:
        """The one exception that a function of the project raises in this call."""
        ev, source = self.code.source.ev, self.code.source
        thing = self.code.thing(call.func)
        function, value = function_of(thing), source.value(call)
        found = ev.function(function) if function is not None else None
        if function is None or found is None or not isinstance(value, facts.Call):
            return None
        owner = thing.owner if isinstance(thing, Bound) else None
        env = arguments.bind(ev, function, Made(value, source.frame(call)), constants=True, owner=owner)
        raised = [each.value for each in found.raises if _is_first_hand(each) and each.value is not None]
        return ev.certain(raised[0], ev.frame_of(function, env)) if len(raised) == 1 else None

    def _return(self, node: ast.Return) -> End:
        value = node.value
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            return End("returns", node, value, "nothing", None, self._set_status)
        thing = self.code.thing(value)
        ev = self.code.source.ev
        if isinstance(thing, Instance) and classes.is_a(ev, thing.type, framework.RESPONSE):
            status = statuses.of_response(ev, thing)
            return End("returns", node, value, "response", thing.type, status, self.texts.within(value))
        text = self.texts.within(value)
        payload = "body" if text is not None else self._payload(value, thing)
        return End("returns", node, value, payload, None, self._set_status, text)

    def _payload(self, value: ast.expr, thing: Thing | None) -> Payload:
        if isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Constant, ast.JoinedStr, ast.Compare)):
            return "body"
        if isinstance(value, (ast.ListComp, ast.DictComp, ast.SetComp)) or thing is not None:
            return "body"
        return "unknown"

    def _falling_through(self) -> End:
        """What is returned behind the clause counts, if it has the text in a variable that the clause has set."""
        names = self.texts.variables()
        last = self.clause.end_lineno or self.clause.lineno
        for node in self.code.returns() if names else ():
            held = any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node))
            if node.lineno > last and held and self.texts.within(node.value) is not None:
                return self._return(node)._replace(kind="falls through", node=self.clause)
        return End("falls through", self.clause, status=self._set_status)

    @cached_property
    def _set_status(self) -> int | None:
        """What the clause sets as status: `response.status_code = 500`."""
        for node in self.nodes:
            if isinstance(node, ast.Assign) and any(_is_status(target) for target in node.targets):
                return status_of(self.code.thing(node.value))
        return None

    # -- around

    def _never_returns(self, call: ast.Call) -> bool:
        if Meanings(self.code).leaves(call) is not None:
            return True
        function = function_of(self.code.thing(call.func))
        found = self.code.source.ev.function(function) if function is not None else None
        return found is not None and found.never_returns

    def _mentions_exception(self, test: ast.expr) -> bool:
        names = {self.clause.name} | self.texts.variables()
        return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(test))

    def _is_under(self, node: ast.AST, wanted: _Test) -> bool:
        """Whether a node stands under a condition of this kind, and not in its `else`."""
        child: ast.AST = node
        for each in self.code.ancestors(node):
            if each is self.clause:
                return False
            if isinstance(each, ast.If) and child in each.body and wanted(each.test):
                return True
            if isinstance(each, ast.match_case) and each.pattern is not child and self._is_match(each, wanted):
                return True
            child = each
        return False

    def _is_match(self, case: ast.match_case, wanted: _Test) -> bool:
        around = self.code.parent(case)
        is_default = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
        return isinstance(around, ast.Match) and not is_default and wanted(around.subject)

    def _leaves_clause(self, node: ast.AST) -> bool:
        """Whether a `continue` or `break` is for a loop around the clause."""
        for each in self.code.ancestors(node):
            if each is self.clause:
                return True
            if isinstance(each, (ast.For, ast.AsyncFor, ast.While)):
                return False
        return False


def of(function: Function) -> tuple[Catch, ...]:
    """The `except` clauses of a function, in the order of the source. Cheap for a function without any."""
    if "catches" not in function.memo:
        function.memo["catches"] = tuple(_search(function)) if function.facts.tries else ()
    found: tuple[Catch, ...] = function.memo["catches"]
    return found


def _search(function: Function) -> Iterator[Catch]:
    code = function.code
    clauses = {clause.start: clause for each in function.facts.tries for clause in each.clauses}
    for statement in code.own if code is not None else ():
        for node in statement.handlers if isinstance(statement, ast.Try) else ():
            clause = clauses.get(start(node))
            if code is not None and clause is not None and isinstance(statement, ast.Try):
                yield _catch(function, code, statement, node, clause)


def _catch(function: Function, code: Code, statement: ast.Try, node: ast.ExceptHandler, clause: Clause) -> Catch:
    ev, frame = function.ev, Frame(function.thing.path, function.thing.qualname)
    return Catch(code, statement, node, exceptions.is_broad(ev, clause, frame), exceptions.named(ev, clause, frame))


def asks_mode(test: ast.expr) -> bool:
    """Whether a condition asks in what way the service runs, or for whom: `settings.debug`, `ENV == "dev"`."""
    return any(_MODE.search(name) is not None for node in ast.walk(test) for name in words(node))


def words(node: ast.AST) -> Iterator[str]:
    """What a node says by itself: a name, an attribute, a text."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _is_first_hand(raised: Raise) -> bool:
    return raised.within is None


def _is_status(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "status_code"
