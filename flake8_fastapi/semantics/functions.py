"""A function of the file at hand, as checks see it: where it runs, what it holds up, what it leaves un-awaited."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.knowledge.blocking import Blocking
from flake8_fastapi.semantics import calls, facts, given, models
from flake8_fastapi.semantics.effects import EFFECTS, Effect, Step, written
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Site
from flake8_fastapi.semantics.given import root_of
from flake8_fastapi.semantics.loop import AT_START, Reason
from flake8_fastapi.semantics.registrations import ROUTE_ROLES
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Coroutine,
    Frame,
    FunctionThing,
    Instance,
    Library,
    Thing,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Code, Source
    from flake8_fastapi.semantics.module import Module
    from flake8_fastapi.semantics.project import Project
    from flake8_fastapi.semantics.registrations import Registration
    from flake8_fastapi.semantics.values import Evaluator

_WAITED_FOR = frozenset({"process", "http"})
"""Categories in which opening and waiting are two faults: `Popen()` and `communicate()`."""
_SYNC_ROLES = frozenset({"validator", "serializer", "response class"})


class Stall(NamedTuple):
    """A place in a function where its thread waits (or, for the effect "loop", where a second loop is started)."""

    effect: Effect
    site: Site
    chain: tuple[str, ...]
    """From what is written here to the blocking call, as written."""
    blocking: Blocking
    """The library call at the end of the chain."""


class LostCoroutine(NamedTuple):
    """A coroutine that nobody awaits."""

    site: Site
    text: str


class Function:
    """A function that a file defines. What it runs on the loop is worked out when it is asked for."""

    def __init__(self, project: Project, path: str, qualname: str, module: Module) -> None:
        found = project.facts(path)
        assert found is not None
        self.project = self._project = project
        self._module = module
        self._thing = FunctionThing(path, qualname)
        self._mentions = found.mentions
        self.facts: FunctionFacts = found.functions[qualname]

    @property
    def thing(self) -> FunctionThing:
        """The function as evaluation knows it."""
        return self._thing

    @property
    def ev(self) -> Evaluator:
        """Evaluates values of the project."""
        return self._project.evaluator

    @property
    def source(self) -> Source:
        """The file at hand."""
        return self._module.source

    @cached_property
    def code(self) -> Code | None:
        """Its statements."""
        return self.source.code(self._thing.qualname)

    @cached_property
    def registrations(self) -> tuple[Registration, ...]:
        """What FastAPI takes it for, anywhere in the project: route, dependency, background task …"""
        return self._project.loop.roles(self._thing)

    @cached_property
    def is_dependency(self) -> bool:
        """Whether it is, anywhere in the project, what `Depends` or `Security` calls."""
        return any(registration.role == "dependency" for registration in self.registrations)

    @property
    def name(self) -> str:
        """Its name."""
        return self.facts.name

    @property
    def position(self) -> Position:
        """Where its `def` stands."""
        return self.facts.position

    @cached_property
    def frame(self) -> Frame:
        """Where the values of its body are evaluated, with what its callers pass where that matters."""
        if not self.facts.is_async:
            return self._plain_frame
        return given.frame(self._project, self._thing, self.facts, lambda: bool(self._stalls_in(self._plain_frame)))

    @property
    def _plain_frame(self) -> Frame:
        return Frame(self._thing.path, self._thing.qualname)

    @cached_property
    def traits(self) -> frozenset[str]:
        """The library decorators on it, by name."""
        return calls.traits(self._project.evaluator, self._thing)

    @cached_property
    def reason(self) -> Reason | None:
        """Why it certainly runs on the event loop; None if that is not certain. Costly: asks the whole project."""
        return self._project.loop.reason(self._thing)

    @cached_property
    def is_handler(self) -> bool:
        """Whether it is the handler of a route or websocket."""
        return any(registration.role in ROUTE_ROLES for registration in self._project.loop.roles(self._thing))

    @cached_property
    def is_stream(self) -> bool:
        """Whether it is an async generator that a streaming response sends."""
        if not (self.facts.is_async and self.facts.is_generator):
            return False
        return any(registration.role in ("stream", "route") for registration in self._project.loop.roles(self._thing))

    @property
    def runs_per_request(self) -> bool:
        """Whether it runs on the loop while requests are served, not only when the app starts or stops."""
        return self.reason is not None and self.reason.role not in AT_START

    @property
    def may_be_offloaded(self) -> bool:
        """Whether its code could await a thread: a validator cannot."""
        return self.reason is None or self.reason.role not in _SYNC_ROLES

    @property
    def where(self) -> str:
        """Where it runs, for a message: "async route `report`"; an error if it is not known to run on the loop."""
        reason = self.reason
        assert reason is not None
        kind = f"async {reason.role}" if reason.role not in _SYNC_ROLES else reason.role
        if reason.direct:
            shown = kind if self.facts.is_async or kind == reason.role else reason.role
            return f"{shown} `{self.name}`"
        return f"`{self.name}` (reached from {kind} `{reason.name}`)"

    # -- what it holds up

    @cached_property
    def stalls(self) -> tuple[Stall, ...]:
        """Where it holds up the event loop, in the order of the source; nothing unless it certainly runs there."""
        found = self._possible_stalls
        if not found or self.reason is None or not (self.facts.is_async or self.reason.direct):
            return ()
        return found

    @cached_property
    def _possible_stalls(self) -> tuple[Stall, ...]:
        return self._stalls_in(self.frame) if self._may_run_on_loop else ()

    def _stalls_in(self, frame: Frame) -> tuple[Stall, ...]:
        found: dict[tuple[Position, bool, Effect], Stall] = {}
        for site in self.facts.sites:
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
    def is_of_interest(self) -> bool:
        """Whether a check may have something to say about it; where it runs is not asked yet."""
        return bool(
            self._possible_stalls
            or self._possibly_lost
            or (self.facts.is_async and self.traits & framework.SYNC_CACHES)
            or (self.facts.is_async and self._calls_of_interest)
        )

    @property
    def _may_run_on_loop(self) -> bool:
        """A cheap first question: a sync function runs there only in special roles, which are asked for first."""
        if self.facts.is_async:
            return True
        if self.facts.owner is not None and self.traits & (framework.VALIDATORS | framework.SERIALIZERS):
            return True
        roles = self._project.registrations.roles(self._thing.path, self._thing)
        if any(registration.on_loop for registration in roles):
            return True
        return self.facts.owner is None and any(models.marked(self._project.evaluator, self._thing.path))

    def _stalls_at(self, site: Site, frame: Frame) -> Iterator[Stall]:
        effects = self._project.effects
        seen: set[Effect] = set()
        for step in effects.at(site, frame, files=self.is_stream):
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
        return frozenset(root_of(site) for site in self.facts.sites if site.awaited and site.kind == "call") - {""}

    def iterates(self, stall: Stall) -> bool:
        """Whether the call that waits is what a loop goes over: `for row in session.scalars(…)`."""
        return any(site.kind == "iterate" and site.value is stall.site.value for site in self.facts.sites)

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
                bindings = self.facts.locals.get(value.name, ())
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

    # -- what it leaves un-awaited

    @cached_property
    def lost_coroutines(self) -> tuple[LostCoroutine, ...]:
        """Coroutines that are made as a statement, or returned by a handler, and so never run."""
        found = self._possibly_lost
        if not found or not (self._project.loop.roles(self._thing) or self.reason is not None):
            return ()
        return found

    @cached_property
    def _possibly_lost(self) -> tuple[LostCoroutine, ...]:
        return tuple(self._lost())

    def _lost(self) -> Iterator[LostCoroutine]:
        for site in self.facts.sites:
            if site.kind != "call" or site.awaited or site.role not in ("statement", "returned"):
                continue
            thing = self._project.evaluator.certain(site.value, self.frame)
            if isinstance(thing, Coroutine) and (site.role == "statement" or self.is_handler):
                yield LostCoroutine(site, f"{written(site.value)}")

    # -- what it makes

    @cached_property
    def _calls_of_interest(self) -> tuple[tuple[Site, str], ...]:
        """The calls that make a task, an async client or a pool, with the name of what is called."""
        found = []
        for maker in sorted(_makers().intersection(self._mentions)):
            for qualname, site in self._mentions[maker]:
                if qualname != self.facts.qualname or not isinstance(site.value, facts.Call):
                    continue
                name = _library_name(self._project.evaluator.certain(site.value.func, self.frame))
                if name is not None and (name in libraries.ASYNC_CLIENTS or name in framework.TASK_MAKERS):
                    found.append((site, name))
        return tuple(found)

    def dropped_tasks(self) -> Iterator[Site]:
        """Where it makes a task and drops it."""
        for site, name in self._calls_of_interest:
            if site.role == "statement" and name in framework.TASK_MAKERS:
                yield site

    def made_clients(self) -> Iterator[tuple[Site, str]]:
        """The async clients and pools that it makes."""
        for site, name in self._calls_of_interest:
            if not site.lazy and name in libraries.ASYNC_CLIENTS:
                yield site, name


def _direct_call(stall: Stall) -> facts.Call | None:
    return stall.site.value if len(stall.chain) == 1 and isinstance(stall.site.value, facts.Call) else None


@cache
def _makers() -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in (*libraries.ASYNC_CLIENTS, *framework.TASK_MAKERS))


def _library_name(thing: Thing | None) -> str | None:
    if isinstance(thing, Bound):
        thing = thing.function
    return thing.name if isinstance(thing, Library) else None
