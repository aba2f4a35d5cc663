"""The steps of one function: what it does in which order, with every way on from each step.

A graph: each step knows the steps that may come next, and those that may come where it raises. What may raise: calls,
`await`, `yield`, subscripts, imports, loops fetching an item, context managers, `raise`, `assert`. Attributes, names,
operators are taken not to. At an `await` the task may be cancelled, at a `yield` an exception may be thrown in and the
generator be closed. Functions and classes inside are not entered. A block that is left in several ways has a copy of
its `finally` (of an `except`, of the end of a `with`) for each of them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from flake8_fastapi.semantics.thrown import CANCELLED, CLOSED, ERROR, Names, Thrown

Exit = Literal["end", "return", "raise", "closed", "cancelled", "break", "continue"]
Kind = Literal[
    "start", "run", "true", "false", "advance", "item", "exhausted", "enter", "leave", "catch", "case", "exit"
]
Way = Literal["return", "break", "continue"] | Thrown

_MOST = 8_000
"""Steps of one function. The longest handlers of real projects have about 3,000."""


@dataclass(slots=True, eq=False)
class Step:
    """One step.

    `run` an expression was evaluated, or a statement is done (its expressions were steps before it);
    `true`, `false` what a condition turned out to be, without its `and`, `or`, `not`;
    `advance` a loop asks for the next item or begins its next turn, `item` it got one, `exhausted` there is none;
    `enter`, `leave` of a context manager (the item of the `with`); `catch` a handler begins, or a context manager has
    swallowed an exception; `case` a case matches.
    """

    node: ast.AST
    kind: Kind
    awaited: bool = False
    """Whether it is a call with its `await`: one step."""
    exit: Exit | None = None
    """How the function ends here, of an `exit` step."""
    next: list[Step] = field(default_factory=list)
    raised: list[Step] = field(default_factory=list)


class End(NamedTuple):
    """A loose end: the way on from a step, after it or where it raised."""

    step: Step
    is_raised: bool


class Graph(NamedTuple):
    """The steps of a function, the first one first."""

    start: Step
    steps: list[Step]
    exits: dict[Exit, Step]


class TooLargeError(Exception):
    """A function has too many steps."""


Task = Generator["Task", None, None]
"""A part of the work; it yields the parts to do before it goes on, so that no depth of code is too deep."""


class Expressions:
    """Builds the graph: `ends` are the loose ends to which the next step is tied; without any, code is not reached."""

    def __init__(self, node: ast.AST, names: Names, only_errors: bool) -> None:
        self.names = names
        self._only_errors = only_errors
        self.node = node
        self.steps: list[Step] = [Step(node, "start")]
        self.ends: list[End] = [End(self.steps[0], False)]
        self.frames: list[dict[Way, list[End]]] = [{}]
        """Around the code at hand: how it is left, and from where. `try`, `with` and loops open one each."""
        self.caught: list[tuple[str | None, Thrown]] = []

    # -- ends

    def step(self, node: ast.AST, kind: Kind, raises: tuple[Thrown, ...] = ()) -> Step:
        """The next step; without ends it is none that is ever reached, and the ends stay empty."""
        step = Step(node, kind)
        if self.ends:
            if len(self.steps) >= _MOST:
                raise TooLargeError
            self.steps.append(step)
            tie(self.ends, step)
            for thrown in raises:
                if self._only_errors and thrown.kind != "error":
                    continue
                self.leave(thrown, [End(step, True)])
            self.ends = [End(step, False)]
        return step

    def leave(self, way: Way, ends: list[End]) -> None:
        """Leave the code at hand: what is around it says where to."""
        if ends:
            self.frames[-1].setdefault(way, []).extend(ends)

    def jump(self, way: Way) -> None:
        ends, self.ends = self.ends, []
        self.leave(way, ends)

    def open(self) -> None:
        self.frames.append({})

    def close(self) -> dict[Way, list[End]]:
        return self.frames.pop()

    def nothing(self, node: ast.AST) -> Task:
        """Nothing is done."""
        yield from ()

    # -- expressions

    def expression(self, node: ast.expr) -> Task:
        """An expression, its parts first."""
        build = _EXPRESSIONS.get(type(node)) if self.ends else Expressions.nothing
        return build(self, node) if build is not None else self._parts(node)

    def _parts(self, node: ast.expr) -> Task:
        for part in in_order(node):
            yield self.expression(part)
        if isinstance(node, _SHOWN):
            self.step(node, "run", (ERROR,) if isinstance(node, ast.Subscript) else ())

    def _await(self, node: ast.Await) -> Task:
        if isinstance(node.value, ast.Call):
            yield self._call(node.value, True)
            return
        yield self.expression(node.value)
        self.step(node, "run", raises_of(True))

    def _call(self, node: ast.Call, awaited: bool = False) -> Task:
        yield self.expression(node.func)
        for part in arguments_of(node):
            yield self.expression(part)
        thrown = self.names.leaves(node)
        step = self.step(node, "run", raises_of(awaited) if thrown is None else (thrown,))
        step.awaited = awaited
        if thrown is not None:
            self.ends = []

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Task:
        if node.value is not None:
            yield self.expression(node.value)
        self.step(node, "run", (ERROR, CLOSED))

    def _bool_op(self, node: ast.BoolOp) -> Task:
        stopped: list[End] = []
        for part in node.values[:-1]:
            on: list[End] = []
            is_and = isinstance(node.op, ast.And)
            yield self.condition(part, on if is_and else stopped, stopped if is_and else on)
            self.ends = on
        yield self.expression(node.values[-1])
        self.ends = self.ends + stopped

    def _compare(self, node: ast.Compare) -> Task:
        """`a < b < c` does not look at `c` where `a < b` is false."""
        stopped: list[End] = []
        yield self.expression(node.left)
        for part in node.comparators:
            yield self.expression(part)
            stopped += self.ends if part is not node.comparators[-1] else []
        self.ends = self.ends + stopped

    def _if_exp(self, node: ast.IfExp) -> Task:
        yes: list[End] = []
        no: list[End] = []
        yield self.condition(node.test, yes, no)
        self.ends = yes
        yield self.expression(node.body)
        ends, self.ends = self.ends, no
        yield self.expression(node.orelse)
        self.ends = ends + self.ends

    def condition(self, node: ast.expr, yes: list[End], no: list[End]) -> Task:
        """Where it goes on if the expression is true, and if it is not."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield self.condition(node.operand, no, yes)
        elif isinstance(node, ast.BoolOp):
            is_and = isinstance(node.op, ast.And)
            for part in node.values[:-1]:
                on: list[End] = []
                yield self.condition(part, on if is_and else yes, no if is_and else on)
                self.ends = on
            yield self.condition(node.values[-1], yes, no)
        elif isinstance(node, ast.Constant):
            (yes if node.value else no).extend(self.ends)
        else:
            yield self.expression(node)
            ends = self.ends
            self.step(node, "true")
            yes += self.ends
            self.ends = ends
            self.step(node, "false")
            no += self.ends
        self.ends = []

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Task:
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield self._turns(node.generators, 0, made)
        self.step(node, "run")

    def _turns(self, generators: list[ast.comprehension], place: int, made: list[ast.expr]) -> Task:
        if place == len(generators):
            for part in made:
                yield self.expression(part)
            return
        each = generators[place]
        yield self.expression(each.iter)
        head = self.step(each, "advance", raises_of(bool(each.is_async)))
        ends = self.ends
        self.step(each, "exhausted")
        done, self.ends = self.ends, ends
        self.step(each, "item")
        yield self.expression(each.target)
        for condition in each.ifs:
            on: list[End] = []
            skipped: list[End] = []
            yield self.condition(condition, on, skipped)
            tie(skipped, head)
            self.ends = on
        yield self._turns(generators, place + 1, made)
        tie(self.ends, head)
        self.ends = done


