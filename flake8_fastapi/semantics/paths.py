"""The paths of one function: what holds on all or on some of them, exceptions included.

A state is anything hashable. From one or more of them at the start, `flow` follows every way through the steps of the
function (`steps.py`): `move` says what a step makes of a state, `fail` what is left of it where the step raises. Both
give several states, or none where the way cannot be gone. The questions below are answered with it. None is the answer
for a function with too many steps.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from flake8_fastapi.semantics import blocks
from flake8_fastapi.semantics.code import Code
from flake8_fastapi.semantics.steps import Exit, Graph, Kind, Step
from flake8_fastapi.semantics.thrown import Meanings, Names

S = TypeVar("S", bound=Hashable)
Test = Callable[[Step], bool]

_MOST = 60_000
"""States followed in one flow, over all steps."""
NORMAL: frozenset[Exit] = frozenset({"end", "return"})
EVERY: frozenset[Exit] = frozenset({"end", "return", "raise", "closed", "cancelled"})


class Flow(Generic[S]):
    """The states before each step."""

    def __init__(self, graph: Graph, before: dict[Step, set[S]], paths: Paths) -> None:
        self._graph = graph
        self._before = before
        self._paths = paths

    def before(self, node: ast.AST, kind: Kind = "run") -> frozenset[S]:
        """The states in which a node is reached, on whatever way; empty if it never is."""
        found = self._paths.steps_of(node)
        return frozenset(state for step in found if step.kind == kind for state in self._before.get(step, ()))

    def reaching(self, wanted: Callable[[S], bool]) -> list[Step]:
        """The steps that are reached in a wanted state."""
        return [step for step, states in self._before.items() if any(map(wanted, states))]

    def at(self, *exits: Exit) -> frozenset[S]:
        """The states in which the function ends like this."""
        found = (self._graph.exits[name] for name in exits if name in self._graph.exits)
        return frozenset(state for step in found for state in self._before.get(step, ()))


class Paths:
    """The paths of a function, or of a block of statements.

    `only_errors`: without those on which a generator is closed at a `yield` or a task cancelled at an `await`.
    """

    def __init__(
        self, node: ast.AST, statements: Sequence[ast.stmt], names: Names, *, only_errors: bool = False
    ) -> None:
        self.graph = blocks.graph(node, statements, names, only_errors)

    @classmethod
    def of(cls, code: Code, *, only_errors: bool = False) -> Paths:
        """The paths of a function of the file at hand."""
        return cls(code.node, code.statements, Meanings(code), only_errors=only_errors)

    @cached_property
    def _by_node(self) -> dict[ast.AST, list[Step]]:
        found: dict[ast.AST, list[Step]] = {}
        for step in self.graph.steps if self.graph is not None else ():
            found.setdefault(step.node, []).append(step)
        return found

    def steps_of(self, node: ast.AST) -> Sequence[Step]:
        """The steps of a node: several where a block has copies."""
        return self._by_node.get(node, ())

    def flow(
        self,
        start: Iterable[S],
        move: Callable[[S, Step], Iterable[S]],
        fail: Callable[[S, Step], Iterable[S]] | None = None,
    ) -> Flow[S] | None:
        """Follow the states. Without `fail`, a step that raises leaves the state as it was before."""
        if self.graph is None:
            return None
        before: dict[Step, set[S]] = {self.graph.start: set(start)}
        pending = deque((self.graph.start, state) for state in before[self.graph.start])
        count = 0
        while pending:
            step, state = pending.popleft()
            count += 1
            if count > _MOST:
                return None
            ways = ((step.next, move(state, step)),) if step.next else ()
            if step.raised:
                ways = (*ways, (step.raised, (state,) if fail is None else fail(state, step)))
            for following, states in ways:
                for new in states:
                    for other in following:
                        known = before.setdefault(other, set())
                        if new not in known:
                            known.add(new)
                            pending.append((other, new))
        return Flow(self.graph, before, self)

    # -- questions

    def exits(self) -> frozenset[Exit] | None:
        """How it may end. That any call may raise is not listed, only what comes of it where it is caught."""

        def move(is_thrown: bool, step: Step) -> tuple[bool]:
            return (is_thrown and step.kind != "catch",)

        def fail(is_thrown: bool, step: Step) -> tuple[bool]:
            return (is_thrown or bool(step.next),)

        flow = self.flow((False,), move, fail)
        if flow is None or self.graph is None:
            return None
        return frozenset(name for name in self.graph.exits if False in flow.at(name))

    def always(self, wanted: Test, *, after: ast.AST | None = None, at: Collection[Exit] = EVERY) -> bool | None:
        """Whether every way from the node `after` (or from the start) to one of these exits meets a wanted step.

        A step that raises counts as met if it is a wanted one, and not as `after`. Loops count from the last `after`.
        """

        def move(state: str, step: Step) -> tuple[str]:
            if _is(step, after):
                return ("open",)
            return ("met",) if state == "open" and wanted(step) else (state,)

        def fail(state: str, step: Step) -> tuple[str]:
            return ("met",) if state == "open" and wanted(step) else (state,)

        flow = self.flow(("open" if after is None else "before",), move, fail)
        return "open" not in flow.at(*at) if flow is not None else None

    def followed(self, first: Test, second: Test, without: Test, *, failed: bool = False) -> list[Step] | None:
        """The steps `second` that some way reaches from a step `first` with no step `without` in between.

        `failed`: only after a `first` that raised; otherwise after one that did not. A step `without` counts where it
        raises, too.
        """

        def move(state: bool, step: Step) -> tuple[bool]:
            return ((not failed and first(step)) or (state and not without(step)),)

        def fail(state: bool, step: Step) -> tuple[bool]:
            return ((failed and first(step)) or (state and not without(step)),)

        flow = self.flow((False,), move, fail)
        return [step for step in flow.reaching(bool) if second(step)] if flow is not None else None


def _is(step: Step, node: ast.AST | None) -> bool:
    return node is not None and step.node is node and step.kind in ("run", "enter")
