"""What runs on the event loop.

FastAPI awaits async handlers, dependencies, middleware, exception handlers, background tasks and streams on the loop,
and runs their sync forms in threads. So an `async def` runs on the loop if FastAPI calls it, or if something that runs
on the loop calls it. That is asked backwards and only for functions that block: who, in the whole project, calls it?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, facts
from flake8_fastapi.semantics.callers import Caller, Callers, words
from flake8_fastapi.semantics.facts import FunctionFacts
from flake8_fastapi.semantics.models import validates
from flake8_fastapi.semantics.registrations import Registration, Registrations
from flake8_fastapi.semantics.things import (
    Bound,
    Env,
    Frame,
    FunctionThing,
    Library,
    Made,
    Thing,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

_MOST_FUNCTIONS = 200
"""How many callers of callers are looked at before the answer is "unknown"."""
_MOST_HOPS = 4
"""How many functions an argument is followed through, backwards."""


AT_START = frozenset({"lifespan", "startup hook"})
"""Roles that run while nobody is served yet. A function that also serves requests is one that serves requests."""


class Reason(NamedTuple):
    """Why a function runs on the loop."""

    role: str
    """What FastAPI takes it, or the function that reaches it, for: "route", "dependency" …"""
    name: str
    """The name of that function."""
    direct: bool
    """Whether FastAPI calls the function itself."""


class Loop:
    """Which functions of one project run on the event loop."""

    def __init__(self, ev: Evaluator, registrations: Registrations) -> None:
        self.ev = ev
        self.registrations = registrations
        self.callers = Callers(ev)
        self._reasons: dict[FunctionThing, Reason | None] = {}
        self._passed: dict[tuple[FunctionThing, int], dict[str, list[Thing]]] = {}
        self._roles: dict[FunctionThing, tuple[Registration, ...]] = {}

    def reason(self, function: FunctionThing) -> Reason | None:
        """Why this function certainly runs on the loop; None if that is not certain."""
        if function not in self._reasons:
            self._reasons[function] = self._search(function)
        return self._reasons[function]

    def roles(self, function: FunctionThing) -> tuple[Registration, ...]:
        """What FastAPI takes the function for, anywhere in the project."""
        known = self._roles.get(function)
        if known is None:
            found = self.ev.function(function)
            known = self._roles[function] = tuple(self._find_roles(function, found)) if found is not None else ()
        return known

    def _find_roles(self, function: FunctionThing, found: FunctionFacts) -> Iterator[Registration]:
        yield from self.registrations.roles(function.path, function)
        for word in words(found):
            for path in self.ev.files.mentioning(word):
                if path != function.path:
                    yield from self.registrations.roles(path, function)

    def _search(self, start: FunctionThing) -> Reason | None:
        queue = [start]
        seen = {start}
        at_start: Reason | None = None
        for function in queue:
            found = self.ev.function(function)
            if found is None:
                continue
            for registration in self.roles(function):
                if registration.on_loop:
                    reason = Reason(registration.role, found.name, function == start)
                    if registration.role not in AT_START:
                        return reason
                    at_start = at_start or reason
            validator = validates(self.ev, self.registrations, function, found)
            if validator is not None:
                return Reason(validator, found.name, function == start)
            for caller, _ in self._callers(function, found):
                if caller not in seen and len(seen) < _MOST_FUNCTIONS:
                    seen.add(caller)
                    queue.append(caller)
        return at_start

    def env(self, function: FunctionThing, parameters: tuple[str, ...]) -> Env:
        """What the callers of a function certainly pass for these parameters; `Thing()` where they disagree.

        What a caller passes may in turn be what its own callers pass to it.
        """
        given = self._given(function, 0)
        return tuple((name, only(tuple(given[name])) or Thing()) for name in parameters if given.get(name))

    def _given(self, function: FunctionThing, depth: int) -> dict[str, list[Thing]]:
        """What is passed for each parameter, by the callers that are known.

        Remembered for each depth: an answer that the limit cut short must not stand in for a whole one, or findings
        would depend on which file comes first. The limit also ends cycles.
        """
        known = self._passed.get((function, depth))
        if known is not None:
            return known
        result = self._passed[(function, depth)] = {}
        found = self.ev.function(function)
        for caller, call in self._callers(function, found) if found is not None and depth < _MOST_HOPS else ():
            env: Env = ()
            if not self.roles(caller):
                passed = self._given(caller, depth + 1)
                env = tuple((name, only(tuple(things)) or Thing()) for name, things in passed.items())
            frame = Frame(caller.path, caller.qualname, env)
            callee = self.ev.certain(call.func, frame)
            owner = callee.owner if isinstance(callee, Bound) else None
            for name, thing in arguments.bind(self.ev, function, Made(call, frame), constants=False, owner=owner):
                things = result.setdefault(name, [])
                # A call that does not fit, or leaves the argument out, says nothing of the others.
                if thing not in things and type(thing) is not Thing and not arguments.is_false(thing):
                    things.append(thing)
        return result

    def _callers(self, function: FunctionThing, found: FunctionFacts) -> Iterator[tuple[FunctionThing, facts.Call]]:
        """The functions that call this one on the thread they run on, and the calls."""
        for caller in self.callers.of(function):
            if caller.function.qualname != facts.MODULE and self._runs_it(caller, found):
                yield caller.function, caller.call

    def _runs_it(self, caller: Caller, found: FunctionFacts) -> bool:
        """Whether the function runs on the caller's own loop, not on one of its own or in a thread."""
        if caller.site.within is not None and self._hands_over(caller.site.within, caller.frame):
            return False
        return not self._is_made_for_others(caller, found)

    def _is_made_for_others(self, caller: Caller, called: FunctionFacts) -> bool:
        """Whether a sync function makes the coroutine and does neither return it nor start a task with it.

        Then somebody else runs it: `pool.submit(asyncio.run, coroutine)` does so in a thread.
        """
        calling = self.ev.function(caller.function)
        if calling is None or calling.is_async or not called.is_async or called.is_generator:
            return False
        return caller.site.role not in ("returned", "argument")

    def _hands_over(self, func: facts.Value, frame: Frame) -> bool:
        """Whether a coroutine that is an argument of this call runs elsewhere than on the caller's loop."""
        thing = self.ev.certain(func, frame)
        return isinstance(thing, Library) and thing.name in framework.OFFLOADERS