def tie(ends: Iterable[End], step: Step) -> None:
    for end in ends:
        (end.step.raised if end.is_raised else end.step.next).append(step)


def raises_of(awaited: bool) -> tuple[Thrown, ...]:
    return (ERROR, CANCELLED) if awaited else (ERROR,)


def arguments_of(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(keyword.value for keyword in node.keywords)]


def in_order(node: ast.AST) -> list[ast.expr]:
    """The expressions that a node holds itself, in the order in which they are evaluated."""
    if isinstance(node, ast.Assign):
        return [node.value, *node.targets]
    if isinstance(node, ast.AugAssign):
        return [node.value, node.target]
    if isinstance(node, ast.AnnAssign):
        return [node.value, node.target] if node.value is not None else []
    if isinstance(node, ast.NamedExpr):
        return [node.value, node.target]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [part for pair in pairs for part in pair if part is not None]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


_SHOWN = (ast.Name, ast.Attribute, ast.Subscript, ast.NamedExpr, ast.Lambda)
"""Expressions that are steps, beside those that have a method of their own."""


def _skip(builder: Expressions, node: ast.expr) -> Task:
    builder.step(node, "run")
    yield from ()


_EXPRESSIONS: dict[type[ast.expr], Callable[[Expressions, Any], Task]] = {
    ast.Await: Expressions._await,
    ast.Call: Expressions._call,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield,
    ast.BoolOp: Expressions._bool_op,
    ast.Compare: Expressions._compare,
    ast.IfExp: Expressions._if_exp,
    ast.Lambda: _skip,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
}
