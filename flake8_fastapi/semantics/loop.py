"""What runs on the event loop.

FastAPI awaits async handlers, dependencies, middleware, exception handlers, background tasks and streams on the loop,
and runs their sync forms in threads. So an `async def` runs on the loop if FastAPI calls it, or if something that runs
on the loop calls it. That is asked backwards and only for functions that block: who, in the whole project, calls it?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import FunctionFacts, Site
from flake8_fastapi.semantics.models import validates
from flake8_fastapi.semantics.registrations import Registration, Registrations
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Env,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    Made,
    Partial,
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
        for word in _words(found):
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
        for word, searched in self._called_as(function, found):
            for path in dict.fromkeys((function.path, *self.ev.files.mentioning(searched))):
                module = self.ev.module(path)
                for qualname, site in module.mentions.get(word, ()) if module is not None else ():
                    if qualname != facts.MODULE and self._calls(site, Frame(path, qualname), function):
                        assert isinstance(site.value, facts.Call)
                        yield FunctionThing(path, qualname), site.value

    def _called_as(self, function: FunctionThing, found: FunctionFacts) -> Iterator[tuple[str, str]]:
        """The names by which code calls the function, and the words that files with such calls contain.

        A `__call__` goes by the names of the instances it makes callable, or by none: `Renderer()(text)`.
        """
        for word in _words(found):
            yield ("()" if found.name == "__call__" else word), word
        if found.name != "__call__" or found.owner is None:
            return
        cls = ClassThing(function.path, found.owner)
        for path in dict.fromkeys((function.path, *self.ev.files.mentioning(_words(found)[0]))):
            module = self.ev.module(path)
            for name, bindings in module.names.items() if module is not None else ():
                if any(isinstance(value, facts.Call) for value in bindings):
                    thing = only(self.ev.global_name(path, name))
                    if isinstance(thing, Instance) and thing.type == cls:
                        yield name, name

    def _calls(self, site: Site, frame: Frame, function: FunctionThing) -> bool:
        assert isinstance(site.value, facts.Call)
        if site.within is not None and self._hands_over(site.within, frame):
            return False
        if self._is_made_for_others(site, frame, function):
            return False
        return any(self._is(thing, function) for thing in self.ev.evaluate(site.value.func, frame))

    def _is_made_for_others(self, site: Site, frame: Frame, function: FunctionThing) -> bool:
        """Whether a sync function makes the coroutine and does neither return it nor start a task with it.

        Then somebody else runs it: `pool.submit(asyncio.run, coroutine)` does so in a thread.
        """
        caller = self.ev.function(FunctionThing(frame.path, frame.function))
        called = self.ev.function(function)
        if caller is None or called is None or caller.is_async or not called.is_async or called.is_generator:
            return False
        return site.role not in ("returned", "argument")

    def _hands_over(self, func: facts.Value, frame: Frame) -> bool:
        """Whether a coroutine that is an argument of this call runs elsewhere than on the caller's loop."""
        thing = self.ev.certain(func, frame)
        return isinstance(thing, Library) and thing.name in framework.OFFLOADERS

    def _is(self, thing: Thing, function: FunctionThing) -> bool:
        """Whether calling the thing runs the function, directly or through a decorator's wrapper."""
        if isinstance(thing, Bound):
            return self._is(thing.function, function)
        if isinstance(thing, Partial):
            return self._is(thing.function, function)
        if isinstance(thing, Generator):
            return self._is(thing.function, function)
        if isinstance(thing, Instance):
            method = classes.method(self.ev, thing.type, "__call__") if isinstance(thing.type, ClassThing) else None
            return method is not None and self._is(method, function)
        if not isinstance(thing, FunctionThing):
            return False
        if thing.path == function.path and thing.qualname == function.qualname:
            return True
        return thing.outer is not None and any(self._is(given, function) for _, given in thing.outer.env)


def _words(found: FunctionFacts) -> tuple[str, ...]:
    """The names under which a function is called; a special method goes by the name of its class."""
    if found.owner is not None and found.name.startswith("__"):
        return (found.owner.rpartition(".")[2],)
    return (found.name,)
