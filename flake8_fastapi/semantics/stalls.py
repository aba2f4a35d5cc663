"""Where a function of the file at hand holds up its thread."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge.blocking import Blocking
from flake8_fastapi.semantics import facts, models
from flake8_fastapi.semantics.effects import EFFECTS, Effect, Step
from flake8_fastapi.semantics.facts import Position, Site
from flake8_fastapi.semantics.given import root_of
from flake8_fastapi.semantics.things import ClassThing, Frame, Instance

if TYPE_CHECKING:
    from flake8_fastapi.semantics.functions import Function

_WAITED_FOR = frozenset({"process", "http"})
"""Categories in which opening and waiting are two faults: `Popen()` and `communicate()`."""


class Stall(NamedTuple):
    """A place in a function where its thread waits (or, for the effect "loop", where a second loop is started)."""

    effect: Effect
    site: Site
    chain: tuple[str, ...]
    """From what is written here to the blocking call, as written."""
    blocking: Blocking
    """The library call at the end of the chain."""


class Stalls:
    """The places in one function where its thread waits."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._project = function.project
        self._thing = function.thing
        self._facts = function.facts
        self._plain_frame = Frame(function.thing.path, function.thing.qualname)

    @cached_property
    def certain(self) -> tuple[Stall, ...]:
        """Where it holds up the event loop, in the order of the source; nothing unless it certainly runs there."""
        found = self.possible
        if not found or self._function.reason is None or not (self._facts.is_async or self._function.reason.direct):
            return ()
        return found

    @cached_property
    def possible(self) -> tuple[Stall, ...]:
        """The same if it should run on the event loop, which is not asked yet."""
        return self.within(self._function.frame) if self._may_run_on_loop else ()

    def within(self, frame: Frame) -> tuple[Stall, ...]:
        """The same with what the parameters are in this frame."""
        found: dict[tuple[Position, bool, Effect], Stall] = {}
        for site in self._facts.sites:
            for stall in self._stalls_at(site, frame) if self._project.effects.runs(site, frame) else ():
                # Of a chain such as `service.repo.load().first()`, which starts in one place, the last speaks.
                found[(site.start, site.kind == "iterate", stall.effect)] = stall
        stalls = sorted(found.values(), key=lambda stall: stall.site.start)
        opened = {call.end for stall in stalls if (call := _direct_call(stall)) is not None}
        return tuple(stall for stall in stalls if not self._is_on_what_was_opened(stall, opened))

    def _is_on_what_was_opened(self, stall: Stall, opened: set[Position]) -> bool:
        """Whether it waits on an object that a stall of this function opened: a connection, a process, a file.

        One fault, one finding: where `connect()` is reported, the calls on the connection are not.
        """
        call = _direct_call(stall)
        if call is None or stall.site.kind == "iterate" or stall.blocking.category in _WAITED_FOR:
            return False
        origin = self.origin_of(stall)
        return isinstance(origin, Position) and origin in opened and origin != call.end

    @property
    def _may_run_on_loop(self) -> bool:
        """A cheap first question: a sync function runs there only in special roles, which are asked for first."""
        if self._facts.is_async:
            return True
        if self._facts.owner is not None and self._function.traits & (framework.VALIDATORS | framework.SERIALIZERS):
            return True
        roles = self._project.registrations.roles(self._thing.path, self._thing)
        if any(registration.on_loop for registration in roles):
            return True
        return self._facts.owner is None and any(models.marked(self._project.evaluator, self._thing.path))

    def _stalls_at(self, site: Site, frame: Frame) -> Iterator[Stall]:
        effects = self._project.effects
        seen: set[Effect] = set()
        for step in effects.at(site, frame, files=self._function.is_stream):
            for effect in EFFECTS:
                if effect in seen or (effect == "loop" and effects.is_careful(self._thing, site)):
                    continue
                stall = self._stall(step, effect)
                if stall is not None:
                    seen.add(effect)
                    yield stall

    def _stall(self, step: Step, effect: Effect) -> Stall | None:
        links = self._project.effects.chain(step, effect)
        if links is None:
            return None
        blocking = links[-1].blocking
        assert blocking is not None
        if blocking.group == "session" and len(links) == 1 and root_of(step.site) in self._awaited_roots:
            return None
        return Stall(effect, step.site, tuple(link.text for link in links), blocking)

    @cached_property
    def _awaited_roots(self) -> frozenset[str]:
        """Variables with a method that is awaited: an object that is async somewhere is not a sync one."""
        return frozenset(root_of(site) for site in self._facts.sites if site.awaited and site.kind == "call") - {""}

    def iterates(self, stall: Stall) -> bool:
        """Whether the call that waits is what a loop goes over: `for row in session.scalars(…)`."""
        return any(site.kind == "iterate" and site.value is stall.site.value for site in self._facts.sites)

    def origin_of(self, stall: Stall) -> object:
        """What identifies the object that a stall waits on: its variable, or the call that made it."""
        value: facts.Value = stall.site.value
        made: facts.Call | None = None
        seen: set[int] = set()
        while id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, facts.Call):
                made, value = value, value.func
            elif isinstance(value, (facts.Attribute, facts.Item, facts.Awaited, facts.Entered, facts.Iterated)):
                value = value.of
            elif isinstance(value, facts.Local):
                bindings = self._facts.locals.get(value.name, ())
                if len(bindings) != 1 or isinstance(bindings[0], facts.Parameter):
                    return root_of(stall.site) if value.name in ("self", "cls") else value.name
                value = bindings[0]
            elif isinstance(value, facts.Declared) and value.value is not None:
                value = value.value
            else:
                break
        if isinstance(value, facts.Name) and made is not None:
            thing = self._project.evaluator.certain(value, self._plain_frame)
            if isinstance(thing, ClassThing) and stall.site.value is made:
                # `Review.create(…)`: the models of an ORM share one connection.
                return stall.blocking.name.partition(".")[0]
            return value.name if isinstance(thing, Instance) else made.end
        return made.end if made is not None else stall.site.start


def _direct_call(stall: Stall) -> facts.Call | None:
    return stall.site.value if len(stall.chain) == 1 and isinstance(stall.site.value, facts.Call) else None
