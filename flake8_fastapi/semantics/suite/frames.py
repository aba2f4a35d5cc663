"""The functions that ran in one run of a test, by number, and which of them calls which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.suite.kinds import Written
from flake8_fastapi.semantics.things import Bound, ClassThing, Env, Frame, FunctionThing, Instance, Made, Thing
from flake8_fastapi.semantics.values import Evaluator

Calls = tuple[tuple[facts.Call, tuple[tuple[str, str], ...]], ...]
"""Calls, and the functions that each runs: file and qualified name."""


class Caller(NamedTuple):
    """A call of a function that ran."""

    call: facts.Call
    place: int
    """The number of the frame in which it stands."""
    shift: int
    """1 where the object of a method comes before the arguments."""


class Frames:
    """The frames of one run, in which values are looked at; more may be added, nobody calls these."""

    def __init__(self, ev: Evaluator, frames: Sequence[Frame]) -> None:
        self.ev = ev
        self._all: list[Frame] = []
        self._places: dict[Frame, int] = {}
        self._facts: list[FunctionFacts | None] = []
        self._named: dict[tuple[str, str], list[int]] = {}
        self._callees: dict[tuple[facts.Call, int], tuple[tuple[int, int], ...]] = {}
        self._callers: dict[int, tuple[Caller, ...]] = {}
        for frame in frames:
            self._named.setdefault((frame.path, frame.function), []).append(self.place(frame))
        self.count = len(self._all)
        """How many ran; those with higher numbers were added."""

    def place(self, frame: Frame) -> int:
        """The number of a frame."""
        found = self._places.get(frame)
        if found is None:
            found = self._places[frame] = len(self._all)
            self._all.append(frame)
            module = self.ev.module(frame.path)
            self._facts.append(module.functions.get(frame.function) if module is not None else None)
        return found

    def known(self, frame: Frame) -> int | None:
        """The number of a frame that ran; None for any other."""
        found = self._places.get(frame)
        return found if found is not None and found < self.count else None

    def frame(self, place: int) -> Frame:
        """The frame with this number."""
        return self._all[place]

    def function(self, place: int) -> FunctionFacts | None:
        """The function of a frame."""
        return self._facts[place]

    def calls(self, place: int) -> Iterator[facts.Call]:
        """The calls in the function of a frame."""
        function = self._facts[place]
        for site in function.sites if function is not None else ():
            if site.kind == "call" and isinstance(site.value, facts.Call):
                yield site.value

    def callers(self, place: int) -> tuple[Caller, ...]:
        """The calls that ran a frame."""
        if place not in self._callers:
            frame = self._all[place]
            self._callers[place] = tuple(
                Caller(call, each, shift)
                for each, call in self._calling.get((frame.path, frame.function), ())
                for callee, shift in self.callees(call, each)
                if callee == place
            )
        return self._callers[place]

    @cached_property
    def _calling(self) -> dict[tuple[str, str], list[tuple[int, facts.Call]]]:
        """The calls of each function, and in which frames they stand."""
        found: dict[tuple[str, str], list[tuple[int, facts.Call]]] = {}
        for place in range(self.count):
            for call, functions in self._known_calls(place):
                for name in functions:
                    found.setdefault(name, []).append((place, call))
        return found

    def _known_calls(self, place: int) -> Calls:
        """The calls in a frame that run functions of the project: the same in every run to which it belongs."""
        frame = self._all[place]
        known = self.ev.calls_memo.get(frame)
        if known is None:
            found = []
            for call in self.calls(place):
                functions = dict.fromkeys((each.path, each.qualname) for each, _ in self._functions(call, frame))
                if functions:
                    found.append((call, tuple(functions)))
            known = self.ev.calls_memo[frame] = tuple(found)
        return known

    def callees(self, call: facts.Call, place: int) -> tuple[tuple[int, int], ...]:
        """The frames that a call runs, each with 1 where the object of a method comes before the arguments."""
        key = (call, place)
        if key not in self._callees:
            self._callees[key] = tuple(self._called(Made(call, self._all[place])))
        return self._callees[key]

    def _called(self, made: Made) -> Iterator[tuple[int, int]]:
        for function, owner in self._functions(made.call, made.frame):
            ran = self._named.get((function.path, function.qualname))
            if not ran:
                continue
            if len(ran) > 1:
                ran = self._fitting(ran, arguments.bind(self.ev, function, made, constants=True, owner=owner), made)
            for place in ran:
                yield place, int(owner is not None)

    def _functions(self, call: facts.Call, frame: Frame) -> Iterator[tuple[FunctionThing, Thing | None]]:
        """The functions that a call runs, each with the object of a method."""
        for thing in self.ev.evaluate(call.func, frame):
            owner: Thing | None = None
            function: Thing | None = thing
            if isinstance(thing, Bound):
                function, owner = thing.function, thing.owner
            elif isinstance(thing, Instance) and isinstance(thing.type, ClassThing):
                function, owner = classes.method(self.ev, thing.type, "__call__"), thing
            if isinstance(function, FunctionThing):
                yield function, owner

    def _fitting(self, places: list[int], env: Env, made: Made) -> list[int]:
        """Those of several frames of a function that this call may have run."""
        written = {id(value) for value in (*made.call.args, *(value for _, value in made.call.keywords))}
        fitting = [place for place in places if _fits(dict(self._all[place].env), env, written)]
        return fitting or places


def _fits(given: dict[str, Thing], env: Env, written: set[int]) -> bool:
    bound = {name: thing for name, thing in given.items() if not isinstance(thing, Written)}
    return bound == dict(env) and all(
        id(thing.value) in written for thing in given.values() if isinstance(thing, Written)
    )
