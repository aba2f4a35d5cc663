"""A function of the file at hand, as checks see it: where it runs, what it holds up, what it leaves un-awaited."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_fastapi.knowledge import framework, libraries
from flake8_fastapi.semantics import calls, facts, given
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import FunctionFacts, Position, Site
from flake8_fastapi.semantics.loop import AT_START, Reason
from flake8_fastapi.semantics.registrations import ROUTE_ROLES, Registration
from flake8_fastapi.semantics.stalls import Stall, Stalls
from flake8_fastapi.semantics.things import (
    Bound,
    Coroutine,
    Frame,
    FunctionThing,
    Library,
    Thing,
)

if TYPE_CHECKING:
    from flake8_fastapi.semantics.code import Code, Source
    from flake8_fastapi.semantics.module import Module
    from flake8_fastapi.semantics.project import Project
    from flake8_fastapi.semantics.values import Evaluator

_SYNC_ROLES = frozenset({"validator", "serializer", "response class"})


class LostCoroutine(NamedTuple):
    """A coroutine that nobody awaits."""

    site: Site
    text: str


class Function:
    """A function that a file defines. What it runs on the loop is worked out when it is asked for."""

    def __init__(self, project: Project, path: str, qualname: str, module: Module) -> None:
        found = project.facts(path)
        assert found is not None
        self.project = project
        self._module = module
        self.thing = FunctionThing(path, qualname)
        """The function as evaluation knows it."""
        self._mentions = found.mentions
        self.facts: FunctionFacts = found.functions[qualname]
        self.memo: dict[str, Any] = {}
        """What other modules of `semantics` found out about it, kept as long as it is shown."""

    @property
    def ev(self) -> Evaluator:
        """Evaluates values of the project."""
        return self.project.evaluator

    @property
    def source(self) -> Source:
        """The file at hand."""
        return self._module.source

    @cached_property
    def code(self) -> Code | None:
        """Its statements."""
        return self.source.code(self.thing.qualname)

    @cached_property
    def registrations(self) -> tuple[Registration, ...]:
        """What FastAPI takes it for, anywhere in the project: route, dependency, background task …"""
        return self.project.loop.roles(self.thing)

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
        return given.frame(self.project, self.thing, self.facts, lambda: bool(self._stalls.within(self._plain_frame)))

    @property
    def _plain_frame(self) -> Frame:
        return Frame(self.thing.path, self.thing.qualname)

    @cached_property
    def traits(self) -> frozenset[str]:
        """The library decorators on it, by name."""
        return calls.traits(self.project.evaluator, self.thing)

    @cached_property
    def reason(self) -> Reason | None:
        """Why it certainly runs on the event loop; None if that is not certain. Costly: asks the whole project."""
        return self.project.loop.reason(self.thing)

    @cached_property
    def is_handler(self) -> bool:
        """Whether it is the handler of a route or websocket."""
        return any(registration.role in ROUTE_ROLES for registration in self.project.loop.roles(self.thing))

    @cached_property
    def is_stream(self) -> bool:
        """Whether it is an async generator that a streaming response sends."""
        if not (self.facts.is_async and self.facts.is_generator):
            return False
        return any(registration.role in ("stream", "route") for registration in self.project.loop.roles(self.thing))

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
    def _stalls(self) -> Stalls:
        return Stalls(self)

    @property
    def stalls(self) -> tuple[Stall, ...]:
        """Where it holds up the event loop, in the order of the source; nothing unless it certainly runs there."""
        return self._stalls.certain

    def iterates(self, stall: Stall) -> bool:
        """Whether the call that waits is what a loop goes over: `for row in session.scalars(…)`."""
        return self._stalls.iterates(stall)

    def origin_of(self, stall: Stall) -> object:
        """What identifies the object that a stall waits on: its variable, or the call that made it."""
        return self._stalls.origin_of(stall)

    @property
    def is_of_interest(self) -> bool:
        """Whether a check may have something to say about it; where it runs is not asked yet."""
        return bool(
            self._stalls.possible
            or self._possibly_lost
            or (self.facts.is_async and self.traits & framework.SYNC_CACHES)
            or (self.facts.is_async and self._calls_of_interest)
        )

    # -- what it leaves un-awaited

    @cached_property
    def lost_coroutines(self) -> tuple[LostCoroutine, ...]:
        """Coroutines that are made as a statement, or returned by a handler, and so never run."""
        found = self._possibly_lost
        if not found or not (self.project.loop.roles(self.thing) or self.reason is not None):
            return ()
        return found

    @cached_property
    def _possibly_lost(self) -> tuple[LostCoroutine, ...]:
        return tuple(self._lost())

    def _lost(self) -> Iterator[LostCoroutine]:
        for site in self.facts.sites:
            if site.kind != "call" or site.awaited or site.role not in ("statement", "returned"):
                continue
            thing = self.project.evaluator.certain(site.value, self.frame)
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
                name = _library_name(self.project.evaluator.certain(site.value.func, self.frame))
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


@cache
def _makers() -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in (*libraries.ASYNC_CLIENTS, *framework.TASK_MAKERS))


def _library_name(thing: Thing | None) -> str | None:
    if isinstance(thing, Bound):
        thing = thing.function
    return thing.name if isinstance(thing, Library) else None
