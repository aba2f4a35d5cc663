"""Which of several operations answers a request that all of them match: the one that was registered first.

The order is certain for what one run of a function, or of the top level of a module, registers on one app or router.
Where it is not, the more exact path is taken for the first: a project that runs has it before the wider one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_fastapi.semantics.facts import Call, Position
from flake8_fastapi.semantics.operations import Operation
from flake8_fastapi.semantics.structure import patterns
from flake8_fastapi.semantics.things import Frame

if TYPE_CHECKING:
    from flake8_fastapi.semantics.suite.matching import Entry

_Turn = tuple[Position, int]
_Step = tuple[Call, Frame]


class Order:
    """What is registered before what."""

    def __init__(self) -> None:
        self._decorated: dict[str, dict[int, _Turn]] = {}

    def first(self, entries: Sequence[Entry]) -> Entry | None:
        """The one that answers; None if that is not known."""
        for entry in entries:
            if all(entry is other or self._wins(entry, other) for other in entries):
                return entry
        return None

    def is_behind(self, entry: Entry, first: Iterable[Entry]) -> bool:
        """Whether one that answers certainly stands before it."""
        return any(self._precedes(other.operation, entry.operation) for other in first)

    def _wins(self, entry: Entry, other: Entry) -> bool:
        known = self._precedes(entry.operation, other.operation)
        return _is_more_exact(entry, other) if known is None else known

    def _precedes(self, one: Operation, other: Operation) -> bool | None:
        """Whether one is registered before the other; None if that is not known."""
        for (mine, here), (theirs, there) in zip(_steps(one), _steps(other), strict=False):
            if mine is theirs and here == there:
                continue
            if here != there or mine is theirs:
                return None
            return self._turn(mine, here) < self._turn(theirs, there)
        return None

    def _turn(self, call: Call, frame: Frame) -> _Turn:
        """A call has run when it ends; decorators run from the lowest up, once the function is there."""
        return self._decorated.get(frame.path, {}).get(id(call), (call.end, 0))

    def read(self, operation: Operation) -> None:
        """Learn where the decorators of the module stand that registers an operation."""
        path = operation.route.frame.path
        if path not in self._decorated:
            module = operation.route.ev.module(path)
            self._decorated[path] = {
                id(decorator): (function.position, -index)
                for function in (module.functions.values() if module is not None else ())
                for index, decorator in enumerate(function.decorators)
            }


def _steps(operation: Operation) -> list[_Step]:
    """The calls by which it comes to its application, the outermost first."""
    found = [(level.call, level.frame) for level in operation.levels]
    steps = [(call, frame) for call, frame in found if call is not None and frame is not None]
    return [*steps, (operation.route.call, operation.route.frame)]


def _is_more_exact(entry: Entry, other: Entry) -> bool:
    """Whether it matches less than the other, which matches all that it does."""
    mine, theirs = patterns.of(entry.shape.path), patterns.of(other.shape.path)
    return mine is not None and theirs is not None and theirs.covers(mine) and not mine.covers(theirs)
