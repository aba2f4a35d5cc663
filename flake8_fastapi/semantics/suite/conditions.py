"""What a condition says of the status of an answer: with which statuses it may be true, and with which false."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple

from flake8_fastapi.knowledge import assertions as tables
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.facts import Value, last_name
from flake8_fastapi.semantics.suite import statuses
from flake8_fastapi.semantics.suite.frames import Frames
from flake8_fastapi.semantics.suite.kinds import STATUSES
from flake8_fastapi.semantics.suite.sources import Key
from flake8_fastapi.semantics.suite.traces import Traces
from flake8_fastapi.semantics.things import LiteralThing

_DEEPEST = 30
_NONE: frozenset[int] = frozenset()
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Verdict(NamedTuple):
    """With which statuses of one answer a condition may be true, and with which false."""

    true: frozenset[int] = STATUSES
    false: frozenset[int] = STATUSES
    asks: bool = False
    """Whether it asks for the status, in a way that is understood."""
    is_whole: bool = False
    """Whether all of it is understood."""

    @property
    def negated(self) -> Verdict:
        """`not` of it."""
        return self._replace(true=self.false, false=self.true)


UNKNOWN = Verdict()


class Conditions:
    """Answers for one run."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.traces = Traces(frames, lambda condition, place, key: self.of(condition, place, key)[:2])
        self._depth = 0

    def of(self, value: Value, place: int, key: Key) -> Verdict:
        """What a condition says of the answer to one execution of a call."""
        if self._depth >= _DEEPEST:
            return UNKNOWN
        self._depth += 1
        try:
            return self._of(value, place, key)
        finally:
            self._depth -= 1

    def compared(self, how: str, left: Value, right: Value, place: int, key: Key) -> Verdict:
        """What a comparison says."""
        if self._is_status(left, place, key):
            return self._status(how, right, place)
        if how == "==" and self._is_status(left, place, key, is_list=True):
            return self._several(right, place)
        if how in _MIRRORED and self._is_status(right, place, key):
            return self._status(_MIRRORED[how], left, place)
        if how == "==" and isinstance(left, facts.Operation) and left.operator == "//":
            return self._hundreds(left, right, place, key)
        return UNKNOWN

    def _of(self, value: Value, place: int, key: Key) -> Verdict:
        if isinstance(value, facts.Negation):
            return self.of(value.of, place, key).negated
        if isinstance(value, facts.Comparison):
            how = {"is": "==", "is not": "!="}.get(value.operator, value.operator)
            found = self.compared(how, value.left, value.right, place, key)
            return found if found.asks else self._constants(value, place)
        if isinstance(value, facts.Either):
            return self._either(value, place, key)
        if isinstance(value, facts.Attribute) and value.name in tables.FLAGS:
            return self._flag(value, place, key)
        if isinstance(value, facts.Call):
            return self._called(value, place, key)
        if isinstance(value, (facts.Local, facts.Awaited, facts.Declared)):
            return self._held(value, place, key)
        return self._truth(value, place)

    def _either(self, value: facts.Either, place: int, key: Key) -> Verdict:
        found = [self.of(each, place, key) for each in value.values]
        true, false = [each.true for each in found], [each.false for each in found]
        asks, whole = any(each.asks for each in found), all(each.is_whole for each in found)
        if value.operator == "and":
            return Verdict(STATUSES.intersection(*true), _NONE.union(*false), asks, whole)
        if value.operator == "or":
            return Verdict(_NONE.union(*true), STATUSES.intersection(*false), asks and whole, whole)
        return Verdict(_NONE.union(*true), _NONE.union(*false), asks and whole, whole)

    def _held(self, value: Value, place: int, key: Key) -> Verdict:
        """What a variable holds."""
        inner: list[Value] = []
        if isinstance(value, facts.Awaited):
            inner = [value.of]
        elif isinstance(value, facts.Declared) and value.value is not None:
            inner = [value.value]
        elif isinstance(value, facts.Local) and value.function == self.frames.frame(place).function:
            inner = list(self.frames.ev.bindings(value, self.frames.frame(place)))
        known = self._truth(value, place)
        if known != UNKNOWN or not inner or any(isinstance(each, facts.Parameter) for each in inner):
            return known
        found = [self.of(each, place, key) for each in inner]
        true, false = [each.true for each in found], [each.false for each in found]
        asks, whole = all(each.asks for each in found), all(each.is_whole for each in found)
        return Verdict(_NONE.union(*true), _NONE.union(*false), asks, whole)

    def _called(self, call: facts.Call, place: int, key: Key) -> Verdict:
        """A function that gives a truth: of the project, `bool()`, or `all()` of a list."""
        name = last_name(call.func)
        if name in ("bool", "all") and len(call.args) == 1:
            argument = call.args[0]
            if name == "bool":
                return self.of(argument, place, key)
            if isinstance(argument, facts.Display):
                return self._either(facts.Either(argument.items, "and"), place, key)
            return UNKNOWN
        found = []
        for callee, _ in self.frames.callees(call, place):
            function = self.frames.function(callee)
            if function is None or len(function.returned) != 1 or function.is_generator:
                return UNKNOWN
            found.append(self.of(function.returned[0], callee, key))
        return found[0] if len(found) == 1 else UNKNOWN

    def _flag(self, value: facts.Attribute, place: int, key: Key) -> Verdict:
        sources = [source for source in self.traces.of(value.of, place) if source.key == key]
        if not sources or any(source.kind != "answer" or source.is_list for source in sources):
            return UNKNOWN
        true = tables.FLAGS[value.name]
        return _asked(true, STATUSES - true)

    # -- comparisons

    def _is_status(self, value: Value, place: int, key: Key, is_list: bool = False) -> bool:
        sources = [source for source in self.traces.of(value, place) if source.key == key]
        return bool(sources) and all(source.kind == "status" and source.is_list is is_list for source in sources)

    def _several(self, other: Value, place: int) -> Verdict:
        """`[each.status_code for each in responses] == [200, 409]`"""
        found = statuses.inside(self.frames, other, place)
        return Verdict(found & STATUSES, STATUSES, asks=True) if found is not None else UNKNOWN

    def _status(self, how: str, other: Value, place: int) -> Verdict:
        if how in ("in", "not in"):
            found = statuses.inside(self.frames, other, place)
            verdict = _asked(found & STATUSES, STATUSES - found) if found is not None else UNKNOWN
            return verdict if how == "in" else verdict.negated
        found = statuses.of(self.frames, other, place)
        if found is None:
            return UNKNOWN
        if how in ("==", "!="):
            verdict = _asked(found & STATUSES, STATUSES - found if len(found) == 1 else STATUSES)
            return verdict if how == "==" else verdict.negated
        holds = _ORDERS.get(how)
        if holds is None:
            return UNKNOWN
        true = frozenset(each for each in STATUSES if any(holds(each, limit) for limit in found))
        false = frozenset(each for each in STATUSES if any(not holds(each, limit) for limit in found))
        return _asked(true, false)

    def _hundreds(self, division: facts.Operation, right: Value, place: int, key: Key) -> Verdict:
        """`response.status_code // 100 == 2`"""
        by, found = statuses.of(self.frames, division.right, place), statuses.of(self.frames, right, place)
        if not self._is_status(division.left, place, key) or by != frozenset({100}) or found is None or len(found) != 1:
            return UNKNOWN
        true = frozenset(each for each in STATUSES if each // 100 in found)
        return _asked(true, STATUSES - true)

    # -- constants

    def _truth(self, value: Value, place: int) -> Verdict:
        things = self.frames.ev.evaluate(value, self.frames.frame(place))
        truths = {bool(thing.value) if isinstance(thing, LiteralThing) else None for thing in things}
        return _constant(truths.pop() if len(truths) == 1 else None)

    def _constants(self, value: facts.Comparison, place: int) -> Verdict:
        """A comparison of constants, such as of what `parametrize` gives."""
        sides = [self.frames.ev.evaluate(each, self.frames.frame(place)) for each in (value.left, value.right)]
        known = [thing.value for things in sides for thing in things if isinstance(thing, LiteralThing)]
        if any(len(things) != 1 for things in sides) or len(known) != 2:
            return UNKNOWN
        if value.operator in ("==", "is"):
            return _constant(known[0] == known[1])
        return _constant(known[0] != known[1]) if value.operator in ("!=", "is not") else UNKNOWN


def _constant(truth: bool | None) -> Verdict:
    if truth is None:
        return UNKNOWN
    return Verdict(STATUSES, _NONE, is_whole=True) if truth else Verdict(_NONE, STATUSES, is_whole=True)


def _asked(true: frozenset[int], false: frozenset[int]) -> Verdict:
    return Verdict(true, false, asks=True, is_whole=True)
