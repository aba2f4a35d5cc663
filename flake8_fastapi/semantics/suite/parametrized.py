"""What `parametrize` gives to the parameters of a test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import arguments, facts, hints
from flake8_fastapi.semantics.facts import FunctionFacts, Value
from flake8_fastapi.semantics.suite import elements
from flake8_fastapi.semantics.suite.kinds import Written
from flake8_fastapi.semantics.things import (
    Env,
    Frame,
    FunctionThing,
    Instance,
    Items,
    Library,
    Made,
    Thing,
    function_of,
    library_name,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.values import Evaluator

_MOST_RUNS = 100
"""How many runs of one test are told apart."""
_DEEPEST = 6
"""Over how many names and functions a mark is followed."""
_OUTSIDE = -1
"""For `Written`, the number of every frame outside a call: there values differ where frames do."""

Mark = tuple[Value, Frame]
"""A decorator or mark as it is written, or a list of them."""


class _Axis(NamedTuple):
    """What one mark gives, once for each of its values."""

    runs: tuple[Env, ...]
    is_complete: bool


class _Parametrize(NamedTuple):
    """A call of `parametrize`."""

    call: facts.Call
    frame: Frame
    is_expanded: bool
    """By `parameterized.expand`, which fills parameters in their order."""


def runs(
    ev: Evaluator, function: FunctionFacts, marks: Iterable[Mark], generators: Sequence[FunctionThing] = ()
) -> tuple[tuple[Env, ...], bool]:
    """What the parameters of a test are in each of its runs, and whether these are all, with all that they are given.

    What is not known stands there as `Written`, or as a bare thing. `generators` are hooks that may give values, under
    conditions of their own: what they give is not all that there is.
    """
    reader = _Reader(ev, function)
    axes = [axis for value, frame in marks for axis in reader.axes(value, frame)]
    axes.extend(axis for generator in generators for axis in reader.generated(generator))
    is_complete = reader.is_readable and not generators and all(axis.is_complete for axis in axes)
    wide = [axis.runs for axis in axes if axis.runs]
    if math.prod(map(len, wide)) <= _MOST_RUNS:
        return tuple(_joined(row) for row in product(*wide)), is_complete
    longest = max(map(len, wide))
    return tuple(_joined([each[turn % len(each)] for each in wide]) for turn in range(longest)), False


def _joined(row: Sequence[Env]) -> Env:
    return tuple(pair for env in row for pair in env)


class _Reader:
    """Reads the marks of one test."""

    def __init__(self, ev: Evaluator, function: FunctionFacts) -> None:
        self.ev = ev
        self.function = function
        self.is_readable = True

    def axes(self, value: Value, frame: Frame) -> Iterator[_Axis]:
        """What a decorator or mark gives."""
        for mark in self._marks(value, frame, _DEEPEST):
            names = self._names(mark)
            if names is None:
                self.is_readable = False
            elif names:
                yield self._axis(mark, names)

    def generated(self, generator: FunctionThing) -> Iterator[_Axis]:
        """What `metafunc.parametrize(…)` in a hook gives to parameters that the test has, where it says so once."""
        found = self.ev.function(generator)
        given: dict[tuple[str, ...], list[_Parametrize]] = {}
        for site in found.sites if found is not None else ():
            func = site.value.func if isinstance(site.value, facts.Call) else None
            if isinstance(site.value, facts.Call) and isinstance(func, facts.Attribute) and func.name == "parametrize":
                mark = _Parametrize(site.value, self.ev.frame_of(generator), False)
                given.setdefault(self._names(mark) or (), []).append(mark)
        parameters = {parameter.name for parameter in self.function.parameters}
        for names, marks in given.items():
            if names and len(marks) == 1 and parameters.issuperset(names):
                yield self._axis(marks[0], names)

    def _marks(self, value: Value, frame: Frame, left: int) -> Iterator[_Parametrize]:
        """The calls of `parametrize` that a mark is, through names, lists and functions that return marks."""
        if left == 0:
            return
        if isinstance(value, facts.Display):
            for each in value.items:
                yield from self._marks(each.of if isinstance(each, facts.Starred) else each, frame, left - 1)
        elif isinstance(value, facts.Call):
            yield from self._called(value, frame, left)
        else:
            found = hints.definition(self.ev, value, frame)
            if found is not None:
                yield from self._marks(*found, left - 1)

    def _called(self, call: facts.Call, frame: Frame, left: int) -> Iterator[_Parametrize]:
        callee = self.ev.certain(call.func, frame)
        name = library_name(callee)
        function = function_of(callee)
        if name in (suites.PARAMETRIZE, suites.EXPAND):
            yield _Parametrize(call, frame, name == suites.EXPAND)
        elif function is not None:
            found = self.ev.function(function)
            env = arguments.bind(self.ev, function, Made(call, frame), constants=True)
            for returned in found.returned if found is not None else ():
                yield from self._marks(returned, self.ev.frame_of(function, env), left - 1)
        elif isinstance(call.func, (facts.Attribute, facts.Name)) and call.func.name in suites.GENERATING:
            self.is_readable = False

    # -- names

    def _names(self, mark: _Parametrize) -> tuple[str, ...] | None:
        """The parameters that a mark fills; None if they are not known."""
        if mark.is_expanded:
            return tuple(each.name for each in self.function.parameters[1:])
        written = mark.call.argument(0, "argnames")
        return self._listed(written, mark.frame) if written is not None else None

    def _listed(self, written: Value, frame: Frame) -> tuple[str, ...] | None:
        text = self.ev.literal(written, frame)
        if isinstance(text, str):
            return tuple(name for name in (part.strip() for part in text.split(",")) if name)
        listed = self.ev.certain(written, frame)
        if not isinstance(listed, Items) or listed.repeated:
            return None
        found = [self.ev.literal(each, listed.frame) for each in listed.values]
        names = tuple(each for each in found if isinstance(each, str))
        return names if len(names) == len(found) else None

    def _indirect(self, mark: _Parametrize, names: tuple[str, ...]) -> tuple[str, ...]:
        """The names of fixtures that get the values in place of the test."""
        written = mark.call.argument(2, "indirect")
        if written is None or mark.is_expanded or self.ev.literal(written, mark.frame) is False:
            return ()
        listed = self._listed(written, mark.frame)
        return names if listed is None else listed

    # -- values

    def _axis(self, mark: _Parametrize, names: tuple[str, ...]) -> _Axis:
        indirect = self._indirect(mark, names)
        wanted = [(index, name) for index, name in enumerate(names) if name not in indirect]
        if not wanted:
            return _Axis((), True)
        values = mark.call.argument(0 if mark.is_expanded else 1, "input" if mark.is_expanded else "argvalues")
        if values is None:
            return _Axis((tuple((name, Thing()) for _, name in wanted),), False)
        turn = facts.Iterated(values, False)
        listed = elements.expressions(self.ev, turn, mark.frame)
        if not listed or len(listed) > _MOST_RUNS:
            # Whoever reads the value may still know what it may be.
            each = [(name, turn if len(names) == 1 else facts.Unpacked(turn, index)) for index, name in wanted]
            return _Axis((tuple((name, _written(part, mark.frame)) for name, part in each),), False)
        rows = [self._row(value, frame, len(names)) for value, frame in listed]
        return _Axis(
            tuple(tuple((name, row[index]) for index, name in wanted) for row in rows),
            not self._is_repeated(values, mark.frame),
        )

    def _row(self, value: Value, frame: Frame, count: int) -> tuple[Thing, ...]:
        """What one element gives to as many parameters."""
        value, frame = self._unnamed(value, frame)
        args: tuple[Value, ...] = (value,)
        if isinstance(value, facts.Call) and self.ev.certain(value.func, frame) == Library(suites.PARAM):
            args = value.args
        elif count > 1:
            parts = self.ev.certain(value, frame)
            is_written = isinstance(parts, Items) and not parts.repeated
            args, frame = (parts.values, parts.frame) if is_written and isinstance(parts, Items) else ((), frame)
        if len(args) != count or any(isinstance(each, facts.Starred) for each in args):
            return (Thing(),) * count
        return tuple(self._thing(each, frame) for each in args)

    def _unnamed(self, value: Value, frame: Frame) -> Mark:
        """The `pytest.param(…)` that a variable holds; any other value as it is."""
        found = hints.definition(self.ev, value, frame) if isinstance(value, (facts.Name, facts.Attribute)) else None
        return found if found is not None and isinstance(found[0], facts.Call) else (value, frame)

    def _thing(self, value: Value, frame: Frame) -> Thing:
        thing = self.ev.certain(value, frame)
        is_vague = thing is None or (isinstance(thing, Instance) and thing.made is None)
        return _written(value, frame) if is_vague or thing is None else thing

    def _is_repeated(self, values: Value, frame: Frame) -> bool:
        """Whether a comprehension makes the values: its one element stands for any number."""
        thing = self.ev.certain(values, frame)
        return isinstance(thing, Items) and thing.repeated


def _written(value: Value, frame: Frame) -> Thing:
    return Written(value, frame, _OUTSIDE) if not frame.env and frame.outer is None else Thing()
