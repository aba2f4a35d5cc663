"""The steps of statements: branches, loops, `try`, `with`, `match`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, cast

from flake8_fastapi.semantics.steps import (
    End,
    Exit,
    Expressions,
    Graph,
    Step,
    Task,
    TooLargeError,
    Way,
    arguments_of,
    in_order,
    raises_of,
    tie,
)
from flake8_fastapi.semantics.thrown import ERROR, Names, Thrown, catches, narrowed, passing

_TRIES: tuple[type, ...] = (ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ()))


def as_try(node: ast.AST | None) -> ast.Try | None:
    """The node, if it is a `try` statement; `try` with `except*` has the same parts."""
    return cast(ast.Try, node) if isinstance(node, _TRIES) else None


def graph(node: ast.AST, statements: Sequence[ast.stmt], names: Names, only_errors: bool = False) -> Graph | None:
    """The steps of these statements of a function; None if they are too many.

    `only_errors` leaves out that a generator is closed at a `yield`, or a task cancelled at an `await`.
    """
    builder = _Statements(node, names, only_errors)
    stack: list[Task] = [builder.block(statements)]
    try:
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
            else:
                stack.append(following)
        return builder.finished()
    except TooLargeError:
        return None


class _Statements(Expressions):
    """Builds the graph of statements."""

    def finished(self) -> Graph:
        """The graph, with its exits."""
        found: dict[Exit, list[End]] = {"end": self.ends}
        for way, ends in self.frames.pop().items():
            found.setdefault(_exit_of(way), []).extend(ends)
        exits: dict[Exit, Step] = {}
        for name, ends in found.items():
            self.ends = ends
            if ends:
                step = self.step(self.node, "exit")
                step.exit = name
                exits[name] = step
        return Graph(self.steps[0], self.steps, exits)

    # -- statements

    def block(self, statements: Sequence[ast.stmt]) -> Task:
        """Statements one after the other."""
        for statement in statements:
            if not self.ends:
                return
            yield self._statement(statement)

    def _statement(self, node: ast.stmt) -> Task:
        build = _STATEMENTS.get(type(node))
        return build(self, node) if build is not None else self._plain(node)

    def _plain(self, node: ast.stmt) -> Task:
        """A statement that evaluates its expressions one after the other: assignments and the like."""
        for part in in_order(node):
            yield self.expression(part)
        self.step(node, "run", _PLAIN_RAISES.get(type(node), ()))

    def _expr(self, node: ast.Expr) -> Task:
        yield self.expression(node.value)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Task:
        outside: list[ast.expr] = list(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            outside += [*node.bases, *(keyword.value for keyword in node.keywords)]
        else:
            outside += [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
        for part in outside:
            yield self.expression(part)
        self.step(node, "run")

    def _return(self, node: ast.Return) -> Task:
        if node.value is not None:
            yield self.expression(node.value)
        self.step(node, "run")
        self.jump("return")

    def _jumping(self, node: ast.Break | ast.Continue) -> Task:
        self.step(node, "run")
        self.jump("break" if isinstance(node, ast.Break) else "continue")
        yield from ()

    def _raise(self, node: ast.Raise) -> Task:
        exc = node.exc
        if isinstance(exc, ast.Call):
            # Making the exception is no step of its own that may fail in another way.
            for part in (exc.func, *arguments_of(exc)):
                yield self.expression(part)
        elif exc is not None:
            yield self.expression(exc)
        if node.cause is not None:
            yield self.expression(node.cause)
        self.step(node, "run", (self._raised_by(node),))
        self.ends = []

    def _raised_by(self, node: ast.Raise) -> Thrown:
        exc = node.exc
        for name, thrown in reversed(self.caught):
            if exc is None or (isinstance(exc, ast.Name) and exc.id == name):
                return thrown
        name = self.names.exception(exc) if exc is not None else ""
        return Thrown("error", name, bool(name) and isinstance(exc, (ast.Call, ast.Name, ast.Attribute)))

    def _assert(self, node: ast.Assert) -> Task:
        holds: list[End] = []
        fails: list[End] = []
        yield self.condition(node.test, holds, fails)
        self.ends = fails
        if node.msg is not None:
            yield self.expression(node.msg)
        self.step(node, "run", (Thrown("error", "AssertionError", True),))
        self.ends = holds

    def _if(self, node: ast.If) -> Task:
        yes: list[End] = []
        no: list[End] = []
        yield self.condition(node.test, yes, no)
        self.ends = yes
        yield self.block(node.body)
        ends, self.ends = self.ends, no
        yield self.block(node.orelse)
        self.ends = ends + self.ends

    def _while(self, node: ast.While) -> Task:
        head = self.step(node, "advance")
        yes: list[End] = []
        no: list[End] = []
        yield self.condition(node.test, yes, no)
        yield self._loop_body(node.body, yes, head, no, node.orelse)

    def _for(self, node: ast.For | ast.AsyncFor) -> Task:
        yield self.expression(node.iter)
        head = self.step(node, "advance", raises_of(isinstance(node, ast.AsyncFor)))
        ends = self.ends
        self.step(node, "exhausted")
        no, self.ends = self.ends, ends
        self.step(node, "item")
        yield self.expression(node.target)
        yield self._loop_body(node.body, self.ends, head, no, node.orelse)

    def _loop_body(
        self, body: list[ast.stmt], yes: list[End], head: Step, no: list[End], orelse: list[ast.stmt]
    ) -> Task:
        self.open()
        self.ends = yes
        yield self.block(body)
        left = self.close()
        tie([*self.ends, *left.pop("continue", [])], head)
        broken = left.pop("break", [])
        for way, ends in left.items():
            self.leave(way, ends)
        self.ends = no
        yield self.block(orelse)
        self.ends = self.ends + broken

    def _with(self, node: ast.With | ast.AsyncWith) -> Task:
        return self._items(node, 0)

    def _items(self, node: ast.With | ast.AsyncWith, place: int) -> Task:
        if place == len(node.items):
            yield self.block(node.body)
            return
        item = node.items[place]
        raises = raises_of(isinstance(node, ast.AsyncWith))
        yield self.expression(item.context_expr)
        self.step(item, "enter", raises)
        self.open()
        if item.optional_vars is not None:
            yield self.expression(item.optional_vars)
        yield self._items(node, place + 1)
        left = self.close()
        self.step(item, "leave", raises)
        normal = self.ends
        for way, ends in left.items():
            self.ends = ends
            self.step(item, "leave", raises)
            left_behind, swallows = self.ends, self._swallows(item, way)
            if swallows is not False:
                self.step(item, "catch")
                normal = normal + self.ends
            if swallows is not True:
                self.leave(way, left_behind)
        self.ends = normal

    def _swallows(self, item: ast.withitem, way: Way) -> bool | None:
        if not isinstance(way, Thrown):
            return False
        verdicts = {catches(self.names, each, way) for each in self.names.suppressed(item.context_expr)}
        return True if True in verdicts else None if None in verdicts else False

    def _try(self, node: ast.Try) -> Task:
        if not node.finalbody:
            yield self._tried(node)
            return
        self.open()
        yield self._tried(node)
        left = self.close()
        yield self.block(node.finalbody)
        normal = self.ends
        for way, ends in left.items():
            self.ends = ends
            if isinstance(way, Thrown):
                self.caught.append((None, way))
            yield self.block(node.finalbody)
            if isinstance(way, Thrown):
                self.caught.pop()
            self.leave(way, self.ends)
        self.ends = normal

    def _tried(self, node: ast.Try) -> Task:
        self.open()
        yield self.block(node.body)
        left = self.close()
        yield self.block(node.orelse)
        normal = list(self.ends)
        several = not isinstance(node, ast.Try)
        for way, ends in left.items():
            if isinstance(way, Thrown):
                yield self._handled(node, way, ends, normal, several)
            else:
                self.leave(way, ends)
        self.ends = normal

    def _handled(self, node: ast.Try, thrown: Thrown, left: list[End], normal: list[End], several: bool) -> Task:
        """The handlers, for one kind of exception; `several` may run for one group of exceptions."""
        for handler in node.handlers:
            verdict = catches(self.names, handler.type, thrown)
            if verdict is False:
                continue
            self.ends = left
            self.step(handler, "catch")
            self.caught.append((handler.name, narrowed(self.names, handler.type, thrown)))
            yield self.block(handler.body)
            self.caught.pop()
            normal += self.ends
            if verdict:
                return
            if several:
                left = left + self.ends
                continue
            thrown = passing(self.names, handler.type, thrown)
        self.leave(thrown, left)

    def _match(self, node: ast.Match) -> Task:
        yield self.expression(node.subject)
        done: list[End] = []
        left = self.ends
        for case in node.cases:
            if not left:
                break
            self.ends = left
            self.step(case, "case")
            left = [] if _is_irrefutable(case.pattern) else left
            if case.guard is not None:
                yes: list[End] = []
                no: list[End] = []
                yield self.condition(case.guard, yes, no)
                self.ends = yes
                left = left + no
            yield self.block(case.body)
            done += self.ends
        self.ends = done + left


def _exit_of(way: Way) -> Exit:
    if not isinstance(way, Thrown):
        return way
    return "raise" if way.kind == "error" else way.kind


def _is_irrefutable(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return _is_irrefutable(pattern.patterns[-1])
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _is_irrefutable(pattern.pattern))


_PLAIN_RAISES: dict[type[ast.stmt], tuple[Thrown, ...]] = {ast.Import: (ERROR,), ast.ImportFrom: (ERROR,)}
_STATEMENTS: dict[type[ast.stmt], Callable[[_Statements, Any], Task]] = {
    ast.Expr: _Statements._expr,
    ast.Pass: _Statements.nothing,
    ast.Global: _Statements.nothing,
    ast.Nonlocal: _Statements.nothing,
    ast.FunctionDef: _Statements._definition,
    ast.AsyncFunctionDef: _Statements._definition,
    ast.ClassDef: _Statements._definition,
    ast.Return: _Statements._return,
    ast.Break: _Statements._jumping,
    ast.Continue: _Statements._jumping,
    ast.Raise: _Statements._raise,
    ast.Assert: _Statements._assert,
    ast.If: _Statements._if,
    ast.While: _Statements._while,
    ast.For: _Statements._for,
    ast.AsyncFor: _Statements._for,
    ast.With: _Statements._with,
    ast.AsyncWith: _Statements._with,
    **dict.fromkeys(_TRIES, _Statements._try),
    ast.Match: _Statements._match,
}
