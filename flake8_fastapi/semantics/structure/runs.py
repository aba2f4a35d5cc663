"""Runs of statements in a handler, which are compared with those of other handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.structure import shapes
from flake8_fastapi.semantics.structure.lines import Line

_MOST_STATEMENTS = 40
"""A longer run is looked at in parts."""


class Handler(NamedTuple):
    """A handler or dependency."""

    path: str
    position: Position
    qualname: str
    parameters: frozenset[str]

    @property
    def name(self) -> str:
        """Its name."""
        return self.qualname.rpartition(".")[2]


class Place(NamedTuple):
    """Where a block stands."""

    handler: Handler
    start: Position
    end: int
    needs: frozenset[str]
    """The local variables that it uses and that are bound before it."""
    opened: frozenset[str]
    """Those of them of which it reads attributes or items."""
    gives: tuple[str, ...]
    """The local variables that it binds, in order."""
    opens: bool
    """The handler begins with it."""
    is_certain: bool
    """The handler always comes to it, unless it ends before."""

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.end - self.start.line + 1

    @property
    def needs_parameters(self) -> bool:
        """Whether it uses nothing of its handler but parameters."""
        return self.needs <= self.handler.parameters


class Run(NamedTuple):
    """Statements that follow each other in a handler."""

    handler: Handler
    lines: tuple[Line, ...]

    @property
    def alike(self) -> object:
        """What is equal for runs that are equal but for what names mean that are not local."""
        return tuple(line.shape for line in self.lines), shapes.numbers(
            name for line in self.lines for name in line.local
        )


def of(handler: Handler, suite: Sequence[Line], is_shared: Callable[[Line], bool]) -> Iterator[Run]:
    """The runs of a suite that consist of lines which stand in other handlers, too."""
    for first, line in enumerate(suite):
        if not line.weight:
            continue
        for last in range(first, min(len(suite), first + _MOST_STATEMENTS)):
            if not is_shared(suite[last]):
                break
            if suite[last].weight:
                yield Run(handler, tuple(suite[first : last + 1]))


def place(run: Run) -> Place:
    """Where a run stands, and what it needs and gives."""
    needs: set[str] = set()
    opened: set[str] = set()
    gives: dict[str, None] = {}
    for line in run.lines:
        needs |= line.reads - gives.keys()
        opened |= line.opened - gives.keys()
        gives.update(dict.fromkeys(name for name in line.local if name in line.binds))
    first = run.lines[0]
    return Place(
        run.handler,
        first.start,
        run.lines[-1].end,
        frozenset(needs),
        frozenset(opened & needs),
        tuple(gives),
        first.is_first,
        first.is_certain,
    )
