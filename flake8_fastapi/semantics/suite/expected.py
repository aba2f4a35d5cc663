"""What a test makes of the answers to its requests: which statuses it accepts, and whether it looks at them at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from flake8_fastapi.knowledge import assertions as tables
from flake8_fastapi.semantics import facts, schemas
from flake8_fastapi.semantics.facts import Position, Value, last_name
from flake8_fastapi.semantics.suite.conditions import UNKNOWN as NOT_UNDERSTOOD
from flake8_fastapi.semantics.suite.conditions import Conditions, Verdict
from flake8_fastapi.semantics.suite.frames import Frames
from flake8_fastapi.semantics.suite.kinds import STATUSES, Expected
from flake8_fastapi.semantics.suite.sources import Branch, Key, Source
from flake8_fastapi.semantics.things import ClassThing, Frame
from flake8_fastapi.semantics.values import Evaluator

_MOST = 32
"""More ways to one call are not told apart."""
_DEEPEST = 8
_MOST_DECISIONS = 4
"""With more conditions at once, what is asserted on them is not known."""
_Step = tuple[facts.Call, int]


class _Look(NamedTuple):
    """A place that makes something of an answer."""

    chain: tuple[facts.Call, ...]
    passes: frozenset[int]
    """The statuses with which the test goes on."""
    asks: bool
    """Whether it asks for the status, always, in a way that is understood."""
    under: frozenset[Branch] = frozenset()
    """The decisions that must have been made so for it to be reached."""


class Answers:
    """Answers for one run of a test."""

    def __init__(self, ev: Evaluator, frames: Sequence[Frame]) -> None:
        self.ev = ev
        self.frames = Frames(ev, frames)
        self.conditions = Conditions(self.frames)
        self.traces = self.conditions.traces

    def of(self, call: facts.Call, frame: Frame) -> Expected:
        """What this run makes of the answer to a request."""
        place = self.frames.known(frame)
        if place is None or not self.traces.may_send(call, place):
            return Expected(None, True)
        looks = self._looks.get((call, place), [])
        ways = self._ways(place, call)
        if self.traces.is_exhausted or self._may_fail:
            return Expected(None, True)
        found = [each for each in (self._judged(looks, way) for way in ways) if each is not None]
        if ways and not found:
            return Expected(STATUSES, False)
        accepted = frozenset().union(*found)
        return Expected(accepted if accepted and all(found) else None, True)

    def _judged(self, looks: list[_Look], way: tuple[_Step, ...]) -> frozenset[int] | None:
        """The statuses that one execution of a call may meet; none if that is not known, None if nothing looks."""
        calls = tuple(call for call, _ in way[:-1])
        seen = [look for look in looks if look.chain == calls[len(calls) - len(look.chain) :]]
        if any(self._must_raise(place, call.start) for call, place in way):
            return frozenset()
        if any(self._is_caught(place, call.start) for call, place in way[:-1]):
            return frozenset()
        if not seen:
            return None
        passes = _passed(seen)
        return frozenset() if passes == STATUSES and not all(look.asks for look in seen) else passes

    def _ways(self, place: int, call: facts.Call) -> list[tuple[_Step, ...]]:
        """The calls that lead to a call, the outermost first, in all ways; the last is the call itself.

        None at all where there are too many.
        """
        found: list[tuple[_Step, ...]] = []
        pending: list[tuple[_Step, ...]] = [((call, place),)]
        while pending and len(found) < _MOST:
            way = pending.pop()
            callers = self.frames.callers(way[0][1])
            known = {step[1] for step in way}
            steps = [(each.call, each.place) for each in callers if each.place not in known]
            if not steps or len(way) > _DEEPEST:
                found.append(way)
            pending.extend((step, *way) for step in steps)
        return found if not pending else []

    def _must_raise(self, place: int, at: Position) -> bool:
        """Whether a position is in a `with pytest.raises(…):`."""
        function = self.frames.function(place)
        return function is not None and any(
            block.kind == "with"
            and block.start <= at < block.end
            and isinstance(block.condition, facts.Call)
            and last_name(block.condition.func) in tables.RAISES
            for block in function.blocks
        )

    def _is_caught(self, place: int, at: Position) -> bool:
        """Whether a position is in a `try` that catches exceptions."""
        function = self.frames.function(place)
        return function is not None and any(
            block.kind in ("try", "caught") and block.start <= at < block.end for block in function.blocks
        )

    @cached_property
    def _may_fail(self) -> bool:
        """Whether a test may fail as well: `@pytest.mark.xfail`."""
        functions = [self.frames.function(place) for place in range(self.frames.count)]
        marks = [mark for function in functions if function is not None for mark in function.decorators]
        return any(last_name(mark.func if isinstance(mark, facts.Call) else mark) == "xfail" for mark in marks)

    # -- what looks at answers

    @cached_property
    def _looks(self) -> dict[tuple[facts.Call, int], list[_Look]]:
        found: dict[tuple[facts.Call, int], list[_Look]] = {}
        for place in range(self.frames.count):
            for key, look in self._in(place):
                found.setdefault((key.call, key.place), []).append(look)
        return found

    def _in(self, place: int) -> Iterator[tuple[Key, _Look]]:
        function = self.frames.function(place)
        if function is None:
            return
        for assertion in function.assertions:
            yield from self._condition(assertion.condition, place, assertion.start)
        for block in function.blocks:
            if block.kind in ("if", "loop"):
                yield from self._used(block.condition, place, block.start)
        for site in function.sites:
            if site.kind == "iterate":
                yield from self._used(site.value, place, site.start)
        for call in self.frames.calls(place):
            yield from self._call(call, place)
        if not self.frames.callers(place):
            for value in (*function.returned, *function.yielded):
                yield from self._used(value, place, None if function.blocks else function.position)

    def _call(self, call: facts.Call, place: int) -> Iterator[tuple[Key, _Look]]:
        name = last_name(call.func)
        arguments = (*call.args, *(value for _, value in call.keywords))
        if name in tables.SILENT:
            return
        if self.frames.callees(call, place):
            for value in arguments:
                yield from (each for each in self._used(value, place, call.start) if each[1].passes != STATUSES)
            return
        if name == tables.RAISING and isinstance(call.func, facts.Attribute):
            yield from self._raising(call.func.of, place, call.start)
        elif name in tables.COMPARING and len(call.args) >= 2:
            comparison = (tables.COMPARING[name], call.args[0], call.args[1])
            for source in self._sources((call.args[0], call.args[1]), place):
                verdict = self.conditions.compared(*comparison, place, source.key)
                yield source.key, self._look(verdict, source, place, call.start)
        elif name in tables.TRUE and call.args:
            yield from self._condition(call.args[0], place, call.start)
        elif name in tables.FALSE and call.args:
            yield from self._condition(call.args[0], place, call.start, negated=True)
        elif self._validates(call, place):
            for value in arguments:
                yield from self._used(value, place, call.start, needs_success=True)
        elif not self._passes_on(call, place, name):
            for value in arguments:
                yield from self._used(value, place, call.start)

    def _passes_on(self, call: facts.Call, place: int, name: str) -> bool:
        """Whether what a call is given is found again in its result, or in the list that it is put into."""
        if name in tables.GROWING and isinstance(call.func, facts.Attribute) and isinstance(call.func.of, facts.Local):
            return True
        return name in tables.PASSING or name in tables.GATHERING or self.traces.is_builtin(call, place)

    def _condition(
        self, condition: Value, place: int, at: Position, negated: bool = False
    ) -> Iterator[tuple[Key, _Look]]:
        for source in self._sources((condition,), place):
            verdict = self.conditions.of(condition, place, source.key)
            yield source.key, self._look(verdict.negated if negated else verdict, source, place, at)

    def _raising(self, of: Value, place: int, at: Position) -> Iterator[tuple[Key, _Look]]:
        for source in self._sources((of,), place):
            if source.kind == "answer" and not source.is_list and not self._is_caught(place, at):
                verdict = Verdict(tables.NOT_RAISED, STATUSES - tables.NOT_RAISED, True)
                if self._must_raise(place, at):
                    verdict = Verdict(tables.RAISED, STATUSES - tables.RAISED, True)
                yield source.key, self._look(verdict, source, place, at)
            else:
                yield source.key, _Look(source.key.chain, STATUSES, asks=False)

    def _validates(self, call: facts.Call, place: int) -> bool:
        """Whether a call makes an object of a model that no error fits: `Item(**response.json())`."""
        func = call.func
        if isinstance(func, facts.Attribute) and func.name in tables.VALIDATING:
            func = func.of
        cls = self.ev.certain(func, self.frames.frame(place))
        schema = schemas.of_class(self.ev, cls) if isinstance(cls, ClassThing) else None
        return schema is not None and any(
            field.required and field.name not in tables.ERROR_KEYS for field in schema.fields
        )

    def _used(
        self, value: Value, place: int, at: Position | None, *, needs_success: bool = False
    ) -> Iterator[tuple[Key, _Look]]:
        """A value is used, at a position; None if that may not happen."""
        for source in self._sources((value,), place):
            if needs_success and source.kind in ("body", "text"):
                source = source._replace(is_field=True)
            if at is not None:
                yield source.key, self._look(NOT_UNDERSTOOD, source, place, at)
            else:
                yield source.key, _Look(source.key.chain, STATUSES, asks=False)

    def _look(self, verdict: Verdict, source: Source, place: int, at: Position) -> _Look:
        if source.is_field and not self._is_caught(place, at):
            verdict = verdict._replace(true=verdict.true & tables.NOT_RAISED)
        if verdict == NOT_UNDERSTOOD:
            return _Look(source.key.chain, STATUSES, asks=False)
        source = self.traces.reach.at(place, at, source)
        passes = verdict.true | source.missed if source.missed else verdict.true
        asks = verdict.asks and source.missed != STATUSES and not source.under
        return _Look(source.key.chain, passes, asks, source.under)

    def _sources(self, values: tuple[Value, ...], place: int) -> list[Source]:
        """The sources of values, each call once, as loosely as it is known."""
        found: dict[Key, Source] = {}
        for value in values:
            for source in self.traces.of(value, place):
                known = found.get(source.key)
                if known is None:
                    found[source.key] = source
                else:
                    missed, under = known.missed | source.missed, known.under | source.under
                    is_field = known.is_field or source.is_field
                    found[source.key] = known._replace(missed=missed, under=under, is_field=is_field)
        return list(found.values())


def _passed(looks: list[_Look]) -> frozenset[int]:
    """The statuses that pass all looks, however it is decided which of them are made."""
    plain = {look.passes for look in looks if not look.under and look.passes is not STATUSES}
    always = STATUSES.intersection(*plain) if plain else STATUSES
    narrow = [look for look in looks if look.under and look.passes != STATUSES]
    tests = list(dict.fromkeys((branch.place, branch.test) for look in narrow for branch in look.under))
    if not narrow or len(tests) > _MOST_DECISIONS:
        return always
    found: set[int] = set()
    for holds in itertools.product((True, False), repeat=len(tests)):
        made = {Branch(place, test, each) for (place, test), each in zip(tests, holds, strict=True)}
        found |= always.intersection(*(look.passes for look in narrow if look.under <= made))
    return frozenset(found)
