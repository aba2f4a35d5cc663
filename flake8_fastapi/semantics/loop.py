"""What runs on the event loop.

FastAPI awaits async handlers, dependencies, middleware, exception handlers, background tasks and streams on the loop,
and runs their sync forms in threads. So an `async def` runs on the loop if FastAPI calls it, or if something that runs
on the loop calls it. That is asked backwards and only for functions that block: who, in the whole project, calls it?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.semantics import calls, classes, facts
from flake8_fastapi.semantics.facts import FunctionFacts, Site
from flake8_fastapi.semantics.models import validates
from flake8_fastapi.semantics.registrations import Registration, Registrations
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    FunctionThing,
    Generator,
    Instance,
    Library,
    Made,
    Partial,
    Thing,
    Things,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

_MOST_FUNCTIONS = 200
"""How many callers of callers are looked at before the answer is "unknown"."""


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
        for function in queue:
            found = self.ev.function(function)
            if found is None:
                continue
            for registration in self.roles(function):
                if registration.on_loop:
                    return Reason(registration.role, found.name, function == start)
            validator = validates(self.ev, self.registrations, function, found)
            if validator is not None:
                return Reason(validator, found.name, function == start)
            for caller, _ in self._callers(function, found):
                if caller not in seen and len(seen) < _MOST_FUNCTIONS:
                    seen.add(caller)
                    queue.append(caller)
        return None

    def given(self, function: FunctionThing, parameter: str) -> Things:
        """What the functions of the project that call this one certainly pass for a parameter."""
        found = self.ev.function(function)
        things: list[Thing] = []
        for caller, call in self._callers(function, found) if found is not None else ():
            frame = Frame(caller.path, caller.qualname)
            callee = self.ev.certain(call.func, frame)
            owner = callee.owner if isinstance(callee, Bound) else None
            env = dict(calls.bind(self.ev, function, Made(call, frame), constants=False, owner=owner))
            thing = env.get(parameter)
            if thing is not None and thing not in things:
                things.append(thing)
        return tuple(things)

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
        return any(self._is(thing, function) for thing in self.ev.evaluate(site.value.func, frame))

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


