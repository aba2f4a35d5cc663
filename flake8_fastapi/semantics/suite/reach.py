"""Whether code runs for each result of a call: conditions, loops and further assignments come between."""

from __future__ import annotations

from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Position, Value
from flake8_fastapi.semantics.suite.frames import Frames
from flake8_fastapi.semantics.suite.kinds import STATUSES
from flake8_fastapi.semantics.suite.sources import Branch, Judge, Source, Sources


class Reach:
    """Answers for one run."""

    def __init__(self, frames: Frames, judge: Judge) -> None:
        self.frames = frames
        self._judge = judge

    def at(self, place: int, at: Position, source: Source) -> Source:
        """A source as code at this position of a function sees it: it may not run for every result."""
        function = self.frames.function(place)
        for block in function.blocks if function is not None else ():
            holds = source.at is not None and block.start <= source.at < block.end
            if not block.start <= at < block.end:
                if block.kind == "loop" and holds and not source.is_each:
                    return source._replace(missed=STATUSES)
            elif block.kind == "try":
                return source._replace(missed=STATUSES)
            elif block.kind == "if" and not holds:
                source = self._decided(block.condition, place, source)
        return source

    def _decided(self, condition: Value, place: int, source: Source) -> Source:
        """A source behind a condition."""
        true, false = self._judge(condition, place, source.key)
        test, holds = _plain(condition)
        if not true or (false == STATUSES and test is facts.UNKNOWN):
            return source._replace(missed=STATUSES)
        if false == STATUSES:
            return source._replace(under=source.under | {Branch(place, test, holds)})
        return source._replace(missed=source.missed | false)

    def is_replaced(self, source: Source, later: tuple[Value, ...], found: list[Sources], place: int) -> bool:
        """Whether a variable may have been given something else since it held a result."""
        for binding, sources in zip(later, found, strict=True):
            if isinstance(binding, facts.Parameter):
                continue
            others = [each.at for each in sources] or [_position(binding)]
            if any(at is None or not self._excludes(place, source.at, at) for at in others):
                return True
        return False

    def _excludes(self, place: int, first: Position | None, second: Position) -> bool:
        """Whether at most one of two positions of a function is reached."""
        function = self.frames.function(place)
        branches = [block for block in function.blocks if block.kind == "if"] if function is not None else []
        others = [block.condition.of for block in branches if isinstance(block.condition, facts.Negation)
                  and block.start <= second < block.end]  # fmt: skip
        return any(
            first is not None and block.start <= first < block.end and not block.start <= second < block.end
            and any(block.condition is other for other in others)
            for block in branches
        )  # fmt: skip

    def returned(self, place: int, source: Source) -> Source:
        """A source as who calls the function gets it: of results that come up in a loop, one is returned."""
        function = self.frames.function(place)
        if source.at is None or function is None or source.is_list:
            return source
        loops = (block for block in function.blocks if block.kind == "loop")
        return (
            source._replace(missed=STATUSES) if any(block.start <= source.at < block.end for block in loops) else source
        )


def _plain(condition: Value) -> tuple[Value, bool]:
    """A condition without `not`, and whether it must be true."""
    holds = True
    while isinstance(condition, facts.Negation):
        condition, holds = condition.of, not holds
    return condition, holds


def _position(value: Value) -> Position | None:
    """Where a value stands, if it says so."""
    call = value.of if isinstance(value, facts.Awaited) else value
    return call.start if isinstance(call, facts.Call) else None
